/**
 * The numbers a merchant gives to its requests: X-EXTERNAL-ID (one per HTTP request) and partnerReferenceNo
 * or partnerRefundNo (one per payment or refund, for ever). Must never derive them from the clock alone:
 * the official SDK does, and collides.
 *
 * @module
 */

import { formatDay } from './timestamp.ts';
import type { Random } from './types.ts';

const randomDigits = 24;
const referenceBytes = 16;
// The largest multiple of ten that fits a byte: bytes from here on would favour the digits 0–5.
const unbiasedLimit = 250;

/**
 * Creates an X-EXTERNAL-ID: 32 digits, the day in Western Indonesian Time and 24 random ones. SNAP asks for a
 * numeric string of at most 36, unique within the day (dossier 1.4, 8.8).
 *
 * @param epochMs now
 * @param random a secure source of bytes
 */
export function createExternalId(epochMs: number, random: Random): string {
  let digits = '';
  while (digits.length < randomDigits) {
    for (const byte of random(randomDigits)) {
      if (byte < unbiasedLimit) digits += String(byte % 10);
    }
  }
  return formatDay(epochMs) + digits.slice(0, randomDigits);
}

/**
 * Creates a partnerReferenceNo or partnerRefundNo: 32 letters and digits, 128 random bits (for Allo 32–64
 * alphanumerics, dossier 8.9).
 *
 * @param random a secure source of bytes
 */
export function createReference(random: Random): string {
  return Array.from(random(referenceBytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
