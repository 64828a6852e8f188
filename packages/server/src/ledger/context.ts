/**
 * What every part of the ledger works with: store, bank, clock and randomness, all injected, so that a run can
 * be repeated exactly.
 *
 * @module
 */

import type { Seal } from '../store/seal.ts';
import type { Store } from '../store/store.ts';
import type { GuardedBank } from './bank.ts';
import type { AlloEvent } from './allo-event.ts';
import type { MetricHook } from './metrics.ts';
import type { RateLimits } from './rate-limits.ts';

/** Structured log; `fields` never hold a secret, a token or a phone number. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Waiting times. The defaults follow DOKU's documented limits; tests shorten them. */
export interface Timing {
  /** Pauses between status inquiries, counted from the sending; the last one repeats. */
  checkDelaysMs: readonly number[];
  /** DOKU: no inquiry earlier than 60 s; a "not found" that comes sooner proves nothing. */
  checkNotBeforeMs: number;
  /** How long after its page would have closed a payment that the bank does not know may still turn up (DOKU: 10 minutes); and a refund after it was sent. */
  settleWindowMs: number;
  /** After this long without a verdict people look at it. */
  reviewAfterMs: number;
  /** How long the bank's page stays open. DOKU: 5 minutes. */
  bankPageMs: number;
  /** How long the browser waits for the bank before it is told `processing`. */
  browserWaitMs: number;
  /** How long the merchant's `onEvent` may take; after that the event is delivered again later. */
  eventWaitMs: number;
  /** How long an intent may wait to be sent before it is given up. */
  createdTtlMs: number;
  /** How long one process keeps a row to itself; at least twice the longest bank time-out. */
  leaseMs: number;
  /** Pauses between attempts to confirm a link after the shopper's return. */
  confirmDelaysMs: readonly number[];
  /** How long the bank's answer to a payment or refund is kept in memory while the database is away. */
  answerKeptMs: number;
  /** How long closing waits for work under way. */
  closeWaitMs: number;
  /** A customer token is renewed this long before it ends. */
  tokenMarginMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const defaultTiming: Timing = {
  checkDelaysMs: [minute, 90 * second, 3 * minute, 5 * minute, 10 * minute, 30 * minute, hour],
  checkNotBeforeMs: minute,
  settleWindowMs: 10 * minute,
  reviewAfterMs: 24 * hour,
  bankPageMs: 5 * minute,
  browserWaitMs: 10 * second,
  eventWaitMs: 20 * second,
  createdTtlMs: 2 * minute,
  leaseMs: 90 * second,
  confirmDelaysMs: [2 * second, 5 * second, 10 * second, 20 * second, 40 * second],
  answerKeptMs: 30 * second,
  closeWaitMs: 25 * second,
  tokenMarginMs: 5 * minute,
};

/** The bank's two ways back for one link or payment. */
export interface ReturnUrls {
  successUrl: string;
  failedUrl: string;
}

export interface LedgerContext {
  store: Store;
  bank: GuardedBank;
  seal: Seal;
  timing: Timing;
  limits: RateLimits;
  /** Never throws. */
  meter: MetricHook;
  log: Logger;
  /** Epoch milliseconds. */
  now(): number;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  random(): number;
  newId(): string;
  /** 256 random bits, base64url. */
  newSecret(): string;
  /** Our number for a payment or refund at the bank: 32–64 letters and digits, never the same twice. */
  newReference(): string;
  returnUrls(kind: 'link' | 'payment', secret: string): ReturnUrls;
  onEvent(event: AlloEvent): void | Promise<void>;
  /** Whether this server is about to stop: what can be left for the next is. */
  isClosing(): boolean;
  /** Whether the store was closed for good. */
  isClosed(): boolean;
  /** Keeps work that outlives a request, so that closing can wait for it. Never rejects. */
  background(work: Promise<unknown>): void;
}

/** SHA-256 in hex: how one-time secrets are kept. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
