/**
 * How long one HTTP request to DOKU may take, by what it asks for. Must never be without end: what never answers
 * would hold a row, and a shopper, for ever.
 *
 * @module
 */

import type { Operation } from './profiles.ts';

/**
 * Limits for one HTTP request to DOKU, in milliseconds, from the first attempt to connect to the last byte of the
 * answer; 1–120 000. When one runs out, the request counts as one that may have been executed. Connecting alone has
 * no limit of its own here: Node's `fetch` gives it up after 10 seconds, which proves that nothing was sent.
 */
export interface SnapTimeouts {
  /** Tokens of the merchant and of customers. Default 10 000. */
  tokenMs: number;
  /** Beginning and ending a link. Default 10 000. */
  linkMs: number;
  /** Balance and status. Default 10 000. */
  inquiryMs: number;
  /** Payments, which the bank has to carry out. Default 30 000. */
  paymentMs: number;
  /** Refunds. Default 30 000. */
  refundMs: number;
}

export const defaultTimeouts: Readonly<SnapTimeouts> = { tokenMs: 10_000, linkMs: 10_000, inquiryMs: 10_000, paymentMs: 30_000, refundMs: 30_000 };

/** A shopper has gone long before this. */
const longestMs = 120_000;

const limits = {
  tokenB2b: 'tokenMs',
  tokenB2b2c: 'tokenMs',
  accountBinding: 'linkMs',
  accountUnbinding: 'linkMs',
  balanceInquiry: 'inquiryMs',
  checkStatus: 'inquiryMs',
  paymentHostToHost: 'paymentMs',
  refund: 'refundMs',
} as const satisfies Record<Operation, keyof SnapTimeouts>;

/** The limit of one operation. */
export const timeoutOf = (timeouts: SnapTimeouts, operation: Operation): number => timeouts[limits[operation]];

/**
 * The defaults, and what was given in their place.
 *
 * @throws TypeError naming the limit that is not known or not right
 */
export function readTimeouts(given: { readonly [Name in keyof SnapTimeouts]?: number | undefined } = {}): SnapTimeouts {
  const timeouts = { ...defaultTimeouts };
  for (const [name, value] of Object.entries(given)) {
    if (!isTimeoutName(name)) throw new TypeError(`timeouts.${name} is not known: there are ${Object.keys(defaultTimeouts).join(', ')}`);
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1 || value > longestMs) {
      throw new TypeError(`timeouts.${name} is not right: it should be a whole number of milliseconds, 1 to ${longestMs}`);
    }
    timeouts[name] = value;
  }
  return timeouts;
}

const isTimeoutName = (name: string): name is keyof SnapTimeouts => Object.hasOwn(defaultTimeouts, name);
