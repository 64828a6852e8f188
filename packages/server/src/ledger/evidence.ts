/**
 * What the bank says of a payment, by notification or status inquiry, turned into at most one step of the
 * machine. Either source may be first, late, repeated or contradictory; the outcome is the same.
 *
 * @module
 */

import type { PaymentFailure } from '../contract.ts';
import type { PaymentRow, PaymentState, RefundState } from '../store/rows.ts';
import type { AnyChange } from '../store/store.ts';
import type { ChargeStatus } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { paymentEvent } from './events.ts';
import { amountsEqual, toAmount } from '../snap/amount.ts';
import { nextCheckAt, pauseMs } from './schedule.ts';
import { paymentTransitions, refundTransitions, sentStates, unpaidStates } from './transitions.ts';

type StepName = keyof typeof paymentTransitions;
type OpenStatus = 'open' | 'not-found' | 'no-answer';

/** How often the bank has to deny a payment before it is believed. */
const denials = 3;

/** And how far apart: asked again in the same moment, as for a list or for old news, it says no more than the first time. A clock that was set must not put it off. */
const isSameDenial = (ctx: LedgerContext, { notFoundCount, updatedAt }: PaymentRow): boolean =>
  notFoundCount > 0 && Math.abs(ctx.now() - updatedAt) < ctx.timing.checkNotBeforeMs / 2;

/** Who says it: the bank of its own accord, or asked by us. */
export interface Evidence {
  source: 'notification' | 'inquiry';
  /** For the audit trail; no secret, none of the bank's text. */
  text: string;
  /** What the payment was when the bank was asked: it may have answered before it took the money, of which its notification told us first. */
  askedAs?: PaymentState;
}

/** Every step can lose a race against another source of the same truth; then the row is read again. */
const attempts = 5;

/** Applies `status` to the payment. */
export async function applyStatus(ctx: LedgerContext, paymentId: string, status: ChargeStatus, evidence: Evidence): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const payment = await ctx.store.payment(paymentId);
    if (payment === undefined || (await applyOnce(ctx, payment, status, evidence))) return;
  }
  throw new Error(`payment ${paymentId} kept changing while a status was applied`);
}

/** Answers false if the row changed meanwhile and nothing was written. */
async function applyOnce(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  if (status.status === 'paid') return applyPaid(ctx, payment, status, evidence);
  if (status.status === 'refunded') return applyRefunded(ctx, payment, status, evidence);
  if (payment.state === 'succeeded' || unpaidStates.includes(payment.state)) return contradicted(ctx, payment, status, evidence);
  if (!sentStates.includes(payment.state)) return true;
  if (status.status === 'cancelled') return finish(ctx, payment, 'cancelledAtBank', evidence, { failure: 'CANCELLED' }, ['payment.failed']);
  if (status.status === 'failed') return applyFailed(ctx, payment, status, evidence);
  return applyOpen(ctx, payment, status.status, evidence);
}

async function applyPaid(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  if (!sentStates.includes(payment.state) && !unpaidStates.includes(payment.state)) return paidAlready(ctx, payment, status, evidence);
  if (!isWhole(status, payment)) {
    ctx.log.error('the bank took another amount than the order has; a person has to look at it', { paymentId: payment.id });
    return finish(ctx, payment, 'paidWrongAmount', evidence, {}, ['payment.review']);
  }
  const paid = { paidAt: ctx.now(), failure: null };
  if (sentStates.includes(payment.state)) return finish(ctx, payment, 'paid', evidence, paid, ['payment.paid']);
  // Given up, and paid after all: the order's, unless it was paid anew meanwhile (the uniqueness rule says so).
  if (await finish(ctx, payment, 'lateAccepted', evidence, paid, ['payment.paid'])) {
    ctx.log.warn('a payment that was given up was taken after all; it is its order\'s', { paymentId: payment.id, was: payment.state });
    return true;
  }
  const isLate = await commitStep(ctx, payment, 'paidLate', evidence, { paidAt: ctx.now(), checks: 0, nextAt: ctx.now() }, ['payment.late']);
  // Only now: the step before may have met the same news at another server, and not another payment.
  if (isLate) ctx.log.error('a payment that was given up was taken after the order was paid anew', { paymentId: payment.id });
  return isLate;
}

const givenBackFrom: readonly PaymentState[] = paymentTransitions.refundedElsewhere.from;
const standing: readonly RefundState[] = refundTransitions.doneElsewhere.from;

/**
 * Taken and given back, also where nobody had heard yet that it was taken: news of that may come later, and must not make
 * it paid. What people look at is over, for they may be the ones who had the bank do it. So is a refund of ours: one that
 * waits for people must not wait on, they would give the money back once more; and one under way has done it, or will be
 * refused for that very reason, and nobody would hear of the money again.
 */
async function applyRefunded(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  if (!givenBackFrom.includes(payment.state)) return givenBackAlready(ctx, payment, evidence);
  const refund = await ctx.store.refundOfPayment(payment.id);
  const ours = refund !== undefined && standing.includes(refund.state) ? refund : undefined;
  const ended = ours && {
    table: 'refunds', id: ours.id, ...refundTransitions.doneElsewhere, version: ours.version,
    set: { refundedAt: ctx.now(), failure: null, nextAt: null }, cause: causeOf(evidence),
  } as const;
  const isWritten = await commitStep(ctx, payment, 'refundedElsewhere', evidence, { failure: null, nextAt: null }, ['payment.refunded'], ended);
  if (isWritten) tellIfNotWhole(ctx, payment, [status.amount], evidence.source);
  return isWritten;
}

/** Answers whether the money is back, by the refund with this number or another. Where it is another amount, people are told. */
export function noticeGivenBack(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, reference: string): boolean {
  const ours = (status.refunds ?? []).filter((listed) => listed.reference === reference && listed.status === 'done');
  const isBack = status.status === 'refunded' || ours.length > 0;
  if (isBack) tellIfNotWhole(ctx, payment, [status.status === 'refunded' ? status.amount : undefined, ...ours.map(({ amount }) => amount)], 'inquiry');
  return isBack;
}

/** Of what was given back; an amount that is not said is no other one. */
function tellIfNotWhole(ctx: LedgerContext, payment: PaymentRow, amounts: ChargeStatus['amount'][], by: Evidence['source']): void {
  if (amounts.every((amount) => amount === undefined || amountsEqual(amount, toAmount(payment.amountMinor)))) return;
  ctx.log.error('the bank gave back another amount than the payment has; a person has to look at it', { paymentId: payment.id, by });
}

/** No news of what the bank gave back; of what a person says to have transferred it may mean that the money went back twice. */
async function givenBackAlready(ctx: LedgerContext, payment: PaymentRow, evidence: Evidence): Promise<boolean> {
  const isByHand = payment.state === 'refunded' && (await ctx.store.refundOfPayment(payment.id))?.byHand === 1;
  if (isByHand) ctx.log.error('the bank gave back a payment whose refund is marked as transferred by hand; unless that is the same, it went back twice', { paymentId: payment.id, by: evidence.source });
  return true;
}

/** Exactly the payment's amount, in its currency; an amount that is not said is none. */
export function isWhole(status: ChargeStatus, payment: PaymentRow): boolean {
  return status.amount !== undefined && amountsEqual(status.amount, toAmount(payment.amountMinor));
}

function applyFailed(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  const isClosed = ctx.now() >= (payment.pageExpiresAt ?? Infinity);
  const expired = status.failure === 'EXPIRED' || (isClosed && status.failure === undefined);
  if (expired && payment.state === 'requires_action') return finish(ctx, payment, 'pageExpired', evidence, { failure: 'EXPIRED' }, ['payment.failed']);
  return finish(ctx, payment, 'failedAtBank', evidence, { failure: status.failure ?? 'DECLINED' }, ['payment.failed']);
}

async function applyOpen(ctx: LedgerContext, payment: PaymentRow, status: OpenStatus, evidence: Evidence): Promise<boolean> {
  const sentAt = payment.sentAt ?? payment.createdAt;
  if (ctx.now() - sentAt >= ctx.timing.reviewAfterMs) return finish(ctx, payment, 'gaveUp', evidence, {}, ['payment.review']);
  // Its request is on its way yet, or its sender is gone and its lease will tell: what the bank does not know of it now says nothing.
  if (payment.state === 'sending' && status !== 'open') return true;
  if (status === 'not-found' && isSameDenial(ctx, payment)) return true;
  const notFoundCount = countDenials(payment, status);
  const denied = status === 'not-found' && notFoundCount >= denials;
  const isSettled = ctx.now() - pageClosesAt(ctx, payment) >= ctx.timing.settleWindowMs;
  if (denied && isSettled && payment.state === 'unknown') {
    return finish(ctx, payment, 'neverArrived', evidence, { failure: 'BANK_UNAVAILABLE' }, ['payment.failed']);
  }
  if (denied && isSettled && payment.state === 'requires_action') {
    return finish(ctx, payment, 'pageExpired', evidence, { failure: 'EXPIRED' }, ['payment.failed']);
  }
  // Silence says nothing of the payment, so the questions do not become rarer by it.
  const checks = status === 'no-answer' ? Math.max(payment.checks, 1) : payment.checks + 1;
  return commitStep(ctx, payment, stayStep(payment.state, status), evidence, { checks, notFoundCount, nextAt: nextLook(ctx, payment, checks) }, []);
}

/** Where the answer was lost the bank may have opened a page all the same. */
const pageClosesAt = (ctx: LedgerContext, { state, pageExpiresAt, sentAt, createdAt }: PaymentRow): number =>
  pageExpiresAt ?? (state === 'unknown' ? (sentAt ?? createdAt) + ctx.timing.bankPageMs : Infinity);

/** A silence in between neither adds to the denials nor takes any back. */
function countDenials(payment: PaymentRow, status: OpenStatus): number {
  if (status === 'no-answer') return payment.notFoundCount;
  return status === 'not-found' ? payment.notFoundCount + 1 : 0;
}

function stayStep(state: PaymentState, status: OpenStatus): StepName {
  if (state === 'requires_action') return 'stillOpen';
  if (state === 'pending') return 'stillPending';
  return status === 'open' ? 'accepted' : 'stillUnknown';
}

/** As planned, but soon after the bank's page closed, or where none is known could turn up no more: that is when it becomes final. */
function nextLook(ctx: LedgerContext, payment: PaymentRow, checks: number): number {
  const planned = nextCheckAt(ctx, { checks, sentAt: payment.sentAt });
  const becomesFinal = payment.pageExpiresAt ?? pageClosesAt(ctx, payment) + ctx.timing.settleWindowMs;
  return ctx.now() < becomesFinal ? Math.min(planned, becomesFinal + 1000) : planned;
}

/** The bank says "not paid" of a payment it said "paid" of: asked until it answers, never overwritten. */
async function contradicted(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  if (payment.state !== 'succeeded') return true;
  // A question that was asked for safety's sake, and met silence, leaves what is final as it is.
  if (status.status === 'no-answer' && payment.nextAt === null) return true;
  if (status.status !== 'no-answer' && (evidence.askedAs ?? 'succeeded') !== 'succeeded') return askSoon(ctx, payment, evidence);
  if (evidence.source === 'inquiry' && status.status !== 'no-answer') {
    ctx.log.error('the bank denies a payment that it said was paid; a person has to look at it', { paymentId: payment.id, said: status.status });
    return settleCheck(ctx, payment, evidence);
  }
  if (status.status === 'no-answer') return askOn(ctx, payment, evidence);
  ctx.log.warn('the bank contradicts itself about a paid payment; its status is asked for', { paymentId: payment.id, said: status.status });
  return askSoon(ctx, payment, evidence);
}

const askSoon = (ctx: LedgerContext, payment: PaymentRow, evidence: Evidence): Promise<boolean> =>
  commitStep(ctx, payment, 'checkedAgain', evidence, { checks: 0, nextAt: ctx.now() + ctx.timing.checkNotBeforeMs }, []);

/** About a day, as the pauses grow. */
const mostQuestions = 30;

/** Ever less often; and not for ever, for then a few thousand of them would be all that is ever asked. */
async function askOn(ctx: LedgerContext, payment: PaymentRow, evidence: Evidence): Promise<boolean> {
  if (payment.checks >= mostQuestions) {
    ctx.log.error('the bank contradicted itself about a paid payment and does not say more; a person has to look at it', { paymentId: payment.id });
    return settleCheck(ctx, payment, evidence);
  }
  return commitStep(ctx, payment, 'checkedAgain', evidence, { checks: payment.checks + 1, nextAt: ctx.now() + pauseMs(ctx, ctx.timing.checkDelaysMs, payment.checks) }, []);
}

/** People look at it already, and have to know it; or they have to look at it, since it is another amount by now. Else it is no news. */
function paidAlready(ctx: LedgerContext, payment: PaymentRow, status: ChargeStatus, evidence: Evidence): Promise<boolean> {
  if (payment.state === 'review') ctx.log.error('the bank says that a payment which people look at was paid', { paymentId: payment.id, by: evidence.source });
  if (payment.state === 'succeeded' && !isWhole(status, payment)) {
    ctx.log.error('the bank says another amount of a payment that it said was paid; a person has to look at it', { paymentId: payment.id, by: evidence.source });
  }
  return settleCheck(ctx, payment, evidence);
}

/** A paid payment that was looked at again is final again. */
async function settleCheck(ctx: LedgerContext, payment: PaymentRow, evidence: Evidence): Promise<boolean> {
  if (payment.state !== 'succeeded' || payment.nextAt === null) return true;
  return commitStep(ctx, payment, 'checkedAgain', evidence, { nextAt: null }, []);
}

type PaymentSet = Partial<Pick<PaymentRow, 'paidAt' | 'nextAt' | 'checks' | 'notFoundCount'>> & { failure?: PaymentFailure | null };
type EventType = 'payment.paid' | 'payment.failed' | 'payment.review' | 'payment.refunded' | 'payment.late';

const finish = (
  ctx: LedgerContext, payment: PaymentRow, step: StepName, evidence: Evidence, set: PaymentSet, types: EventType[],
): Promise<boolean> => commitStep(ctx, payment, step, evidence, { ...set, nextAt: null }, types);

function commitStep(
  ctx: LedgerContext, payment: PaymentRow, step: StepName, evidence: Evidence, set: PaymentSet, types: EventType[], besides?: AnyChange,
): Promise<boolean> {
  const detail = set.failure ? { failure: set.failure } : {};
  return ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions[step], version: payment.version, set, cause: causeOf(evidence) }, ...(besides ? [besides] : [])],
    events: types.map((type) => paymentEvent(ctx, type, payment, detail)),
  });
}

const causeOf = ({ source, text }: Evidence): string => `${source}: ${text}`;
