/**
 * Rows of the ledger as the page may see them: nothing of the bank's, no secret, no phone number in full.
 *
 * @module
 */

import type { Account, LinkFailure, Payment, PaymentFailure, PaymentStatus, Refund, RefundStatus } from '../contract.ts';
import { toAmount } from '../snap/amount.ts';
import type { LinkRow, LinkState, PaymentRow, PaymentState, RefundRow, RefundState } from '../store/rows.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** How long a page is told why an attempt to link failed. */
const failureShownMs = 15 * 60_000;

const accountStatuses = {
  initiated: 'linking',
  redirected: 'linking',
  returned: 'linking',
  exchanging: 'linking',
  disowned: 'unlinked',
  active: 'linked',
  unlinking: 'linked',
  unlinked: 'unlinked',
  relink_required: 'relink-required',
  failed: 'unlinked',
  abandoned: 'unlinked',
} as const satisfies Record<LinkState, Account['status']>;

/** @param knownPhone Masked number the merchant knows. */
export function accountView(link: LinkRow | undefined, knownPhone: string | undefined, now: number): Account {
  const status = link === undefined ? 'unlinked' : accountStatuses[link.state];
  const phone = (status === 'unlinked' ? undefined : link?.phoneMask) ?? knownPhone;
  const account: Account = { status, ...(phone && { phone }) };
  if (status === 'linked') return { ...account, ...linkedView(link) };
  return { ...account, phoneRequired: knownPhone === undefined, ...openView(link, now), ...failureView(link, now) };
}

function linkedView(link: LinkRow | undefined): Partial<Account> {
  const leaving = link !== undefined && (link.unlinkRequestedAt !== null || link.state === 'unlinking');
  return { ...(link?.linkedAt && { linkedAt: iso(link.linkedAt) }), ...(leaving && { unlinkRequested: true }) };
}

function openView(link: LinkRow | undefined, now: number): Partial<Account> {
  if (link?.state !== 'redirected' || link.pageUrl === null || (link.pageExpiresAt ?? 0) <= now) return {};
  return { link: { url: link.pageUrl, expiresAt: iso(link.pageExpiresAt ?? now) } };
}

function failureView(link: LinkRow | undefined, now: number): Partial<Account> {
  const fresh = link !== undefined && now - link.updatedAt < failureShownMs;
  return fresh && link.failure !== null ? { lastFailure: link.failure as LinkFailure } : {};
}

const paymentStatuses = {
  created: 'created',
  sending: 'processing',
  requires_action: 'requires-action',
  pending: 'processing',
  unknown: 'processing',
  succeeded: 'paid',
  refunding: 'refunding',
  refunded: 'refunded',
  late_success: 'review',
  failed: 'failed',
  not_executed: 'failed',
  cancelled: 'cancelled',
  expired: 'expired',
  review: 'review',
} as const satisfies Record<PaymentState, PaymentStatus>;

export function paymentView(payment: PaymentRow, refund: RefundRow | undefined, now: number): Payment {
  const action = actionView(payment, now);
  const status = payment.state === 'requires_action' && action === undefined ? 'processing' : paymentStatuses[payment.state];
  return {
    paymentId: payment.id,
    orderId: payment.orderId,
    status,
    amount: toAmount(payment.amountMinor),
    createdAt: iso(payment.createdAt),
    updatedAt: iso(payment.updatedAt),
    ...(action && { action }),
    ...(payment.failure !== null && isUnpaid(status) && { failure: payment.failure as PaymentFailure }),
    ...(payment.paidAt !== null && !isUnpaid(status) && { receipt: { paidAt: iso(payment.paidAt), reference: payment.reference } }),
    // A refund that was refused is not what gave the money back: somebody did, at the bank.
    ...(refund && !(status === 'refunded' && refund.state === 'failed') && { refund: refundView(refund) }),
  };
}

const isUnpaid = (status: PaymentStatus): boolean => status === 'failed' || status === 'cancelled' || status === 'expired';

/** The bank's page, unless it closed or the shopper has been there and back. */
function actionView(payment: PaymentRow, now: number): Payment['action'] {
  const { state, pageUrl, pageExpiresAt, returnedAt } = payment;
  if (state !== 'requires_action' || pageUrl === null || pageExpiresAt === null) return undefined;
  return returnedAt === null && pageExpiresAt > now ? { url: pageUrl, expiresAt: iso(pageExpiresAt) } : undefined;
}

const refundStatuses = {
  created: 'processing',
  sending: 'processing',
  pending: 'processing',
  unknown: 'processing',
  review: 'processing',
  succeeded: 'done',
  failed: 'failed',
  manual: 'manual',
} as const satisfies Record<RefundState, RefundStatus>;

const refundView = (refund: RefundRow): Refund => ({
  status: refundStatuses[refund.state],
  reference: refund.reference,
  ...(refund.refundedAt !== null && { refundedAt: iso(refund.refundedAt) }),
  ...(refund.byHand !== null && { byHand: true as const }),
  ...(refund.transferReference && { transferReference: refund.transferReference }),
});
