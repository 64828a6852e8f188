/**
 * When a row is looked at again. Every row that is not final has such a time, so that nothing is forgotten.
 *
 * @module
 */

import type { LedgerContext } from './context.ts';

/** Share by which a pause varies either way, so that many rows do not wake together. */
const jitterShare = 0.2;

/** The `count`-th pause of `delaysMs` (the last repeats), varied. */
export function pauseMs(ctx: LedgerContext, delaysMs: readonly number[], count: number): number {
  const delayMs = delaysMs[Math.min(count, delaysMs.length - 1)] ?? ctx.timing.checkNotBeforeMs;
  return Math.round(delayMs * (1 + jitterShare * (2 * ctx.random() - 1)));
}

/** Next status inquiry of something sent to the bank at `sentAt`, after `checks` inquiries. */
export function nextCheckAt(ctx: LedgerContext, { checks, sentAt }: { checks: number; sentAt: number | null }): number {
  const earliest = (sentAt ?? ctx.now()) + ctx.timing.checkNotBeforeMs;
  if (checks === 0) return Math.max(earliest, ctx.now());
  return Math.max(earliest, ctx.now() + pauseMs(ctx, ctx.timing.checkDelaysMs, checks));
}
