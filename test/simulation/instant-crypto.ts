/**
 * Web Crypto without its threads, whose order nobody can repeat: the same results, at once; and every random byte from
 * the seed. RSA is a keyed hash here, for it costs a millisecond a signature; the suites of `test/server/snap` prove it.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

type Bytes = Uint8Array<ArrayBuffer>;

interface InstantKey {
  bytes: Uint8Array;
  hash: string;
}

interface Algorithm {
  name: string;
  hash?: string | { name: string };
  iv?: Uint8Array;
  additionalData?: Uint8Array;
  salt?: Uint8Array;
  info?: Uint8Array;
}

const tagBytes = 16;
const rsaSecret = 'stands in for every RSA key pair';

const hashName = (hash: Algorithm['hash']): string => (typeof hash === 'string' ? hash : (hash?.name ?? 'SHA-256')).replace('-', '').toLowerCase();

/** As an array buffer, which is what Web Crypto answers. */
const toBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** What the bank's model puts into `X-SIGNATURE` of a token request. */
export const signAsRsa = (data: string | Uint8Array): Buffer => createHmac('sha256', rsaSecret).update(data).digest();

function mac(algorithm: Algorithm | string, key: InstantKey, data: Uint8Array): Buffer {
  const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
  return name === 'HMAC' ? createHmac(key.hash, key.bytes).update(data).digest() : signAsRsa(data);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function seal({ iv, additionalData }: Algorithm, key: InstantKey, text: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv ?? new Uint8Array());
  cipher.setAAD(additionalData ?? new Uint8Array());
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function unseal({ iv, additionalData }: Algorithm, key: InstantKey, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv ?? new Uint8Array());
  decipher.setAAD(additionalData ?? new Uint8Array());
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
}

/** Rejects, instead of throwing, like the original. */
const attempt = <Result>(work: () => Result): Promise<Result> => new Promise((resolve) => resolve(work()));

const subtle = {
  digest: (algorithm: string, data: Bytes) => attempt(() => toBuffer(createHash(hashName(algorithm)).update(data).digest())),
  importKey: (_format: string, bytes: Bytes, algorithm: Algorithm | string): Promise<InstantKey> =>
    attempt(() => ({ bytes, hash: hashName(typeof algorithm === 'string' ? undefined : algorithm.hash) })),
  deriveKey: ({ salt, info }: Algorithm, { bytes }: InstantKey): Promise<InstantKey> =>
    attempt(() => ({ bytes: new Uint8Array(hkdfSync('sha256', bytes, salt ?? new Uint8Array(), info ?? new Uint8Array(), 32)), hash: 'sha256' })),
  sign: (algorithm: Algorithm | string, key: InstantKey, data: Bytes) => attempt(() => toBuffer(mac(algorithm, key, data))),
  verify: (algorithm: Algorithm | string, key: InstantKey, signature: Bytes, data: Bytes) => attempt(() => isSame(mac(algorithm, key, data), signature)),
  encrypt: (algorithm: Algorithm, key: InstantKey, data: Bytes) => attempt(() => toBuffer(seal(algorithm, key, data))),
  decrypt: (algorithm: Algorithm, key: InstantKey, data: Bytes) => attempt(() => toBuffer(unseal(algorithm, key, data))),
};

/** @param random 0 (inclusive) to 1 (exclusive). */
export function createInstantCrypto(random: () => number): Crypto {
  const getRandomValues = <Target extends ArrayBufferView>(target: Target): Target => {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return target;
  };
  const randomUUID = (): string => {
    const hex = Buffer.from(getRandomValues(new Uint8Array(16))).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  return { subtle, getRandomValues, randomUUID } as unknown as Crypto;
}
