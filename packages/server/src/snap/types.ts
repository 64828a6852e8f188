/**
 * The shapes that every operation of DOKU SNAP shares. Wire members are spelled as DOKU spells them.
 * Types alone: this file must never hold code, so that everything may import it.
 *
 * @module
 */

/** An amount on the wire: `value` has 1–16 digits, a point and two digits; `currency` is ISO 4217, `IDR` for Allo. */
export interface Amount {
  value: string;
  currency: string;
}

/** A Web Crypto key, by whichever library of types is in force. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Bytes that Web Crypto and `fetch` take without a copy. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The only way to the network. Must send a request once: no retries, no caches. */
export type Fetch = typeof fetch;

/** The wall clock, in epoch milliseconds. */
export type Clock = () => number;

/** A cryptographically secure source of so many bytes. */
export type Random = (bytes: number) => Uint8Array;

/**
 * What became of a signed operation.
 *
 * - `success`: DOKU answered 200…; what that means is the operation's to say (a payment is then only begun)
 * - `in-progress`: DOKU answered 202…; ask for the status
 * - `refused`: DOKU answered with a code that proves that nothing was executed
 * - `customer-token-refused`: not executed either; the B2B2C token is no longer (or not yet) good
 * - `not-sent`: no byte of the operation left this process
 * - `unknown`: everything else. It may have been executed: ask for the status, never repeat it under a new reference
 */
export type SnapAnswer<T> =
  | { outcome: 'success'; responseCode: string; body: T; externalId: string }
  | { outcome: 'in-progress'; responseCode: string; externalId: string }
  | { outcome: 'refused'; responseCode: string; caseCode: string; httpStatus: number; externalId: string }
  | { outcome: 'customer-token-refused'; responseCode: string; externalId: string }
  | { outcome: 'not-sent'; cause: unknown }
  | { outcome: 'unknown'; responseCode?: string; cause?: unknown; externalId?: string };

/** What became of a token request. As {@link SnapAnswer}, but a token request carries no X-EXTERNAL-ID. */
export type TokenAnswer<T> =
  | { outcome: 'success'; responseCode: string; body: T }
  | { outcome: 'refused'; responseCode: string; caseCode: string; httpStatus: number }
  | { outcome: 'not-sent'; cause: unknown }
  | { outcome: 'unknown'; responseCode?: string; cause?: unknown };

/** What a merchant answers to a call of DOKU: the parts of an HTTP response. */
export interface SnapReply {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** The headers of an incoming request; the platform's `Headers` is one. */
export interface HeaderReader {
  get(name: string): string | null;
}
