import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readPublicKeys } from '../../../packages/server/src/keys.ts';
import { decodeBase64, encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import {
  asymmetricStringToSign,
  hashBody,
  signAsymmetric,
  signSymmetric,
  symmetricStringToSign,
  verifyAsymmetric,
  verifySymmetric,
} from '../../../packages/server/src/snap/signature.ts';
import type { SymmetricCheck } from '../../../packages/server/src/snap/signature.ts';
import { dokuKeys, headerOf, keys, merchantKeys, readVector } from './support.ts';
import type { Vector } from './support.ts';

const symmetricVectors = [
  '02-account-binding-allo', '04-balance-inquiry-allo', '05-payment-allo', '07-refund-allo', '08-check-status-allo', '09-unbinding-allo',
  '21-inbound-notification-payment-success', '23-inbound-notification-binding-success',
];
const asymmetricVectors = ['01-token-b2b', '03-token-b2b2c', '20-inbound-token-request'];

function checkOf(vector: Vector, changes: Partial<SymmetricCheck> = {}): SymmetricCheck {
  return {
    path: vector.request.path,
    accessToken: headerOf(vector, 'Authorization').slice('Bearer '.length),
    timestamp: headerOf(vector, 'X-TIMESTAMP'),
    rawBody: encodeUtf8(vector.request.bodyUtf8),
    signature: headerOf(vector, 'X-SIGNATURE'),
    secretKeys: [keys.secretKey],
    ...changes,
  };
}

describe('the symmetric signature', () => {
  for (const name of symmetricVectors) {
    const vector = readVector(name);
    const check = checkOf(vector);

    it(`reproduces ${name}`, async () => {
      const bodyHash = await hashBody(encodeUtf8(vector.request.bodyUtf8));
      const stringToSign = symmetricStringToSign(check, bodyHash);
      assert.equal(bodyHash, vector.bodySha256);
      assert.equal(stringToSign, vector.stringToSign);
      assert.equal(await signSymmetric(keys.secretKey, stringToSign), vector.signature);
      assert.ok(await verifySymmetric(check));
    });

    it(`refuses ${name} with any part altered`, async () => {
      const body = vector.request.bodyUtf8;
      const altered: Partial<SymmetricCheck>[] = [
        { path: `${check.path}/` },
        { path: `/prefix${check.path}` },
        { path: `${check.path}?a=1` },
        { path: check.path.toUpperCase() },
        { accessToken: keys.tokens.b2b2cIssuedByDoku },
        { accessToken: `Bearer ${check.accessToken}` },
        { accessToken: '' },
        { timestamp: '2025-03-14T10:15:29+07:00' },
        { rawBody: encodeUtf8(body.replace('"', ' "x')) },
        { rawBody: encodeUtf8(body.toLowerCase()) },
        { rawBody: encodeUtf8(body.slice(0, -1)) },
        { rawBody: new Uint8Array() },
        { secretKeys: [`${keys.secretKey} `] },
        { secretKeys: [] },
      ];
      for (const change of altered) assert.equal(await verifySymmetric(checkOf(vector, change)), false, JSON.stringify(change));
    });
  }

  const vector = readVector('21-inbound-notification-payment-success');
  const { signature } = vector;
  const nearMisses = {
    'lower-cased': signature.toLowerCase(),
    'upper-cased': signature.toUpperCase(),
    'truncated by a character': signature.slice(0, -1),
    'truncated by a group': signature.slice(0, -4),
    'without padding': signature.replaceAll('=', ''),
    'with more padding': `${signature}==`,
    'in base64url': signature.replaceAll('+', '-').replaceAll('/', '_'),
    'in hex': Buffer.from(signature, 'base64').toString('hex'),
    'with a blank in front': ` ${signature}`,
    'with a line end': `${signature}\n`,
    'with stray bits behind the last byte': signature.replace(/g==$/, 'h=='),
    twice: `${signature}, ${signature}`,
    empty: '',
    'of zeros': Buffer.alloc(64).toString('base64'),
    'with a look-alike letter': signature.replace('P', 'Р'),
  };
  for (const [manner, text] of Object.entries(nearMisses)) {
    it(`is refused ${manner}`, async () => {
      assert.notEqual(text, signature);
      assert.equal(await verifySymmetric(checkOf(vector, { signature: text })), false);
    });
  }

  it('accepts the previous secret beside the current one', async () => {
    assert.ok(await verifySymmetric(checkOf(vector, { secretKeys: ['SK-new', keys.secretKey] })));
    assert.ok(await verifySymmetric(checkOf(vector, { secretKeys: [keys.secretKey, 'SK-new'] })));
  });

  it('refuses any single flipped bit of signature or body', async () => {
    const bytes = Buffer.from(signature, 'base64');
    const body = encodeUtf8(vector.request.bodyUtf8);
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.nat(63), fc.nat(7), async (bodyAt, signatureAt, bit) => {
        const flippedBody = body.with(bodyAt, (body[bodyAt] ?? 0) ^ (1 << bit));
        const flippedSignature = Buffer.from(bytes.with(signatureAt, (bytes[signatureAt] ?? 0) ^ (1 << bit))).toString('base64');
        assert.equal(await verifySymmetric(checkOf(vector, { rawBody: flippedBody })), false);
        assert.equal(await verifySymmetric(checkOf(vector, { signature: flippedSignature })), false);
      }),
      { numRuns: 300 },
    );
  });

  it('verifies what was signed, for any secret, path, token and body', async () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(text, text, text, fc.dictionary(text, fc.jsonValue()), async (secretKey, path, accessToken, body) => {
        const parts = { path, accessToken, timestamp: '2025-03-14T10:15:30+07:00' };
        const rawBody = encodeUtf8(JSON.stringify(body));
        const signature = await signSymmetric(secretKey, symmetricStringToSign(parts, await hashBody(rawBody)));
        assert.ok(await verifySymmetric({ ...parts, rawBody, signature, secretKeys: [secretKey] }));
        assert.equal(signature.length, 88);
      }),
    );
  });

  it('covers an empty body by the hash of the empty string', async () => {
    const parts = { path: '/', accessToken: 't', timestamp: 'x' };
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const signature = createHmac('sha512', keys.secretKey).update(`POST:/:t:${hash}:x`).digest('base64');
    assert.ok(await verifySymmetric({ ...parts, rawBody: new Uint8Array(), signature, secretKeys: [keys.secretKey] }));
  });
});

describe('the body of a symmetric signature', () => {
  const canonical = '{"name":"Kopi & susu = é/1","2":"b","1":"a","n":1,"url":"https://m.example/?a=1"}';
  const encodings = {
    compact: canonical,
    spaced: '{"name": "Kopi & susu = é/1", "2": "b", "1": "a", "n": 1, "url": "https://m.example/?a=1"}',
    indented: JSON.stringify(JSON.parse('{"name":0}')).replace('{"name":0}', canonical.replaceAll(',"', ',\r\n\t"').replaceAll('":', '" : ')),
    'with escaped slashes': canonical.replaceAll('/', '\\/'),
    'with HTML-safe escapes': canonical.replaceAll('&', '\\u0026').replaceAll('=', '\\u003d'),
    'with non-ASCII escaped': canonical.replaceAll('é', '\\u00e9'),
    'with non-ASCII escaped in capitals': canonical.replaceAll('é', '\\u00E9'),
    'with an escaped key': canonical.replace('"name"', '"\\u006eame"'),
  };

  async function isAccepted(rawBody: string, signedBody: string): Promise<boolean> {
    const parts = { path: '/v1.0/debit/notify', accessToken: 'token', timestamp: '2025-03-14T10:15:30+07:00' };
    const signature = await signSymmetric(keys.secretKey, symmetricStringToSign(parts, await hashBody(encodeUtf8(signedBody))));
    return verifySymmetric({ ...parts, rawBody: encodeUtf8(rawBody), signature, secretKeys: [keys.secretKey] });
  }

  for (const [manner, body] of Object.entries(encodings)) {
    it(`may be sent ${manner} and signed compactly`, async () => {
      assert.deepEqual(JSON.parse(body), JSON.parse(canonical));
      assert.ok(await isAccepted(body, canonical));
    });
    it(`may be sent ${manner} and signed as sent`, async () => assert.ok(await isAccepted(body, body)));
  }

  it('may be sent spaced and escaped, and signed without the spaces alone', async () => {
    assert.ok(await isAccepted('{"a": "\\u00e9\\/"}', '{"a":"\\u00e9\\/"}'));
  });

  for (const [manner, other] of Object.entries({
    'with a blank in a string dropped': canonical.replace('Kopi ', 'Kopi'),
    'with its keys in another order': canonical.replace('"2":"b","1":"a"', '"1":"a","2":"b"'),
    'with a number written otherwise': canonical.replace('"n":1', '"n":1.0'),
    'with a letter in another case': canonical.replace('Kopi', 'kopi'),
  })) {
    it(`is refused ${manner}`, async () => {
      assert.notEqual(other, canonical);
      assert.equal(await isAccepted(other, canonical), false);
    });
  }

  it('is refused if it names a key twice, however well it is signed', async () => {
    const body = '{"amount":"1.00","amount":"9.00"}';
    assert.equal(await isAccepted(body, body), false);
  });
});

describe('the asymmetric signature', () => {
  const [dokuPublicKey] = readPublicKeys({ name: 'DOKU', value: keys.dokuPublicKeySpkiPem });
  const [merchantPublicKey] = readPublicKeys({ name: 'merchant', value: keys.merchantPublicKeySpkiPem });

  for (const name of asymmetricVectors) {
    const vector = readVector(name);
    const isInbound = name.startsWith('20');

    it(`reproduces ${name}`, async () => {
      const stringToSign = asymmetricStringToSign(headerOf(vector, 'X-CLIENT-KEY'), headerOf(vector, 'X-TIMESTAMP'));
      assert.equal(stringToSign, vector.stringToSign);
      const { privateKey } = isInbound ? dokuKeys : merchantKeys;
      assert.equal(await signAsymmetric(privateKey, stringToSign), vector.signature);
      assert.ok(await verifyAsymmetric([isInbound ? dokuPublicKey : merchantPublicKey], stringToSign, vector.signature));
    });
  }

  const { stringToSign, signature } = readVector('20-inbound-token-request');

  it('accepts the previous key beside the current one, and no other', async () => {
    assert.ok(await verifyAsymmetric([merchantPublicKey, dokuPublicKey], stringToSign, signature));
    assert.equal(await verifyAsymmetric([merchantPublicKey], stringToSign, signature), false);
    assert.equal(await verifyAsymmetric([], stringToSign, signature), false);
  });

  it('refuses another text, another case and a cut signature', async () => {
    assert.equal(await verifyAsymmetric([dokuPublicKey], `${stringToSign} `, signature), false);
    assert.equal(await verifyAsymmetric([dokuPublicKey], stringToSign, signature.toLowerCase()), false);
    assert.equal(await verifyAsymmetric([dokuPublicKey], stringToSign, signature.slice(0, -4)), false);
    assert.equal(await verifyAsymmetric([dokuPublicKey], stringToSign, ''), false);
  });

  it('refuses what is no base64', async () => {
    for (const noBase64 of ['*', `${signature}*`, `*${signature}`, ` ${signature}`, '===', 'ä'.repeat(344)]) {
      assert.equal(await verifyAsymmetric([dokuPublicKey], stringToSign, noBase64), false);
    }
  });

  it('refuses any single flipped bit', async () => {
    const bytes = decodeBase64(signature) ?? new Uint8Array();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit))).toString('base64');
        assert.equal(await verifyAsymmetric([dokuPublicKey], stringToSign, flipped), false);
      }),
    );
  });
});
