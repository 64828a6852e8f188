import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { createRetryBudget } from '../../../packages/server/src/ledger/retry-budget.ts';
import { nextCheckAt, pauseMs } from '../../../packages/server/src/ledger/schedule.ts';

const now = 5_000_000;
const context = (random = 0.5): LedgerContext => ({ now: () => now, random: () => random, timing: { checkNotBeforeMs: 60_000, checkDelaysMs: [10_000, 20_000, 200_000] } }) as unknown as LedgerContext;

describe('the pause before a row is looked at again', () => {
  it('is the one of its number, and the last one from then on', () => {
    assert.deepEqual([0, 1, 2, 3, 99].map((count) => pauseMs(context(), [100, 200, 300], count)), [100, 200, 300, 300, 300]);
  });

  it('varies by a fifth either way', () => {
    assert.deepEqual([0, 0.25, 0.75, 1].map((random) => pauseMs(context(random), [1_000], 0)), [800, 900, 1_100, 1_200]);
  });

  it('is that of a first inquiry where none was given', () => assert.equal(pauseMs(context(), [], 0), 60_000));
});

describe('the next inquiry', () => {
  it('is not made before the bank can know of the payment', () => {
    assert.equal(nextCheckAt(context(), { checks: 0, sentAt: now }), now + 60_000);
    assert.equal(nextCheckAt(context(), { checks: 1, sentAt: now }), now + 60_000);
    assert.equal(nextCheckAt(context(), { checks: 0, sentAt: null }), now + 60_000);
  });

  it('is made at once if it is the first and that time is over', () => {
    assert.equal(nextCheckAt(context(), { checks: 0, sentAt: now - 600_000 }), now);
  });

  it('follows the pauses once that time is over', () => {
    assert.equal(nextCheckAt(context(), { checks: 1, sentAt: now - 600_000 }), now + 20_000);
    assert.equal(nextCheckAt(context(), { checks: 2, sentAt: now - 600_000 }), now + 200_000);
    assert.equal(nextCheckAt(context(), { checks: 9, sentAt: now - 600_000 }), now + 200_000);
  });
});

describe('the budget of repetitions', () => {
  const spent = (asks: number): number => {
    const budget = createRetryBudget();
    for (let ask = 0; ask < asks; ask += 1) budget.earn();
    let count = 0;
    while (budget.spend()) count += 1;
    return count;
  };

  it('is one for ten questions, and ten at most', () => {
    assert.deepEqual([0, 9, 10, 19, 20, 100, 101, 1_000].map(spent), [0, 0, 1, 1, 2, 10, 10, 10]);
  });
});
