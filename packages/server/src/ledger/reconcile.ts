/**
 * The reconciler: the row is the job. It takes what is due, and asks the bank.
 * One row that cannot be settled never holds up another.
 *
 * @module
 */

import type { JobRows, JobTable, LinkRow, PaymentRow } from '../store/rows.ts';
import type { ChargeStatus } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { takeBack } from './disown.ts';
import { paymentEvent } from './events.ts';
import { applyStatus } from './evidence.ts';
import { reconcileLink } from './links.ts';
import { toAmount } from '../snap/amount.ts';
import { reconcileRefund } from './refunds.ts';
import { giveUpOld } from './retention.ts';
import { nextCheckAt } from './schedule.ts';
import { reconcileLate } from './taken-late.ts';
import { paymentTransitions } from './transitions.ts';
import { continueUnlink } from './unlink.ts';

/** How many rows of a kind were looked at, and how many events the merchant was told. */
export interface ReconcileReport {
  links: number;
  payments: number;
  refunds: number;
  events: number;
}

const batch = 20;

/**
 * Looks at every row that is due, until none is, or the server is about to stop. Rejects only if the store cannot be
 * reached. Events are told beside it (`deliverEvents`): a merchant who is slow to hear them holds up no payment.
 */
export async function reconcile(ctx: LedgerContext): Promise<Omit<ReconcileReport, 'events'>> {
  const report = await lookAtDue(ctx);
  const unknownSince = await ctx.store.oldestUnknownPayment();
  ctx.meter('allo.payments.unknown_age', unknownSince === undefined ? 0 : ctx.now() - unknownSince, {});
  await giveUpOld(ctx);
  return report;
}

/** A few of each kind in turn: however many payments are due, and however slow the bank is, links and refunds do not wait for the last of them. */
async function lookAtDue(ctx: LedgerContext): Promise<Omit<ReconcileReport, 'events'>> {
  const report = { links: 0, payments: 0, refunds: 0 };
  while (!ctx.isClosing()) {
    const payments = await lookAtSome(ctx, 'payments', (row) => reconcilePayment(ctx, row));
    const refunds = await lookAtSome(ctx, 'refunds', (row) => reconcileRefund(ctx, row));
    const links = await lookAtSome(ctx, 'links', (row) => lookAtLink(ctx, row));
    if (payments + refunds + links === 0) break;
    report.payments += payments;
    report.refunds += refunds;
    report.links += links;
  }
  return report;
}

/** Answers how many of them were due. */
async function lookAtSome<Table extends JobTable>(
  ctx: LedgerContext, table: Table, look: (row: JobRows[Table]) => Promise<void>,
): Promise<number> {
  const due = await ctx.store.claimDue(table, ctx.timing.leaseMs, batch);
  await Promise.all(due.map((row) => lookSafely(ctx, table, row, look)));
  return due.length;
}

/** A row that throws stays leased, and so comes back later by itself. */
async function lookSafely<Row extends { id: string }>(
  ctx: LedgerContext, table: JobTable, row: Row, look: (row: Row) => Promise<void>,
): Promise<void> {
  try {
    await look(row);
  } catch (error) {
    ctx.log.error('a row could not be settled and is tried again later', { table, rowId: row.id, error: String(error) });
  }
}

function lookAtLink(ctx: LedgerContext, link: LinkRow): Promise<void> {
  if (link.state === 'disowned' || link.state === 'relink_required') return takeBack(ctx, link);
  return link.state === 'active' || link.state === 'unlinking' ? continueUnlink(ctx, link.id) : reconcileLink(ctx, link);
}

async function reconcilePayment(ctx: LedgerContext, payment: PaymentRow): Promise<void> {
  if (payment.state === 'created') return expireUnsent(ctx, payment);
  if (payment.state === 'sending') return senderDied(ctx, payment);
  if (payment.state === 'late_success') return reconcileLate(ctx, payment);
  await checkPayment(ctx, payment);
}

/** Asks the bank how the payment stands, settles it by the answer, and says what it was. */
export async function checkPayment(ctx: LedgerContext, payment: PaymentRow): Promise<ChargeStatus['status']> {
  const answer = await ctx.bank.chargeStatus(payment.reference, payment.externalId, toAmount(payment.amountMinor));
  const said: ChargeStatus = answer.outcome === 'done' ? answer.value : { status: 'no-answer' };
  await applyStatus(ctx, payment.id, said, { source: 'inquiry', text: answer.evidence, askedAs: payment.state });
  return said.status;
}

async function expireUnsent(ctx: LedgerContext, payment: PaymentRow): Promise<void> {
  await ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.abandonedBeforeSending, set: { failure: 'BANK_UNAVAILABLE', nextAt: null }, cause: 'never sent' }],
    events: [paymentEvent(ctx, 'payment.failed', payment, { failure: 'BANK_UNAVAILABLE' })],
  });
}

/** The process that sent it is gone, and with it the answer: it may have been executed. */
async function senderDied(ctx: LedgerContext, payment: PaymentRow): Promise<void> {
  await ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.unclear, version: payment.version, set: { nextAt: nextCheckAt(ctx, payment) }, cause: 'sender died' }],
  });
}
