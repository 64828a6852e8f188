/**
 * What DOKU's notifications say: the payment notification (service 56, dossier 5.3) and the binding notification
 * (service 07, dossier 5.6). Reads, and proves nothing: verify first (`verify-notification.ts`), and even then
 * believe no more than the reference and the status.
 *
 * @module
 */

import { readAmount } from './amount.ts';
import { readFailureReason } from './failure-reason.ts';
import type { FailureReason } from './failure-reason.ts';
import { readJson } from './json.ts';
import { present, readMember, readObject, readText } from './message.ts';
import type { Message } from './message.ts';
import { readTransactionStatus } from './status.ts';
import type { TransactionStatus } from './status.ts';
import type { Amount } from './types.ts';

/** What a payment notification says. */
export interface PaymentNotification {
  /** partnerReferenceNo of the payment: the only key. */
  originalPartnerReferenceNo: string;
  latestTransactionStatus: TransactionStatus;
  /** To be compared with the payment's own; its currency may be any. */
  amount: Amount;
  transactionStatusDesc?: string;
  /** Differs from the number in the payment's answer (dossier 3.3). */
  originalReferenceNo?: string;
  originalExternalId?: string;
  /** `additionalInfo.channel`. */
  channel?: string;
  custIdMerchant?: string;
  /** Why it failed, with 05 and 06, if DOKU lets it be known. */
  failureReason?: FailureReason;
}

/** What a binding notification says. */
export interface BindingNotification {
  status: 'SUCCESS' | 'PENDING' | 'FAILED';
  /** X-EXTERNAL-ID of the binding request. */
  originalExternalId?: string;
  custIdMerchant?: string;
  /** A secret. */
  authCode?: string;
}

/** A notification that was read, or which field stood in the way. */
export type Parsed<T> =
  | { ok: true; notification: T }
  | { ok: false; problem: 'invalid-field' | 'missing-field'; field: string };

const maxBodyBytes = 64 * 1024;
const bindingStatuses = ['SUCCESS', 'PENDING', 'FAILED'] as const satisfies BindingNotification['status'][];

/** Reads a body of at most 64 KiB and 32 levels; `undefined` if it is no object of JSON or names a key twice. */
export function readNotificationBody(rawBody: Uint8Array): Message | undefined {
  return rawBody.length > maxBodyBytes ? undefined : readJson(rawBody)?.value;
}

/** Reads a payment notification. Only the reference, the status and the amount are required. */
export function parsePaymentNotification(rawBody: Uint8Array): Parsed<PaymentNotification> {
  const body = readNotificationBody(rawBody);
  if (body === undefined) return invalid('body');
  const missing = ['originalPartnerReferenceNo', 'latestTransactionStatus', 'amount'].find((name) => isAbsent(body, name));
  if (missing !== undefined) return { ok: false, problem: 'missing-field', field: missing };
  const originalPartnerReferenceNo = readText(body, 'originalPartnerReferenceNo', 64);
  const latestTransactionStatus = readTransactionStatus(body);
  const amount = readAmount(readMember(body, 'amount'));
  if (originalPartnerReferenceNo === undefined) return invalid('originalPartnerReferenceNo');
  if (latestTransactionStatus === undefined) return invalid('latestTransactionStatus');
  if (amount === undefined) return invalid('amount');
  const required = { originalPartnerReferenceNo, latestTransactionStatus, amount };
  return { ok: true, notification: { ...required, ...readDetails(body, latestTransactionStatus) } };
}

/** Reads a binding notification. Only the status is required. */
export function parseBindingNotification(rawBody: Uint8Array): Parsed<BindingNotification> {
  const body = readNotificationBody(rawBody);
  if (body === undefined) return invalid('body');
  const info = readObject(body, 'additionalInfo');
  if (isAbsent(info, 'status')) return { ok: false, problem: 'missing-field', field: 'additionalInfo.status' };
  const status = bindingStatuses.find((known) => known === readMember(info, 'status'));
  if (status === undefined) return invalid('additionalInfo.status');
  const notification = present({
    status,
    originalExternalId: readText(body, 'originalExternalId'),
    custIdMerchant: readText(info, 'custIdMerchant', 64),
    authCode: readText(info, 'authCode', 256),
  });
  return { ok: true, notification };
}

function readDetails(body: Message, status: TransactionStatus): Partial<PaymentNotification> {
  const info = readObject(body, 'additionalInfo');
  const transactionStatusDesc = readText(body, 'transactionStatusDesc');
  const isFailure = status === '05' || status === '06';
  return present({
    transactionStatusDesc,
    originalReferenceNo: readText(body, 'originalReferenceNo'),
    originalExternalId: readText(body, 'originalExternalId'),
    channel: readText(info, 'channel'),
    custIdMerchant: readText(info, 'custIdMerchant', 64),
    failureReason: isFailure ? readFailureReason(readText(body, 'originalResponseCode'), transactionStatusDesc) : undefined,
  });
}

function isAbsent(message: Message, name: string): boolean {
  return (readMember(message, name) ?? '') === '';
}

function invalid(field: string): { ok: false; problem: 'invalid-field'; field: string } {
  return { ok: false, problem: 'invalid-field', field };
}
