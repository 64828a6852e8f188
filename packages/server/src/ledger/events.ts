/**
 * What the merchant is told. An event is a row written in the same transaction as the step it reports, and is
 * delivered at least once under a stable id; one per subject and type.
 *
 * @module
 */

import type { Money, PaymentFailure } from '../contract.ts';
import type { EventRow, LinkRow, PaymentRow } from '../store/rows.ts';
import type { NewEvent } from '../store/store.ts';
import { toAmount } from '../snap/amount.ts';
import type { LedgerContext } from './context.ts';
import { pauseMs } from './schedule.ts';

interface EventBase {
  /** The same at every delivery. */
  id: string;
  /** ISO 8601. */
  at: string;
  customerId: string;
}

export interface AccountEvent extends EventBase {
  type: 'account.linked' | 'account.unlinked' | 'account.relink-required';
  linkId: string;
}

export interface PaymentEvent extends EventBase {
  type: 'payment.paid' | 'payment.failed' | 'payment.review' | 'payment.late' | 'payment.refunded' | 'refund.failed' | 'refund.manual' | 'refund.review';
  paymentId: string;
  orderId: string;
  amount: Money;
  /** Our number at the bank: what DOKU's dashboard shows as partner reference. */
  reference: string;
  /** With `payment.failed`. */
  failure?: PaymentFailure;
}

export type AlloEvent = AccountEvent | PaymentEvent;

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
  { failure, subjectId = payment.id }: { failure?: PaymentFailure; subjectId?: string } = {},
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
    ...(failure && { failure }),
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
    await ctx.onEvent(JSON.parse(row.body) as AlloEvent);
  } catch (error) {
    ctx.log.warn('onEvent failed; the event is delivered again later', { eventId: row.id, type: row.type, attempts: row.attempts, error: String(error) });
    await ctx.store.settleEvent(row.id, { nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, row.attempts - 1) });
    return;
  }
  await ctx.store.settleEvent(row.id, { deliveredAt: ctx.now() });
}
