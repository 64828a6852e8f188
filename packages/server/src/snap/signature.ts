/**
 * The two signatures of SNAP (dossier 2.2, 2.3): RSA-SHA256 over `clientId|timestamp` for token requests,
 * HMAC-SHA512 over method, path, token, body hash and timestamp for everything else, in both directions.
 * Must never fold case, compare outside Web Crypto's constant-time verify, or sign other bytes than are sent.
 *
 * @module
 */

import { decodeBase64, encodeBase64, encodeHex, encodeUtf8 } from './encoding.ts';
import { readJson } from './json.ts';
import type { Bytes, CryptoKey } from './types.ts';

/** What a symmetric signature covers. */
export interface SignedParts {
  /** Path with the query if there is one, without scheme and host, as requested. */
  path: string;
  /** The B2B token of the request without `Bearer `; never the customer token. */
  accessToken: string;
  /** The text of X-TIMESTAMP. */
  timestamp: string;
}

/** An incoming request whose symmetric signature is to be checked. */
export interface SymmetricCheck extends SignedParts {
  /** The body as received, before any parser. */
  rawBody: Uint8Array;
  /** The text of X-SIGNATURE. */
  signature: string;
  /** The secrets that are in force: the current one and, for a while, the previous one. */
  secretKeys: readonly string[];
  /** Told which of them it was. */
  onMatch?: OnMatch | undefined;
}

/** Told the place, from 0, of the key that made a signature: so that people know when the older ones are used no more. */
export type OnMatch = (place: number) => void;

const rsa = { name: 'RSASSA-PKCS1-v1_5' } as const;
const hmac = { name: 'HMAC', hash: 'SHA-512' } as const;
const hmacBytes = 64;

/** The string to sign of a token request (dossier 2.2). */
export function asymmetricStringToSign(clientId: string, timestamp: string): string {
  return `${clientId}|${timestamp}`;
}

/** The string to sign of any other request (dossier 2.3). All of them are POSTs. */
export function symmetricStringToSign(parts: SignedParts, bodyHash: string): string {
  return `POST:${parts.path}:${parts.accessToken}:${bodyHash}:${parts.timestamp}`;
}

/** SHA-256 of a body in lower-case hex. Of an empty body: the hash of the empty string. */
export async function hashBody(body: Bytes): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)));
}

/** Signs with the merchant's private key; base64, 344 characters for RSA-2048. */
export async function signAsymmetric(privateKey: CryptoKey, stringToSign: string): Promise<string> {
  return encodeBase64(new Uint8Array(await crypto.subtle.sign(rsa, privateKey, encodeUtf8(stringToSign))));
}

/** Tells whether one of the public keys (the current one, the previous one) made the signature. */
export async function verifyAsymmetric(
  publicKeys: readonly CryptoKey[],
  stringToSign: string,
  signature: string,
  onMatch?: OnMatch,
): Promise<boolean> {
  const bytes = decodeBase64(signature);
  if (bytes === undefined) return false;
  for (const [place, publicKey] of publicKeys.entries()) {
    if (!(await crypto.subtle.verify(rsa, publicKey, bytes, encodeUtf8(stringToSign)))) continue;
    onMatch?.(place);
    return true;
  }
  return false;
}

/** Signs with the secret key, whose literal UTF-8 bytes are the HMAC key; base64, 88 characters. */
export async function signSymmetric(secretKey: string, stringToSign: string): Promise<string> {
  const key = await importSecret(secretKey, 'sign');
  return encodeBase64(new Uint8Array(await crypto.subtle.sign(hmac, key, encodeUtf8(stringToSign))));
}

/**
 * Tells whether an incoming request was signed with one of the secrets. The body counts as received first, then
 * without insignificant whitespace, then in canonical form: senders sign any of these, and all are one JSON value
 * (dossier 2.5). A body that names a key twice is refused whatever its signature.
 */
export async function verifySymmetric(check: SymmetricCheck): Promise<boolean> {
  const signature = decodeBase64(check.signature);
  if (signature?.length !== hmacBytes) return false;
  const stringsToSign = await candidates(check);
  for (const [place, secretKey] of check.secretKeys.entries()) {
    const key = await importSecret(secretKey, 'verify');
    for (const stringToSign of stringsToSign) {
      if (!(await crypto.subtle.verify(hmac, key, signature, encodeUtf8(stringToSign)))) continue;
      check.onMatch?.(place);
      return true;
    }
  }
  return false;
}

async function candidates(check: SymmetricCheck): Promise<string[]> {
  const rawBody = new Uint8Array(check.rawBody);
  if (rawBody.length === 0) return [symmetricStringToSign(check, await hashBody(rawBody))];
  const json = readJson(rawBody);
  if (json === undefined) return [];
  const bodies = [rawBody, encodeUtf8(json.minified), encodeUtf8(json.canonical)];
  const hashes = await Promise.all(bodies.map(hashBody));
  return [...new Set(hashes)].map((hash) => symmetricStringToSign(check, hash));
}

function importSecret(secretKey: string, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encodeUtf8(secretKey), hmac, false, [usage]);
}
