/**
 * One HTTP POST of JSON, once: no redirects, no retries, a limit on time and on the size of the answer. Must
 * never claim that nothing was sent without proof: only an error from before the connection stood counts.
 *
 * @module
 */

import { readJson } from './json.ts';
import type { Bytes, Fetch } from './types.ts';

/** A request as it goes over the wire. */
export interface HttpPost {
  url: string;
  /** Checked here: printable ASCII, no blank at the ends. */
  headers: Readonly<Record<string, string>>;
  body: Bytes;
  /** From the first attempt to connect to the last byte of the answer, in milliseconds. */
  timeoutMs: number;
}

/** What came of it: an answer of JSON, or nothing of use and whether that proves that nothing was sent. */
export type HttpResult =
  | { kind: 'answered'; httpStatus: number; body: Record<string, unknown> }
  | { kind: 'not-sent'; cause: unknown }
  | { kind: 'unknown'; cause: unknown };

const maxAnswerBytes = 256 * 1024;
const headerValueForm = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const jsonContentType = /^application\/json(?:\s*;|$)/i;

/** Errors of the name look-up and the TLS handshake: there is no connection yet that could carry a byte of ours. */
const codesBeforeConnection: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** These also break a standing connection, so they are proof only if connecting is what failed. */
const codesOfConnect: ReadonlySet<unknown> = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/**
 * Posts once.
 *
 * @throws TypeError before anything is sent, if a header value is not printable ASCII
 */
export async function postOnce(fetch: Fetch, request: HttpPost): Promise<HttpResult> {
  assertHeaderValues(request.headers);
  const abort = new AbortController();
  const timeout = startTimeout(request.timeoutMs);
  try {
    return await Promise.race([exchange(fetch, request, abort.signal), timeout.expired]);
  } catch (cause) {
    return { kind: provesNothingSent(cause) ? 'not-sent' : 'unknown', cause };
  } finally {
    timeout.stop();
    abort.abort();
  }
}

function assertHeaderValues(headers: HttpPost['headers']): void {
  for (const [name, value] of Object.entries(headers)) {
    // The value stays out of the message: it may be a token.
    if (headerValueForm.test(value)) continue;
    throw new TypeError(`the value of ${name} must be printable ASCII without blanks at its ends`);
  }
}

/** A race against the clock, for a `fetch` that does not heed the signal. */
function startTimeout(timeoutMs: number): { expired: Promise<never>; stop: () => void } {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`DOKU did not answer within ${timeoutMs} ms`)), timeoutMs);
  return { expired, stop: () => clearTimeout(timer) };
}

async function exchange(fetch: Fetch, { url, headers, body }: HttpPost, signal: AbortSignal): Promise<HttpResult> {
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  const contentType = response.headers.get('content-type') ?? '';
  if (!jsonContentType.test(contentType)) throw new Error(`DOKU answered HTTP ${response.status} without JSON`);
  const answer = readJson(await readLimited(response));
  if (answer === undefined) throw new Error(`DOKU answered HTTP ${response.status} with JSON that cannot be read`);
  return { kind: 'answered', httpStatus: response.status, body: answer.value };
}

async function readLimited(response: Response): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > maxAnswerBytes) throw new Error(`DOKU answered with more than ${maxAnswerBytes} bytes`);
    chunks.push(read.value);
  }
  return joinChunks(chunks, length);
}

function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function provesNothingSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(provesNothingSent);
  const { code, syscall } = error as Error & { code?: unknown; syscall?: unknown };
  if (codesBeforeConnection.has(code)) return true;
  if (codesOfConnect.has(code)) return syscall === 'connect';
  return provesNothingSent(error.cause);
}
