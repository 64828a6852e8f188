/**
 * Refund (service 58), in full only, dossier 3.4. Its key is partnerRefundNo. Must never be sent under a second
 * partnerRefundNo while the first is unsettled.
 *
 * @module
 */

import { amountsEqual, readAmount } from './amount.ts';
import { assertAmount, assertDeviceId, assertIdentifier, assertIpAddress, assertReference, assertToken } from './assert.ts';
import { present, readInstant, readMember, readText } from './message.ts';
import type { Message } from './message.ts';
import { channel } from './operation.ts';
import type { OperationContext } from './operation.ts';
import { toSafeText } from './text.ts';
import type { Amount, SnapAnswer } from './types.ts';

/** What a refund takes. */
export interface RefundInput {
  /** partnerReferenceNo of the payment. */
  originalPartnerReferenceNo: string;
  /** X-EXTERNAL-ID of the payment. */
  originalExternalId?: string | undefined;
  /** The whole amount of the payment. */
  refundAmount: Amount;
  /** Sent as safe text, cut at 255 characters. */
  reason?: string | undefined;
  /** The merchant's number of this refund, 32–64 letters and digits, unique for ever. */
  partnerRefundNo: string;
  /** The customer's B2B2C access token. */
  customerToken: string;
  /** The shopper's or, without a shopper, the merchant's IPv4 address, 10–15 characters. */
  ipAddress: string;
  /** 1–64 letters, digits and hyphens. */
  deviceId?: string | undefined;
}

/** A finished refund. */
export interface RefundBody {
  refundNo?: string;
  originalReferenceNo?: string;
  /** Epoch milliseconds. */
  refundedAt?: number;
}

/**
 * Gives the whole amount back. After `unknown`, check the status of the payment (04, or an entry of its
 * refundHistory) before sending it again under the same partnerRefundNo.
 *
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function refund({ post, origin }: OperationContext, input: RefundInput): Promise<SnapAnswer<RefundBody>> {
  assertRefundInput(input);
  const { refundAmount, reason } = input;
  return post({
    operation: 'refund',
    body: present({
      originalPartnerReferenceNo: input.originalPartnerReferenceNo,
      originalExternalId: input.originalExternalId,
      refundAmount: { value: refundAmount.value, currency: refundAmount.currency },
      reason: reason === undefined ? undefined : toSafeText(reason, 255, 'Refund'),
      partnerRefundNo: input.partnerRefundNo,
      additionalInfo: present({ channel, origin }),
    }),
    idempotencyMember: 'partnerRefundNo',
    customerToken: input.customerToken,
    ipAddress: input.ipAddress,
    deviceId: input.deviceId,
    read: (answer) => readRefund(answer, input),
  });
}

function assertRefundInput(input: RefundInput): void {
  assertReference('originalPartnerReferenceNo', input.originalPartnerReferenceNo);
  assertReference('partnerRefundNo', input.partnerRefundNo);
  if (input.originalExternalId !== undefined) assertIdentifier('originalExternalId', input.originalExternalId, 36);
  assertAmount('refundAmount', input.refundAmount);
  assertToken('customerToken', input.customerToken);
  assertIpAddress('ipAddress', input.ipAddress);
  assertDeviceId('deviceId', input.deviceId);
}

function readRefund(answer: Message, input: RefundInput): RefundBody | undefined {
  if (!isAnswerTo(answer, input)) return undefined;
  return present({
    refundNo: readText(answer, 'refundNo'),
    originalReferenceNo: readText(answer, 'originalReferenceNo'),
    refundedAt: readInstant(answer, 'refundTime'),
  });
}

/** What DOKU repeats of the request must be the request's; what it leaves out proves nothing either way. */
function isAnswerTo(answer: Message, input: RefundInput): boolean {
  const partnerRefundNo = readMember(answer, 'partnerRefundNo') ?? input.partnerRefundNo;
  const reference = readMember(answer, 'originalPartnerReferenceNo') ?? input.originalPartnerReferenceNo;
  const amount = readAmount(readMember(answer, 'refundAmount') ?? input.refundAmount);
  if (partnerRefundNo !== input.partnerRefundNo || reference !== input.originalPartnerReferenceNo) return false;
  return amount !== undefined && amountsEqual(amount, input.refundAmount);
}
