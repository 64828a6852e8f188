/**
 * The HTTP contract between the elements and a merchant's backend. The elements work with any backend that
 * speaks it; `@allo-kit/server` is the reference implementation. This file imports nothing, so that both
 * packages can carry it.
 *
 * Every path is relative to the base path at which the backend is mounted (`/allo` unless set). Bodies are
 * JSON; errors are `application/problem+json` (RFC 9457) with a stable `code`. Instants are ISO 8601 with an
 * offset. Requests that change something carry `Content-Type: application/json` and {@link contractHeader}.
 *
 * @module
 */

/** Version of this contract, sent with every request in {@link contractHeader}. */
export const contractVersion = '1';

/** Name of the header that carries the contract version. A page of another site cannot set it, so it also guards against CSRF. */
export const contractHeader = 'Allo-Contract';

/** Name of the header that makes one payment attempt of one order repeatable without a second charge. */
export const idempotencyHeader = 'Idempotency-Key';

/** Paths below the base path. */
export const paths = {
  /** `GET` → {@link Account} */
  account: '/account',
  /** `POST` {@link LinkRequest} → {@link LinkStarted} */
  link: '/account/link',
  /** `GET`, the bank's way back after linking; a browser navigation, never fetched */
  linkReturn: '/account/return',
  /** `POST` {} → {@link Account} */
  unlink: '/account/unlink',
  /** `GET` → {@link Balance} */
  balance: '/balance',
  /** `GET` → {@link Order} */
  order: (orderId: string): string => `/orders/${encodeURIComponent(orderId)}`,
  /** `POST` {@link PaymentRequest} with {@link idempotencyHeader} → {@link Payment} */
  payments: '/payments',
  /** `GET` → {@link Payment} */
  payment: (paymentId: string): string => `/payments/${encodeURIComponent(paymentId)}`,
  /** `GET`, the bank's way back after paying; a browser navigation, never fetched */
  paymentReturn: '/payments/return',
  /**
   * `POST` {@link RefundRequest} → {@link Payment}; there only if the merchant allows refunds from the browser. Under
   * an {@link idempotencyHeader} of its own a refund can be asked after without ever beginning another.
   */
  refund: (paymentId: string): string => `/payments/${encodeURIComponent(paymentId)}/refund`,
  /**
   * `POST` {@link RefundTransferred} → {@link Payment}; there if {@link paths.refund} is. A refund that is `manual` has
   * been transferred by hand: it is `done`, and the payment `refunded`. Said again it changes nothing.
   */
  refundTransferred: (paymentId: string): string => `/payments/${encodeURIComponent(paymentId)}/refund/transferred`,
} as const;

/** An amount of money: `value` has 1–16 digits, a point and two digits, for example `"12000.00"`. */
export interface Money {
  value: string;
  currency: 'IDR';
}

/**
 * - `unlinked`: no account; linking can be started
 * - `linking`: the shopper is (or was just) at the bank; not known yet how it ends
 * - `linked`: ready to pay
 * - `relink-required`: it was linked, but the bank no longer honours it
 */
export type AccountStatus = 'unlinked' | 'linking' | 'linked' | 'relink-required';

/** Why the last attempt to link did not end in a link. */
export type LinkFailure = 'not-completed' | 'expired' | 'conflict' | 'refused' | 'unavailable';

/** The customer's linked account as the page may know it. */
export interface Account {
  status: AccountStatus;
  /** Masked phone number, for example `"0812••••789"`; with `linking`, `linked` and `relink-required`, or the number the merchant knows. */
  phone?: string;
  /** True if {@link LinkRequest.phone} has to be given, since the merchant does not know the customer's number. Not with `linked`. */
  phoneRequired?: boolean;
  /** Since when, with `linked`. */
  linkedAt?: string;
  /** Where the shopper can go on with the link, with `linking` while the bank's page is open. */
  link?: LinkStarted;
  /** How the last attempt ended, with `unlinked` and `relink-required`, for a quarter of an hour. */
  lastFailure?: LinkFailure;
  /** True with `linked` if the shopper asked to unlink while a payment was open: it is done when the payment is final. */
  unlinkRequested?: boolean;
}

/** Body of `POST /account/link`. */
export interface LinkRequest {
  /** The customer's Allo phone number, 9–16 digits, `08…`, `62…` or `+62…`. Needed only if {@link Account.phoneRequired}. */
  phone?: string;
  /** Path on the shop to go to after the bank, for example `"/checkout?order=7"`. Of what is too long the end of the query may be left out. Default `/`. */
  returnTo?: string;
}

/** Where to send the shopper, and until when the bank's page is open. */
export interface LinkStarted {
  url: string;
  /** By the backend's clock, at most ten minutes from now: a link that came about longer before it is not told as news of this visit to the bank. */
  expiresAt: string;
}

/** A source of money inside the linked account. */
export type InstrumentType = 'BALANCE' | 'POINT' | 'PAYLATER';

export interface Instrument {
  type: InstrumentType;
  available: Money;
}

/** What the linked account holds. */
export interface Balance {
  instruments: Instrument[];
  /** When the bank said so. */
  asOf: string;
}

export interface OrderLine {
  name: string;
  price: Money;
  quantity: number;
}

/** An order as the merchant's own look-up gives it, with its payment if there is one. */
export interface Order {
  orderId: string;
  amount: Money;
  lines: OrderLine[];
  /** The payment that stands for the order: the live one, otherwise the latest. */
  payment?: Payment;
}

/**
 * - `created`: known, nothing sent to the bank yet
 * - `requires-action`: the shopper has to confirm on the bank's page ({@link Payment.action})
 * - `processing`: we do not know yet; never offer a second payment
 * - `paid`, `refunding`, `refunded`: the money was taken; being given back; given back
 * - `failed`, `cancelled`, `expired`: no money was taken; the order can be paid anew
 * - `review`: something does not add up; people look at it, nobody pays again
 */
export type PaymentStatus =
  | 'created'
  | 'requires-action'
  | 'processing'
  | 'paid'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'refunding'
  | 'refunded'
  | 'review';

/** Why a payment ended without money being taken. */
export type PaymentFailure =
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'ACCOUNT_BLOCKED'
  | 'NOT_PERMITTED'
  | 'RELINK_REQUIRED'
  | 'BANK_UNAVAILABLE'
  | 'CANCELLED'
  | 'EXPIRED'
  | 'DECLINED';

/**
 * - `processing`: sent or being sent; not known yet
 * - `done`: the bank gave the money back
 * - `failed`: the bank refused; the payment is `paid` again
 * - `manual`: the bank cannot refund by itself any more (the customer unlinked); transfer by hand, then say so
 *   ({@link paths.refundTransferred})
 */
export type RefundStatus = 'processing' | 'done' | 'failed' | 'manual';

export interface Refund {
  status: RefundStatus;
  /** Reference for support. */
  reference: string;
  /** When the money was given back, with `done`. */
  refundedAt?: string;
  /** With `done`, if a person transferred the money. */
  byHand?: true;
  /** With {@link Refund.byHand}, if it was given. */
  transferReference?: string;
}

export interface Payment {
  paymentId: string;
  orderId: string;
  status: PaymentStatus;
  amount: Money;
  createdAt: string;
  updatedAt: string;
  /** The bank's page for the shopper, with `requires-action`. */
  action?: { url: string; expiresAt: string };
  /** With `failed`, `cancelled` and `expired`. */
  failure?: PaymentFailure;
  /** With `paid`, `refunding` and `refunded`. */
  receipt?: { paidAt: string; reference: string };
  /** With a refund under way, done or refused. */
  refund?: Refund;
}

/** Body of `POST /payments`. What the order costs is never the browser's to say. */
export interface PaymentRequest {
  orderId: string;
  /**
   * The order's amount as the shopper was shown it, as in {@link Money.value}. What is taken is the merchant's word alone:
   * if that is another amount by now, `ORDER_CHANGED`, before anything is written.
   */
  shown?: string;
  /** Path on the shop to go to after the bank, as in {@link LinkRequest.returnTo}. Default `/`. */
  returnTo?: string;
  /** Which instrument to take it from. Default `BALANCE`. */
  instrument?: InstrumentType;
}

/** Body of `POST /payments/{paymentId}/refund`: always the whole amount. */
export interface RefundRequest {
  /** For the books, up to 255 characters. */
  reason?: string;
}

/** Body of `POST /payments/{paymentId}/refund/transferred`. */
export interface RefundTransferred {
  /** Under which the transfer can be found, up to 64 characters. */
  reference?: string;
}

/** Stable codes of problem documents. A text may change, a code may not. */
export type ProblemCode =
  | 'INVALID_REQUEST'
  | 'INVALID_PHONE'
  | 'PHONE_REQUIRED'
  | 'IDEMPOTENCY_KEY_REQUIRED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'ORDER_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'ALREADY_LINKED'
  | 'NOT_LINKED'
  | 'RELINK_REQUIRED'
  | 'ACCOUNT_CONFLICT'
  | 'LINK_REFUSED'
  | 'UNLINK_REQUESTED'
  | 'ORDER_CHANGED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'PAYMENT_NOT_FINAL'
  | 'PAYMENT_NOT_REFUNDABLE'
  | 'REFUND_MANUAL'
  | 'REFUNDS_POSSIBLE'
  | 'RATE_LIMITED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'BANK_UNAVAILABLE'
  | 'STORE_UNAVAILABLE'
  | 'INTERNAL_ERROR';

/** An error, as `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  /** For developers; never shown to shoppers, never the bank's text. */
  detail?: string;
  /** True if the same request may succeed later. */
  retryable: boolean;
  /** For support: the log line of this request carries it too. */
  requestId: string;
}
