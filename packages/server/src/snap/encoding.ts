/**
 * Base64, base64url, hex and UTF-8, strictly: what was not written by a correct encoder is refused.
 *
 * @module
 */

import type { Bytes } from './types.ts';

const base64UrlForm = /^[A-Za-z0-9_-]*$/;
const encoder = new TextEncoder();
// A byte order mark is kept, so that what was signed and what is parsed are the same text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text);
}

/** @returns `undefined` if the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Reads padded base64 of the standard alphabet; `undefined` for anything else, stray bits behind the last byte included. */
export function decodeBase64(text: string): Bytes | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    // `atob` forgives blanks, missing padding and stray bits; what it read is then not written the same again.
    return encodeBase64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Reads base64url without padding (RFC 7515 §2); `undefined` for anything else. */
export function decodeBase64Url(text: string): Bytes | undefined {
  if (!base64UrlForm.test(text)) return undefined;
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}
