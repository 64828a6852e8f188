/**
 * Payment host-to-host, service 54 (dossier 3.3). `2005400` means that a session is open; money moves when
 * the customer has confirmed.
 *
 * @module
 */
import type { CommitContext, OperationDefinition, Outcome } from './operation.ts';
import type { Doku } from '../doku.ts';
import type { OperationEffect } from '../faults.ts';
import type { PaymentOrder } from '../payments.ts';
import type { Payment } from '../records.ts';
import { confirmPayment, watchPayment } from '../doku.ts';
import { failPayment, openPayment, paymentFailures } from '../payments.ts';
import { refusals, success } from '../refusal.ts';
import { customerOf } from './operation.ts';
import { readPaymentOrder } from './payment-order.ts';

export const payment: OperationDefinition = {
  name: 'payment',
  signature: 'symmetric',
  headers: ['X-IP-ADDRESS', 'Authorization-Customer'],
  prepare(doku, call) {
    const order = readPaymentOrder(call, doku.switches);
    return (context) => commit(doku, order, context);
  },
};

function commit(doku: Doku, order: PaymentOrder, context: CommitContext): Outcome {
  const { binding, token } = customerOf(context);
  const { partnerReferenceNo } = order;
  if (doku.bank.paymentBy({ partnerReferenceNo })) throw refusals.duplicate('partnerReferenceNo');
  const opened = openPayment(doku.bank, binding, { ...order, ...flawOf(context.effect) });
  doku.customerTokens.set(opened.id, token);
  refuseAtOnce(doku, opened, context.effect);
  watchPayment(doku, opened);
  const webRedirectUrl = `${doku.origin}/direct-debit/ui/payment/core/${opened.id}`;
  return {
    answer: success('payment', { webRedirectUrl, partnerReferenceNo, referenceNo: opened.referenceNo }),
    confirm: () => confirmPayment(doku, opened),
  };
}

/** The acquirer may refuse in the first answer; the transaction then exists and has failed. */
function refuseAtOnce({ bank }: Doku, opened: Payment, effect: OperationEffect | undefined): void {
  if (effect === 'insufficient-funds') {
    failPayment(bank, opened, paymentFailures.insufficientFunds);
    throw refusals.insufficientFunds();
  }
  if (effect === 'limit-exceeded') {
    failPayment(bank, opened, paymentFailures.limitExceeded);
    throw refusals.limit();
  }
}

function flawOf(effect: OperationEffect | undefined): Pick<PaymentOrder, 'flaw'> {
  if (effect === 'insufficient-funds-at-bank') return { flaw: 'insufficientFunds' };
  if (effect === 'limit-exceeded-at-bank') return { flaw: 'limitExceeded' };
  return {};
}
