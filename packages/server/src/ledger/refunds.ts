/**
 * Refunding: the whole amount, once, always under one reference. What is not known is asked for, never sent
 * under another number; what the bank cannot do by itself any more is handed to people.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { PaymentRow, RefundRow } from '../store/rows.ts';
import { StoreError } from '../store/store.ts';
import type { AnyChange, AuditEntry, NewEvent } from '../store/store.ts';
import type { ChargeStatus } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { paymentEvent } from './events.ts';
import { toAmount } from '../snap/amount.ts';
import { applyStatus, isWhole, noticeGivenBack } from './evidence.ts';
import { askToGiveBack, askedOf, isGivingBack, refundToken } from './give-back.ts';
import type { RefundAnswer } from './give-back.ts';
import { inBrowserTime } from './in-browser-time.ts';
import { keepAnswer } from './keep-answer.ts';
import { nextCheckAt, pauseMs } from './schedule.ts';
import { openStates, paymentTransitions, refundTransitions } from './transitions.ts';

/** How often one refund is sent, under the same reference, when the bank shows no trace of it. */
const mostSends = 3;

export interface RefundWish {
  reason: string;
  /** The asker's key: asked again under it, the same refund is answered, also one that the bank refused. */
  requestKey?: string;
}

/**
 * Refunds the payment in full, or answers the refund that stands. Throws `NOT_FOUND`, `PAYMENT_NOT_FINAL`,
 * `PAYMENT_NOT_REFUNDABLE` or, while the bank is away, `BANK_UNAVAILABLE`.
 */
export async function refundPayment(ctx: LedgerContext, paymentId: string, wish: RefundWish): Promise<RefundRow> {
  const payment = await ctx.store.payment(paymentId);
  if (payment === undefined) throw new AlloServerError('NOT_FOUND');
  const repeated = wish.requestKey === undefined ? undefined : await ctx.store.refundByRequest(paymentId, wish.requestKey);
  if (repeated !== undefined) return repeated;
  const standing = await ctx.store.refundOfPayment(paymentId);
  if (standing?.state === 'manual') return atBank(ctx, (leave) => sendAnew(ctx, payment, standing, wish, leave));
  if (standing !== undefined && standing.state !== 'failed') return keptFor(ctx, wish, standing);
  if (openStates.includes(payment.state)) throw new AlloServerError('PAYMENT_NOT_FINAL');
  return atBank(ctx, (leave) => begin(ctx, payment, wish, leave));
}

/** Asked under this key again, it is this refund that is answered, also when it has failed: a look must never begin another. */
async function keptFor(ctx: LedgerContext, { requestKey }: RefundWish, refund: RefundRow): Promise<RefundRow> {
  if (requestKey !== undefined) await ctx.store.keepRefundFor(requestKey, refund);
  return refund;
}

/** What waits for people, tried at the bank once more. */
const sendAnew = async (ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, wish: RefundWish, leave: () => void): Promise<RefundRow> =>
  drive(ctx, payment, await keptFor(ctx, wish, refund), leave);

/** Throws `BANK_UNAVAILABLE`, before anything is written, while the bank is away. Whoever sends leaves when that is over. */
async function atBank<Result>(ctx: LedgerContext, work: (leave: () => void) => Promise<Result>): Promise<Result> {
  const leave = ctx.bank.enter('refund');
  try {
    return await work(leave);
  } catch (error) {
    leave();
    throw error;
  }
}

async function begin(ctx: LedgerContext, payment: PaymentRow, wish: RefundWish, leave: () => void): Promise<RefundRow> {
  const refund = newRefund(ctx, payment.id, wish);
  const started = await ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.refundStarted, set: { nextAt: null }, cause: 'refund' }],
    refund,
  });
  if (started) return drive(ctx, payment, refund, leave);
  const other = await ctx.store.refundOfPayment(payment.id);
  if (other === undefined || other.state === 'failed') throw new AlloServerError('PAYMENT_NOT_REFUNDABLE');
  leave();
  return keptFor(ctx, wish, other);
}

function newRefund(ctx: LedgerContext, paymentId: string, { reason, requestKey }: RefundWish): RefundRow {
  const at = ctx.now();
  return {
    id: ctx.newId(), state: 'created', version: 1, nextAt: at + ctx.timing.leaseMs, leaseUntil: null, checks: 0,
    createdAt: at, updatedAt: at, paymentId, reference: ctx.newReference(), requestKey: requestKey ?? null, reason, sentAt: null, sends: 0,
    failure: null, refundedAt: null, byHand: null, transferReference: null, confirmedBy: null,
  };
}

/** Sends a refund that is to be sent; the browser waits no longer than for a payment. */
async function drive(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, leave: () => void): Promise<RefundRow> {
  await inBrowserTime(ctx, sendRefund(ctx, payment, refund).finally(leave));
  return (await ctx.store.refund(refund.id)) ?? refund;
}

async function sendRefund(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow): Promise<void> {
  const token = await refundToken(ctx, payment);
  if (token.outcome === 'dead') return withoutToken(ctx, payment, refund, 'no customer token');
  if (token.outcome === 'unavailable') return notSent(ctx, payment, refund, 'no customer token');
  const sentAt = ctx.now();
  const leaseUntil = sentAt + ctx.timing.leaseMs;
  const step = refund.state === 'unknown' ? refundTransitions.sentAgain : refundTransitions.claimed;
  // What waited for people was never executed: the next sending is the first of which that is not known.
  const sends = refund.state === 'manual' ? 1 : refund.sends + 1;
  const changes: AnyChange[] = [{
    table: 'refunds', id: refund.id, ...step, version: refund.version,
    set: { sentAt, sends, leaseUntil, nextAt: leaseUntil }, cause: 'send',
  }];
  if (refund.state === 'manual') changes.push({ table: 'payments', id: payment.id, ...restarted(payment), cause: 'refund' });
  if (!(await ctx.store.commit({ changes }))) return;
  const answer = await askToGiveBack(ctx, token, payment, refund, leaseUntil);
  const sent: RefundRow = { ...refund, state: 'sending', version: refund.version + 1, sentAt, sends };
  await keepAnswer(ctx, () => settleRefund(ctx, payment, sent, answer));
}

/** For people, unless the money is back already, or on its way, by somebody in DOKU's dashboard for instance: the bank says so without a token, too. */
async function withoutToken(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> {
  const said = await askedOf(ctx, payment);
  if (said?.value.status === 'refunded') return applyStatus(ctx, payment.id, said.value, { source: 'inquiry', text: said.evidence });
  await (said !== undefined && isGivingBack(said.value) ? untilBack(ctx, payment, refund, said.evidence) : toPeople(ctx, payment, refund, cause));
}

/** On its way, not by us: asked for from now on, for a day, whoever it waited for. One that was sent stays leased, and comes back by itself. */
async function untilBack(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> {
  if (refund.state === 'unknown') return;
  const sentAt = ctx.now();
  const changes: AnyChange[] = [{
    table: 'refunds', id: refund.id, ...refundTransitions.underWayElsewhere, version: refund.version,
    set: { sentAt, sends: 0, checks: 0, nextAt: nextCheckAt(ctx, { checks: 0, sentAt }) }, cause,
  }];
  if (refund.state === 'manual') changes.push({ table: 'payments', id: payment.id, ...restarted(payment), set: { nextAt: null }, cause });
  await ctx.store.commit({ changes });
}

const restarted = ({ state }: PaymentRow) => (state === 'review' ? paymentTransitions.refundStartedAgain : paymentTransitions.refundStarted);

async function settleRefund(
  ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, answer: RefundAnswer,
): Promise<void> {
  const { outcome, evidence } = answer;
  if (outcome === 'done') return done(ctx, payment, refund, answer.value.refundedAt ?? ctx.now(), evidence);
  if (outcome === 'token-refused') return toPeople(ctx, payment, refund, evidence);
  if (outcome === 'not-sent') return notSent(ctx, payment, refund, evidence);
  if (outcome === 'refused') return refusedAtBank(ctx, payment, refund, answer.failure, evidence);
  const step = outcome === 'pending' ? refundTransitions.accepted : refundTransitions.unclear;
  await ctx.store.commit({
    changes: [{ table: 'refunds', id: refund.id, ...step, set: { nextAt: nextCheckAt(ctx, { checks: 0, sentAt: refund.sentAt }) }, cause: evidence }],
  });
}

/** True whatever the ledger thought meanwhile, so it is the one end that asks for no version. */
async function done(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, refundedAt: number, cause: string): Promise<void> {
  const events = [paymentEvent(ctx, 'payment.refunded', payment)];
  const steps = { refund: refundTransitions.done, payment: paymentTransitions.refundDone };
  if (await end(ctx, steps, payment, refund, { set: { refundedAt, failure: null }, cause, events, isTrueAnyway: true })) return;
  const state = (await ctx.store.refund(refund.id))?.state;
  if (state !== 'succeeded') ctx.log.error('the bank gave money back of which the ledger says otherwise; a person has to look at it', { paymentId: payment.id, refundId: refund.id, state });
}

/** That the second sending was refused says nothing of the first, which may be the very reason: the bank is asked on. */
const refusedAtBank = (ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, failure: string, cause: string): Promise<void> =>
  refund.sends > 1 ? later(ctx, refund, cause) : refused(ctx, payment, refund, failure, cause);

/**
 * The payment is paid again. If its order was paid anew meanwhile it cannot be: the money is owed all the same. And what
 * people were asked to transfer stays theirs: somebody may be at it, and has to be able to say so.
 */
async function refused(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, failure: string, cause: string): Promise<void> {
  if (await wasForPeople(ctx, refund)) return byHand(ctx, payment, refund, cause);
  const events = [...(await paidAfterAll(ctx, payment)), paymentEvent(ctx, 'refund.failed', payment, { subjectId: refund.id })];
  const steps = { refund: refundTransitions.refused, payment: paymentTransitions.refundRefused };
  if (await end(ctx, steps, payment, refund, { set: { failure }, cause, events })) return;
  if (failure !== 'BANK_UNAVAILABLE') await byHand(ctx, payment, refund, cause);
  else if (ctx.now() - refund.createdAt < ctx.timing.reviewAfterMs) await putOff(ctx, refund, cause);
  else await withoutToken(ctx, payment, refund, cause);
}

const wasForPeople = async (ctx: LedgerContext, { id }: RefundRow): Promise<boolean> =>
  (await ctx.store.audit('refunds', id)).some(({ toState }) => toState === 'manual');

/** Of what was taken late, and is not given back, it is news that it is its order's: so far the merchant has only heard that it came late. */
async function paidAfterAll(ctx: LedgerContext, payment: PaymentRow): Promise<NewEvent[]> {
  const states = (await ctx.store.audit('payments', payment.id)).map(({ toState }) => toState);
  return states.includes('late_success') && !states.includes('succeeded') ? [paymentEvent(ctx, 'payment.paid', payment)] : [];
}

/** Never sent, and owed whoever asked for it: it is sent once the bank can be reached. */
async function putOff(ctx: LedgerContext, refund: RefundRow, cause: string): Promise<void> {
  const set = { sentAt: null, sends: 0, checks: refund.checks + 1, nextAt: ctx.now() + pauseMs(ctx, ctx.timing.checkDelaysMs, refund.checks) };
  await ctx.store.commit({ changes: [{ table: 'refunds', id: refund.id, ...refundTransitions.putOff, version: refund.version, set, cause }] });
}

const notSent = (ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> =>
  // A refund that may have been sent before keeps its number and its place; only a first one is given up.
  refund.sends > 1 || refund.state === 'unknown' ? later(ctx, refund, cause) : refused(ctx, payment, refund, 'BANK_UNAVAILABLE', cause);

async function toPeople(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> {
  if (refund.state === 'manual') return;
  if (refund.sends > (refund.state === 'unknown' ? 0 : 1)) return giveUp(ctx, payment, refund, cause);
  await byHand(ctx, payment, refund, cause);
}

/** Certain not to have been done, and not to be done by the bank: somebody has to transfer it. Said only once it is so: another process may be sending it. */
async function byHand(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> {
  const ending = { set: { failure: null }, cause, events: [paymentEvent(ctx, 'refund.manual', payment, { subjectId: refund.id })] };
  const paid = await paidAfterAll(ctx, payment);
  const paidAgain = { ...ending, events: [...paid, ...ending.events] };
  // Who was told that it waits for people is not told after that that it is paid: that would be the last word of it.
  const staysTheirs = paid.length > 0 && (await wasForPeople(ctx, refund));
  const isTheirs = (!staysTheirs && (await end(ctx, { refund: refundTransitions.notPossible, payment: paymentTransitions.refundRefused }, payment, refund, paidAgain)))
    || (await end(ctx, { refund: refundTransitions.notPossible, payment: paymentTransitions.refundStuck }, payment, refund, ending));
  if (isTheirs) ctx.log.warn('a refund cannot be done by the bank any more; transfer it by hand', { paymentId: payment.id });
}

type RefundStep = (typeof refundTransitions)[keyof typeof refundTransitions];
type PaymentStep = (typeof paymentTransitions)[keyof typeof paymentTransitions];

interface Ending {
  set: Partial<Pick<RefundRow, 'refundedAt' | 'failure'>>;
  cause: string;
  events: NewEvent[];
  /** Whatever became of the refund since it was read. Else another process may be sending it by now, and knows better. */
  isTrueAnyway?: boolean;
}

function end(
  ctx: LedgerContext, steps: { refund: RefundStep; payment: PaymentStep }, payment: PaymentRow, refund: RefundRow,
  { set, cause, events, isTrueAnyway = false }: Ending,
): Promise<boolean> {
  return ctx.store.commit({
    changes: [
      { table: 'refunds', id: refund.id, ...steps.refund, ...(!isTrueAnyway && { version: refund.version }), set: { ...set, nextAt: null }, cause },
      { table: 'payments', id: payment.id, ...steps.payment, set: { nextAt: null }, cause },
    ],
    events,
  });
}

async function later(ctx: LedgerContext, refund: RefundRow, cause: string): Promise<void> {
  const step = refund.state === 'pending' ? refundTransitions.stillPending : refund.state === 'sending' ? refundTransitions.unclear : refundTransitions.stillUnknown;
  const checks = refund.checks + 1;
  await ctx.store.commit({
    changes: [{ table: 'refunds', id: refund.id, ...step, version: refund.version, set: { checks, nextAt: nextCheckAt(ctx, { checks, sentAt: refund.sentAt }) }, cause }],
  });
}

async function giveUp(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, cause: string): Promise<void> {
  const events = [paymentEvent(ctx, 'refund.review', payment, { subjectId: refund.id })];
  const steps = { refund: refundTransitions.gaveUp, payment: paymentTransitions.refundStuck };
  if (!(await end(ctx, steps, payment, refund, { set: {}, cause, events }))) return;
  ctx.log.error('nobody knows how a refund ended; a person has to look at it', { paymentId: payment.id, refundId: refund.id });
}

/** A due refund: one that was never sent, one whose answer never came, one that is pending. */
export async function reconcileRefund(ctx: LedgerContext, refund: RefundRow): Promise<void> {
  const payment = await ctx.store.payment(refund.paymentId);
  if (payment === undefined) throw new Error(`refund ${refund.id} has no payment`);
  if (refund.state === 'created') return sendWhenPossible(ctx, payment, refund).catch((error: unknown) => unsendable(ctx, payment, refund, error));
  if (refund.state === 'sending') {
    await ctx.store.commit({
      changes: [{ table: 'refunds', id: refund.id, ...refundTransitions.unclear, set: { nextAt: nextCheckAt(ctx, { checks: 0, sentAt: refund.sentAt }) }, cause: 'sender died' }],
    });
    return;
  }
  const answer = await ctx.bank.chargeStatus(payment.reference, payment.externalId, toAmount(payment.amountMinor));
  if (answer.outcome === 'done') return judge(ctx, payment, refund, answer.value, answer.evidence);
  await (isOld(ctx, refund) ? giveUp(ctx, payment, refund, answer.evidence) : later(ctx, refund, answer.evidence));
}

/** Sent so long ago that what the bank did not say until now it will hardly say. */
const isOld = (ctx: LedgerContext, { sentAt, createdAt }: RefundRow): boolean => ctx.now() - (sentAt ?? createdAt) >= ctx.timing.reviewAfterMs;

async function judge(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, status: ChargeStatus, cause: string): Promise<void> {
  // Sent again, it may stand there more than once: that one of them failed says nothing of the others.
  const ours = (status.refunds ?? []).filter(({ reference }) => reference === refund.reference);
  if (noticeGivenBack(ctx, payment, status, refund.reference)) return done(ctx, payment, refund, ctx.now(), cause);
  if (ours.every((listed) => listed.status === 'failed') && ours.length >= Math.max(1, await attemptsOf(ctx, refund)) && !isGivingBack(status)) return refused(ctx, payment, refund, 'DECLINED', cause);
  if (isOld(ctx, refund)) return giveUp(ctx, payment, refund, cause);
  // One under another number, or none, may be ours or somebody else's: in either case the money is on its way back.
  const traceless = (status.refunds ?? []).every((listed) => listed.status === 'failed') && status.status === 'paid' && isWhole(status, payment);
  if (!traceless || refund.state !== 'unknown' || ctx.now() - (refund.sentAt ?? refund.createdAt) < ctx.timing.settleWindowMs) return later(ctx, refund, cause);
  if (refund.sends >= mostSends) return giveUp(ctx, payment, refund, cause);
  return sendWhenPossible(ctx, payment, refund);
}

/**
 * How many failed ones in the bank's list would say that all of it has failed. What was put off never left. What was sent again
 * only because nothing was heard may be all that arrived: it counts where that is not for sure, while it may not stand in the
 * list yet, and where it was sent before people had it, for what stood in the list then stands there still.
 */
async function attemptsOf(ctx: LedgerContext, { id, sentAt, createdAt }: RefundRow): Promise<number> {
  const steps = await ctx.store.audit('refunds', id);
  // It leaves until its lease is over, not at once.
  const isFresh = ctx.now() - (sentAt ?? createdAt) < ctx.timing.settleWindowMs + ctx.timing.leaseMs;
  const forPeople = steps.findLastIndex(({ toState }) => toState === 'manual');
  const counts = ({ fromState, toState }: AuditEntry, at: number): boolean =>
    toState === 'sending' && steps[at + 1]?.toState !== 'created' && (isFresh || at < forPeople || fromState !== 'unknown');
  return steps.filter(counts).length;
}

/** Since nobody can read the link's token, for instance. After a day it is not tried any more: the money is owed. */
async function unsendable(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, error: unknown): Promise<void> {
  if (error instanceof StoreError || !isOld(ctx, refund)) throw error;
  await withoutToken(ctx, payment, refund, 'could not be sent');
}

/** Without a place at the bank the row stays leased, and comes back by itself. */
async function sendWhenPossible(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow): Promise<void> {
  const leave = ctx.bank.tryEnter('refund');
  if (leave !== undefined) await sendRefund(ctx, payment, refund).finally(leave);
}
