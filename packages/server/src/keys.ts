/**
 * RSA keys as a merchant writes them down: PEM, or `file:` and the path of one, and several of them while one is
 * being replaced. Must never keep or show the PEM, nor take part of what was given for the whole.
 *
 * @module
 */

import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { wrong } from './setting.ts';
import type { Setting } from './setting.ts';
import type { CryptoKey } from './snap/types.ts';

/** One of the merchant's own pairs. */
export interface OwnKey {
  /** Signs; cannot be read out again. */
  privateKey: CryptoKey;
  /** Verifies what the private half signed. */
  publicKey: CryptoKey;
  /** By which people tell one key from another: the first 8 hex digits of SHA-256 over the public half. */
  fingerprint: string;
}

/** The newest first. */
export type KeyList<Key> = readonly [Key, ...Key[]];

const forms = {
  private: 'it should be an RSA key of at least 2048 bits, PKCS#8 PEM without a passphrase (-----BEGIN PRIVATE KEY-----…), or file: and the path of one; several, the newest first, while one is being replaced; `allo-kit keygen` makes one, `openssl pkcs8 -topk8 -nocrypt` converts one',
  public: 'it should be DOKU\'s RSA public key, PEM (-----BEGIN PUBLIC KEY-----…), or file: and the path of one; several, the newest first, while one is being replaced',
} as const;

type Half = keyof typeof forms;

/** The merchant's own pairs, from their private halves. Throws a `TypeError` that names the setting. */
export function readOwnKeys(given: Setting): KeyList<OwnKey> {
  const [newest, ...older] = readKeys(given, 'private').map(toOwnKey);
  if (newest === undefined) throw wrong(given, forms.private);
  return [newest, ...older];
}

/**
 * DOKU's keys, from their public halves. Throws a `TypeError` that names the setting.
 *
 * @param own none of them can be DOKU's: whoever gives one has copied the wrong key, and nothing of DOKU's would be believed
 */
export function readPublicKeys(given: Setting, own: () => readonly OwnKey[] = () => []): KeyList<CryptoKey> {
  const keys = readKeys(given, 'public');
  const isOwn = (key: KeyObject): boolean => own().some(({ fingerprint }) => fingerprint === fingerprintOf(key));
  if (keys.some(isOwn)) throw wrong(given, 'it is the public half of your own private key, and should be DOKU\'s key from its dashboard');
  const [newest, ...older] = keys.map((key) => toCryptoKey(key, 'verify'));
  if (newest === undefined) throw wrong(given, forms.public);
  return [newest, ...older];
}

function readKeys(given: Setting, half: Half): KeyObject[] {
  // A PEM holds no comma.
  const parts = given.value?.split(',').map((part) => readPart(given, part.trim())) ?? [];
  return parts.flatMap((text) => pemsOf(given, text, half)).map((pem) => readKey(given, pem, half));
}

/** Environment files often carry a PEM on one line, with `\n` written out. */
function readPart({ name }: Setting, part: string): string {
  if (!part.startsWith('file:')) return part.replaceAll('\\n', '\n');
  try {
    return readFileSync(part.slice('file:'.length), 'utf8');
  } catch {
    // Neither the value nor the cause: a key written where a path belongs must not be printed.
    throw new TypeError(`${name} names a file that cannot be read`);
  }
}

/** Every key that begins has to end: half a key behind a whole one would otherwise be overlooked. */
function pemsOf(given: Setting, text: string, half: Half): string[] {
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  const pems = text.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [];
  if (begun === 0 || pems.length !== begun) throw wrong(given, forms[half]);
  return pems;
}

function readKey(given: Setting, pem: string, half: Half): KeyObject {
  const key = parse(pem, half);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key === undefined || key.asymmetricKeyType !== 'rsa' || bits < 2048) throw wrong(given, forms[half]);
  return key;
}

function parse(pem: string, half: Half): KeyObject | undefined {
  // A public key can be derived from a private one, but whoever gives us DOKU's private key has made a mistake.
  if (half === 'public' && pem.includes('PRIVATE KEY')) return undefined;
  try {
    return half === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
  } catch {
    // Without the cause: a parser's complaint may quote what it could not parse.
    return undefined;
  }
}

function toOwnKey(key: KeyObject): OwnKey {
  const publicKey = createPublicKey(key);
  return { privateKey: toCryptoKey(key, 'sign'), publicKey: toCryptoKey(publicKey, 'verify'), fingerprint: fingerprintOf(publicKey) };
}

const fingerprintOf = (publicKey: KeyObject): string =>
  createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 8);

/** Node's type of a key and the platform's are the same thing under two names. */
const toCryptoKey = (key: KeyObject, usage: 'sign' | 'verify'): CryptoKey =>
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- necessary where the DOM's types are loaded too, as in the tests
  key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [usage]) as CryptoKey;
