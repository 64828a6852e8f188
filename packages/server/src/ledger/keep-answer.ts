/**
 * The bank has answered, and the database is away (reliability A25): the answer stays in memory and is written as soon
 * as that works again. Only for steps that are guarded by the state they start from: what was written after all, when
 * the connection broke, is then not written twice.
 *
 * @module
 */

import { StoreError } from '../store/store.ts';
import type { LedgerContext } from './context.ts';

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** Writes, and again while the store is away, for `answerKeptMs`; then throws the `StoreError`, and the reconciler asks the bank anew. */
export async function keepAnswer<Result>(ctx: LedgerContext, write: () => Promise<Result>): Promise<Result> {
  // Not the injected clock: how long this process has waited is nothing that a step of the wall clock may change.
  const giveUpAt = performance.now() + ctx.timing.answerKeptMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreError) || ctx.isClosed() || performance.now() + pauseMs > giveUpAt) throw error;
      await new Promise<void>((resolve) => { setTimeout(resolve, pauseMs); });
    }
  }
}
