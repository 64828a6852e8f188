/**
 * Whether money went back exactly where we say so: by the bank's journal, by the payment, and by the refund itself.
 */
import type { BookedPayment, BookedRefund } from './books.ts';
import type { Evidence } from './evidence.ts';

export function wrongRefunds(evidence: Evidence): string[] {
  const { journal, books, givenBackElsewhere } = evidence;
  const givenBack = Map.groupBy(journal.filter(({ kind }) => kind === 'refund'), ({ partnerReferenceNo }) => partnerReferenceNo);
  const byPayment = Map.groupBy(books.refunds, ({ paymentId }) => paymentId);
  const known = new Set(books.payments.map(({ id }) => id));
  return [
    ...books.payments.flatMap((payment) => {
      const back: GivenBack = { entries: givenBack.get(payment.reference) ?? [], isElsewhere: givenBackElsewhere?.has(payment.reference) === true };
      return wrongPayment(payment, back, byPayment.get(payment.id) ?? []);
    }),
    ...books.refunds.filter(({ paymentId }) => !known.has(paymentId)).map(({ id }) => `refund ${id} is of no payment`),
  ];
}

interface GivenBack {
  /** What the journal says of it: by the bank, or by a person's transfer, which has no number at the bank. */
  entries: Evidence['journal'];
  /** We had not asked for it. */
  isElsewhere: boolean;
}

function wrongPayment({ state, orderId }: BookedPayment, { entries, isElsewhere }: GivenBack, refunds: readonly BookedRefund[]): string[] {
  const count = entries.length;
  if (count > 1) return [`${orderId} was refunded ${count} times`];
  if ((count === 1) !== (state === 'refunded')) return [`${orderId} was refunded ${count} times, and the payment is ${state}`];
  const standing = refunds.filter((refund) => refund.state !== 'failed');
  if (standing.length > 1) return [`${orderId} has ${standing.length} refunds that stand`];
  const isRight = isElsewhere ? agreesElsewhere(state, standing[0]) : agrees(state, entries[0]?.partnerRefundNo, standing[0]);
  return isRight ? [] : [`${orderId} is ${state}, and its refund ${standing[0]?.state ?? 'is not there'}`];
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

/** There need be no refund of ours; one that waited for people is done. */
const agreesElsewhere = (state: string, refund: BookedRefund | undefined): boolean => state === 'refunded' && (refund === undefined || refund.state === 'succeeded');
