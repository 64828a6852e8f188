/**
 * A shopper who keeps asking until there is an answer: servers die, connections break, the bank is away. What was
 * asked is asked again as it was, with the same idempotency key.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../server/support/shopper.ts';

/** An answer that may be a problem. */
export type AnyAnswer = Answer<{ code?: string; retryable?: boolean }>;

const pauseMs = 60;
/** Two minutes: an outage of one is sat out. */
const mostAttempts = 2_000;

/** Codes that a shop's page handles by itself; everything else is odd. */
const expectedCodes: ReadonlySet<string> = new Set([
  'STORE_UNAVAILABLE', 'BANK_UNAVAILABLE', 'NOT_LINKED', 'RELINK_REQUIRED', 'UNLINK_REQUESTED', 'ALREADY_LINKED', 'IDEMPOTENCY_KEY_REUSED',
  'PAYMENT_NOT_FINAL', 'PAYMENT_NOT_REFUNDABLE', 'LINK_REFUSED', 'ACCOUNT_CONFLICT', 'FORBIDDEN', 'NOT_FOUND',
]);

/** Asks until there is an answer that asking again would not change; undefined if there never is one. */
export async function insist<Given extends AnyAnswer>(ask: () => Promise<Given>, odd: string[]): Promise<Given | undefined> {
  const answer = await askAgain(ask, mostAttempts, () => pause(pauseMs));
  if (answer !== undefined) return noteOdd(answer, odd);
  odd.push('no answer after many attempts');
  return undefined;
}

/** The first answer that asking again would not change; undefined if there is none among so many. */
export async function askAgain<Given extends AnyAnswer>(ask: () => Promise<Given>, most: number, rest: () => Promise<unknown>): Promise<Given | undefined> {
  for (let attempt = 0; attempt < most; attempt += 1) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && !isTemporary(answer)) return answer;
    await rest();
  }
  return undefined;
}

const isTemporary = ({ status, body }: AnyAnswer): boolean => status >= 500 && status !== 500 && (body.retryable ?? true);

export function noteOdd<Given extends AnyAnswer>(answer: Given, odd: string[]): Given {
  const { status, body } = answer;
  if (status >= 400 && !expectedCodes.has(body.code ?? '')) odd.push(`HTTP ${status} ${body.code ?? ''}`);
  return answer;
}
