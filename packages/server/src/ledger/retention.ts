/**
 * How long what is not needed any more is kept, and that it then goes: a little at a time, by the reconciler.
 * Payments, refunds and their audit trail are for the merchant's books, and stay.
 *
 * @module
 */

import type { Prunable } from '../store/store.ts';
import type { LedgerContext } from './context.ts';

const day = 24 * 60 * 60_000;

/** How long each kind is kept, in milliseconds. */
export const retentionMs: Readonly<Record<Prunable, number>> = {
  /** A shopper who comes back to an old page still meets the same payment. An order is never paid twice by a key that is gone: it has one payment, whatever the key. */
  keys: 30 * day,
  /** For questions to DOKU. */
  notifications: 30 * day,
  /** For questions to the merchant's own server; only what it was told of. */
  events: 90 * day,
  /** For a refund or a dispute about a payment that has just been made; at once when the customer unlinks. */
  shoppers: 30 * day,
  /** For a page that says what was linked. */
  links: 30 * day,
};

const kinds = Object.keys(retentionMs) as Prunable[];
const everyMs = 60 * 60_000;
const batch = 500;

/** So that one run holds up nothing; what is left is taken up by the next. */
const mostBatches = 10;

const lastDone = new WeakMap<LedgerContext, number>();

/** Gives up what has been kept long enough. Looks once an hour, and until all of it is gone. */
export async function giveUpOld(ctx: LedgerContext): Promise<void> {
  const since = ctx.now() - (lastDone.get(ctx) ?? -Infinity);
  // A clock that was set back must not put it off until it has caught up.
  if (since >= 0 && since < everyMs) return;
  let isDone = true;
  for (const kind of kinds) isDone = (await giveUp(ctx, kind)) && isDone;
  await ctx.store.tidy();
  if (isDone) lastDone.set(ctx, ctx.now());
}

/** Answers whether nothing of this kind is left to give up. */
async function giveUp(ctx: LedgerContext, kind: Prunable): Promise<boolean> {
  for (let count = 0; count < mostBatches; count += 1) {
    if ((await ctx.store.prune(kind, ctx.now() - retentionMs[kind], batch)) < batch) return true;
  }
  return false;
}
