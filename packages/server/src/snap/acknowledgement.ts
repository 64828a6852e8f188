/**
 * What a merchant answers to DOKU's notifications (dossier 5.4, 5.6), and to what never came to be one. DOKU goes by the
 * HTTP status: anything but 2xx has it try three more times. Must never say which check failed.
 *
 * @module
 */

import { formatTimestamp } from './timestamp.ts';
import type { SnapReply } from './types.ts';

/** Which notification is answered: that of a payment (service 56) or of an account binding (service 07). */
export type NotificationKind = 'payment' | 'binding';

/** What DOKU asked: one of those, or a token of ours (service 73). */
export type DokuService = NotificationKind | 'token';

/**
 * What is answered.
 *
 * - `accepted`: also for duplicates, and for what is final already
 * - `unauthorized`: the signature, the time or the partner is wrong
 * - `invalid-token`: the bearer token is wrong
 * - `invalid-field`, `missing-field`: verified, but not to be read
 * - `not-found`: verified, but nobody knows it
 * - `unavailable`: our database is away; DOKU shall try again
 * - `failed`: we are at fault; DOKU shall try again
 * - `bad-request`, `no-such-path`, `wrong-method`, `too-large`: not looked at
 */
export type Acknowledgement =
  | 'accepted'
  | 'unauthorized'
  | 'invalid-token'
  | 'invalid-field'
  | 'missing-field'
  | 'not-found'
  | 'unavailable'
  | 'failed'
  | 'bad-request'
  | 'no-such-path'
  | 'wrong-method'
  | 'too-large';

/** When it is worth trying again. DOKU has a timetable of its own. */
const retryAfterSeconds = '5';

const serviceCodes: Readonly<Record<DokuService, string>> = { payment: '56', binding: '07', token: '73' };

const replies: Readonly<Record<Acknowledgement, { httpStatus: number; caseCode: string; responseMessage: string }>> = {
  accepted: { httpStatus: 200, caseCode: '00', responseMessage: 'Request has been processed successfully' },
  unauthorized: { httpStatus: 401, caseCode: '00', responseMessage: 'Unauthorized. [Signature]' },
  'invalid-token': { httpStatus: 401, caseCode: '01', responseMessage: 'Invalid Token (B2B)' },
  'invalid-field': { httpStatus: 400, caseCode: '01', responseMessage: 'Invalid Field Format' },
  'missing-field': { httpStatus: 400, caseCode: '02', responseMessage: 'Invalid Mandatory Field' },
  'not-found': { httpStatus: 404, caseCode: '01', responseMessage: 'Transaction Not Found' },
  unavailable: { httpStatus: 503, caseCode: '00', responseMessage: 'Service Unavailable' },
  failed: { httpStatus: 500, caseCode: '00', responseMessage: 'General Error' },
  'bad-request': { httpStatus: 400, caseCode: '00', responseMessage: 'Bad Request' },
  'no-such-path': { httpStatus: 404, caseCode: '00', responseMessage: 'Not Found' },
  'wrong-method': { httpStatus: 405, caseCode: '01', responseMessage: 'Requested Operation Is Not Allowed' },
  'too-large': { httpStatus: 413, caseCode: '00', responseMessage: 'Content Too Large' },
};

/**
 * Builds the answer to a notification, for example HTTP 200 with `2005600`.
 *
 * @param epochMs now, for X-TIMESTAMP
 */
export function acknowledge(kind: DokuService, acknowledgement: Acknowledgement, epochMs: number): SnapReply {
  const { httpStatus, caseCode, responseMessage } = replies[acknowledgement];
  const isBound = kind === 'binding' && acknowledgement === 'accepted';
  return {
    status: httpStatus,
    headers: {
      'Content-Type': 'application/json', 'X-TIMESTAMP': formatTimestamp(epochMs), ...(httpStatus === 503 && { 'Retry-After': retryAfterSeconds }),
    },
    body: {
      responseCode: `${httpStatus}${serviceCodes[kind]}${caseCode}`,
      responseMessage: isBound ? 'Successful' : responseMessage,
    },
  };
}

/**
 * Builds the answer to what was refused too often of late: HTTP 429 with `429xx00`, whatever was wrong with it.
 *
 * @param epochMs now, for X-TIMESTAMP
 */
export function refuseForNow(kind: DokuService, retryAfterSeconds: number, epochMs: number): SnapReply {
  return {
    status: 429,
    headers: { 'Content-Type': 'application/json', 'Retry-After': String(retryAfterSeconds), 'X-TIMESTAMP': formatTimestamp(epochMs) },
    body: { responseCode: `429${serviceCodes[kind]}00`, responseMessage: 'Too Many Requests' },
  };
}
