/** The balance by itself, over a bank that answers what the test says: what a refused token means. */
import assert from 'node:assert/strict';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createBalanceMemory } from '../../packages/server/src/routes/balance-memory.ts';
import { showBalance } from '../../packages/server/src/routes/balance.ts';
import type { RouteContext, RouteEnv } from '../../packages/server/src/routes/context.ts';
import { problemResponse, readError } from '../../packages/server/src/routes/problem.ts';
import { createBench, newToken } from './support/ledger-bench.ts';
import type { Bench } from './support/ledger-bench.ts';
import { done, refusal, silence, tokenRefusal } from './support/scripted-bank.ts';

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

  test('and another that it gives for it, has the account linked again, and the link ended', async () => {
    const link = await linked();
    bench.says('balance', tokenRefusal, tokenRefusal);
    bench.says('exchange', newToken('second'));
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
