/**
 * Check status (service 55), dossier 3.6. Ask no earlier than 60 s after the payment: before that "not found"
 * proves nothing. Must never turn a status that it does not know into one that it knows.
 *
 * @module
 */

import { readAmount } from './amount.ts';
import { assertReference } from './assert.ts';
import { readFailureReason } from './failure-reason.ts';
import type { FailureReason } from './failure-reason.ts';
import { present, readInstant, readList, readMember, readText } from './message.ts';
import type { Message } from './message.ts';
import { channel } from './operation.ts';
import type { OperationContext } from './operation.ts';
import type { Amount, SnapAnswer } from './types.ts';

/** 00 success, 01 initiated, 02 paying, 03 pending, 04 refunded, 05 cancelled, 06 failed, 07 not found. */
export type TransactionStatus = '00' | '01' | '02' | '03' | '04' | '05' | '06' | '07';

/** What a status inquiry takes. Only the reference is needed; DOKU takes the rest too. */
export interface CheckStatusInput {
  originalPartnerReferenceNo: string;
  /** Better left out: it changes (dossier 3.3). */
  originalReferenceNo?: string | undefined;
  /** X-EXTERNAL-ID of the payment. */
  originalExternalId?: string | undefined;
  /** ISO 8601 with an offset. */
  transactionDate?: string | undefined;
  amount?: Amount | undefined;
  merchantId?: string | undefined;
  subMerchantId?: string | undefined;
  externalStoreId?: string | undefined;
  deviceId?: string | undefined;
}

/** One entry of a payment's refunds. */
export interface RefundHistoryEntry {
  partnerRefundNo?: string;
  refundNo?: string;
  refundAmount?: Amount;
  /** 00 success, 03 pending, 06 failed. */
  refundStatus?: string;
  /** Epoch milliseconds. */
  refundedAt?: number;
  reason?: string;
}

/** The status of a payment. */
export interface StatusBody {
  latestTransactionStatus: TransactionStatus;
  transactionStatusDesc?: string;
  /** Compare it with your own before believing in a success. */
  transAmount?: Amount;
  /** Epoch milliseconds. */
  paidAt?: number;
  originalReferenceNo?: string;
  originalExternalId?: string;
  originalResponseCode?: string;
  /** Why it failed, with 05 and 06, if DOKU lets it be known. */
  failureReason?: FailureReason;
  /** Empty if there are none. */
  refundHistory: RefundHistoryEntry[];
}

const statuses = ['00', '01', '02', '03', '04', '05', '06', '07'] as const satisfies TransactionStatus[];

/**
 * Asks what became of a payment. May be repeated at will.
 *
 * @param serviceCode what DOKU's SDKs (`55`) or SNAP's standard (`54`) put into the body (dossier 8.3)
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function checkStatus(
  { post, origin }: OperationContext,
  serviceCode: '54' | '55',
  input: CheckStatusInput,
): Promise<SnapAnswer<StatusBody>> {
  const { originalPartnerReferenceNo, deviceId, amount } = input;
  assertReference('originalPartnerReferenceNo', originalPartnerReferenceNo);
  return post({
    operation: 'checkStatus',
    body: present({
      originalPartnerReferenceNo,
      originalReferenceNo: input.originalReferenceNo,
      originalExternalId: input.originalExternalId,
      serviceCode,
      transactionDate: input.transactionDate,
      amount: amount && { value: amount.value, currency: amount.currency },
      merchantId: input.merchantId,
      subMerchantId: input.subMerchantId,
      externalStoreId: input.externalStoreId,
      additionalInfo: present({ deviceId, channel, origin }),
    }),
    read: (answer) => readStatus(answer, originalPartnerReferenceNo),
  });
}

/**
 * Tells whether DOKU says that it knows no such payment: 404-01 or status 07. Proof that it was never made only if
 * said repeatedly, and long enough after the payment was sent.
 */
export function isTransactionNotFound(answer: SnapAnswer<StatusBody>): boolean {
  if (answer.outcome === 'success') return answer.body.latestTransactionStatus === '07';
  return answer.outcome === 'refused' && answer.httpStatus === 404 && answer.caseCode === '01';
}

/** Reads a status by its code; the words beside it vary in their case. */
export function readTransactionStatus(message: Message): TransactionStatus | undefined {
  return statuses.find((known) => known === readMember(message, 'latestTransactionStatus'));
}

function readStatus(answer: Message, originalPartnerReferenceNo: string): StatusBody | undefined {
  const latestTransactionStatus = readTransactionStatus(answer);
  const reference = readMember(answer, 'originalPartnerReferenceNo') ?? originalPartnerReferenceNo;
  if (latestTransactionStatus === undefined || reference !== originalPartnerReferenceNo) return undefined;
  const originalResponseCode = readText(answer, 'originalResponseCode', 7);
  const transactionStatusDesc = readText(answer, 'transactionStatusDesc');
  const isFailure = latestTransactionStatus === '05' || latestTransactionStatus === '06';
  return present({
    latestTransactionStatus,
    transactionStatusDesc,
    transAmount: readAmount(readMember(answer, 'transAmount')),
    paidAt: readInstant(answer, 'paidTime'),
    originalReferenceNo: readText(answer, 'originalReferenceNo'),
    originalExternalId: readText(answer, 'originalExternalId'),
    originalResponseCode,
    failureReason: isFailure ? readFailureReason(originalResponseCode, transactionStatusDesc) : undefined,
    refundHistory: (readList(answer, 'refundHistory') ?? []).map(readRefundHistoryEntry),
  });
}

function readRefundHistoryEntry(entry: Message): RefundHistoryEntry {
  return present({
    // The SDKs spell it partnerReferenceNo (dossier 3.6).
    partnerRefundNo: readText(entry, 'partnerRefundNo') ?? readText(entry, 'partnerReferenceNo'),
    refundNo: readText(entry, 'refundNo'),
    refundAmount: readAmount(readMember(entry, 'refundAmount')),
    refundStatus: readText(entry, 'refundStatus', 2),
    refundedAt: readInstant(entry, 'refundDate'),
    reason: readText(entry, 'reason'),
  });
}
