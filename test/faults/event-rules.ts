/**
 * Whether the merchant was told exactly what happened: each thing under one id, in order, nothing that did not happen.
 */
import type { AlloEvent, PaymentEvent } from '../../packages/server/src/index.ts';
import type { BookedPayment } from './books.ts';
import type { Evidence } from './evidence.ts';
import { toMoney } from './shop.ts';

type PaymentEventType = PaymentEvent['type'];

/** Of which types one has to have come, and which must not have, by the final state of a payment. */
const expectations: Readonly<Record<string, { one: PaymentEventType[][]; none: PaymentEventType[] }>> = {
  succeeded: { one: [['payment.paid']], none: ['payment.refunded'] },
  refunded: { one: [['payment.paid', 'payment.late'], ['payment.refunded']], none: [] },
  failed: { one: [['payment.failed']], none: ['payment.paid', 'payment.refunded', 'payment.late'] },
  cancelled: { one: [['payment.failed']], none: ['payment.paid', 'payment.refunded', 'payment.late'] },
  expired: { one: [['payment.failed']], none: ['payment.paid', 'payment.refunded', 'payment.late'] },
  not_executed: { one: [['payment.failed']], none: ['payment.paid', 'payment.refunded', 'payment.late'] },
  review: { one: [['payment.review', 'refund.review', 'payment.paid', 'payment.late']], none: ['payment.refunded'] },
};

export function checkEvents(evidence: Evidence): string[] {
  return [...wrongEvents(evidence), ...undelivered(evidence), ...inventedEvents(evidence)];
}

const isOfPayment = (event: AlloEvent): event is PaymentEvent => 'paymentId' in event;

function wrongEvents({ events, books }: Evidence): string[] {
  const byPayment = Map.groupBy(events.filter(isOfPayment), ({ paymentId }) => paymentId);
  return books.payments.flatMap((payment) => {
    const told = byPayment.get(payment.id) ?? [];
    return [...wrongTypes(payment, told), ...wrongContent(payment, told), ...twiceTold(payment, told), ...toldTooEarly(payment, told)];
  });
}

function wrongTypes({ state, orderId }: BookedPayment, told: readonly PaymentEvent[]): string[] {
  const expected = expectations[state];
  if (expected === undefined) return [];
  const has = (type: PaymentEventType): boolean => told.some((event) => event.type === type);
  const missing = expected.one.filter((types) => !types.some(has)).map((types) => `${orderId} is ${state}, and the merchant was never told ${types.join(' or ')}`);
  return [...missing, ...expected.none.filter(has).map((type) => `${orderId} is ${state}, and the merchant was told ${type}`)];
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

function inventedEvents({ events, books }: Evidence): string[] {
  const recorded = new Set(books.events.map(({ id }) => id));
  return events.filter(({ id }) => !recorded.has(id)).map(({ type }) => `the merchant was told ${type}, of which the ledger has no record`);
}
