/**
 * The one signed POST: serialises once, signs those bytes, sends those bytes, and says what the answer proves.
 * Must never repeat an operation, except once after DOKU refused the B2B token (401xx01, 401xx03), which it does
 * before it executes anything. Then the body, and with it the reference, stays the same.
 *
 * @module
 */

import type { AccessTokens } from './access-token.ts';
import { encodeUtf8 } from './encoding.ts';
import { createExternalId } from './external-id.ts';
import { postOnce } from './http.ts';
import type { HttpResult } from './http.ts';
import { readCode, readMember } from './message.ts';
import type { Message } from './message.ts';
import type { Operation, Paths } from './profiles.ts';
import { classifyResponseCode, parseResponseCode } from './response-code.ts';
import type { ResponseClass, ResponseCode } from './response-code.ts';
import { hashBody, signSymmetric, symmetricStringToSign } from './signature.ts';
import { formatTimestamp } from './timestamp.ts';
import type { Bytes, Clock, Fetch, Random, SnapAnswer } from './types.ts';

/** What signed requests need. */
export interface SignedPostOptions {
  fetch: Fetch;
  now: Clock;
  random: Random;
  accessTokens: AccessTokens;
  /** Client ID of the merchant, sent as X-PARTNER-ID. */
  clientId: string;
  /** The secret that signs. */
  secretKey: string;
  /** DOKU's origin. */
  baseUrl: string;
  paths: Paths;
  /** CHANNEL-ID, at most 5 characters. */
  channelId: string;
  /** Limit for each HTTP request of an operation, in milliseconds. */
  timeoutMs: (operation: SignedOperation) => number;
}

/** The operations that carry a symmetric signature. */
export type SignedOperation = Exclude<Operation, 'tokenB2b' | 'tokenB2b2c'>;

/** Headers that depend on the shopper. */
export interface ShopperHeaders {
  /** B2B2C token, sent as `Authorization-Customer: Bearer …`. */
  customerToken?: string | undefined;
  /** IPv4 address of the shopper, X-IP-ADDRESS. */
  ipAddress?: string | undefined;
  /** X-DEVICE-ID. */
  deviceId?: string | undefined;
}

/** A signed request. */
export interface SignedRequest<T> extends ShopperHeaders {
  operation: SignedOperation;
  body: Readonly<Record<string, unknown>>;
  /**
   * The member by which DOKU knows a repetition. An HTTP 409 that carries a success body for the same value is
   * DOKU's replay of that success (dossier 7.1).
   */
  idempotencyMember?: string;
  /** Reads a successful answer; `undefined` if it lacks what it must hold, or is about another request. */
  read: (body: Message) => T | undefined;
}

/** Sends signed requests. */
export type SignedPost = <T>(request: SignedRequest<T>) => Promise<SnapAnswer<T>>;

type Answered = Extract<HttpResult, { kind: 'answered' }>;

/** What one HTTP request came to. `access-token-refused` is the one reason for a second. */
type Attempt<T> = SnapAnswer<T> | { outcome: 'access-token-refused'; refusal: SnapAnswer<T> };

/** Creates the sender of signed requests. No I/O until it is called. */
export function createSignedPost(options: SignedPostOptions): SignedPost {
  const { accessTokens } = options;
  return async (request) => {
    const body = encodeUtf8(JSON.stringify(request.body));
    const token = await settle(accessTokens.get());
    if ('cause' in token) return { outcome: 'not-sent', cause: token.cause };
    const first = await attempt(options, request, body, token.value);
    if (first.outcome !== 'access-token-refused') return first;
    const renewed = await settle(accessTokens.renew(token.value));
    if ('cause' in renewed) return first.refusal;
    const second = await attempt(options, request, body, renewed.value);
    return second.outcome === 'access-token-refused' ? second.refusal : second;
  };
}

async function attempt<T>(
  options: SignedPostOptions,
  request: SignedRequest<T>,
  body: Bytes,
  accessToken: string,
): Promise<Attempt<T>> {
  const now = options.now();
  const externalId = createExternalId(now, options.random);
  const url = new URL(options.paths[request.operation], options.baseUrl);
  const timestamp = formatTimestamp(now);
  const signed = { path: url.pathname + url.search, accessToken, timestamp };
  const stringToSign = symmetricStringToSign(signed, await hashBody(body));
  const signature = await signSymmetric(options.secretKey, stringToSign);
  const result = await postOnce(options.fetch, {
    url: url.href,
    headers: buildHeaders(options, request, { accessToken, externalId, timestamp, signature }),
    body,
    timeoutMs: options.timeoutMs(request.operation),
  });
  return interpret(request, result, externalId);
}

function buildHeaders(
  { clientId, channelId }: SignedPostOptions,
  { customerToken, ipAddress, deviceId }: ShopperHeaders,
  signed: { accessToken: string; externalId: string; timestamp: string; signature: string },
): Record<string, string> {
  return {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'X-PARTNER-ID': clientId,
    'X-EXTERNAL-ID': signed.externalId,
    'X-TIMESTAMP': signed.timestamp,
    'X-SIGNATURE': signed.signature,
    Authorization: `Bearer ${signed.accessToken}`,
    'CHANNEL-ID': channelId,
    ...(customerToken !== undefined && { 'Authorization-Customer': `Bearer ${customerToken}` }),
    ...(ipAddress !== undefined && { 'X-IP-ADDRESS': ipAddress }),
    ...(deviceId !== undefined && { 'X-DEVICE-ID': deviceId }),
  };
}

function interpret<T>(request: SignedRequest<T>, result: HttpResult, externalId: string): Attempt<T> {
  if (result.kind === 'not-sent') return { outcome: 'not-sent', cause: result.cause };
  if (result.kind === 'unknown') return { outcome: 'unknown', cause: result.cause, externalId };
  const responseCode = readCode(result.body, 'responseCode');
  const code = parseResponseCode(responseCode);
  // What stands in the place of a code may be any text, a token of ours included: it goes no further.
  if (code === undefined) return { outcome: 'unknown', externalId };
  const { httpStatus, caseCode } = code;
  const refusal = { outcome: 'refused', responseCode, caseCode, httpStatus, externalId } as const;
  const responseClass = classifyResponseCode(responseCode, request.operation);
  const proven = isConfirmed(request, result, responseClass, code) ? responseClass : 'unknown';
  switch (proven) {
    case 'success':
      return readSuccess(request, result.body, { responseCode, externalId });
    case 'access-token-refused':
      return { outcome: proven, refusal };
    case 'refused':
      return refusal;
    default:
      return { outcome: proven, responseCode, externalId };
  }
}

function readSuccess<T>(
  request: SignedRequest<T>,
  answer: Message,
  known: { responseCode: string; externalId: string },
): SnapAnswer<T> {
  const body = request.read(answer);
  return body === undefined ? { outcome: 'unknown', ...known } : { outcome: 'success', body, ...known };
}

/** Where the HTTP status and the response code disagree, nothing is proven. */
function isConfirmed(request: SignedRequest<unknown>, { httpStatus, body }: Answered, responseClass: ResponseClass, code: ResponseCode): boolean {
  const isPositive = responseClass === 'success' || responseClass === 'in-progress';
  if (!isPositive) return httpStatus === code.httpStatus;
  return Math.trunc(httpStatus / 100) === 2 || isReplay(request, httpStatus, body);
}

/** DOKU answers a repeated request with the first answer's body, but HTTP 409 (dossier 7.1). */
function isReplay({ idempotencyMember = '', body: sent }: SignedRequest<unknown>, httpStatus: number, answer: Message): boolean {
  const reference = readMember(answer, idempotencyMember);
  return httpStatus === 409 && reference !== undefined && reference === sent[idempotencyMember];
}

async function settle<T>(promise: Promise<T>): Promise<{ value: T } | { cause: unknown }> {
  try {
    return { value: await promise };
  } catch (cause) {
    return { cause };
  }
}
