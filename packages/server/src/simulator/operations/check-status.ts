/**
 * Check status, service 55 (dossier 3.6). Accepts serviceCode 54 (ASPI) and 55 (DOKU's SDKs), answers 55.
 *
 * @module
 */
import type { Call, OperationDefinition } from './operation.ts';
import type { Doku } from '../doku.ts';
import type { Payment, Refund } from '../records.ts';
import { field, optionalText, text } from '../fields.ts';
import { toAmount } from '../money.ts';
import { transactionStatuses } from '../notification-bodies.ts';
import { refusals, success } from '../refusal.ts';
import { formatTimestamp } from '../timestamp.ts';

export const checkStatus: OperationDefinition = {
  name: 'status',
  signature: 'symmetric',
  headers: [],
  prepare(doku, call) {
    const find = readKey(doku, call);
    text(field(call.body, 'serviceCode'), { pattern: /^5[45]$/ });
    return () => {
      const payment = find();
      if (!payment) throw refusals.notFound();
      return { answer: success('status', describe(payment)) };
    };
  },
};

/** The merchant's own number first; the others are optional and may be empty. */
function readKey({ bank }: Doku, { body }: Call): () => Payment | undefined {
  const lenient = { min: 0 };
  const partnerReferenceNo = optionalText(field(body, 'originalPartnerReferenceNo'), lenient);
  const referenceNo = optionalText(field(body, 'originalReferenceNo'), lenient);
  const externalId = optionalText(field(body, 'originalExternalId'), lenient);
  if (partnerReferenceNo) return () => bank.paymentBy({ partnerReferenceNo });
  if (referenceNo) return () => bank.paymentBy({ referenceNo });
  if (externalId) return () => bank.paymentBy({ externalId });
  throw refusals.mandatory('originalPartnerReferenceNo');
}

function describe(payment: Payment): Record<string, unknown> {
  const paidAtMs = payment.state === 'SUCCESS' || payment.state === 'REFUNDED' ? payment.endedAtMs : undefined;
  return {
    originalPartnerReferenceNo: payment.partnerReferenceNo,
    originalReferenceNo: payment.referenceNo,
    originalExternalId: payment.externalId,
    serviceCode: '55',
    latestTransactionStatus: transactionStatuses[payment.state],
    transactionStatusDesc: payment.state,
    originalResponseCode: payment.resultCode,
    originalResponseMessage: payment.resultMessage,
    ...(paidAtMs !== undefined && { paidTime: formatTimestamp(paidAtMs) }),
    transAmount: toAmount(payment.minor),
    ...(payment.refund && { refundHistory: [describeRefund(payment.refund)] }),
    additionalInfo: { channel: payment.additionalInfo['channel'], acquirer: { id: 'ALLO' } },
  };
}

/** ASPI writes partnerRefundNo, DOKU's SDKs partnerReferenceNo: both, so that either reader finds it. */
function describeRefund(refund: Refund): Record<string, unknown> {
  return {
    refundNo: refund.refundNo,
    partnerRefundNo: refund.partnerRefundNo,
    partnerReferenceNo: refund.partnerRefundNo,
    refundAmount: toAmount(refund.minor),
    refundStatus: '00',
    refundDate: formatTimestamp(refund.atMs),
    ...(refund.reason !== undefined && { reason: refund.reason }),
  };
}
