/**
 * Whether the merchant was told exactly what happened: each thing under one id, in order, nothing that did not happen.
 * What happened is what the trail of steps says, whatever became of it afterwards.
 */
import type { AlloEvent, PaymentEvent } from '../../packages/server/src/index.ts';
import type { JobTable } from '../../packages/server/src/store/rows.ts';
import type { BookedPayment, BookedStep, Books } from './books.ts';
import type { Evidence } from './evidence.ts';
import { toMoney } from './shop.ts';

type EventType = AlloEvent['type'];
type PaymentEventType = PaymentEvent['type'];

export function checkEvents(evidence: Evidence): string[] {
  return [...untold(evidence), ...wronglyHeard(evidence), ...undelivered(evidence), ...inventedEvents(evidence)];
}

/** What is news when a row gets there. */
const newsOf: Readonly<Record<JobTable, Readonly<Record<string, EventType>>>> = {
  payments: {
    failed: 'payment.failed', cancelled: 'payment.failed', expired: 'payment.failed', not_executed: 'payment.failed',
    succeeded: 'payment.paid', late_success: 'payment.late', review: 'payment.review', refunded: 'payment.refunded',
  },
  refunds: { failed: 'refund.failed', manual: 'refund.manual', review: 'refund.review' },
  links: { active: 'account.linked', unlinked: 'account.unlinked', relink_required: 'account.relink-required' },
};

/** Of a refund that came to nothing its own step tells; what is paid then may be for the first time, if it was taken late. */
function newsIn({ table, from, to }: BookedStep): EventType | undefined {
  const isOfRefund = table === 'payments' && from === 'refunding' && to !== 'refunded' && to !== 'succeeded';
  return from === to || isOfRefund ? undefined : newsOf[table][to];
}

/** Each step that is news is an event, and no event is of anything else. The same of the same is told once, however often it happens. */
function untold({ books }: Evidence): string[] {
  const happened = new Set(books.steps.flatMap((step) => {
    const type = newsIn(step);
    return type === undefined ? [] : [`${type} of ${step.rowId}`];
  }));
  const written = new Set(books.events.map(({ type, subjectId }) => `${type} of ${subjectId}`));
  return [
    ...Array.from(happened).filter((news) => !written.has(news)).map((news) => `${news} happened, and is not to be told`),
    ...Array.from(written).filter((news) => !happened.has(news)).map((news) => `${news} is told, and did not happen`),
  ];
}

const isOfPayment = (event: AlloEvent): event is PaymentEvent => 'paymentId' in event;

function wronglyHeard({ events, books }: Evidence): string[] {
  const byPayment = Map.groupBy(events.filter(isOfPayment), ({ paymentId }) => paymentId);
  return books.payments.flatMap((payment) => {
    const told = byPayment.get(payment.id) ?? [];
    return [...wrongContent(payment, told), ...twiceTold(payment, told), ...toldTooEarly(payment, told)];
  });
}

function wrongContent(payment: BookedPayment, told: readonly PaymentEvent[]): string[] {
  const isRight = ({ orderId, customerId, amount, reference }: PaymentEvent): boolean =>
    orderId === payment.orderId && customerId === payment.customerId && reference === payment.reference && amount.value === toMoney(payment.amountMinor).value;
  return told.filter((event) => !isRight(event)).map(({ type }) => `${type} of ${payment.orderId} does not say what the ledger says`);
}

/** Again is allowed under the same id only; a refund that failed and was begun anew is another thing that happened. */
function twiceTold({ orderId }: BookedPayment, told: readonly PaymentEvent[]): string[] {
  const ofPayment = told.filter(({ type }) => type.startsWith('payment.'));
  const idsByType = Map.groupBy(ofPayment, ({ type }) => type);
  return Array.from(idsByType).flatMap(([type, events]) => (new Set(events.map(({ id }) => id)).size > 1 ? [`${type} of ${orderId} was told under two ids`] : []));
}

/** What can only have come before what: taken after it had failed, refunded after it was taken. */
const stage: Readonly<Record<PaymentEventType, number>> = {
  'payment.failed': 0, 'payment.paid': 1, 'payment.late': 1, 'payment.review': 1,
  'refund.failed': 2, 'refund.manual': 2, 'refund.review': 2, 'payment.refunded': 3,
};

/** Told again, an event may come late; for the first time, never. */
function toldTooEarly({ orderId }: BookedPayment, told: readonly PaymentEvent[]): string[] {
  const firsts = told.filter(({ id }, index) => told.findIndex((event) => event.id === id) === index);
  return firsts.flatMap((event, index) => {
    const before = firsts[index - 1];
    return before !== undefined && stage[before.type] > stage[event.type] ? [`${before.type} of ${orderId} was told before its ${event.type}`] : [];
  });
}

function undelivered({ events, books }: Evidence): string[] {
  const heard = new Set(events.map(({ id }) => id));
  return books.events.filter(({ id, isDelivered }) => isDelivered && !heard.has(id)).map(({ type }) => `${type} counts as told, and the merchant never heard it`);
}

/** Under the id of one thing the merchant must not hear of another. */
function inventedEvents({ events, books }: Evidence): string[] {
  const recorded = new Map(books.events.map((event) => [event.id, event]));
  return events.filter((event) => !isSame(event, recorded.get(event.id), books)).map(({ type }) => `the merchant was told ${type}, of which the ledger has no record`);
}

function isSame(event: AlloEvent, recorded: Books['events'][number] | undefined, { refunds }: Books): boolean {
  if (recorded?.type !== event.type) return false;
  if (!isOfPayment(event)) return recorded.subjectId === event.linkId;
  const refund = refunds.find(({ id }) => id === recorded.subjectId);
  return (refund?.paymentId ?? recorded.subjectId) === event.paymentId;
}
