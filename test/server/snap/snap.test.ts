/** What the client of DOKU may not be created with, by name. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SnapOptions } from '../../../packages/server/src/snap/snap.ts';
import { answerJson, createTestSnap, dokuKeys, keys, merchantKeys, payment, startDoku, withTokens } from './support.ts';

const create = (options: Partial<SnapOptions>): unknown => createTestSnap('https://api-sandbox.doku.com', options);
const { privateKey, publicKey } = merchantKeys;
const pss = await crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }, false, ['sign', 'verify']);

const wrong: { [Name in keyof SnapOptions]?: readonly SnapOptions[Name][] } = {
  baseUrl: ['', 'api.doku.com', 'ftp://api.doku.com', 'ftp://api.doku.com/', 'httpsx://api.doku.com/', 'https://api.doku.com/x', 'https://api.doku.com/?x=1', 'https://api.doku.com/#x', 'https://u:p@api.doku.com/', 'doku:'],
  secretKeys: [[], [''], ['', keys.secretKey]],
  clientId: ['', 'BRN 1', 'x'.repeat(37)],
  privateKeys: [[], [publicKey], [privateKey, publicKey], [publicKey, privateKey], [pss.privateKey]],
  channelId: ['', 'ABCDEF', 'DH!', '!DH', 'D H', 'DH\n'],
};

describe('createSnap', () => {
  for (const [name, values] of Object.entries(wrong)) {
    it(`refuses what is no ${name}, and names it`, () => {
      for (const value of values) {
        assert.throws(() => create({ [name]: value }), (error) => error instanceof TypeError && error.message.startsWith(`${name} must `), JSON.stringify(value));
      }
    });
  }

  it('refuses a profile, a path and a time-out that it does not know', () => {
    assert.throws(() => create({ profile: 'core-v2' as 'core-v1' }), TypeError);
    assert.throws(() => create({ paths: { refund: 'refund' } }), TypeError);
    assert.throws(() => create({ timeouts: { paymentMs: 0 } }), TypeError);
  });

  it('takes the longest and the shortest of everything', () => {
    for (const options of [{ clientId: 'x'.repeat(36) }, { clientId: 'x' }, { channelId: 'A' }, { channelId: 'ABC12' }, { secretKeys: ['SK-1', ''] }, { privateKeys: [privateKey, dokuKeys.privateKey] }]) assert.ok(create(options));
  });

  for (const baseUrl of ['http://127.0.0.1', 'http://127.0.0.1:8080/', 'https://api.doku.com', 'HTTPS://API.doku.com']) {
    it(`takes ${baseUrl}`, () => assert.ok(createTestSnap(baseUrl)));
  }

  it('sends the CHANNEL-ID that it is told to, signs with the first secret, and goes to the paths that it is given', async (t) => {
    const sent: string[] = [];
    for (const secretKeys of [[keys.secretKey], [keys.secretKey, 'SK-older'], ['SK-newer', keys.secretKey]]) {
      const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, { responseCode: '2005400' })));
      const snap = createTestSnap(doku.baseUrl, { secretKeys, channelId: 'H2H', paths: { paymentHostToHost: '/pay' } });
      assert.equal((await snap.pay(payment)).outcome, 'success');
      const request = doku.received[1];
      assert.deepEqual([request?.path, request?.headers['channel-id']], ['/pay', 'H2H']);
      sent.push(request?.headers['x-signature'] ?? '');
    }
    assert.equal(sent[0], sent[1]);
    assert.notEqual(sent[0], sent[2]);
  });
});
