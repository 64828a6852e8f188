/**
 * Telling the merchant. An event is a row written in the same transaction as the step it reports, and is
 * delivered at least once under a stable id; one per subject and type.
 *
 * @module
 */

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
  return { id: event.id, subjectId: link.id, type, body: JSON.stringify(event) };
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
  return { id: event.id, subjectId, type, body: JSON.stringify(event) };
}

const retryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000] as const;
const deliveryLeaseMs = 60_000;
const batch = 50;

/** Hands due events to the merchant; answers how many were taken. What throws is tried again later. */
export async function deliverEvents(ctx: LedgerContext): Promise<number> {
  const due = await ctx.store.claimEvents(deliveryLeaseMs, batch);
  for (const row of due) await deliver(ctx, row);
  return due.length;
}

async function deliver(ctx: LedgerContext, row: EventRow): Promise<void> {
  try {
    await inTime(ctx.timing.eventWaitMs, Promise.resolve(ctx.onEvent(JSON.parse(row.body) as AlloEvent)));
  } catch (error) {
    ctx.log.warn('onEvent failed; the event is delivered again later', { eventId: row.id, type: row.type, attempts: row.attempts, error: String(error) });
    await ctx.store.settleEvent(row.id, { nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, row.attempts - 1) });
    return;
  }
  await ctx.store.settleEvent(row.id, { deliveredAt: ctx.now() });
}

/** A merchant that never answers must hold up neither the other events nor the reconciler. */
async function inTime(timeMs: number, told: Promise<void>): Promise<void> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`onEvent took longer than ${timeMs} ms`)), timeMs);
  await Promise.race([told, timeUp]).finally(() => clearTimeout(timer));
}
