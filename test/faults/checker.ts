/**
 * Decides whether a run was right, from what it left behind. Knows nothing of how the product works: only what
 * must never happen with money.
 */
import type { PaymentStatus } from '../../packages/server/src/index.ts';
import { isEnd, jobTables } from '../server/support/ends.ts';
import type { BookedPayment } from './books.ts';
import type { Evidence, Told } from './evidence.ts';
import { checkEvents } from './event-rules.ts';
import { wrongRefunds } from './refund-rules.ts';
import { labOrder, orderIndexOfAmount, pointsOf } from './shop.ts';
import { brokenSteps } from './trail-rules.ts';

export type Rule =
  | 'one debit per order'
  | 'every debit is in the ledger'
  | 'debited is what we say'
  | 'refunded is what we say'
  | 'told only what is true'
  | 'told of the own order'
  | 'told never goes back'
  | 'steps follow each other'
  | 'events are the final states'
  | 'nothing is open'
  | 'nothing forged is taken'
  | 'what was acknowledged is kept'
  | 'no odd answers';

export interface Violation {
  rule: Rule;
  detail: string;
}

/** Everything that was wrong; nothing if the run was right. */
export function findViolations(evidence: Evidence): Violation[] {
  const rules: Record<Rule, (evidence: Evidence) => string[]> = {
    'one debit per order': doubleDebits,
    'every debit is in the ledger': unknownDebits,
    'debited is what we say': wrongPayments,
    'refunded is what we say': wrongRefunds,
    'told only what is true': untrueAnswers,
    'told of the own order': foreignAnswers,
    'told never goes back': regressions,
    'steps follow each other': brokenSteps,
    'events are the final states': checkEvents,
    'nothing is open': openThings,
    'nothing forged is taken': takenForgeries,
    'what was acknowledged is kept': lostNotifications,
    'no odd answers': ({ oddAnswers }) => [...new Set(oddAnswers)],
  };
  return (Object.keys(rules) as Rule[]).flatMap((rule) => rules[rule](evidence).map((detail) => ({ rule, detail })));
}

const debitsOf = ({ journal }: Evidence) => journal.filter(({ kind }) => kind === 'debit');
const byId = (payments: readonly BookedPayment[]): Map<string, BookedPayment> => new Map(payments.map((payment) => [payment.id, payment]));

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** By the amount, which no two orders share: so it holds for debits that the ledger has never heard of, too. */
function doubleDebits(evidence: Evidence): string[] {
  const counts = countBy(debitsOf(evidence).filter((entry) => !isTakenBack(evidence, entry)), ({ amount }) => `order-${orderIndexOfAmount(amount)}`);
  return Array.from(counts).flatMap(([orderId, count]) => (count > 1 ? [`${orderId} was debited ${count} times`] : []));
}

/** The bank called it unpaid, and took the money all the same. */
const isTakenLate = ({ takenLate }: Evidence, { reference }: { reference: string }): boolean => takenLate?.has(reference) === true;

/** Taken after the bank had called it unpaid, and given back, or handed to people, because the order was paid anew. */
function isTakenBack(evidence: Evidence, { partnerReferenceNo }: Evidence['journal'][number]): boolean {
  if (!isTakenLate(evidence, { reference: partnerReferenceNo })) return false;
  const state = evidence.books.payments.find(({ reference }) => reference === partnerReferenceNo)?.state;
  return state === 'refunded' || state === 'review';
}

function unknownDebits(evidence: Evidence): string[] {
  const byReference = new Map(evidence.books.payments.map((payment) => [payment.reference, payment]));
  return evidence.journal.flatMap(({ kind, partnerReferenceNo, amount, custIdMerchant }) => {
    const payment = byReference.get(partnerReferenceNo);
    const order = labOrder(orderIndexOfAmount(amount), evidence.customers);
    if (payment === undefined) return [`a ${kind} for ${order.orderId} under ${partnerReferenceNo}, which is not in the ledger`];
    const isRight = payment.amountMinor === amount && payment.orderId === order.orderId && payment.customerId === custIdMerchant && order.customerId === custIdMerchant;
    return isRight ? [] : [`a ${kind} of ${amount} from ${custIdMerchant} is ${payment.orderId} of ${payment.customerId} over ${payment.amountMinor} in the ledger`];
  });
}

/** Money was taken, whatever followed; `review` too: people were asked because it was. */
const debitedStates: ReadonlySet<string> = new Set(['succeeded', 'refunding', 'refunded', 'late_success', 'review']);

function wrongPayments(evidence: Evidence): string[] {
  const debited = new Set(debitsOf(evidence).map(({ partnerReferenceNo }) => partnerReferenceNo));
  return evidence.books.payments.flatMap(({ reference, state, orderId }) => {
    if (debited.has(reference) === debitedStates.has(state)) return [];
    return [debited.has(reference) ? `${orderId} was debited, and the payment is ${state}` : `${orderId} was not debited, and the payment is ${state}`];
  });
}

/** What was moved, by reference: when, in the bank's time. */
const movedAt = ({ journal }: Evidence, wanted: 'debit' | 'refund'): Map<string, number> =>
  new Map(journal.filter(({ kind }) => kind === wanted).map(({ partnerReferenceNo, at }) => [partnerReferenceNo, Date.parse(at)]));

/** What each status says of the money, for those that say something of it. */
const claims: Readonly<{ [Status in PaymentStatus]?: 'taken' | 'given back' | 'not taken' }> = {
  paid: 'taken', refunding: 'taken', refunded: 'given back', failed: 'not taken', cancelled: 'not taken', expired: 'not taken',
};

/** The bank's journal knows whole seconds: a movement may have been as much later as this. */
const journalStepMs = 1_000;

function untrueAnswers(evidence: Evidence): string[] {
  const payments = byId(evidence.books.payments);
  const [debitedAt, refundedAt] = [movedAt(evidence, 'debit'), movedAt(evidence, 'refund')];
  return evidence.told.flatMap(({ payment: { paymentId, status }, bankTimeMs, orderId }) => {
    const booked = payments.get(paymentId);
    if (booked === undefined) return [`a shopper was told of a payment of ${orderId} that is not in the ledger`];
    const debited = debitedAt.get(booked.reference) ?? Infinity;
    const refunded = refundedAt.get(booked.reference) ?? Infinity;
    const claim = claims[status];
    if (claim === 'taken' && debited > bankTimeMs.answered) return [`a shopper was told ${status} of ${orderId} before it was debited`];
    if (claim === 'given back' && refunded > bankTimeMs.answered) return [`a shopper was told ${status} of ${orderId} before it was given back`];
    const isDenied = claim === 'not taken' && debited + journalStepMs <= bankTimeMs.asked && !isTakenLate(evidence, booked);
    return isDenied ? [`a shopper was told ${status} of ${orderId}, which was debited`] : [];
  });
}

function foreignAnswers(evidence: Evidence): string[] {
  const payments = byId(evidence.books.payments);
  const answers = evidence.told.flatMap(({ orderId, customerId, payment }) => {
    const booked = payments.get(payment.paymentId);
    const isOwn = payment.orderId === orderId && (booked === undefined || (booked.orderId === orderId && booked.customerId === customerId));
    const isWhole = booked === undefined || Number(payment.amount) * 100 === booked.amountMinor;
    return isOwn && isWhole ? [] : [`${customerId} asked about ${orderId} and was told of ${payment.orderId} over ${payment.amount}`];
  });
  const shown = evidence.pointsShown.filter(({ customerId, value }) => value !== pointsOf(customerId));
  return [...answers, ...shown.map(({ customerId, value }) => `${customerId} was shown somebody's ${value} points`)];
}

/** What may be told after what; anything may be told again. */
const mayFollow: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  created: ['requires-action', 'processing', 'paid', 'failed', 'cancelled', 'expired', 'review', 'refunding', 'refunded'],
  'requires-action': ['processing', 'paid', 'failed', 'cancelled', 'expired', 'review', 'refunding', 'refunded'],
  processing: ['requires-action', 'paid', 'failed', 'cancelled', 'expired', 'review', 'refunding', 'refunded'],
  paid: ['refunding', 'refunded', 'review'],
  failed: [],
  cancelled: [],
  expired: [],
  refunding: ['paid', 'refunded', 'review'],
  refunded: [],
  review: ['paid', 'refunding', 'refunded'],
};

/** And what else after "not paid", where the bank took the money all the same. */
const mayFollowLate: readonly PaymentStatus[] = ['paid', 'review', 'refunding', 'refunded'];

/** Two answers can only be told apart in time if one was there before the other was asked for. */
function regressions(evidence: Evidence): string[] {
  const payments = byId(evidence.books.payments);
  const byPayment = Map.groupBy(evidence.told, ({ payment }) => payment.paymentId);
  return Array.from(byPayment).flatMap(([paymentId, answers]) => {
    const booked = payments.get(paymentId);
    const isLate = booked !== undefined && isTakenLate(evidence, booked);
    const inOrder = answers.toSorted((one, other) => one.answeredAt - other.answeredAt);
    return inOrder.flatMap((earlier, index) => inOrder.slice(index + 1).filter((later) => goesBack(earlier, later, isLate)).map((later) =>
      `${earlier.orderId} was ${earlier.payment.status} and then ${later.payment.status}`));
  });
}

function goesBack(earlier: Told, later: Told, isLate: boolean): boolean {
  const [was, is] = [earlier.payment.status, later.payment.status];
  if (later.askedAt <= earlier.answeredAt || was === is || mayFollow[was].includes(is)) return false;
  return !(isLate && claims[was] === 'not taken' && mayFollowLate.includes(is));
}

/** Rows whose state is no end, or that are looked at again; and what was not told yet. */
function openThings({ books }: Evidence): string[] {
  const rows = jobTables.flatMap((table) => books[table].filter(({ state, isWaiting }) => isWaiting || !isEnd(table, state)).map(({ id, state }) => `${table} ${id}: ${state}`));
  return [...rows, ...books.events.filter(({ isDelivered }) => !isDelivered).map(({ id, type }) => `events ${id}: ${type}`)];
}

function takenForgeries({ forged, notifications }: Evidence): string[] {
  const taken = forged.filter(({ httpStatus }) => httpStatus < 400).map(({ forgery, httpStatus }) => `a forged notification (${forgery}) was answered ${httpStatus}`);
  const wrong = notifications.filter(({ fault, state }) => fault === 'wrong-signature' && state === 'delivered').map(() => 'a wrongly signed notification was taken');
  return [...new Set([...taken, ...wrong])];
}

function lostNotifications({ notifications, books }: Evidence): string[] {
  const kept = new Set(books.notifications.map(({ reference, status }) => `${reference} ${status}`));
  return notifications.flatMap(({ kind, state, reference, status }) =>
    kind === 'payment' && state === 'delivered' && !kept.has(`${reference} ${status}`) ? [`a notification of ${status} was acknowledged and is not in the ledger`] : []);
}
