/**
 * The token endpoint that a merchant offers to DOKU (dossier 2.8): DOKU proves itself by its RSA signature and
 * gets a short-lived token of ours, which it presents with each notification. Must never issue a second token for
 * one signature, nor accept one that this module did not make.
 *
 * @module
 */

import { assertToken } from './assert.ts';
import { decodeBase64Url, encodeBase64Url, encodeHex, encodeUtf8 } from './encoding.ts';
import { readJson } from './json.ts';
import { readMember } from './message.ts';
import type { Message } from './message.ts';
import { createReplayMemory } from './replay-memory.ts';
import { asymmetricStringToSign, verifyAsymmetric } from './signature.ts';
import type { OnMatch } from './signature.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import type { Clock, CryptoKey, HeaderReader, Random, SnapReply } from './types.ts';

/** What the endpoint needs. */
export interface MerchantTokensOptions {
  /** Client ID of the merchant: the subject of every token. */
  clientId: string;
  /** The values of X-CLIENT-KEY that are let in. Default: the merchant's own Client ID (dossier 8.14). */
  clientKeys?: readonly string[] | undefined;
  /** DOKU's public keys, the current one and for a while the previous one. */
  dokuPublicKeys: readonly CryptoKey[];
  /** Told which of them DOKU used. */
  onMatch?: OnMatch | undefined;
  /** Signs the tokens. */
  privateKey: CryptoKey;
  /** Verify the tokens: the public half of `privateKey`, and for a while those of its predecessors. */
  publicKeys: readonly CryptoKey[];
  /** The `iss` of every token. Default `allo-kit`. */
  issuer?: string | undefined;
  /** Life of a token in seconds, 1–900. Default 900. */
  ttlSeconds?: number | undefined;
  now: Clock;
  random: Random;
}

/** A request to the endpoint, its body at most 1 KiB. */
export interface MerchantTokenRequest {
  headers: HeaderReader;
  rawBody: Uint8Array;
}

export interface MerchantTokenAnswer {
  /** To DOKU: 2007300, 4017300, 4007301 or 4007302. */
  reply: SnapReply;
  /** Which check the request failed, for the merchant's own log: the sender is told less. Undefined with a token. */
  failed?: FailedCheck;
}

/** The checks of a request, in their order. A signature that was used before fails as a wrong one does. */
export type FailedCheck = 'client-key' | 'timestamp' | 'signature' | 'format';

/** The endpoint, and the check of what it issued. */
export interface MerchantTokens {
  issue: (request: MerchantTokenRequest) => Promise<MerchantTokenAnswer>;
  /**
   * Tells whether a bearer token is one of ours and was in force at an instant.
   *
   * @param at epoch milliseconds
   */
  verify: (token: string, at: number) => Promise<boolean>;
}

interface Refusal {
  failed: FailedCheck;
  httpStatus: number;
  responseCode: string;
  responseMessage: string;
}

const windowMs = 5 * 60 * 1000;
const maxTtlSeconds = 900;
const maxBodyBytes = 1024;
const audience = 'doku-notify';
const jwtHeader = { alg: 'RS256', typ: 'JWT' } as const;

const unauthorized = { httpStatus: 401, responseCode: '4017300', responseMessage: 'Unauthorized. Invalid Signature' };

const refusals = {
  unknownClient: { failed: 'client-key', ...unauthorized },
  invalidTimestamp: { failed: 'timestamp', httpStatus: 400, responseCode: '4007301', responseMessage: 'Invalid Field Format X-TIMESTAMP' },
  strayTimestamp: { failed: 'timestamp', ...unauthorized },
  wrongSignature: { failed: 'signature', ...unauthorized },
  missingGrant: { failed: 'format', httpStatus: 400, responseCode: '4007302', responseMessage: 'Invalid Mandatory Field grantType' },
  unknownGrant: { failed: 'format', httpStatus: 400, responseCode: '4007301', responseMessage: 'Invalid Field Format grantType' },
} as const satisfies Record<string, Refusal>;

/**
 * Creates the endpoint. No I/O. The memory of past requests is this process's own: a replay that reaches another
 * process gets a token, with which nothing can be done without the secret key.
 *
 * @throws TypeError naming the option that is wrong
 */
export function createMerchantTokens(options: MerchantTokensOptions): MerchantTokens {
  const { clientId, now, ttlSeconds = maxTtlSeconds, issuer = 'allo-kit' } = options;
  assertToken('clientId', clientId);
  if (!(Number.isInteger(ttlSeconds) && ttlSeconds > 0 && ttlSeconds <= maxTtlSeconds)) {
    throw new TypeError(`ttlSeconds must be a whole number, 1–${maxTtlSeconds}`);
  }
  const answerOnce = createReplayMemory<SnapReply>(now, 2 * windowMs);
  const grantToken = async (): Promise<SnapReply> => {
    const iat = Math.floor(now() / 1000);
    const jti = encodeHex(options.random(16));
    const claims = { iss: issuer, aud: audience, sub: clientId, clientId, iat, exp: iat + ttlSeconds, jti };
    return grant(await signJwt(options.privateKey, claims), clientId, ttlSeconds, now());
  };
  return {
    async issue(request) {
      const refusal = await check(options, request);
      if (refusal !== undefined) return refuse(refusal, now());
      const reply = await answerOnce(request.headers.get('x-signature') ?? '', grantToken);
      return reply === undefined ? refuse(refusals.wrongSignature, now()) : { reply };
    },
    verify: (token, at) => verifyJwt(options.publicKeys, token, { iss: issuer, aud: audience, sub: clientId }, at),
  };
}

async function check(options: MerchantTokensOptions, request: MerchantTokenRequest): Promise<Refusal | undefined> {
  const { headers, rawBody } = request;
  const clientKey = headers.get('x-client-key') ?? '';
  const timestamp = headers.get('x-timestamp') ?? '';
  const signature = headers.get('x-signature') ?? '';
  if (!(options.clientKeys ?? [options.clientId]).includes(clientKey)) return refusals.unknownClient;
  const sentAt = parseTimestamp(timestamp);
  if (sentAt === undefined) return refusals.invalidTimestamp;
  if (Math.abs(options.now() - sentAt) > windowMs) return refusals.strayTimestamp;
  const stringToSign = asymmetricStringToSign(clientKey, timestamp);
  if (!(await verifyAsymmetric(options.dokuPublicKeys, stringToSign, signature, options.onMatch))) return refusals.wrongSignature;
  const body = rawBody.length > maxBodyBytes ? undefined : readJson(rawBody)?.value;
  const grantType = body && readMember(body, 'grantType');
  if (grantType === undefined || grantType === null || grantType === '') return refusals.missingGrant;
  return grantType === 'client_credentials' ? undefined : refusals.unknownGrant;
}

function grant(accessToken: string, clientId: string, expiresIn: number, epochMs: number): SnapReply {
  return {
    status: 200,
    headers: replyHeaders(epochMs, { 'X-CLIENT-KEY': clientId }),
    body: { responseCode: '2007300', responseMessage: 'Successful', accessToken, tokenType: 'Bearer', expiresIn, additionalInfo: '' },
  };
}

function refuse({ failed, httpStatus, responseCode, responseMessage }: Refusal, epochMs: number): MerchantTokenAnswer {
  return { reply: { status: httpStatus, headers: replyHeaders(epochMs), body: { responseCode, responseMessage } }, failed };
}

function replyHeaders(epochMs: number, headers: Record<string, string> = {}): Record<string, string> {
  return { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers, 'X-TIMESTAMP': formatTimestamp(epochMs) };
}

async function signJwt(privateKey: CryptoKey, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const signed = [jwtHeader, claims].map((part) => encodeBase64Url(encodeUtf8(JSON.stringify(part)))).join('.');
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, encodeUtf8(signed));
  return `${signed}.${encodeBase64Url(new Uint8Array(signature))}`;
}

/** RFC 8725: the algorithm is ours to choose, not the token's; each claim is required. */
async function verifyJwt(publicKeys: readonly CryptoKey[], token: string, expected: Message, at: number): Promise<boolean> {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const bytes = decodeBase64Url(signature);
  if (bytes === undefined || rest.length > 0 || readPart(header)?.['alg'] !== jwtHeader.alg) return false;
  if (!(await isSignedByOne(publicKeys, bytes, `${header}.${payload}`))) return false;
  const claims = readPart(payload) ?? {};
  const isOurs = Object.entries(expected).every(([name, value]) => readMember(claims, name) === value);
  const [iat, exp] = [readMember(claims, 'iat'), readMember(claims, 'exp')];
  if (!isOurs || typeof iat !== 'number' || typeof exp !== 'number') return false;
  return exp - iat <= maxTtlSeconds && at < exp * 1000 && at >= iat * 1000 - windowMs;
}

async function isSignedByOne(publicKeys: readonly CryptoKey[], signature: Uint8Array<ArrayBuffer>, signed: string): Promise<boolean> {
  for (const publicKey of publicKeys) {
    if (await crypto.subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, encodeUtf8(signed))) return true;
  }
  return false;
}

function readPart(part: string): Message | undefined {
  const bytes = decodeBase64Url(part);
  return bytes && readJson(bytes)?.value;
}
