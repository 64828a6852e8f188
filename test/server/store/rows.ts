/** Rows for the tests of the store: valid, distinct, and changed in what the test is about. */
import { randomUUID } from 'node:crypto';
import type { LinkRow, PaymentRow, RefundRow } from '../../../packages/server/src/store/rows.ts';
import type { AnyChange, PaymentKey } from '../../../packages/server/src/store/store.ts';

/** An instant in 2026, beyond what 32 bits hold. */
export const instant = 1_790_000_000_000;

const job = { version: 1, nextAt: null, leaseUntil: null, checks: 0, createdAt: instant, updatedAt: instant };

export function aLink(change: Partial<LinkRow> = {}): LinkRow {
  return {
    id: randomUUID(), state: 'initiated', ...job, customerId: `customer-${randomUUID()}`, phoneMask: null, phoneHash: null,
    externalId: null, authCodeSealed: null, tokenSealed: null, tokenExpiresAt: null,
    returnHash: randomUUID(), deviceHash: 'device', returnTo: '/', returnedAt: null, pageUrl: null, pageExpiresAt: null,
    failure: null, unlinkRequestedAt: null, linkedAt: null, ...change,
  };
}

/** A link in which no column is empty. */
export function aFullLink(change: Partial<LinkRow> = {}): LinkRow {
  return aLink({
    nextAt: instant + 1, leaseUntil: instant + 2, checks: 3, phoneMask: '0812••••789', phoneHash: 'hash', externalId: randomUUID(),
    authCodeSealed: 'sealed code', tokenSealed: 'sealed token', tokenExpiresAt: instant + 4,
    returnTo: "/o'brien?a=1&b=é", returnedAt: instant + 5, pageUrl: 'https://bank.example/page?x=1', pageExpiresAt: instant + 6,
    failure: 'refused', unlinkRequestedAt: instant + 7, linkedAt: instant + 8, ...change,
  });
}

export function aPayment(change: Partial<PaymentRow> = {}): PaymentRow {
  return {
    id: randomUUID(), state: 'created', ...job, customerId: 'customer-1', linkId: 'link-1', orderId: `order-${randomUUID()}`,
    reference: randomUUID(), externalId: null, amountMinor: 1_000_000, currency: 'IDR', instrument: 'BALANCE', lines: '[]',
    deviceId: 'device-1', ipAddress: '127.0.0.1', returnHash: randomUUID(), returnTo: '/', returnedAt: null, pageUrl: null,
    pageExpiresAt: null, sentAt: null, notFoundCount: 0, failure: null, paidAt: null, ...change,
  };
}

/** A payment in which no column is empty. */
export function aFullPayment(change: Partial<PaymentRow> = {}): PaymentRow {
  return aPayment({
    nextAt: instant + 1, leaseUntil: instant + 2, checks: 3, externalId: '41807553358950093184162180797837',
    lines: JSON.stringify([{ name: 'Kopi “susu” 100% \\ ☕', quantity: 2 }]), returnedAt: instant + 4, pageUrl: 'https://bank.example/pay',
    pageExpiresAt: instant + 5, sentAt: instant + 6, notFoundCount: 7, failure: 'DECLINED', paidAt: instant + 8, ...change,
  });
}

export function aRefund(paymentId: string, change: Partial<RefundRow> = {}): RefundRow {
  return {
    id: randomUUID(), state: 'created', ...job, paymentId, reference: randomUUID(), reason: 'customer request', sentAt: null,
    requestKey: null, sends: 0, failure: null, refundedAt: null, byHand: null, transferReference: null, confirmedBy: null, ...change,
  };
}

export function aKey(change: Partial<PaymentKey> = {}): PaymentKey {
  return { scope: 'customer-1/payments', key: randomUUID(), fingerprint: 'one', ...change };
}

/** A step of a payment, written only if the payment is in `from`. */
export function aStep(id: string, from: PaymentRow['state'], to: PaymentRow['state'], change: Partial<Extract<AnyChange, { table: 'payments' }>> = {}): AnyChange {
  return { table: 'payments', id, from: [from], to, cause: 'test', ...change };
}

export function anEvent(subjectId: string, type: string, about = subjectId) {
  return { id: randomUUID(), subjectId, about, type, body: JSON.stringify({ type, paymentId: subjectId }) };
}
