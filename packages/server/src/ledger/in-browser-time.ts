/**
 * Work at the bank for which a browser waits, but not for ever.
 *
 * @module
 */

import type { LedgerContext } from './context.ts';

/** Resolves when `work` is done or `browserWaitMs` is over, and the work goes on behind it. What it throws in time is thrown. */
export async function inBrowserTime(ctx: LedgerContext, work: Promise<unknown>): Promise<void> {
  ctx.background(work);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<void>((resolve) => { timer = setTimeout(resolve, ctx.timing.browserWaitMs); });
  await Promise.race([work, timeUp]).finally(() => clearTimeout(timer));
}
