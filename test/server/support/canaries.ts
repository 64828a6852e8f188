/**
 * What must stay secret, looked for wherever it could come out: our keys, and every token, authorisation code, phone
 * number and way back of a run as it came into being on the wire to the bank; plain, URL-encoded, in hex and in
 * base64. Where it is allowed to stand is in {@link withoutAllowed}, and nowhere else.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { encryptionKey, merchantKeys, secretKey } from './credentials.ts';

export type Kind = 'secret key' | 'private key' | 'encryption key' | 'token' | 'authorisation code' | 'phone number' | 'way back';

const isOwnKey: ReadonlySet<Kind> = new Set<Kind>(['secret key', 'private key', 'encryption key']);

export interface Canaries {
  /** From now on this must be seen nowhere. */
  add(kind: Kind, secret: string | Uint8Array): void;
  /** Adds what is secret in something that goes to the bank or comes from it, headers and bodies alike. */
  learn(wire: string): void;
  /** Looks at something that must hold no secret. `place` is for the report. */
  look(place: string, seen: string | Uint8Array): void;
  /** Looks at the files that are there, byte by byte. */
  lookAtFiles(place: string, paths: readonly string[]): void;
  /** What was found where, each once. */
  found(): string[];
  /** How many secrets are known and how many bytes were looked at, so that a run that looked at nothing can be seen. */
  figures(): { secrets: number; bytes: number };
}

/** What looks like a secret, whosever it is. */
export const secretForms = {
  'a token': /eyJ[\w-]+\.[\w-]+/,
  'a secret key': /SK-TESTONLY/,
  'a private key': /PRIVATE KEY/,
  'a phone number': /(?<![\d.])(?:0|\+?62)8\d{8,}/,
  'an authorisation code': /\b2238\d{30,}/,
  'a bearer header': /Bearer \S/i,
} as const;

const fields: readonly [RegExp, Kind][] = [
  [/"(?:accessToken|refreshToken|tokenId)"\s*:\s*"([^"]{9,})"/g, 'token'],
  [/Bearer ([\w.~+/=-]{16,})/gi, 'token'],
  [/"authCode"\s*:\s*"([^"]{9,})"/g, 'authorisation code'],
  [/"(?:phoneNo|phone)"\s*:\s*"([^"]{9,})"/g, 'phone number'],
  [/[?&]state=([\w-]{20,})/g, 'way back'],
];

/**
 * The two places where a secret may stand in an answer: the address of the bank's own page, into which DOKU puts the
 * authorisation code (dossier 3.1) and which is the shopper's to know; and the token that DOKU itself asked us for.
 */
export const withoutAllowed = (answer: string): string => answer
  .replaceAll(/"url"\s*:\s*"[^"]*\/direct-debit\/ui\/[^"]*"/g, '')
  .replaceAll(/("responseCode":"2007300".*"accessToken":)"[^"]*"/g, '$1');

/** Long secrets are known by pieces of this length, so that half of one is found too. */
const pieceLength = 24;
/** No piece has as many letters. */
export const longestNeedle = 2 * pieceLength;
/** The newest secrets of a run, and our own keys, are looked for; all there ever were would not fit into memory in the longest runs. */
export const mostAtOnce = 10_000;
/** No two encodings of a secret are shorter; shorter secrets are none. */
const prefixLength = 9;

export function createCanaries(): Canaries {
  /** By their first letters. */
  const needles = new Map<string, Map<string, Kind>>();
  /** Whether any begins with these two letters: nearly all of what is looked at ends there. */
  const beginnings = new Uint8Array(65_536);
  const beginning = (text: string, at: number): number => ((text.charCodeAt(at) & 255) << 8) | (text.charCodeAt(at + 1) & 255);
  /** What came into being, the oldest first. */
  const known = new Map<string, string[]>();
  let forgotten = 0;
  const found = new Set<string>();
  let bytes = 0;

  const keep = (kind: Kind, needle: string): void => {
    if (needle.length < prefixLength) return;
    const prefix = needle.slice(0, prefixLength);
    const alike = needles.get(prefix) ?? new Map<string, Kind>();
    needles.set(prefix, alike.set(needle, kind));
    beginnings[beginning(needle, 0)] = 1;
  };

  const forgetOldest = (): void => {
    const [oldest = '', pieces = []] = known.entries().next().value ?? [];
    for (const piece of pieces) needles.get(piece.slice(0, prefixLength))?.delete(piece);
    known.delete(oldest);
    forgotten += 1;
  };

  const canaries: Canaries = {
    add(kind, secret) {
      const plain = Buffer.from(secret);
      if (known.has(plain.toString('latin1'))) return;
      const pieces = formsOf(plain).flatMap(piecesOf);
      for (const piece of pieces) keep(kind, piece);
      if (!isOwnKey.has(kind)) known.set(plain.toString('latin1'), pieces);
      if (known.size > mostAtOnce) forgetOldest();
    },
    learn(wire) {
      for (const [field, kind] of fields) {
        for (const [, secret = ''] of wire.matchAll(field)) canaries.add(kind, kind === 'phone number' ? significant(secret) : secret);
      }
    },
    look(place, seen) {
      const text = typeof seen === 'string' ? seen : Buffer.from(seen).toString('latin1');
      bytes += text.length;
      for (let at = 0; at + prefixLength <= text.length; at += 1) {
        if (beginnings[beginning(text, at)] === 0) continue;
        for (const [needle, kind] of needles.get(text.slice(at, at + prefixLength)) ?? []) if (text.startsWith(needle, at)) found.add(`a ${kind} in ${place}: …${text.slice(Math.max(0, at - 60), at)}`);
      }
    },
    lookAtFiles(place, paths) {
      for (const path of paths) {
        const content = readIfThere(path);
        if (content !== undefined) canaries.look(place, content);
      }
    },
    found: () => [...found],
    figures: () => ({ secrets: known.size + forgotten, bytes }),
  };
  canaries.add('secret key', secretKey);
  addEncryptionKey(canaries, encryptionKey);
  addPrivateKey(canaries, merchantKeys.privateKey);
  return canaries;
}

export function addEncryptionKey(canaries: Canaries, base64: string): void {
  canaries.add('encryption key', Buffer.from(base64, 'base64'));
}

/** Its secret numbers: the modulus is in the public key too, and the beginning of the file in every key. */
export function addPrivateKey(canaries: Canaries, pem: string): void {
  const { d, p, q, dp, dq, qi } = createPrivateKey(pem).export({ format: 'jwk' });
  for (const part of [d, p, q, dp, dq, qi]) if (part !== undefined) canaries.add('private key', Buffer.from(part, 'base64url'));
}

/** However it is written: without what stands for the country. */
const significant = (phone: string): string => phone.replaceAll(/\D/g, '').replace(/^(?:62|0)/, '');

/** The secret as it is, in an address, in hex and in base64, wherever in a longer text it was encoded. */
function formsOf(secret: Buffer): string[] {
  const plain = secret.toString('latin1');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64').replace(/=+$/, '');
    // The letters at both ends also depend on what stands beside.
    const own = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + secret.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = secret.toString('hex');
  return [...new Set([plain, encodeURIComponent(plain), hex, hex.toUpperCase(), ...base64])];
}

function piecesOf(form: string): string[] {
  if (form.length < 2 * pieceLength) return [form];
  return Array.from({ length: Math.floor(form.length / pieceLength) }, (_, index) => form.slice(index * pieceLength, (index + 1) * pieceLength));
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
