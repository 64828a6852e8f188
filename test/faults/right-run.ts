/**
 * The evidence of a run in which all went right, made by hand: for the tests of the checker, which spoil one piece of it.
 */
import type { AlloEvent, PaymentEvent, PaymentStatus } from '../../packages/server/src/index.ts';
import type { JobTable } from '../../packages/server/src/store/rows.ts';
import type { BookedPayment, BookedRow } from './books.ts';
import type { Evidence, Told } from './evidence.ts';
import { customerName, labOrder, pointsOf, toMoney } from './shop.ts';

/** What became of one payment. */
export interface Story {
  /** Which order of the shop. */
  order: number;
  /** Default: named after the order. */
  id?: string;
  /** One after the other. */
  states: readonly string[];
  /** Events about it, one after the other; under the refund those that are its own. */
  events?: readonly PaymentEvent['type'][];
  /** What the bank did: it takes money at the 60th second and gives it back at the 120th. */
  moved?: readonly ('debit' | 'refund')[];
  /** States of its refund. */
  refund?: readonly string[];
  /** What a shopper was told, and in which second. */
  told?: readonly (readonly [PaymentStatus, number])[];
}

const customers = 2;
const startMs = Date.UTC(2027, 0, 4);
const secondMs = 1_000;
const movedAtMs = { debit: startMs + 60 * secondMs, refund: startMs + 120 * secondMs } as const;

function emptyRun(): Evidence {
  return {
    customers, orders: 8, journal: [], notifications: [], told: [], pointsShown: [], oddAnswers: [], events: [], forged: [],
    books: { payments: [], refunds: [], links: [], events: [], notifications: [], steps: [] },
  };
}

/** An order that was paid, one that was not, one that was given back, and one that people look at; a link, and what else was seen. */
export function rightRun(): Evidence {
  const run = emptyRun();
  addPayment(run, { order: 0, states: ['created', 'sending', 'requires_action', 'requires_action', 'succeeded'], events: ['payment.paid'], moved: ['debit'], told: [['requires-action', 10], ['paid', 70], ['paid', 400]] });
  addPayment(run, { order: 1, states: ['created', 'sending', 'failed'], events: ['payment.failed'], told: [['created', 10], ['failed', 70]] });
  addPayment(run, { order: 2, ...givenBack, told: [['processing', 10], ['paid', 70], ['refunding', 110], ['refunded', 130]] });
  addPayment(run, { order: 3, states: ['created', 'sending', 'unknown', 'review'], events: ['payment.review'], moved: ['debit'], told: [['review', 70]] });
  const linkId = addLink(run, ['initiated', 'redirected', 'exchanging', 'active']);
  addEvent(run, linkId, { id: 'event-of-link', at: '', customerId: customerName(0), type: 'account.linked', linkId });
  run.pointsShown.push({ customerId: customerName(1), value: pointsOf(customerName(1)) });
  run.forged.push({ forgery: 'case flipped', reference: 'reference-0', httpStatus: 401 });
  run.notifications.push({ number: 1, kind: 'payment', reference: 'reference-0', status: '00', externalId: '', state: 'delivered', attempts: [] });
  run.books.notifications.push({ reference: 'reference-0', status: '00' });
  return run;
}

/** A payment that was taken and given back, but for what a story says else. */
export const givenBack = {
  states: ['created', 'sending', 'pending', 'succeeded', 'refunding', 'refunded'], events: ['payment.paid', 'payment.refunded'], moved: ['debit', 'refund'],
  refund: ['created', 'sending', 'succeeded'],
} as const satisfies Partial<Story>;

/** Adds all that a payment leaves behind. */
export function addPayment(run: Evidence, story: Story): BookedPayment {
  const { orderId, customerId, amountMinor } = labOrder(story.order, customers);
  const { id = `payment-${story.order}`, states } = story;
  const payment: BookedPayment = { ...bookedRow(id, states), reference: id.replace('payment', 'reference'), orderId, customerId, amountMinor };
  run.books.payments.push(payment);
  addTrail(run, 'payments', id, states);
  if (story.refund !== undefined) addRefund(run, payment, story.refund);
  for (const type of story.events ?? []) tellMerchant(run, payment, type);
  for (const kind of story.moved ?? []) move(run, payment, kind);
  for (const [status, second] of story.told ?? []) tellShopper(run, payment, status, second);
  return payment;
}

const refundOf = ({ id }: BookedPayment): string => id.replace('payment', 'refund');

function addRefund(run: Evidence, payment: BookedPayment, states: readonly string[]): void {
  const id = refundOf(payment);
  run.books.refunds.push({ ...bookedRow(id, states), reference: `${id}-at-bank`, paymentId: payment.id });
  addTrail(run, 'refunds', id, states);
}

/** A link with its trail; nobody is told of it. */
export function addLink(run: Evidence, states: readonly string[]): string {
  const id = `link-${run.books.links.length}`;
  run.books.links.push(bookedRow(id, states));
  addTrail(run, 'links', id, states);
  return id;
}

const bookedRow = (id: string, states: readonly string[]): BookedRow => ({ id, state: states.at(-1) ?? '', version: states.length, isWaiting: false });

export function addTrail({ books }: Evidence, table: JobTable, rowId: string, states: readonly string[]): void {
  states.forEach((to, index) => books.steps.push({ table, rowId, version: index + 1, from: states[index - 1], to }));
}

function move(run: Evidence, payment: BookedPayment, kind: 'debit' | 'refund'): void {
  const { reference, amountMinor, customerId } = payment;
  run.journal.push({
    kind, at: new Date(movedAtMs[kind]).toISOString(), partnerReferenceNo: reference, ...(kind === 'refund' && { partnerRefundNo: `${refundOf(payment)}-at-bank` }),
    amount: amountMinor, value: toMoney(amountMinor).value, currency: 'IDR', custIdMerchant: customerId, accountId: customerId,
  });
}

/** Written, and heard. */
export function tellMerchant(run: Evidence, payment: BookedPayment, type: PaymentEvent['type']): void {
  const { id: paymentId, orderId, customerId, reference, amountMinor } = payment;
  const subjectId = type.startsWith('refund.') ? refundOf(payment) : paymentId;
  addEvent(run, subjectId, { id: `event-${run.events.length}`, at: '', type, paymentId, orderId, customerId, reference, amount: toMoney(amountMinor) });
}

export function addEvent(run: Evidence, subjectId: string, event: AlloEvent): void {
  run.books.events.push({ id: event.id, subjectId, type: event.type, isDelivered: true });
  run.events.push(event);
}

export function tellShopper(run: Evidence, { id: paymentId, orderId, customerId, amountMinor }: BookedPayment, status: PaymentStatus, second: number): Told {
  const askedAt = second * secondMs;
  const told: Told = {
    orderId, customerId, payment: { paymentId, orderId, status, amount: toMoney(amountMinor).value }, askedAt, answeredAt: askedAt + 100,
    bankTimeMs: { asked: startMs + askedAt, answered: startMs + askedAt + 100 },
  };
  run.told.push(told);
  return told;
}
