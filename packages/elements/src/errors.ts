import type { ProblemCode } from './contract.ts';

/**
 * Codes that arise in the browser:
 * - `NETWORK_ERROR`: the request or its answer was lost on the way
 * - `TIMEOUT`: no answer within {@link ClientOptions.timeoutMs}
 * - `INVALID_RESPONSE`: an answer that is not of the contract, for example a proxy's HTML page
 */
export type BrowserErrorCode = 'NETWORK_ERROR' | 'TIMEOUT' | 'INVALID_RESPONSE';

/** Every code an {@link AlloError} may carry. A text may change, a code may not. */
export type AlloErrorCode = ProblemCode | BrowserErrorCode;

export interface AlloErrorOptions {
  /** True if the same request may succeed later. Default `false`. */
  retryable?: boolean | undefined;
  /** What the backend calls this request, for support. */
  requestId?: string | undefined;
  /** What lies beneath. */
  cause?: unknown;
}

/** The one error class of the elements. `message` is for developers; shoppers see a localised text for `code`. */
export class AlloError extends Error {
  override readonly name = 'AlloError';
  declare readonly code: AlloErrorCode;
  /** True if the same request may succeed later. */
  declare readonly retryable: boolean;
  /** What the backend calls this request, for support. */
  declare readonly requestId: string | undefined;

  constructor(code: AlloErrorCode, { retryable = false, requestId, cause }: AlloErrorOptions = {}) {
    super(code, { cause });
    Object.assign(this, { code, retryable, requestId });
  }
}

/**
 * Whether the backend says by `code` that who asks may not know what was asked for, or that there is no such thing. The
 * same request would meet it again, and what was known before may be somebody else's, who has signed out.
 */
export function isFinal(code: string): boolean {
  return /^(UNAUTHENTICATED|FORBIDDEN|(ORDER_)?NOT_FOUND)$/.test(code);
}
