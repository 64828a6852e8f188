/**
 * Account unbinding, service 09 (dossier 3.5): the customer token is in the body.
 *
 * @module
 */
import type { OperationDefinition } from './operation.ts';
import { endBinding } from '../bindings.ts';
import { channel, field, object, text } from '../fields.ts';
import { newBindingNo } from '../numbers.ts';
import { refusals, success } from '../refusal.ts';

export const accountUnbinding: OperationDefinition = {
  name: 'unbinding',
  signature: 'symmetric',
  headers: ['X-IP-ADDRESS'],
  prepare(doku, { body }) {
    const tokenId = text(field(body, 'tokenId'), { max: 2048 });
    channel(object(field(body, 'additionalInfo')));
    return () => {
      const accountId = doku.tokens.readCustomer(tokenId, doku.switches.latestCustomerTokenOnly);
      const binding = accountId === undefined ? undefined : doku.bank.activeBinding({ accountId });
      if (!binding) throw refusals.customerToken();
      endBinding(doku.bank, binding, 'unbound by the merchant');
      return { answer: success('unbinding', { referenceNo: `UNB-${newBindingNo()}` }) };
    };
  },
};
