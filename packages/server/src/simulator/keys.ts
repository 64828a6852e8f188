/**
 * The key pair of the simulated DOKU and the public key of the merchant, read once.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Keys {
  privateKey: KeyObject;
  publicKey: KeyObject;
  merchantPublicKey: KeyObject;
}

/** Throws a TypeError that names the option if a key cannot be read. */
export function readKeys(privateKeyPem: string | undefined, merchantPublicKeyPem: string): Keys {
  const privateKey = privateKeyPem ? read('privateKey', () => createPrivateKey(privateKeyPem)) : freshKey();
  // A public key can be derived from a private one, but whoever hands the private one out has made a mistake.
  if (merchantPublicKeyPem.includes('PRIVATE KEY')) throw new TypeError('merchantPublicKey: expected the public half of the pair, and this is the private one');
  const merchantPublicKey = read('merchantPublicKey', () => createPublicKey(merchantPublicKeyPem));
  return { privateKey, publicKey: createPublicKey(privateKey), merchantPublicKey };
}

export function toPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();
}

function freshKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

function read(option: string, parse: () => KeyObject): KeyObject {
  try {
    const key = parse();
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch (cause) {
    throw new TypeError(`${option}: expected an unencrypted RSA key in PEM form`, { cause });
  }
  throw new TypeError(`${option}: expected an RSA key, DOKU signs with RSA-2048`);
}
