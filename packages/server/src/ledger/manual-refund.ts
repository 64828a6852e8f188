/**
 * The end of a refund that the bank could not do: a person has transferred the money, and says so. Also of one of which
 * nobody knows how it ended, for then a person has found that out. Must never be the end of a refund that the bank may
 * still do: then the money would go back twice.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { PaymentRow, RefundRow, RefundState } from '../store/rows.ts';
import type { LedgerContext } from './context.ts';
import { paymentEvent } from './events.ts';
import { paymentTransitions, refundTransitions } from './transitions.ts';

/** What the person says of the transfer; each up to 64 characters, for the books. */
export interface Transfer {
  /** Under which the transfer can be found, for example at your bank. */
  reference?: string | undefined;
  /** Who did it. */
  by?: string | undefined;
}

const longestText = 64;

/**
 * Marks the refund as done by hand, once; said again, answers the refund as it stands. Throws `NOT_FOUND`,
 * `INVALID_REQUEST` or, if no refund of the payment waits for a person, `PAYMENT_NOT_REFUNDABLE`.
 */
export async function confirmManualRefund(ctx: LedgerContext, paymentId: string, transfer: Transfer): Promise<RefundRow> {
  const payment = await ctx.store.payment(paymentId);
  if (payment === undefined) throw new AlloServerError('NOT_FOUND');
  const refund = await waiting(ctx, paymentId);
  if (refund.byHand !== null || (await settle(ctx, payment, refund, transfer))) return (await ctx.store.refund(refund.id)) ?? refund;
  // Somebody else was faster: with the same news, or with a refund at the bank.
  return waiting(ctx, paymentId);
}

const forPeople: readonly RefundState[] = refundTransitions.transferred.from;

/** The refund, if it waits for a person or a person has done it. */
async function waiting(ctx: LedgerContext, paymentId: string): Promise<RefundRow> {
  const refund = await ctx.store.refundOfPayment(paymentId);
  if (refund !== undefined && (forPeople.includes(refund.state) || refund.byHand !== null)) return refund;
  if (refund?.state === 'succeeded') ctx.log.error('somebody says to have transferred what the bank gave back by itself; unless that is the same, it went back twice', { paymentId });
  throw new AlloServerError('PAYMENT_NOT_REFUNDABLE', { detail: 'no refund of this payment waits to be transferred by hand' });
}

function settle(ctx: LedgerContext, payment: PaymentRow, refund: RefundRow, transfer: Transfer): Promise<boolean> {
  const [reference, by] = [plain('reference', transfer.reference), plain('by', transfer.by)];
  const cause = by === '' ? 'transferred by hand' : `transferred by hand, says ${by}`;
  const set = { byHand: 1, transferReference: reference, confirmedBy: by, refundedAt: ctx.now(), nextAt: null } as const;
  return ctx.store.commit({
    changes: [
      { table: 'refunds', id: refund.id, ...refundTransitions.transferred, set, cause },
      { table: 'payments', id: payment.id, ...paymentTransitions.refundedByHand, set: { nextAt: null }, cause },
    ],
    events: [paymentEvent(ctx, 'payment.refunded', payment, { byHand: true, ...(reference !== '' && { transferReference: reference }) })],
  });
}

function plain(name: keyof Transfer, text = ''): string {
  const trimmed = text.trim();
  if (trimmed.length <= longestText && !/\p{C}/u.test(trimmed)) return trimmed;
  throw new AlloServerError('INVALID_REQUEST', { detail: `"${name}" has to be a text of at most ${longestText} characters` });
}
