/**
 * The rows the store keeps. Instants are epoch milliseconds, money is an integer count of minor units (sen),
 * absent is null. Columns that end in `Sealed` hold ciphertext of `seal.ts`, never plain text.
 *
 * @module
 */

/** States of a link between a customer and an Allo account; the edges are in `ledger/transitions.ts`. */
export type LinkState =
  | 'initiated'
  | 'redirected'
  | 'returned'
  | 'exchanging'
  | 'disowned'
  | 'active'
  | 'unlinking'
  | 'unlinked'
  | 'relink_required'
  | 'failed'
  | 'abandoned';

/** States of a payment; the edges are in `ledger/transitions.ts`. */
export type PaymentState =
  | 'created'
  | 'sending'
  | 'requires_action'
  | 'pending'
  | 'unknown'
  | 'succeeded'
  | 'refunding'
  | 'refunded'
  | 'late_success'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'not_executed'
  | 'review';

/** States of a refund; the edges are in `ledger/transitions.ts`. */
export type RefundState = 'created' | 'sending' | 'pending' | 'unknown' | 'succeeded' | 'failed' | 'manual' | 'review';

/** What links, payments and refunds share: identity, state, and when they are looked at again. */
export interface JobColumns<State> {
  id: string;
  state: State;
  /** Counts every change; guards a write that was decided on an older reading. */
  version: number;
  /** When the reconciler looks at the row again; null only in a final state. */
  nextAt: number | null;
  /** Until when one process works on the row. */
  leaseUntil: number | null;
  /** How often the bank was asked how this row ended. */
  checks: number;
  createdAt: number;
  updatedAt: number;
}

export interface LinkRow extends JobColumns<LinkState> {
  customerId: string;
  phoneMask: string | null;
  /** HMAC of the phone number, until the link ends. */
  phoneHash: string | null;
  /** The bank request's own number, by which the binding notification names it. */
  externalId: string | null;
  authCodeSealed: string | null;
  tokenSealed: string | null;
  tokenExpiresAt: number | null;
  /** SHA-256 of the one-time state in the bank's way back. */
  returnHash: string;
  /** SHA-256 of the device cookie of the browser that started. */
  deviceHash: string;
  returnTo: string;
  returnedAt: number | null;
  pageUrl: string | null;
  pageExpiresAt: number | null;
  failure: string | null;
  unlinkRequestedAt: number | null;
  linkedAt: number | null;
}

export interface PaymentRow extends JobColumns<PaymentState> {
  customerId: string;
  linkId: string;
  orderId: string;
  /** Our number at the bank, for ever one per attempt. */
  reference: string;
  /** Number of the request that carried it. */
  externalId: string | null;
  amountMinor: number;
  currency: string;
  instrument: string;
  /** JSON of the order lines as sent. */
  lines: string;
  deviceId: string;
  ipAddress: string;
  returnHash: string;
  returnTo: string;
  returnedAt: number | null;
  pageUrl: string | null;
  pageExpiresAt: number | null;
  sentAt: number | null;
  /** How often in a row the bank did not know the payment. */
  notFoundCount: number;
  failure: string | null;
  paidAt: number | null;
}

export interface RefundRow extends JobColumns<RefundState> {
  paymentId: string;
  /** Our number at the bank: the refund's idempotency key. */
  reference: string;
  /** The asker's own key for this refund: asked for again under it, nothing new begins. */
  requestKey: string | null;
  reason: string;
  sentAt: number | null;
  /** How often it was sent, always under the same reference; counted anew once it has waited for people. */
  sends: number;
  failure: string | null;
  refundedAt: number | null;
  /** 1 if a person transferred the money, since the bank could not. */
  byHand: 1 | null;
  /** What the person said of it. */
  transferReference: string | null;
  confirmedBy: string | null;
}

/** A message to the merchant; delivered at least once, one per subject and type, those about the same one after the other. */
export interface EventRow {
  id: string;
  /** The link, payment or refund it is about. */
  subjectId: string;
  type: string;
  /** JSON, as `onEvent` gets it. */
  body: string;
  /** The payment, or for accounts the customer, whose events come in order. Null: written by a version that knew no order. */
  about: string | null;
  /** The later of two about the same has the higher one. */
  place: number | null;
  createdAt: number;
  attempts: number;
  nextAt: number | null;
  leaseUntil: number | null;
  deliveredAt: number | null;
}

/** The rows of the three state machines, by table. */
export interface JobRows {
  links: LinkRow;
  payments: PaymentRow;
  refunds: RefundRow;
}

export type JobTable = keyof JobRows;
