/**
 * Work at the bank for which a browser waits, but not for ever.
 *
 * @module
 */

import { isDoneWithin } from '../store/in-time.ts';
import type { LedgerContext } from './context.ts';

/** Resolves when `work` is done or `browserWaitMs` is over, and the work goes on behind it. What it throws in time is thrown. */
export async function inBrowserTime(ctx: LedgerContext, work: Promise<unknown>): Promise<void> {
  ctx.background(work);
  await isDoneWithin(ctx.timing.browserWaitMs, work);
}
