/**
 * Why a payment came to nothing, in as much as DOKU lets it be known. A hint for the shopper's eyes: must never
 * decide whether money moved.
 *
 * @module
 */

import { parseResponseCode } from './response-code.ts';

/** Why it came to nothing. */
export type FailureReason =
  | 'insufficient-funds'
  | 'limit-exceeded'
  | 'account-blocked'
  | 'not-permitted'
  | 'expired'
  | 'cancelled';

const reasonsOf403: Readonly<Record<string, FailureReason>> = {
  '00': 'expired',
  '01': 'not-permitted',
  '02': 'limit-exceeded',
  '03': 'not-permitted',
  '04': 'limit-exceeded',
  '07': 'account-blocked',
  '09': 'account-blocked',
  '11': 'account-blocked',
  '12': 'expired',
  '14': 'insufficient-funds',
  '15': 'not-permitted',
  '16': 'account-blocked',
  '17': 'limit-exceeded',
  '18': 'account-blocked',
  '19': 'not-permitted',
  '20': 'limit-exceeded',
  '23': 'limit-exceeded',
};

// The texts vary ("Insufficient Fund", "Insufficient Funds"): dossier 5.3, 6.
const reasonsOfText: readonly (readonly [RegExp, FailureReason])[] = [
  [/insufficient\s+(?:fund|balance)|saldo tidak (?:cukup|mencukupi)/i, 'insufficient-funds'],
  [/limit/i, 'limit-exceeded'],
  [/expired|time\s?out/i, 'expired'],
  [/cancel/i, 'cancelled'],
  [/blocked|dormant|inactive/i, 'account-blocked'],
];

/**
 * Reads a reason from a response code or, failing that, from DOKU's words about it.
 *
 * @param responseCode for example an answer's `responseCode` or a status's `originalResponseCode`
 * @param text for example `transactionStatusDesc`
 */
export function readFailureReason(responseCode: string | undefined, text = ''): FailureReason | undefined {
  const code = parseResponseCode(responseCode);
  const reason = code?.httpStatus === 403 ? reasonsOf403[code.caseCode] : undefined;
  return reason ?? reasonsOfText.find(([pattern]) => pattern.test(text))?.[1];
}
