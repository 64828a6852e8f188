import type { PaymentStatus } from '../contract.ts';

/** What `<allo-pay>` can show. */
export type AlloPayState =
  | 'loading'
  | 'unlinked'
  | 'phone'
  | 'linking'
  | 'relink-required'
  | 'disabled'
  | 'insufficient'
  | 'ready'
  | 'creating'
  | 'opening'
  | 'waiting'
  | 'processing'
  | 'paid'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'refunding'
  | 'refunded'
  | 'review'
  | 'offline'
  | 'error';

/** Not known whether the money is taken. */
export function isOpen(status: PaymentStatus | undefined): boolean {
  return /^(created|requires-action|processing)$/.test(String(status));
}

/** Over, and the order can be paid anew. */
export function endedWithoutMoney(status: string | undefined): status is 'failed' | 'cancelled' | 'expired' {
  return /^(failed|cancelled|expired)$/.test(String(status));
}
