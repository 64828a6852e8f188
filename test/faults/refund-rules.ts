/**
 * Whether money went back exactly where we say so: by the bank's journal, by the payment, and by the refund itself.
 */
import type { BookedPayment, BookedRefund } from './books.ts';
import type { Evidence } from './evidence.ts';

export function wrongRefunds(evidence: Evidence): string[] {
  const { journal, books } = evidence;
  const givenBack = Map.groupBy(journal.filter(({ kind }) => kind === 'refund'), ({ partnerReferenceNo }) => partnerReferenceNo);
  const byPayment = Map.groupBy(books.refunds, ({ paymentId }) => paymentId);
  const known = new Set(books.payments.map(({ id }) => id));
  return [
    ...books.payments.flatMap((payment) => wrongPayment(payment, givenBack.get(payment.reference) ?? [], byPayment.get(payment.id) ?? [])),
    ...books.refunds.filter(({ paymentId }) => !known.has(paymentId)).map(({ id }) => `refund ${id} is of no payment`),
  ];
}

function wrongPayment({ state, orderId }: BookedPayment, givenBack: Evidence['journal'], refunds: readonly BookedRefund[]): string[] {
  const count = givenBack.length;
  if (count > 1) return [`${orderId} was refunded ${count} times`];
  if ((count === 1) !== (state === 'refunded')) return [`${orderId} was refunded ${count} times, and the payment is ${state}`];
  const standing = refunds.filter((refund) => refund.state !== 'failed');
  if (standing.length > 1) return [`${orderId} has ${standing.length} refunds that stand`];
  return agrees(state, givenBack[0]?.partnerRefundNo, standing[0]) ? [] : [`${orderId} is ${state}, and its refund ${standing[0]?.state ?? 'is not there'}`];
}

/** What a payment is while its refund is so; of what failed nothing is left, and a payment without one is anything but given back. */
const statesBeside: Readonly<Record<string, readonly string[]>> = {
  created: ['refunding'], sending: ['refunding'], pending: ['refunding'], unknown: ['refunding'],
  succeeded: ['refunded'], manual: ['succeeded', 'review'], review: ['review'],
};

function agrees(state: string, numberAtBank: string | undefined, refund: BookedRefund | undefined): boolean {
  if (refund === undefined) return state !== 'refunding' && state !== 'refunded';
  return statesBeside[refund.state]?.includes(state) === true && (numberAtBank === undefined || numberAtBank === refund.reference);
}
