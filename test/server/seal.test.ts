import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSeal } from '../../packages/server/src/store/seal.ts';

const keyOf = (byte: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(byte);

const [first, second] = [keyOf(1), keyOf(2)];
const place = 'links/1/token';
const secret = 'a customer’s token, eyJhbGciOi, 0812 3456 789';

describe('seal', () => {
  it('opens what it closed, in the place it was closed for', async () => {
    const seal = createSeal([first]);
    for (const text of [secret, '', 'x', 'é\u0000☕', 'long '.repeat(10_000)]) assert.equal(await seal.open(await seal.close(text, place), place), text);
  });

  it('opens in every process that has the key', async () => {
    assert.equal(await createSeal([first]).open(await createSeal([first]).close(secret, place), place), secret);
  });

  it('never closes the same text the same way twice', async () => {
    const seal = createSeal([first]);
    const sealed = await Promise.all(Array.from({ length: 100 }, () => seal.close(secret, place)));
    assert.equal(new Set(sealed).size, 100);
    assert.equal(new Set(sealed.map((text) => text.split('.')[1])).size, 100, 'each has a nonce of its own');
  });

  it('shows nothing of the text, in any spelling', async () => {
    const sealed = await createSeal([first]).close(secret, place);
    const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
    for (const part of [secret, 'token', 'eyJ', '0812']) {
      assert.ok(!sealed.includes(part));
      assert.ok(!bytes.includes(part));
      assert.ok(!sealed.includes(Buffer.from(part).toString('base64url')));
    }
  });

  it('refuses ciphertext that was moved to another place', async () => {
    const seal = createSeal([first]);
    const sealed = await seal.close(secret, place);
    for (const other of ['links/2/token', 'links/1/authCode', 'links/1/toke', 'links/1/token ', '']) await assert.rejects(seal.open(sealed, other), other);
  });

  it('refuses ciphertext of which any byte was altered, cut off or added', async () => {
    const seal = createSeal([first]);
    const [id = '', nonce = '', body = ''] = (await seal.close(secret, place)).split('.');
    const flipped = (text: string, index: number): string => {
      const bytes = Buffer.from(text, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
      return bytes.toString('base64url');
    };
    const size = Buffer.from(body, 'base64url').length;
    const altered = [
      ...Array.from({ length: size }, (_, index) => [id, nonce, flipped(body, index)]),
      ...Array.from({ length: 12 }, (_, index) => [id, flipped(nonce, index), body]),
      [id, nonce, Buffer.from(body, 'base64url').subarray(1).toString('base64url')],
      [id, nonce, Buffer.from(body, 'base64url').subarray(0, -1).toString('base64url')],
      [id, nonce, `${body}AAAA`],
      [id, nonce, ''],
      [id, '', body],
    ];
    for (const parts of altered) await assert.rejects(seal.open(parts.join('.'), place));
  });

  it('refuses what it never closed', async () => {
    const seal = createSeal([first]);
    for (const text of ['', '.', '..', secret]) await assert.rejects(seal.open(text, place));
  });

  it('opens what older keys closed, and closes with the newest', async () => {
    const old = await createSeal([first]).close(secret, place);
    const rotated = createSeal([second, first]);
    assert.equal(await rotated.open(old, place), secret);
    const renewed = await rotated.close(secret, place);
    assert.equal(await createSeal([second]).open(renewed, place), secret);
    await assert.rejects(createSeal([first]).open(renewed, place));
  });

  it('says that a key is missing, without showing any', async () => {
    const sealed = await createSeal([first]).close(secret, place);
    await assert.rejects(createSeal([second]).open(sealed, place), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, /keep the previous key/);
      for (const key of [first, second]) for (const form of ['hex', 'base64', 'base64url'] as const) assert.ok(!error.message.includes(Buffer.from(key).toString(form)));
      return true;
    });
  });

  it('fingerprints equal texts alike and others not, and only under its key', async () => {
    const [seal, again, other] = [createSeal([first]), createSeal([first, second]), createSeal([second, first])];
    const print = await seal.fingerprint('628123456789');
    assert.equal(await again.fingerprint('628123456789'), print);
    assert.notEqual(await seal.fingerprint('628123456788'), print);
    assert.notEqual(await other.fingerprint('628123456789'), print);
    assert.ok(!print.includes('628123456789'));
  });

  it('knows its fingerprint of a text under each of its keys, and under no other', async () => {
    const [before, between, after] = [createSeal([first, second]), createSeal([second, first]), createSeal([second])];
    const [older, newer] = [await before.fingerprint('628123456789'), await between.fingerprint('628123456789')];
    const knows = (print: string): Promise<boolean[]> => Promise.all([before, between, after].map((seal) => seal.isFingerprintOf('628123456789', print)));
    assert.deepEqual([await knows(older), await knows(newer)], [[true, true, false], [true, true, true]]);
    for (const seal of [before, between]) {
      for (const print of [older, newer]) assert.equal(await seal.isFingerprintOf('628123456788', print), false);
      assert.equal(await seal.isFingerprintOf('628123456789', ''), false);
    }
  });
});
