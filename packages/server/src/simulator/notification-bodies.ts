/**
 * What DOKU tells the merchant: payment notification (dossier 5.3, members in the observed order) and
 * binding notification (5.6).
 *
 * @module
 */
import type { Binding, Payment, PaymentState } from './records.ts';
import { formatMinor } from './money.ts';

export const transactionStatuses = {
  SUCCESS: '00',
  PENDING: '03',
  REFUNDED: '04',
  CANCELED: '05',
  FAILED: '06',
} as const satisfies Record<PaymentState, string>;

/** `deductMinor` is taken off the amount by a fault. */
export function paymentNotificationBody(payment: Payment, deductMinor = 0): Record<string, unknown> {
  const { channel, ...echoed } = payment.additionalInfo;
  return {
    originalPartnerReferenceNo: payment.partnerReferenceNo,
    originalReferenceNo: payment.referenceNo,
    originalExternalId: payment.externalId,
    latestTransactionStatus: transactionStatuses[payment.state],
    transactionStatusDesc: payment.state === 'SUCCESS' ? 'Success' : payment.resultMessage,
    amount: { value: formatMinor(payment.minor - deductMinor), currency: 'IDR' },
    additionalInfo: {
      channel,
      ...echoed,
      channelId: channel,
      custIdMerchant: payment.custIdMerchant,
      accountType: 'DIRECT_DEBIT',
    },
  };
}

export function bindingNotificationBody(binding: Binding): Record<string, unknown> {
  return {
    originalExternalId: binding.externalId,
    additionalInfo: {
      status: binding.state === 'ACTIVE' ? 'SUCCESS' : 'FAILED',
      custIdMerchant: binding.custIdMerchant,
      authCode: binding.id,
    },
  };
}
