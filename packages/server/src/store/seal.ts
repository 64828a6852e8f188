/**
 * Encryption at rest for tokens and authorisation codes: AES-256-GCM with a random nonce, bound to the row it
 * stands in, so that ciphertext moved to another row does not open. Never logs, never falls back to plain text.
 *
 * @module
 */

/** Seals and opens one text for one place. */
export interface Seal {
  /** @param place Where the ciphertext will stand, for example `links/<id>/token`. */
  close(text: string, place: string): Promise<string>;
  /** Throws if the text was altered, stands in another place, or its key is not known. */
  open(sealed: string, place: string): Promise<string>;
  /** Keyed hash by which two equal texts are known as equal, without keeping either. */
  fingerprint(text: string): Promise<string>;
  /** Whether it is the text's, under any of the keys: a server that has the next key already, or not yet, may have made it. */
  isFingerprintOf(text: string, fingerprint: string): Promise<boolean>;
  /** Ids of the keys, the newest first; each stands before the first dot of what its key sealed. */
  keyIds(): Promise<readonly string[]>;
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const nonceBytes = 12;

/**
 * @param keys 32 bytes each. The first seals; all of them open, so that a key can be rotated.
 */
export function createSeal(keys: readonly [Uint8Array<ArrayBuffer>, ...Uint8Array<ArrayBuffer>[]]): Seal {
  const [newest, ...older] = keys;
  const imported = Promise.all([importKey(newest), ...older.map(importKey)] as const);

  return {
    async close(text, place) {
      const [current] = await imported;
      const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
      const sealed = await crypto.subtle.encrypt(parameters(nonce, place), current.key, new TextEncoder().encode(text));
      return [current.id, Buffer.from(nonce).toString('base64url'), Buffer.from(sealed).toString('base64url')].join('.');
    },
    async open(sealed, place) {
      const [id, nonce = '', body = ''] = sealed.split('.');
      const held = (await imported).find((entry) => entry.id === id);
      if (held === undefined) throw new Error(`no encryption key "${id}": keep the previous key behind the new one while rows still use it`);
      const text = await crypto.subtle.decrypt(parameters(Buffer.from(nonce, 'base64url'), place), held.key, Buffer.from(body, 'base64url'));
      return new TextDecoder().decode(text);
    },
    async fingerprint(text) {
      const [current] = await imported;
      return keyedHash(current, text);
    },
    async isFingerprintOf(text, fingerprint) {
      const prints = await Promise.all((await imported).map((key) => keyedHash(key, text)));
      return prints.includes(fingerprint);
    },
    keyIds: async () => (await imported).map(({ id }) => id),
  };
}

const parameters = (iv: Uint8Array<ArrayBuffer>, place: string) => ({
  name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(place),
});

interface RingKey {
  /** Derived from the key, so that nobody has to name it. */
  id: string;
  key: Key;
  hashKey: Key;
}

async function keyedHash({ hashKey }: RingKey, text: string): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', hashKey, new TextEncoder().encode(text));
  return Buffer.from(mac).toString('base64url');
}

async function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<RingKey> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  const master = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode('fingerprint') };
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  return {
    id: Buffer.from(digest).toString('hex').slice(0, 8),
    key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
    hashKey: await crypto.subtle.deriveKey(derivation, master, hmac, false, ['sign']),
  };
}
