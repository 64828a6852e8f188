/**
 * Money that was taken late, of a payment that had come to nothing: given back if its order was paid anew, else its order's.
 *
 * @module
 */

import type { PaymentRow } from '../store/rows.ts';
import type { LedgerContext } from './context.ts';
import { paymentEvent } from './events.ts';
import { toAmount } from '../snap/amount.ts';
import { applyStatus, isWhole } from './evidence.ts';
import { refundPayment } from './refunds.ts';
import { pauseMs } from './schedule.ts';
import { openStates, paymentTransitions } from './transitions.ts';

const takenStates: readonly string[] = ['succeeded', 'refunding', 'refunded'];

/** A payment that was taken late, after its order was paid anew: given back as soon as that is certain, or for people to say. */
export async function reconcileLate(ctx: LedgerContext, payment: PaymentRow): Promise<void> {
  const standing = await ctx.store.paymentOfOrder(payment.orderId);
  if (standing !== undefined && [...takenStates, 'review'].includes(standing.state)) {
    await refundPayment(ctx, payment.id, { reason: 'paid twice' });
  } else if (standing !== undefined && openStates.includes(standing.state)) {
    await stayLate(ctx, payment, { nextAt: ctx.now() + ctx.timing.checkNotBeforeMs }, 'the order is being paid anew');
  } else await acceptLate(ctx, payment);
}

/** About a day, as the pauses grow. */
const mostQuestions = 30;

/** The order's, since it was not paid anew; if the bank, which may have given it back or contradicted itself meanwhile, still says so. */
async function acceptLate(ctx: LedgerContext, payment: PaymentRow): Promise<void> {
  const said = await ctx.bank.chargeStatus(payment.reference, payment.externalId, toAmount(payment.amountMinor));
  const status = said.outcome === 'done' ? said.value : undefined;
  if (status?.status === 'refunded') return applyStatus(ctx, payment.id, status, { source: 'inquiry', text: said.evidence });
  if (status?.status === 'paid' && isWhole(status, payment)) {
    const set = { nextAt: null, failure: null };
    const isAccepted = await endLate(ctx, payment, 'lateAccepted', 'payment.paid', set, 'the order was not paid anew');
    if (!isAccepted) await stayLate(ctx, payment, { nextAt: ctx.now() + ctx.timing.checkNotBeforeMs }, 'the order is being paid anew');
  } else if (payment.checks < mostQuestions) {
    const nextAt = ctx.now() + pauseMs(ctx, ctx.timing.checkDelaysMs, payment.checks);
    await stayLate(ctx, payment, { nextAt, checks: payment.checks + 1 }, said.evidence);
  } else if (await endLate(ctx, payment, 'lateContradicted', 'payment.review', { nextAt: null }, said.evidence)) {
    ctx.log.error('the bank no longer says that a payment was taken of which it had said so; a person has to look at it', { paymentId: payment.id, said: status?.status });
  }
}

const endLate = (
  ctx: LedgerContext, payment: PaymentRow, step: 'lateAccepted' | 'lateContradicted', type: 'payment.paid' | 'payment.review', set: Partial<Pick<PaymentRow, 'nextAt' | 'failure'>>, cause: string,
): Promise<boolean> => ctx.store.commit({
  changes: [{ table: 'payments', id: payment.id, ...paymentTransitions[step], version: payment.version, set, cause }],
  events: [paymentEvent(ctx, type, payment)],
});

async function stayLate(ctx: LedgerContext, payment: PaymentRow, set: Partial<Pick<PaymentRow, 'nextAt' | 'checks'>>, cause: string): Promise<void> {
  await ctx.store.commit({ changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.lateWaits, version: payment.version, set, cause }] });
}
