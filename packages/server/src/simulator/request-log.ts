/**
 * What the merchant asked and what it was answered, for people and tests. It must never hold a token, a
 * signature, an authCode or a body.
 *
 * @module
 */
import type { Operation } from './refusal.ts';

export interface RequestEntry {
  /** Counts from 1. */
  number: number;
  /** Simulated instant, ISO 8601 with `+07:00`. */
  at: string;
  operation: Operation;
  method: string;
  /** Path and query as requested. */
  target: string;
  /** X-EXTERNAL-ID, if the header was there. */
  externalId?: string;
  /** partnerReferenceNo, originalPartnerReferenceNo or custIdMerchant, whichever the body has. */
  reference?: string;
  /** `answered` (2xx), `refused` (any other answer), `dropped` (no answer at all). */
  verdict: 'answered' | 'refused' | 'dropped';
  /** Not with `dropped`. */
  httpStatus?: number;
  responseCode?: string;
  responseMessage?: string;
  /** The effect of the fault that hit this call. */
  fault?: string;
}

export interface RequestLog {
  append(entry: Omit<RequestEntry, 'number'>): void;
  /** Oldest first; the last 5000. */
  entries(): RequestEntry[];
}

const limit = 5000;

export function createRequestLog(): RequestLog {
  const entries: RequestEntry[] = [];
  let count = 0;
  return {
    append(entry) {
      count += 1;
      entries.push({ number: count, ...entry });
      if (entries.length > limit) entries.shift();
    },
    entries: () => entries.map((entry) => ({ ...entry })),
  };
}
