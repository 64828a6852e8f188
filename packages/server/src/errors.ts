/**
 * The one error of this package: a request that cannot be served, with its stable code. Turned into a problem
 * document in one place, `routes/problem.ts`. Never carries a secret, a token or the bank's text.
 *
 * @module
 */

import type { ProblemCode } from './contract.ts';

interface ProblemKind {
  status: number;
  title: string;
  /** True if the same request may succeed later. */
  retryable: boolean;
}

/** Status and title of every code of the contract. */
export const problemKinds = {
  INVALID_REQUEST: { status: 400, title: 'The request is not in the form the contract asks for', retryable: false },
  INVALID_PHONE: { status: 400, title: 'The phone number is not an Indonesian mobile number', retryable: false },
  PHONE_REQUIRED: { status: 400, title: 'A phone number is needed to link the account', retryable: false },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, title: 'The Idempotency-Key header is needed: 16 to 255 printable ASCII characters', retryable: false },
  UNAUTHENTICATED: { status: 401, title: 'Nobody is signed in', retryable: false },
  FORBIDDEN: { status: 403, title: 'The request comes from a page or a person that may not make it', retryable: false },
  NOT_FOUND: { status: 404, title: 'There is no such thing here', retryable: false },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order', retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The route does not know this method', retryable: false },
  ALREADY_LINKED: { status: 409, title: 'An account is linked already', retryable: false },
  NOT_LINKED: { status: 409, title: 'No account is linked', retryable: false },
  RELINK_REQUIRED: { status: 409, title: 'The bank no longer honours the link; the customer has to link again', retryable: false },
  ACCOUNT_CONFLICT: { status: 409, title: 'The bank cannot link this account here', retryable: false },
  LINK_REFUSED: { status: 422, title: 'The bank refused to start linking', retryable: false },
  UNLINK_REQUESTED: { status: 409, title: 'The account is being unlinked', retryable: true },
  ORDER_CHANGED: { status: 409, title: 'The order costs something else than the shopper was shown, or than its open payment', retryable: false },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key was used for another request', retryable: false },
  PAYMENT_NOT_FINAL: { status: 409, title: 'It is not known yet how the payment ended', retryable: true },
  PAYMENT_NOT_REFUNDABLE: { status: 409, title: 'The payment took no money that could be given back', retryable: false },
  REFUND_MANUAL: { status: 409, title: 'The bank cannot refund this payment by itself any more', retryable: false },
  REFUNDS_POSSIBLE: { status: 409, title: 'Payments can still be refunded through this link, and could not be without it', retryable: false },
  RATE_LIMITED: { status: 429, title: 'This was asked for too often; it may be asked for again later', retryable: true },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large', retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body has to be application/json', retryable: false },
  BANK_UNAVAILABLE: { status: 503, title: 'The bank cannot be reached', retryable: true },
  STORE_UNAVAILABLE: { status: 503, title: 'The database cannot be reached', retryable: true },
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side', retryable: true },
} as const satisfies Record<ProblemCode, ProblemKind>;

export interface AlloServerErrorOptions {
  /** For the developer who reads the answer. */
  detail?: string;
  /** When it may be tried again, with 429 and 503. */
  retryAfterSeconds?: number;
  /** The methods that the route knows, with 405. */
  allow?: string;
  cause?: unknown;
}

export class AlloServerError extends Error {
  override readonly name = 'AlloServerError';
  readonly code: ProblemCode;
  /** The HTTP status that stands for the code, for an answer of your own: 404 for `NOT_FOUND`. */
  readonly status: number;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: string | undefined;

  constructor(code: ProblemCode, { detail, retryAfterSeconds, allow, cause }: AlloServerErrorOptions = {}) {
    super(detail ?? problemKinds[code].title, { cause });
    this.code = code;
    this.status = problemKinds[code].status;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
    this.allow = allow;
  }
}
