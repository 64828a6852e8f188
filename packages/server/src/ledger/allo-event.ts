/**
 * What the merchant is told of, as `onEvent` gets it.
 *
 * @module
 */

import type { Money, PaymentFailure } from '../contract.ts';

interface EventBase {
  /** The same at every delivery. */
  id: string;
  /** ISO 8601. */
  at: string;
  customerId: string;
}

export interface AccountEvent extends EventBase {
  type: 'account.linked' | 'account.unlinked' | 'account.relink-required';
  linkId: string;
}

export interface PaymentEvent extends EventBase {
  type: 'payment.paid' | 'payment.failed' | 'payment.review' | 'payment.late' | 'payment.refunded' | 'refund.failed' | 'refund.manual' | 'refund.review';
  paymentId: string;
  orderId: string;
  amount: Money;
  /** Our number at the bank: what DOKU's dashboard shows as partner reference. */
  reference: string;
  /** With `payment.failed`. */
  failure?: PaymentFailure;
  /** With `payment.refunded`, if a person transferred the money: not a movement at the bank's. */
  byHand?: true;
  /** With `byHand`, if it was given. */
  transferReference?: string;
}

export type AlloEvent = AccountEvent | PaymentEvent;
