/**
 * One token request to DOKU, signed with the merchant's private key over `clientId|timestamp` (dossier 2.2). The
 * body is not covered by the signature. Must never cache or log what comes back.
 *
 * @module
 */

import { encodeUtf8 } from './encoding.ts';
import { postOnce } from './http.ts';
import type { HttpResult } from './http.ts';
import { readCode, readText } from './message.ts';
import type { Message } from './message.ts';
import { classifyResponseCode, parseResponseCode } from './response-code.ts';
import { asymmetricStringToSign, signAsymmetric } from './signature.ts';
import type { OnMatch } from './signature.ts';
import { formatTimestamp } from './timestamp.ts';
import type { Clock, CryptoKey, Fetch, TokenAnswer } from './types.ts';

/** What token requests need. */
export interface TokenRequestOptions {
  fetch: Fetch;
  now: Clock;
  /** Client ID of the merchant, sent as X-CLIENT-KEY. */
  clientId: string;
  /** The merchant's RSA private keys, the newest first, usable to sign RSASSA-PKCS1-v1_5 with SHA-256. */
  privateKeys: readonly CryptoKey[];
  /** Told which of them signed a request that DOKU took. */
  onKeyTaken?: OnMatch | undefined;
  /** DOKU's origin. */
  baseUrl: string;
  /** Limit for the whole request, in milliseconds. */
  timeoutMs: number;
}

/** A token request of one kind. */
export interface TokenRequest<T> {
  operation: 'tokenB2b' | 'tokenB2b2c';
  path: string;
  body: Readonly<Record<string, string>>;
  /** Reads a successful answer; `undefined` if it lacks what it must hold. */
  read: (body: Message) => T | undefined;
}

/** Sends token requests. */
export type RequestToken = <T>(request: TokenRequest<T>) => Promise<TokenAnswer<T>>;

const tokenForm = /^[\x21-\x7e]{1,4096}$/;

/**
 * Creates the sender of token requests. No I/O until it is called. A request that DOKU refuses for its signature is
 * signed anew with the next older key: while a key is being replaced, DOKU knows the one or the other.
 */
export function createTokenRequests(options: TokenRequestOptions): RequestToken {
  return async <T>(request: TokenRequest<T>) => {
    let answer: TokenAnswer<T> = { outcome: 'not-sent', cause: new Error('there is no key to sign with') };
    for (const [place, privateKey] of options.privateKeys.entries()) {
      const result = await send(options, request, privateKey);
      answer = interpret(request, result);
      if (answer.outcome === 'success') options.onKeyTaken?.(place);
      if (!isSignatureRefused(request, result)) break;
    }
    return answer;
  };
}

async function send(options: TokenRequestOptions, request: TokenRequest<unknown>, privateKey: CryptoKey): Promise<HttpResult> {
  const timestamp = formatTimestamp(options.now());
  return postOnce(options.fetch, {
    url: new URL(request.path, options.baseUrl).href,
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CLIENT-KEY': options.clientId,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': await signAsymmetric(privateKey, asymmetricStringToSign(options.clientId, timestamp)),
    },
    body: encodeUtf8(JSON.stringify(request.body)),
    timeoutMs: options.timeoutMs,
  });
}

/** A 401 to a merchant's own token has no other cause; to a customer's, DOKU's words tell. */
function isSignatureRefused({ operation }: TokenRequest<unknown>, result: HttpResult): boolean {
  return result.kind === 'answered' && result.httpStatus === 401 && (operation === 'tokenB2b' || blamesSender(result.body));
}

/** A token in an answer: fit to be a header value, or `undefined`. */
export function readToken(body: Message, name: string): string | undefined {
  const token = readText(body, name, 4096) ?? '';
  return tokenForm.test(token) ? token : undefined;
}

function interpret<T>(request: TokenRequest<T>, result: HttpResult): TokenAnswer<T> {
  if (result.kind !== 'answered') return { outcome: result.kind, cause: result.cause };
  const responseCode = readCode(result.body, 'responseCode');
  const code = parseResponseCode(responseCode);
  // What stands in the place of a code may be any text, a secret of ours included: it goes no further.
  if (code === undefined) return { outcome: 'unknown' };
  if (code.httpStatus !== result.httpStatus) return { outcome: 'unknown', responseCode };
  const responseClass = classifyResponseCode(responseCode, request.operation);
  if (responseClass === 'success') {
    const body = request.read(result.body);
    return body === undefined ? { outcome: 'unknown', responseCode } : { outcome: 'success', responseCode, body };
  }
  const isRefusal = responseClass !== 'unknown' && responseClass !== 'in-progress' && !blamesSender(result.body);
  if (!isRefusal) return { outcome: 'unknown', responseCode };
  return { outcome: 'refused', responseCode, caseCode: code.caseCode, httpStatus: code.httpStatus };
}

/**
 * DOKU has one code, 401-00, for "this customer is not linked" and for "your signature is wrong". Where its words
 * speak of the latter, the customer must not be taken for unlinked.
 */
function blamesSender(body: Message): boolean {
  return /signature|timestamp|client/i.test(readText(body, 'responseMessage') ?? '');
}
