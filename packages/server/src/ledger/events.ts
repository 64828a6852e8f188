/**
 * Telling the merchant. An event is a row written in the same transaction as the step it reports, and is
 * delivered at least once under a stable id; one per subject and type. Those about one payment come one after the other:
 * who hears that it was refunded has heard that it was paid.
 *
 * @module
 */

import { isDoneWithin } from '../store/in-time.ts';
import type { EventRow, LinkRow, PaymentRow } from '../store/rows.ts';
import type { NewEvent } from '../store/store.ts';
import { toAmount } from '../snap/amount.ts';
import type { AccountEvent, AlloEvent, PaymentEvent } from './allo-event.ts';
import type { LedgerContext } from './context.ts';
import { pauseMs } from './schedule.ts';

export function accountEvent(ctx: LedgerContext, type: AccountEvent['type'], link: LinkRow): NewEvent {
  const event: AccountEvent = {
    id: ctx.newId(), type, at: new Date(ctx.now()).toISOString(), customerId: link.customerId, linkId: link.id,
  };
  return { id: event.id, subjectId: link.id, about: link.customerId, type, body: JSON.stringify(event) };
}

/** @param subjectId The refund, if the event is about one that can happen more than once. */
export function paymentEvent(
  ctx: LedgerContext,
  type: PaymentEvent['type'],
  payment: PaymentRow,
  { subjectId = payment.id, ...detail }: Pick<PaymentEvent, 'failure' | 'byHand' | 'transferReference'> & { subjectId?: string } = {},
): NewEvent {
  const event: PaymentEvent = {
    id: ctx.newId(),
    type,
    at: new Date(ctx.now()).toISOString(),
    customerId: payment.customerId,
    paymentId: payment.id,
    orderId: payment.orderId,
    amount: toAmount(payment.amountMinor),
    reference: payment.reference,
    ...detail,
  };
  return { id: event.id, subjectId, about: payment.id, type, body: JSON.stringify(event) };
}

const retryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000] as const;
/** Each event is waited for `eventWaitMs` at most: nobody is at it any more when this is over. */
const deliveryLeaseMs = 60_000;
/** Told at once; no two of them are about the same payment. */
const batch = 20;

/** After this long the next are told beside those that are not heard yet: who is slow for one customer is not for all. */
const patienceMs = 1_000;
/** So many of those, in this process: with more of them everybody waits, so that a merchant who is slow for all is not asked ever more at once. */
const mostSlow = batch;

const underWay = new WeakMap<LedgerContext, Set<Promise<void>>>();

/**
 * Hands due events to the merchant until nothing is due; answers how many were taken. What throws is tried again later,
 * and where a whole batch does, nobody seems to be there: the rest stays due.
 */
export async function deliverEvents(ctx: LedgerContext): Promise<number> {
  let taken = 0;
  for (;;) {
    const due = await ctx.store.claimEvents(deliveryLeaseMs, batch);
    taken += due.length;
    if (!(await tellAtOnce(ctx, due)) || ctx.isClosing()) return taken;
  }
}

/** Answers whether the merchant heard one of them, or may yet. */
async function tellAtOnce(ctx: LedgerContext, due: readonly EventRow[]): Promise<boolean> {
  const slow = underWay.get(ctx) ?? new Set();
  underWay.set(ctx, slow);
  let [open, heard] = [due.length, 0];
  const each = due.map((row) => {
    const told: Promise<void> = deliver(ctx, row).then((isHeard) => void (heard += isHeard ? 1 : 0)).finally(() => {
      open -= 1;
      slow.delete(told);
    });
    slow.add(told);
    return told;
  });
  // Where the database fails for one, the others are waited for all the same: closing must not come in between.
  const telling = Promise.allSettled(each).then(() => Promise.all(each));
  if (open > 0) await isDoneWithin(patienceMs, telling);
  if (slow.size > mostSlow) await telling;
  else if (open > 0) ctx.background(telling);
  return open > 0 || heard > 0;
}

/** Answers whether the merchant heard it. */
async function deliver(ctx: LedgerContext, row: EventRow): Promise<boolean> {
  try {
    await inTime(ctx.timing.eventWaitMs, Promise.resolve(ctx.onEvent(JSON.parse(row.body) as AlloEvent)));
  } catch (error) {
    ctx.log.warn('onEvent failed; the event is delivered again later', { eventId: row.id, type: row.type, attempts: row.attempts, error: String(error) });
    await ctx.store.settleEvent(row.id, { nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, row.attempts - 1) });
    return false;
  }
  await ctx.store.settleEvent(row.id, { deliveredAt: ctx.now() });
  return true;
}

/** A merchant that never answers must hold up neither the other events nor the reconciler. */
async function inTime(timeMs: number, told: Promise<void>): Promise<void> {
  if (!(await isDoneWithin(timeMs, told))) throw new Error(`onEvent took longer than ${timeMs} ms`);
}
