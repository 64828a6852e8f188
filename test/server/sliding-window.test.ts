import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSlidingWindow } from '../../packages/server/src/ledger/sliding-window.ts';
import type { SlidingWindowOptions } from '../../packages/server/src/ledger/sliding-window.ts';

const clock = { now: 1_000_000 };
const windowOf = (more: Partial<SlidingWindowOptions> = {}) =>
  createSlidingWindow({ count: 2, perSeconds: 10, now: () => clock.now, mostKeys: 100, whenFull: 'forget', ...more });

describe('a sliding window', () => {
  test('agrees with a plain list of everything that ever happened', () => {
    const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 4_000 }), key: fc.constantFrom('a', 'b', 'c'), givesBack: fc.boolean() }), { maxLength: 60 });
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 4 }), (run, count) => {
      const window = windowOf({ count });
      const happened: { key: string; at: number }[] = [];
      for (const { afterMs, key, givesBack } of run) {
        clock.now += afterMs;
        const held = happened.filter((one) => one.key === key && clock.now - one.at < 10_000);
        const expected = held.length < count ? 0 : (held.at(-count)?.at ?? 0) + 10_000 - clock.now;
        assert.equal(window.waitMs(key), expected);
        if (expected > 0) continue;
        const giveBack = window.take(key);
        if (givesBack) giveBack();
        else happened.push({ key, at: clock.now });
      }
    }));
  });

  test('has a place again exactly when it said', () => {
    const window = windowOf();
    window.take('a');
    clock.now += 3_000;
    window.take('a');
    const waitMs = window.waitMs('a');
    clock.now += waitMs - 1;
    assert.equal(window.waitMs('a'), 1);
    clock.now += 1;
    assert.equal(window.waitMs('a'), 0);
  });

  test('a clock that is set back locks nobody out', () => {
    const window = windowOf();
    window.take('a');
    window.take('a');
    clock.now -= 3_600_000;
    assert.equal(window.waitMs('a'), 0);
  });

  test('never remembers more keys than it may, and lets go of those whose time is over', () => {
    const window = windowOf();
    for (let number = 0; number < 1_000; number += 1) window.take(`key-${number}`);
    assert.equal(window.size(), 100);
    clock.now += 10_000;
    window.waitMs('another');
    assert.equal(window.size(), 0);
  });

  test('when full, either forgets whoever came first or lets nobody new in', () => {
    const [forgetful, strict] = [windowOf({ count: 1, mostKeys: 2 }), windowOf({ count: 1, mostKeys: 2, whenFull: 'refuse' })];
    for (const key of ['a', 'b']) for (const window of [forgetful, strict]) window.take(key);
    assert.deepEqual([forgetful.waitMs('c'), strict.waitMs('c')], [0, 10_000]);
    assert.deepEqual([strict.isFull('a'), strict.isFull('c'), windowOf().isFull('c')], [false, true, false], 'for whom it knows there is room');
    forgetful.take('c');
    assert.deepEqual([forgetful.waitMs('a'), forgetful.waitMs('b')], [0, 10_000]);
  });

  test('says how many places are left, and when the next one comes back', () => {
    const window = windowOf();
    assert.deepEqual(window.left('a'), { places: 2, nextMs: 0 });
    window.take('a');
    assert.deepEqual(window.left('a'), { places: 1, nextMs: 10_000 });
    clock.now += 3_000;
    window.take('a');
    assert.deepEqual(window.left('a'), { places: 0, nextMs: 7_000 });
    window.take('a');
    assert.deepEqual(window.left('a'), { places: 0, nextMs: 7_000 });
    clock.now += 10_000;
    assert.deepEqual(window.left('a'), { places: 2, nextMs: 0 });
  });

  test('gives back a place once, and no other', () => {
    const window = windowOf();
    const giveBack = window.take('a');
    clock.now += 1_000;
    const giveBackOther = window.take('a');
    giveBack();
    giveBack();
    assert.deepEqual(window.left('a'), { places: 1, nextMs: 10_000 });
    giveBackOther();
    assert.deepEqual([window.left('a'), window.size()], [{ places: 2, nextMs: 0 }, 0]);
    giveBack();
    assert.equal(window.size(), 0);
  });

  test('when full and strict, still serves whom it knows, and says when there is room for others', () => {
    const window = windowOf({ mostKeys: 2, whenFull: 'refuse' });
    window.take('a');
    clock.now += 1_000;
    window.take('b');
    assert.deepEqual([window.waitMs('a'), window.waitMs('b'), window.waitMs('c')], [0, 0, 9_000]);
    window.take('a');
    assert.equal(window.waitMs('c'), 10_000);
    clock.now += 10_000;
    assert.equal(window.waitMs('c'), 0);
  });

  test('forgets the key that was used the longest time ago, not the one that came first', () => {
    const window = windowOf({ count: 2, mostKeys: 2 });
    for (const key of ['a', 'b', 'a', 'c']) window.take(key);
    assert.deepEqual(['a', 'b', 'c'].map((key) => window.left(key).places), [0, 2, 1]);
  });
});
