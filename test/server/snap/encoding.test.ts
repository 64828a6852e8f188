import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBase64, decodeBase64Url, decodeUtf8, encodeBase64, encodeBase64Url, encodeHex, encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';

/** All lengths of the last group, and every byte. */
const samples = [[], [0], [15, 16], [255, 254, 253], [251, 239, 190, 251], Array.from({ length: 256 }, (_, byte) => byte)].map((bytes) => Uint8Array.from(bytes));

describe('UTF-8', () => {
  it('is read back as it was written, a byte order mark included', () => {
    for (const text of ['', 'Kopi susu', 'é ☕️ コーヒー', '\uFEFF{"a":1}']) assert.equal(decodeUtf8(encodeUtf8(text)), text);
  });

  it('is not guessed at: bytes that are none are refused', () => {
    for (const bytes of [[0xff], [0x61, 0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) assert.equal(decodeUtf8(Uint8Array.from(bytes)), undefined);
  });
});

describe('hex', () => {
  it('has two lower-case digits for each byte', () => assert.equal(encodeHex(Uint8Array.of(0, 9, 15, 16, 171, 255)), '00090f10abff'));
});

describe('base64', () => {
  it('is that of the platform, and is read back', () => {
    for (const bytes of samples) {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
    }
  });

  for (const text of ['*', 'A', 'AA', 'AAA', 'AA=', 'A===', 'AAAA=', 'AAAA====', '=', 'AA==AAAA', 'AAA A', 'AAAA\n', ' AAAA', 'AB==', 'AAB=', '-_-_', 'ÄAAA', 'АAAA']) {
    it(`is not read from ${JSON.stringify(text)}`, () => assert.equal(decodeBase64(text), undefined));
  }
});

describe('base64url', () => {
  it('is that of the platform, without padding, and is read back', () => {
    for (const bytes of samples) {
      assert.equal(encodeBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
      assert.deepEqual(decodeBase64Url(encodeBase64Url(bytes)), bytes);
    }
  });

  for (const text of ['+AAA', 'AAA+', '/AAA', 'AAA/', 'AA==', 'AAA=', 'A', 'AB', 'AAAA ', ' AAAA', 'AAAA\n', 'AA.AA']) {
    it(`is not read from ${JSON.stringify(text)}`, () => assert.equal(decodeBase64Url(text), undefined));
  }
});
