import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { CustomerToken } from '../../../packages/server/src/snap/customer-token.ts';
import { parseTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import type { TokenAnswer } from '../../../packages/server/src/snap/types.ts';
import { answerJson, createTestSnap, customerToken, findClosedAddress, instant, keys, readVector, startDoku } from './support.ts';

async function exchange(t: TestContext, status: number, answer: unknown): Promise<TokenAnswer<CustomerToken>> {
  const doku = await startDoku(t, (_, response) => answerJson(response, status, answer));
  return createTestSnap(doku.baseUrl).exchangeAuthCode(keys.tokens.authCode);
}

async function expiryOf(t: TestContext, answer: object): Promise<number> {
  const result = await exchange(t, 200, { responseCode: '2007400', ...answer });
  assert.ok(result.outcome === 'success');
  return result.body.expiresAt;
}

/** A token of DOKU by its form; what it says of itself is all that matters here. */
function jwt(claims: unknown): string {
  return `a.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c`;
}

describe('exchangeAuthCode', () => {
  it('hands over the token with its life, and not the one to refresh it', async (t) => {
    const { sdkReturned } = readVector('03-token-b2b2c');
    assert.deepEqual(await exchange(t, 200, sdkReturned), {
      outcome: 'success',
      responseCode: '2007400',
      body: {
        accessToken: customerToken,
        expiresAt: parseTimestamp('2025-03-29T10:15:30+07:00'),
      },
    });
  });

  it('takes the expiry from the answer, else from the token, else 15 days', async (t) => {
    assert.equal(await expiryOf(t, { accessToken: customerToken, accessTokenExpiryTime: '2025-03-20T00:00:00.5' }), parseTimestamp('2025-03-20T00:00:00.500+07:00'));
    assert.equal(await expiryOf(t, { accessToken: jwt({ exp: 1_743_000_000 }), accessTokenExpiryTime: 'soon' }), 1_743_000_000_000);
    assert.equal(await expiryOf(t, { accessToken: jwt({ exp: 1 }) }), 1000);
    assert.equal(await expiryOf(t, { accessToken: jwt({ exp: 1_743_000_000.1239 }) }), 1_743_000_000_123, 'a database keeps whole milliseconds');
    assert.equal(await expiryOf(t, { accessToken: 'opaque' }), instant + 15 * 86_400_000);
  });

  for (const accessToken of ['a.*.c', 'a.bm90IGpzb24.c', jwt({}), jwt({ exp: 0 }), jwt({ exp: -1 }), jwt({ exp: 1e300 }), jwt({ exp: '1743000000' }), jwt({ exp: true }), jwt([1])]) {
    it(`finds no expiry in the token ${accessToken}`, async (t) => assert.equal(await expiryOf(t, { accessToken }), instant + 15 * 86_400_000));
  }

  it('is refused with 4017400: not linked yet, or no longer', async (t) => {
    assert.deepEqual(await exchange(t, 401, { responseCode: '4017400', responseMessage: 'Unauthorized. Customer' }), {
      outcome: 'refused',
      responseCode: '4017400',
      caseCode: '00',
      httpStatus: 401,
    });
  });

  for (const responseMessage of ['Unauthorized. Invalid Signature', 'Unauthorized. [Signature]', 'Unauthorized. Timestamp', 'Unauthorized. [Unknown client]']) {
    it(`takes nobody for unlinked if DOKU says “${responseMessage}”`, async (t) => {
      assert.equal((await exchange(t, 401, { responseCode: '4017400', responseMessage })).outcome, 'unknown');
    });
  }

  const unknowns: [number, unknown][] = [
    [500, { responseCode: '5007400' }],
    [200, { responseCode: '4017400' }],
    [500, { responseCode: '4017400' }],
    [401, { responseCode: '4015400' }],
    [200, { responseCode: '2007400' }],
    [200, { responseCode: '2007400', accessToken: 'with blank' }],
    [200, { responseCode: '2007400', accessToken: 'a\r\nX-Evil: 1' }],
    [200, { responseCode: '2007400', accessToken: 12 }],
    [200, { responseCode: '2007300', accessToken: 'b2b' }],
  ];
  for (const [status, answer] of unknowns) {
    it(`is unknown after HTTP ${status} with ${JSON.stringify(answer)}`, async (t) => {
      assert.equal((await exchange(t, status, answer)).outcome, 'unknown');
    });
  }

  it('was not sent if nobody listens', async () => {
    assert.equal((await createTestSnap(await findClosedAddress()).exchangeAuthCode('x')).outcome, 'not-sent');
  });
});
