/**
 * Signatures of SNAP (dossier section 2), checked and made with node:crypto. It must never share code with
 * `snap/`: the two are each other's proof.
 *
 * @module
 */
import { createHash, createHmac, createSign, createVerify, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The parts of a request that its symmetric signature covers. */
export interface SignedParts {
  method: string;
  /** Path and query exactly as requested. */
  target: string;
  /** B2B token without `Bearer `. */
  accessToken: string;
  body: string;
  timestamp: string;
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over `clientKey|timestamp`, base64. */
export function signClientKey(privateKey: KeyObject, clientKey: string, timestamp: string): string {
  return createSign('RSA-SHA256').update(`${clientKey}|${timestamp}`).sign(privateKey, 'base64');
}

export function verifyClientKey(publicKey: KeyObject, clientKey: string, timestamp: string, signature: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return false;
  return createVerify('RSA-SHA256').update(`${clientKey}|${timestamp}`).verify(publicKey, signature, 'base64');
}

/** HMAC-SHA512 over `METHOD:target:token:bodyHash:timestamp`, base64. */
export function signRequest(secretKey: string, parts: SignedParts): string {
  const bodyHash = createHash('sha256').update(parts.body, 'utf8').digest('hex');
  const text = [parts.method, parts.target, parts.accessToken, bodyHash, parts.timestamp].join(':');
  return createHmac('sha512', secretKey).update(text, 'utf8').digest('base64');
}

/** Tries the body as received, then its compact re-serialisation: DOKU was seen to verify the latter. */
export function verifyRequest(secretKey: string, parts: SignedParts, signature: string): boolean {
  if (sameText(signRequest(secretKey, parts), signature)) return true;
  const compact = compactJson(parts.body);
  return compact !== undefined && sameText(signRequest(secretKey, { ...parts, body: compact }), signature);
}

/**
 * The JSON text without insignificant white space, each string in its shortest escaping, members in their
 * order; undefined if it is no JSON. Works on the tokens, so that numbers and repeated keys stay as written.
 */
export function compactJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : ''));
}

function sameText(expected: string, received: string): boolean {
  const a = Buffer.from(expected, 'utf8');
  const b = Buffer.from(received, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
