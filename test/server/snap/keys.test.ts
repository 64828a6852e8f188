import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { importMerchantKeys, importPublicKey } from '../../../packages/server/src/snap/keys.ts';
import { signAsymmetric, verifyAsymmetric } from '../../../packages/server/src/snap/signature.ts';
import { keys } from './support.ts';

const pem = keys.merchantPrivateKeyPkcs8Pem;
const canary = pem.slice(100, 140);

async function refusal(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof TypeError);
  assert.ok(!inspect(error).includes(canary));
  return error;
}

describe('importMerchantKeys', () => {
  it('gives a pair that belongs together, whose private half cannot be exported', async () => {
    const pair = await importMerchantKeys(pem);
    const signature = await signAsymmetric(pair.privateKey, 'x');
    assert.ok(await verifyAsymmetric([pair.publicKey], 'x', signature));
    assert.ok(await verifyAsymmetric([await importPublicKey(keys.merchantPublicKeySpkiPem)], 'x', signature));
    assert.equal(pair.privateKey.extractable, false);
    await assert.rejects(crypto.subtle.exportKey('pkcs8', pair.privateKey));
  });

  it('reads a PEM whose line ends are written as the two characters of an environment file', async () => {
    for (const text of [pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', '\r\n'), `\n  ${pem}`]) assert.ok(await importMerchantKeys(text));
  });

  it('names the fix for an encrypted key and for PKCS#1', async () => {
    const key = createPrivateKey(pem);
    const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
    assert.match((await refusal(importMerchantKeys(encrypted))).message, /-nocrypt/);
    assert.match((await refusal(importMerchantKeys(key.export({ type: 'pkcs1', format: 'pem' }).toString()))).message, /PKCS#1/);
  });

  it('refuses what is no RSA key, without quoting it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ec = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of ['', 'SK-secret', ec, keys.merchantPublicKeySpkiPem, pem.replace('MII', 'AAA'), pem.slice(0, -60)]) {
      await refusal(importMerchantKeys(text));
    }
  });
});

describe('importPublicKey', () => {
  it('refuses what is no public key', async () => {
    for (const text of ['', pem, keys.dokuPublicKeySpkiPem.replace('MII', 'AAA')]) await refusal(importPublicKey(text));
  });
});
