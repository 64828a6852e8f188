/**
 * The numbers that DOKU and the bank make up, in the shapes seen in real traffic. From a CSPRNG: an authCode
 * must not be guessable, not even here.
 *
 * @module
 */
import { randomBytes, randomInt } from 'node:crypto';
import { compactTimestamp } from './timestamp.ts';

/** 40 digits: `2238`, YYMMDDHHmmssSSS, random digits. Session id and authCode. */
export function newSessionId(nowMs: number): string {
  return `2238${compactTimestamp(nowMs)}${digits(21)}`;
}

/** 16 letters and digits, the acquirer's number. */
export function newReferenceNo(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 16 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** 12 digits, the number of a binding. */
export function newBindingNo(): string {
  return `1${digits(11)}`;
}

/** 19 digits: epoch milliseconds and random digits. X-EXTERNAL-ID of a notification. */
export function newExternalId(nowMs: number): string {
  return `${nowMs}${digits(6)}`;
}

/** 32 hex digits. */
export function newAccountId(): string {
  return randomBytes(16).toString('hex');
}

/** 64 hex digits. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('hex');
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
