import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { giveUpOld, retentionMs } from '../../../packages/server/src/ledger/retention.ts';
import type { Prunable } from '../../../packages/server/src/store/store.ts';
import { createBench, dayMs, hourMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';

let bench: Bench;
/** How much there still is to give up of each kind. */
let left: Partial<Record<Prunable, number>>;
let pruned: { kind: Prunable; before: number }[];
let tidied: number;
let ctx: LedgerContext;

beforeEach(() => {
  bench = createBench();
  [left, pruned, tidied] = [{}, [], 0];
  ctx = { ...bench.ctx, store: {
    ...bench.ctx.store,
    prune(kind, before, limit) {
      const gone = Math.min(limit, left[kind] ?? 0);
      left[kind] = (left[kind] ?? 0) - gone;
      pruned.push({ kind, before });
      return Promise.resolve(gone);
    },
    tidy: () => Promise.resolve(void (tidied += 1)),
  } };
});
afterEach(() => bench.close());

describe('what was kept for long enough', () => {
  test('goes: keys, notifications, shoppers and links after a month, what was told after three', async () => {
    assert.deepEqual(retentionMs, { keys: 30 * dayMs, notifications: 30 * dayMs, events: 90 * dayMs, shoppers: 30 * dayMs, links: 30 * dayMs });
    await giveUpOld(ctx);
    assert.deepEqual(new Map(pruned.map(({ kind, before }) => [kind, before])), new Map(Object.entries(retentionMs).map(([kind, ms]) => [kind, bench.now() - ms])));
    assert.deepEqual([pruned.length, tidied], [5, 1]);
  });

  test('is looked for once an hour; not later because the clock was set back', async () => {
    const looksAfter = async (ms: number): Promise<number> => {
      bench.pass(ms);
      await giveUpOld(ctx);
      return tidied;
    };
    assert.deepEqual([await looksAfter(0), await looksAfter(0), await looksAfter(hourMs - 1), await looksAfter(1), await looksAfter(hourMs - 1)], [1, 1, 1, 2, 2]);
    assert.deepEqual([await looksAfter(-dayMs), await looksAfter(1), await looksAfter(hourMs)], [3, 3, 4]);
  });

  test('goes until nothing is left of it, in one run if it is not too much', async () => {
    left = { keys: 499, events: 500, links: 501, shoppers: 4_999 };
    await giveUpOld(ctx);
    assert.deepEqual(left, { keys: 0, notifications: 0, events: 0, shoppers: 0, links: 0 });
    const runs = (kind: Prunable): number => pruned.filter((one) => one.kind === kind).length;
    assert.deepEqual([runs('keys'), runs('notifications'), runs('events'), runs('links'), runs('shoppers')], [1, 1, 2, 2, 10]);
    await giveUpOld(ctx);
    assert.equal(tidied, 1);
  });

  for (const kind of Object.keys(retentionMs) as Prunable[]) {
    test(`and is too much for one run (${kind}), goes on with the next, and holds up nothing else`, async () => {
      left = { [kind]: 7_000 };
      await giveUpOld(ctx);
      assert.deepEqual([left[kind], new Set(pruned.map((one) => one.kind)).size], [2_000, 5]);
      await giveUpOld(ctx);
      assert.equal(left[kind], 0);
      await giveUpOld(ctx);
      assert.equal(tidied, 2);
    });
  }
});
