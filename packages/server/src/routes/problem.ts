/**
 * The one error boundary: whatever was thrown becomes an error of the contract, and for a page a problem document
 * (RFC 9457). What is not ours is logged with its cause and answered without detail.
 *
 * @module
 */

import type { Problem } from '../contract.ts';
import { AlloServerError, problemKinds } from '../errors.ts';
import type { Logger } from '../ledger/context.ts';
import { StoreError } from '../store/store.ts';

/** Seconds after which something that is away may be tried again. */
const retryAfterSeconds = 5;

/** A merchant's function may throw anything: `{ status: 401 }`, nothing at all, or an Error of another realm. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const { stack } = Object(thrown) as { stack?: unknown };
  const said = [thrown, stack].find((each) => typeof each === 'string') ?? Object.prototype.toString.call(thrown);
  return new Error(`what was thrown is no Error: ${said}`);
}

/** What was thrown, as an error of the contract; logged. */
export function readError(error: unknown, requestId: string, log: Logger): AlloServerError {
  const known = recognise(error);
  report(known, requestId, log);
  return known;
}

export function problemResponse(known: AlloServerError, requestId: string): Response {
  const { status, title, retryable } = problemKinds[known.code];
  const problem: Problem = {
    type: 'about:blank', title, status, code: known.code, retryable, requestId, ...(known.detail !== undefined && { detail: known.detail }),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (status === 503 || status === 429) headers.set('retry-after', String(known.retryAfterSeconds ?? retryAfterSeconds));
  if (known.allow !== undefined) headers.set('allow', known.allow);
  return new Response(JSON.stringify(problem), { status, headers });
}

function recognise(error: unknown): AlloServerError {
  if (error instanceof AlloServerError) return error;
  return new AlloServerError(error instanceof StoreError ? 'STORE_UNAVAILABLE' : 'INTERNAL_ERROR', { cause: error });
}

function report(error: AlloServerError, requestId: string, log: Logger): void {
  if (error.cause === undefined) return log.info('request refused', { requestId, code: error.code });
  const cause = error.cause instanceof StoreError ? error.cause.cause : error.cause;
  log.error('request failed', { requestId, code: error.code, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
}
