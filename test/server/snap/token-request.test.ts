import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { asymmetricStringToSign, signAsymmetric } from '../../../packages/server/src/snap/signature.ts';
import { formatTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import { createTokenRequests, readToken } from '../../../packages/server/src/snap/token-request.ts';
import type { TokenRequestOptions } from '../../../packages/server/src/snap/token-request.ts';
import type { TokenAnswer } from '../../../packages/server/src/snap/types.ts';
import { answerJson, dokuKeys, findClosedAddress, instant, keys, merchantKeys, startDoku } from './support.ts';
import type { Received } from './support.ts';

type Kind = 'tokenB2b' | 'tokenB2b2c';

/** Two keys of the merchant, the newer first; whose they are elsewhere does not matter here. */
const privateKeys = [dokuKeys.privateKey, merchantKeys.privateKey];
const services = { tokenB2b: '73', tokenB2b2c: '74' } as const;

interface Asked {
  answer: TokenAnswer<string>;
  received: Received[];
  /** The places of the keys that DOKU is said to have taken. */
  taken: number[];
}

/** Asks for a token where the requests are answered with these, in turn. */
async function ask(t: TestContext, operation: Kind, answers: readonly (readonly [number, object])[], options: Partial<TokenRequestOptions> = {}): Promise<Asked> {
  const taken: number[] = [];
  const { baseUrl, received } = await startDoku(t, (_, response, index) => answerJson(response, ...(answers[index] ?? [500, {}] as const)));
  const requestToken = createTokenRequests({
    fetch, now: () => instant, clientId: keys.clientId, privateKeys, onKeyTaken: (place) => taken.push(place), baseUrl, timeoutMs: 10_000, ...options,
  });
  const answer = await requestToken({ operation, path: '/token', body: { grantType: 'x' }, read: (message) => readToken(message, 'accessToken') });
  return { answer, received, taken };
}

const success = (operation: Kind): [number, object] => [200, { responseCode: `200${services[operation]}00`, accessToken: 'token' }];
const refusal = (operation: Kind, responseMessage: string): [number, object] => [401, { responseCode: `401${services[operation]}00`, responseMessage }];

async function signatureBy(place: number): Promise<string> {
  const privateKey = privateKeys[place];
  assert.ok(privateKey);
  return signAsymmetric(privateKey, asymmetricStringToSign(keys.clientId, formatTimestamp(instant)));
}

describe('a token request', () => {
  for (const operation of ['tokenB2b', 'tokenB2b2c'] as const) {
    it(`for ${operation} is signed with the newest key, and with no other if DOKU takes it`, async (t) => {
      const { answer, received: [request, ...others], taken } = await ask(t, operation, [success(operation)]);
      assert.deepEqual(answer, { outcome: 'success', responseCode: `200${services[operation]}00`, body: 'token' });
      assert.equal(others.length, 0);
      assert.equal(request?.path, '/token');
      assert.equal(request.body, '{"grantType":"x"}');
      const { accept, 'content-type': contentType, 'x-client-key': clientKey, 'x-timestamp': timestamp, 'x-signature': signature } = request.headers;
      assert.deepEqual([accept, contentType, clientKey, timestamp, signature], ['application/json', 'application/json', keys.clientId, '2025-03-14T10:15:30+07:00', await signatureBy(0)]);
      assert.deepEqual(taken, [0]);
    });

    it(`for ${operation} is signed with the older key if DOKU does not know the newer one`, async (t) => {
      const { answer, received, taken } = await ask(t, operation, [refusal(operation, 'Unauthorized. Invalid Signature'), success(operation)]);
      assert.equal(answer.outcome, 'success');
      assert.deepEqual(received.map(({ headers }) => headers['x-signature']), [await signatureBy(0), await signatureBy(1)]);
      assert.deepEqual(taken, [1]);
    });

    for (const [status, caseCode] of [[400, '01'], [403, '00'], [500, '00'], [202, '00']] as const) {
      it(`for ${operation} is not repeated after HTTP ${status}, whatever DOKU says of the signature`, async (t) => {
        const first = [status, { responseCode: `${status}${services[operation]}${caseCode}`, responseMessage: 'Invalid Signature' }] as const;
        const { answer, received, taken } = await ask(t, operation, [first, success(operation)]);
        assert.equal(answer.outcome, 'unknown');
        assert.equal(received.length, 1);
        assert.deepEqual(taken, []);
      });
    }

    it(`for ${operation} proves nothing without a code`, async (t) => {
      assert.deepEqual((await ask(t, operation, [[200, { accessToken: 'token' }]])).answer, { outcome: 'unknown' });
    });

    it(`for ${operation} passes nothing on that is no code, and a code also where HTTP says otherwise`, async (t) => {
      for (const text of ['Gateway: eyJ.a.b', `200${services[operation]}00\n`, '20073000', '']) {
        assert.deepEqual((await ask(t, operation, [[200, { responseCode: text, accessToken: 'token' }]])).answer, { outcome: 'unknown' });
      }
      const responseCode = `200${services[operation]}00`;
      assert.deepEqual((await ask(t, operation, [[500, { responseCode }]])).answer, { outcome: 'unknown', responseCode });
    });

    it(`for ${operation} that is still in progress has no token yet`, async (t) => {
      const responseCode = `202${services[operation]}00`;
      assert.deepEqual((await ask(t, operation, [[202, { responseCode, accessToken: 'token' }]])).answer, { outcome: 'unknown', responseCode });
    });
  }

  it('of the merchant is refused for its signature, whatever the words', async (t) => {
    const refused = refusal('tokenB2b', 'Unauthorized');
    assert.deepEqual((await ask(t, 'tokenB2b', [refused, success('tokenB2b')])).taken, [1]);
    const { answer, received, taken } = await ask(t, 'tokenB2b', [refused, refused, success('tokenB2b')]);
    assert.deepEqual(answer, { outcome: 'refused', responseCode: '4017300', caseCode: '00', httpStatus: 401 });
    assert.equal(received.length, 2);
    assert.deepEqual(taken, []);
  });

  it('for a customer who is not linked is refused at once', async (t) => {
    const { answer, received, taken } = await ask(t, 'tokenB2b2c', [refusal('tokenB2b2c', 'Unauthorized. Customer'), success('tokenB2b2c')]);
    assert.deepEqual(answer, { outcome: 'refused', responseCode: '4017400', caseCode: '00', httpStatus: 401 });
    assert.equal(received.length, 1);
    assert.deepEqual(taken, []);
  });

  it('is not repeated where there was no answer', async (t) => {
    let count = 0;
    const broken: typeof fetch = () => {
      count += 1;
      return Promise.reject(new Error('socket hang up'));
    };
    assert.equal((await ask(t, 'tokenB2b', [], { fetch: broken })).answer.outcome, 'unknown');
    assert.equal(count, 1);
    assert.equal((await ask(t, 'tokenB2b', [], { baseUrl: await findClosedAddress() })).answer.outcome, 'not-sent');
  });

  it('was not sent if there is no key', async (t) => {
    const { answer, received } = await ask(t, 'tokenB2b', [success('tokenB2b')], { privateKeys: [] });
    assert.ok(answer.outcome === 'not-sent' && answer.cause instanceof Error);
    assert.equal(received.length, 0);
  });
});

describe('readToken', () => {
  it('reads what fits a header, up to 4096 characters', () => {
    for (const token of ['x', '!~', 'x'.repeat(4096)]) assert.equal(readToken({ token }, 'token'), token);
    for (const token of [undefined, null, 12, '', ' ', 'a b', ' a', 'a ', 'a\n', 'ä', 'a\u007f', 'x'.repeat(4097)]) assert.equal(readToken({ token }, 'token'), undefined);
  });
});
