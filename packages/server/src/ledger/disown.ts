/**
 * Links that are over for us and may not be at the bank: an attempt that was begun anew on another device, given up, or
 * finished by somebody else's browser, while its page may still be open; and a link whose tokens the bank gives and
 * refuses. What stands there is taken back. Must never let go of the code before the bank can make no link of it any
 * more: nobody could end that link then.
 *
 * @module
 */

import type { LinkFailure } from '../contract.ts';
import type { LinkRow } from '../store/rows.ts';
import type { LedgerContext } from './context.ts';
import { pauseMs } from './schedule.ts';
import { erased, forgotten } from './tokens.ts';
import { linkTransitions } from './transitions.ts';
import { endAtBank, retryDelaysMs, serverDevice } from './unlink.ts';

/** The bank may take a moment over what was typed just before its page closed. */
const closingMs = 2 * 60_000;

/** Whether somebody can still agree on the bank's page, or has just done so. */
export const mayStillBeFinished = (ctx: LedgerContext, { pageExpiresAt }: LinkRow): boolean => ctx.now() <= closesAt(pageExpiresAt);

const closesAt = (pageExpiresAt: number | null): number => (pageExpiresAt ?? -Infinity) + closingMs;

/** Gives the attempt up but for its code and its number at the bank. Answers whether it was one that can be. */
export function leaveBehind(ctx: LedgerContext, link: LinkRow, failure: LinkFailure | null, cause: string): Promise<boolean> {
  const nextAt = link.returnedAt === null ? Math.max(ctx.now(), closesAt(link.pageExpiresAt)) : ctx.now();
  const set = { phoneHash: null, phoneMask: null, pageUrl: null, failure, checks: 0, nextAt, returnedAt: link.returnedAt };
  return ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.leftBehind, set, cause }] });
}

/** Somebody came back from its page after all. */
export async function lookSoon(ctx: LedgerContext, link: LinkRow): Promise<void> {
  const at = ctx.now();
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.stillDisowned, set: { returnedAt: at, nextAt: at }, cause: 'return' }] });
}

/** About a day, as the pauses grow; then people hear of it, each time it is asked again. */
const manyTries = 28;

/** Ends at the bank what stands there; forgets it once nothing can come of it any more. */
export async function takeBack(ctx: LedgerContext, link: LinkRow): Promise<void> {
  const { isGone, wasThere, cause } = await endAtBank(ctx, link, serverDevice);
  // A code that the bank does not know yet may become good as long as the page is open.
  const isOpen = link.state === 'disowned' && !wasThere && mayStillBeFinished(ctx, link);
  if (isGone && !isOpen) return forget(ctx, link, cause);
  if (!isGone && link.checks >= manyTries) ctx.log.error('the bank does not end what stands there of a link that nobody wants; a person has to ask DOKU', { linkId: link.id });
  const nextAt = isGone ? closesAt(link.pageExpiresAt) + 1 : ctx.now() + pauseMs(ctx, retryDelaysMs, link.checks);
  const step = link.state === 'disowned' ? linkTransitions.stillDisowned : linkTransitions.stillDead;
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...step, set: { checks: link.checks + 1, nextAt }, cause }] });
}

/** The page goes on to show which number has to be linked again, if that is what it shows. */
async function forget(ctx: LedgerContext, { id, state }: LinkRow, cause: string): Promise<void> {
  const change = state === 'disowned' ? { ...linkTransitions.takenBack, set: forgotten } : { ...linkTransitions.stillDead, set: erased };
  await ctx.store.commit({ changes: [{ table: 'links', id, ...change, cause }] });
}
