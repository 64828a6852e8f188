/** The balance by itself, over a bank that answers what the test says: what a refused token means, and what counts. */
import assert from 'node:assert/strict';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createBalanceMemory } from '../../packages/server/src/routes/balance-memory.ts';
import { showBalance } from '../../packages/server/src/routes/balance.ts';
import type { RouteContext, RouteEnv } from '../../packages/server/src/routes/context.ts';
import { problemResponse, readError } from '../../packages/server/src/routes/problem.ts';
import { createBench, newToken } from './support/ledger-bench.ts';
import type { Bench } from './support/ledger-bench.ts';
import { done, notSent, refusal, silence, tokenRefusal } from './support/scripted-bank.ts';

const held = done([{ type: 'BALANCE', available: { value: '5000.00', currency: 'IDR' } } as const]);

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

/** Asks for budi's, and not out of memory: answers the problem's code, or the status. */
async function balance(): Promise<string | number> {
  const routes: RouteContext = {
    ledger: bench.ctx, merchant: { customer: () => ({ id: 'budi' }), order: () => null }, balances: createBalanceMemory(bench.now, 0),
    device: { secure: true, trustedProxies: 0, newId: () => 'f'.repeat(32) }, shopOrigin: 'https://shop.example', trustedOrigins: new Set(),
  };
  const app = new Hono<RouteEnv>().get('/balance', (c) => showBalance(routes, c));
  app.onError((error) => problemResponse(readError(error, 'request', bench.ctx.log), 'request'));
  const answer = await app.request('/balance', undefined, {});
  return answer.ok ? answer.status : ((await answer.json()) as { code: string }).code;
}

const linkedTillNow = () => bench.linked({ customerId: 'budi', tokenExpiresAt: bench.now() });
const linked = () => bench.linked({ customerId: 'budi' });
const tokens = (): unknown[] => bench.asked.filter(({ operation }) => operation === 'balance').map(({ given }) => given[0]);
const stateOf = async ({ id }: { id: string }): Promise<string> => (await bench.link(id)).state;

describe('a token that the bank refuses', () => {
  test('is renewed, and the balance asked for again', async () => {
    const link = await linked();
    bench.says('balance', tokenRefusal, held);
    bench.says('exchange', newToken('second'));
    assert.deepEqual([await balance(), tokens(), await stateOf(link)], [200, ['token of budi', 'second'], 'active']);
  });

  test('and two others that it gives for it, has the account linked again, and the link ended', async () => {
    const link = await linked();
    bench.says('balance', tokenRefusal, tokenRefusal, tokenRefusal);
    bench.says('exchange', newToken('second'), newToken('third'));
    assert.deepEqual([await balance(), await stateOf(link)], ['RELINK_REQUIRED', 'relink_required']);
  });

  test('and the one that another server had by then, is renewed once more: the link lives', async () => {
    const link = await linked();
    bench.says('balance', async () => {
      await bench.renewedElsewhere(link.id, 'second');
      return tokenRefusal;
    }, tokenRefusal, held);
    bench.says('exchange', newToken('third'));
    assert.deepEqual([await balance(), tokens(), await stateOf(link)], [200, ['token of budi', 'second', 'third'], 'active']);
  });

  for (const [name, answer, code, state] of [['refused', refusal, 'RELINK_REQUIRED', 'relink_required'], ['not to be had just now', silence, 'BANK_UNAVAILABLE', 'active']] as const) {
    test(`and in whose place another is ${name}: ${code}`, async () => {
      const link = await linked();
      bench.says('balance', tokenRefusal);
      bench.says('exchange', answer);
      assert.deepEqual([await balance(), await stateOf(link)], [code, state]);
    });
  }
});

describe('under the limit', () => {
  const counted = (): number => 1 - (bench.ctx.limits.standing({ balancesPerCustomer: 'budi' })[0]?.left ?? 1);

  beforeEach(async () => {
    await bench.close();
    bench = createBench({ limits: { balancesPerCustomer: { count: 1, perSeconds: 60 } } });
  });

  test('an inquiry that was never sent does not count', async () => {
    await linked();
    bench.says('balance', notSent, held);
    assert.deepEqual([await balance(), await balance(), await balance()], ['BANK_UNAVAILABLE', 200, 'RATE_LIMITED']);
  });

  for (const [name, answer] of [['silence', silence], ['a refusal', refusal]] as const) {
    test(`an inquiry that came to ${name} counts`, async () => {
      await linked();
      bench.says('balance', answer);
      assert.deepEqual([await balance(), await balance()], ['BANK_UNAVAILABLE', 'RATE_LIMITED']);
    });
  }

  test('an inquiry counts whose first token the bank refused, though it was not sent again', async () => {
    await linked();
    bench.says('balance', tokenRefusal, notSent);
    bench.says('exchange', newToken());
    assert.deepEqual([await balance(), counted()], ['BANK_UNAVAILABLE', 1]);
  });

  test('an inquiry counts whose first token the bank refused, though none in its place was asked for', async () => {
    await linked();
    bench.says('balance', tokenRefusal);
    bench.says('exchange', notSent);
    assert.deepEqual([await balance(), counted()], ['BANK_UNAVAILABLE', 1]);
  });

  for (const [name, answer, count] of [['was never sent either does not count', notSent, 0], ['was not answered counts', silence, 1], ['the bank refused counts', refusal, 1]] as const) {
    test(`an inquiry for want of a token, the question for which ${name}`, async () => {
      await linkedTillNow();
      bench.says('exchange', answer);
      assert.notEqual(await balance(), 200);
      assert.equal(counted(), count);
    });
  }

  test('an inquiry that was never sent counts, if the bank was asked for a token first', async () => {
    await linkedTillNow();
    bench.says('exchange', newToken());
    bench.says('balance', notSent);
    assert.deepEqual([await balance(), counted()], ['BANK_UNAVAILABLE', 1]);
  });
});
