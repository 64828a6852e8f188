/**
 * Refund, service 58 (dossier 3.4): the whole amount, once, with a living customer token.
 *
 * @module
 */
import type { Call, CommitContext, OperationDefinition, Outcome } from './operation.ts';
import type { Doku } from '../doku.ts';
import type { Switches } from '../options.ts';
import type { Payment, Refund } from '../records.ts';
import { amount, channel, field, object, optionalText } from '../fields.ts';
import { toAmount } from '../money.ts';
import { refundPayment } from '../payments.ts';
import { refusals, success } from '../refusal.ts';
import { formatTimestamp } from '../timestamp.ts';
import { customerOf } from './operation.ts';
import { reference } from './payment-order.ts';

interface RefundOrder {
  originalPartnerReferenceNo: string;
  minor: number;
  details: Pick<Refund, 'partnerRefundNo' | 'reason'>;
}

export const refund: OperationDefinition = {
  name: 'refund',
  signature: 'symmetric',
  headers: ['X-IP-ADDRESS', 'Authorization-Customer'],
  prepare(doku, call) {
    const order = readOrder(call, doku.switches);
    return (context) => commit(doku, order, context);
  },
};

function readOrder({ body }: Call, switches: Switches): RefundOrder {
  const originalPartnerReferenceNo = reference(field(body, 'originalPartnerReferenceNo'), switches);
  optionalText(field(body, 'originalExternalId'), { min: 0, max: 36 });
  const minor = amount(field(body, 'refundAmount'));
  const reason = optionalText(field(body, 'reason'), { max: 255 });
  const partnerRefundNo = reference(field(body, 'partnerRefundNo'), switches);
  channel(object(field(body, 'additionalInfo')));
  return { originalPartnerReferenceNo, minor, details: { partnerRefundNo, ...(reason !== undefined && { reason }) } };
}

function commit(doku: Doku, order: RefundOrder, context: CommitContext): Outcome {
  const { binding } = customerOf(context);
  const payment = findRefundable(doku, order, binding.phoneNo);
  const done = refundPayment(doku.bank, payment, binding, order.details);
  return {
    answer: success('refund', {
      refundAmount: toAmount(done.minor),
      originalPartnerReferenceNo: payment.partnerReferenceNo,
      originalReferenceNo: payment.referenceNo,
      refundNo: done.refundNo,
      partnerRefundNo: done.partnerRefundNo,
      refundTime: formatTimestamp(done.atMs),
    }),
  };
}

/** A payment of the same bank account, paid, not yet refunded, over the same amount. */
function findRefundable({ bank }: Doku, order: RefundOrder, phoneNo: string): Payment {
  const { partnerRefundNo } = order.details;
  const used = bank.state.payments.some((payment) => payment.refund?.partnerRefundNo === partnerRefundNo);
  if (used) throw refusals.duplicate('partnerRefundNo');
  const payment = bank.paymentBy({ partnerReferenceNo: order.originalPartnerReferenceNo });
  if (payment?.phoneNo !== phoneNo) throw refusals.notFound();
  if (payment.state !== 'SUCCESS') throw refusals.transactionStatus();
  if (payment.minor !== order.minor) throw refusals.amount();
  return payment;
}
