/**
 * Reads RSA keys from PEM into Web Crypto keys that cannot be exported again. Must never keep or print the PEM.
 *
 * @module
 */

import { decodeBase64 } from './encoding.ts';
import type { Bytes, CryptoKey } from './types.ts';

/** The merchant's own pair. The public half verifies the tokens that the merchant issued to DOKU. */
export interface MerchantKeys {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/**
 * Reads the merchant's private key, PKCS#8 PEM without a passphrase, and derives the public key from it.
 *
 * @throws TypeError naming the fix if it is encrypted, PKCS#1, or no RSA key
 */
export async function importMerchantKeys(pem: string): Promise<MerchantKeys> {
  const der = decodePem(pem, 'PRIVATE KEY');
  try {
    const exportable = await crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
    const { kty, n, e } = (await crypto.subtle.exportKey('jwk', exportable)) as Record<'kty' | 'n' | 'e', string>;
    return {
      privateKey: await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
      publicKey: await crypto.subtle.importKey('jwk', { kty, n, e }, algorithm, true, ['verify']),
    };
  } catch {
    // Without the cause: a parser's complaint may quote what it could not parse.
    throw new TypeError('the private key is not an RSA key in PKCS#8 PEM');
  }
}

/**
 * Reads a public key, SPKI PEM, for instance DOKU's from its dashboard.
 *
 * @throws TypeError if it is no RSA key in SPKI PEM
 */
export async function importPublicKey(pem: string): Promise<CryptoKey> {
  const der = decodePem(pem, 'PUBLIC KEY');
  try {
    return await crypto.subtle.importKey('spki', der, algorithm, true, ['verify']);
  } catch {
    throw new TypeError('the public key is not an RSA key in SPKI PEM');
  }
}

function decodePem(pem: string, label: 'PRIVATE KEY' | 'PUBLIC KEY'): Bytes {
  // Environment variables often carry a PEM on one line, with the two characters \n for each line end.
  const text = pem.replaceAll('\\n', '\n').trim();
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const isFramed = text.startsWith(begin) && text.endsWith(end);
  const der = isFramed ? decodeBase64(text.slice(begin.length, -end.length).replace(/\s+/g, '')) : undefined;
  if (der === undefined || der.length === 0) throw new TypeError(explainPem(text, begin));
  return der;
}

function explainPem(text: string, begin: string): string {
  if (text.includes('ENCRYPTED')) return 'the key is encrypted: write it anew with `openssl pkcs8 -topk8 -nocrypt`';
  if (text.includes('BEGIN RSA PRIVATE')) return 'the key is PKCS#1: convert it with `openssl pkcs8 -topk8 -nocrypt`';
  if (text.includes('BEGIN RSA PUBLIC')) return 'the key is PKCS#1: convert it with `openssl rsa -RSAPublicKey_in -pubout`';
  return `the key must be PEM that begins with ${begin}`;
}
