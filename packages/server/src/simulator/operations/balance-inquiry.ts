/**
 * Balance inquiry, service 11 (dossier 3.2): every spelling of the members at once, since the sources differ.
 *
 * @module
 */
import type { OperationDefinition } from './operation.ts';
import { channel, field, object } from '../fields.ts';
import { toAmount } from '../money.ts';
import { instruments } from '../records.ts';
import { success } from '../refusal.ts';
import { customerOf } from './operation.ts';

export const balanceInquiry: OperationDefinition = {
  name: 'balance',
  signature: 'symmetric',
  headers: ['X-IP-ADDRESS', 'Authorization-Customer'],
  prepare(doku, { body }) {
    channel(object(field(body, 'additionalInfo')));
    return (context) => {
      const { holdings } = doku.bank.account(customerOf(context).binding.phoneNo);
      const accountInfos = instruments.map((balanceType) => ({
        balanceType,
        amount: toAmount(holdings[balanceType]),
        flatAmount: toAmount(holdings[balanceType]),
        floatAmount: toAmount(0),
        holdAmount: toAmount(0),
        availableBalance: toAmount(holdings[balanceType]),
      }));
      return { answer: success('balance', { accountInfos }) };
    };
  },
};
