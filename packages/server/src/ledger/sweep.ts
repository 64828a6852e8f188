/**
 * Looking again at what is settled (reliability R82): the ledger held against what DOKU says of each payment when it is
 * asked, and against the list of movements that DOKU's back office gives out. What DOKU answers is applied as ever; a list
 * is only ever a reason to ask. Must never change a payment on the word of a list.
 *
 * @module
 */

import type { Money } from '../contract.ts';
import { amountsEqual, toAmount } from '../snap/amount.ts';
import type { PaymentRow, PaymentState } from '../store/rows.ts';
import type { Period } from '../store/store.ts';
import type { LedgerContext } from './context.ts';
import { checkPayment } from './reconcile.ts';

/** What a sweep found. */
export interface SweepReport {
  /** How many payments DOKU was asked about. */
  asked: number;
  /** Of how many it did not answer; the next sweep of the same period asks for them again. */
  unanswered: number;
  /** Payments that are something else now than before; you were told of each by an event. */
  changed: string[];
  /** Payments that are paid here, and of which DOKU says that they are not. Nothing was changed: a person has to look. */
  denied: string[];
}

/** One movement of money, as DOKU's back office lists it. */
export interface ListedMovement {
  kind: 'payment' | 'refund';
  /** Our number: the partner reference number of the payment that was taken or given back. */
  reference: string;
  amount: Money;
}

/**
 * Where list and ledger do not agree.
 *
 * - `not-in-ledger`: nothing here has this number: an old backup, or another server under your Client ID
 * - `not-paid`: money was taken, and here it was not, also after asking DOKU
 * - `not-refunded`: money went back, and here it did not; or here a person transferred it, since the bank could not
 * - `other-amount`: it was another amount
 * - `listed-twice`: the same movement stands in the list more than once
 * - `not-listed`: paid here within the period, and not in the list
 * - `refund-not-listed`: given back here, by the bank and within the period, and not in the list
 */
export interface Difference {
  what: 'not-in-ledger' | 'not-paid' | 'not-refunded' | 'other-amount' | 'listed-twice' | 'not-listed' | 'refund-not-listed';
  reference: string;
  /** Absent if nothing here has the number. */
  paymentId?: string;
}

const page = 50;

const givenUpStates: readonly PaymentState[] = ['failed', 'cancelled', 'expired', 'not_executed'];
/** States of which DOKU may yet say something else. In the others, people decide or nothing is left to say. */
const sweptStates: readonly PaymentState[] = ['succeeded', ...givenUpStates];
const takenStates: readonly PaymentState[] = ['succeeded', 'refunding', 'refunded', 'late_success', 'review'];
const listedStates: readonly PaymentState[] = ['succeeded', 'refunding', 'refunded'];

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** Longer than a day, so that nothing falls between two sweeps, also if all servers were down for some hours. */
const sweptMs = 2 * dayMs;

const lastTried = new WeakMap<LedgerContext, number>();

/**
 * Once a day, by one of all processes: what was given up, and taken after all without a word. It has been given up for
 * longer than DOKU repeats a notification.
 */
export async function sweepGivenUp(ctx: LedgerContext): Promise<void> {
  const since = ctx.now() - (lastTried.get(ctx) ?? -Infinity);
  if (since >= 0 && since < hourMs) return;
  lastTried.set(ctx, ctx.now());
  if (!(await ctx.store.claimChore('sweep', dayMs))) return;
  const toMs = ctx.now() - dayMs;
  const { asked, unanswered, changed } = await sweep(ctx, { fromMs: toMs - sweptMs, toMs }, givenUpStates);
  ctx.log.info('payments that were given up a day ago were asked about once more', { asked, unanswered, changed: changed.length });
}

/** Asks DOKU about every settled payment that was sent within the period. Rejects only if the store cannot be reached. */
export async function sweep(ctx: LedgerContext, period: Period, states = sweptStates): Promise<SweepReport> {
  const report: SweepReport = { asked: 0, unanswered: 0, changed: [], denied: [] };
  for await (const payment of paymentsSent(ctx, period)) {
    if (ctx.isClosing()) break;
    if (payment.nextAt !== null || !states.includes(payment.state)) continue;
    report.asked += 1;
    const said = await checkPayment(ctx, payment);
    const state = (await ctx.store.payment(payment.id))?.state;
    if (said === 'no-answer') report.unanswered += 1;
    else if (state !== payment.state) report.changed.push(payment.id);
    else if (state === 'succeeded' && said !== 'paid') report.denied.push(payment.id);
  }
  return report;
}

/** Holds the list of all movements of the period against the ledger. */
export async function compare(ctx: LedgerContext, listed: readonly ListedMovement[], period: Period): Promise<Difference[]> {
  const differences: Difference[] = [];
  const seen = new Set<string>();
  for (const movement of listed) {
    const name = `${movement.kind} ${movement.reference}`;
    const what = seen.has(name) ? { what: 'listed-twice' as const } : await differenceOf(ctx, movement);
    if (what !== undefined) differences.push({ reference: movement.reference, ...what });
    seen.add(name);
  }
  for await (const { id, state, reference } of paymentsSent(ctx, period)) {
    if (listedStates.includes(state) && !seen.has(`payment ${reference}`)) differences.push({ what: 'not-listed', reference, paymentId: id });
  }
  // Of a refund that the bank said it had done, and did not do, nothing else would ever tell.
  for await (const { id, reference } of pages((after) => ctx.store.paymentsRefunded(period, after, page))) {
    if (!seen.has(`refund ${reference}`) && !(await isFoundByAsking(ctx, id))) differences.push({ what: 'refund-not-listed', reference, paymentId: id });
  }
  if (differences.length > 0) ctx.log.error('DOKU\'s list and the ledger do not agree; a person has to look at it', { differences: differences.length });
  return differences;
}

async function differenceOf(ctx: LedgerContext, { kind, reference, amount }: ListedMovement): Promise<Omit<Difference, 'reference'> | undefined> {
  const payment = await ctx.store.paymentByReference(reference);
  if (payment === undefined) return { what: 'not-in-ledger' };
  const paymentId = payment.id;
  if (!amountsEqual(amount, toAmount(payment.amountMinor))) return { what: 'other-amount', paymentId };
  const state = await askedUnless(ctx, payment, kind === 'payment' ? takenStates : ['refunded']);
  if (kind === 'payment') return takenStates.includes(state) ? undefined : { what: 'not-paid', paymentId };
  return state === 'refunded' && !(await isTransferred(ctx, paymentId)) ? undefined : { what: 'not-refunded', paymentId };
}

/** By such a list, or a sweep: the bank had done it before, and nobody here knows when. */
const isFoundByAsking = async (ctx: LedgerContext, paymentId: string): Promise<boolean> =>
  (await ctx.store.audit('payments', paymentId)).at(-1)?.cause.startsWith('inquiry: ') === true;

/** By a person, of whom that was asked since the bank had not done it; else it may be the bank's refund that the person marked as done. */
async function isTransferred(ctx: LedgerContext, paymentId: string): Promise<boolean> {
  const refund = await ctx.store.refundOfPayment(paymentId);
  return refund?.byHand === 1 && (await ctx.store.audit('refunds', refund.id)).at(-1)?.fromState === 'manual';
}

/** The payment's state, and DOKU's answer applied if it is none of these. */
async function askedUnless(ctx: LedgerContext, payment: PaymentRow, states: readonly PaymentState[]): Promise<PaymentState> {
  if (states.includes(payment.state)) return payment.state;
  await checkPayment(ctx, payment);
  return (await ctx.store.payment(payment.id))?.state ?? payment.state;
}

const paymentsSent = (ctx: LedgerContext, period: Period): AsyncGenerator<PaymentRow> => pages((after) => ctx.store.paymentsSent(period, after, page));

async function* pages(read: (afterId: string) => Promise<PaymentRow[]>): AsyncGenerator<PaymentRow> {
  for (let after = ''; ;) {
    const payments = await read(after);
    yield* payments;
    const last = payments.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
