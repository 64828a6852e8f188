import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createRateLimits, defaultLimits, toSeconds } from '../../../packages/server/src/ledger/rate-limits.ts';
import type { LimitName, LimitOptions } from '../../../packages/server/src/ledger/rate-limits.ts';
import type { Limit } from '../../../packages/server/src/ledger/sliding-window.ts';

let clock: number;
let refused: LimitName[];
let full: LimitName[];

beforeEach(() => { [clock, refused, full] = [1_000_000, [], []]; });

const limitsOf = (options: LimitOptions = {}) => createRateLimits(options, () => clock, (limit) => refused.push(limit), (limit) => full.push(limit));
const names = Object.keys(defaultLimits) as LimitName[];

describe('limits', () => {
  for (const name of names) {
    test(`${name}: as many as it says, then none for as long as it says, and each for itself`, () => {
      const limits = limitsOf();
      const { count, perSeconds } = defaultLimits[name];
      for (let taken = 0; taken < count; taken += 1) assert.equal(limits.tryTake({ [name]: 'one' }).isTaken, true);
      assert.deepEqual(limits.tryTake({ [name]: 'one' }), { isTaken: false, waitMs: perSeconds * 1000 });
      assert.deepEqual(refused, [name]);
      assert.equal(limits.tryTake({ [name]: 'other' }).isTaken, true);
      clock += perSeconds * 1000;
      assert.equal(limits.tryTake({ [name]: 'one' }).isTaken, true);
    });
  }

  test('are taken together or not at all, and what waits longest is what is told', () => {
    const limits = limitsOf({ linksPerCustomer: { count: 1, perSeconds: 10 }, linksPerPhone: { count: 1, perSeconds: 30 }, linksPerAddress: { count: 1, perSeconds: 20 } });
    limits.take({ linksPerCustomer: 'c', linksPerPhone: 'p', linksPerAddress: 'a' });
    assert.deepEqual(limits.tryTake({ linksPerCustomer: 'c', linksPerPhone: 'p', linksPerAddress: 'a' }), { isTaken: false, waitMs: 30_000 });
    assert.deepEqual(refused, ['linksPerPhone']);
    assert.equal(limits.tryTake({ linksPerCustomer: 'c', linksPerPhone: 'another' }).isTaken, false);
    assert.equal(limits.tryTake({ linksPerPhone: 'another' }).isTaken, true, 'nothing was used up by the refusal');
  });

  test('that are not asked for, or whose subject is not known, do not apply', () => {
    const limits = limitsOf({ linksPerAddress: { count: 1, perSeconds: 10 } });
    for (let time = 0; time < 3; time += 1) assert.equal(limits.tryTake({ linksPerAddress: undefined }).isTaken, true);
    assert.deepEqual([limits.standing({ linksPerAddress: undefined }), limits.tryTake({}).isTaken], [[], true]);
  });

  test('take back every place', () => {
    const limits = limitsOf({ linksPerCustomer: { count: 2, perSeconds: 10 }, linksPerPhone: { count: 2, perSeconds: 10 } });
    const subjects = { linksPerCustomer: 'c', linksPerPhone: 'p' };
    limits.take(subjects);
    const giveBack = limits.take(subjects);
    assert.deepEqual(limits.standing(subjects).map(({ left }) => left), [0, 0]);
    giveBack();
    assert.deepEqual(limits.standing(subjects).map(({ left }) => left), [1, 1]);
    const taken = limits.tryTake(subjects);
    assert.ok(taken.isTaken);
    taken.giveBack();
    assert.deepEqual(limits.standing(subjects).map(({ left }) => left), [1, 1]);
  });

  test('refuse with the whole seconds to wait, rounded up', () => {
    const limits = limitsOf({ paymentsPerCustomer: { count: 1, perSeconds: 2 } });
    limits.take({ paymentsPerCustomer: 'c' });
    clock += 999;
    assert.throws(() => limits.take({ paymentsPerCustomer: 'c' }), { code: 'RATE_LIMITED', retryAfterSeconds: 2 });
    assert.deepEqual([0, 1, 999, 1000, 1001, 60_000].map(toSeconds), [1, 1, 1, 1, 2, 60]);
  });

  test('say how they stand', () => {
    const limits = limitsOf({ balancesPerCustomer: { count: 3, perSeconds: 7 } });
    const standing = () => limits.standing({ balancesPerCustomer: 'c' });
    const policy = { limit: 'balancesPerCustomer', count: 3, perSeconds: 7 };
    assert.deepEqual(standing(), [{ ...policy, left: 3, nextSeconds: 0 }]);
    limits.take({ balancesPerCustomer: 'c' });
    clock += 500;
    assert.deepEqual(standing(), [{ ...policy, left: 2, nextSeconds: 7 }]);
  });
});

describe('a flood of names', () => {
  const flood = (name: LimitName) => {
    const limits = limitsOf({ [name]: { count: 1, perSeconds: 10 } });
    for (let index = 0; index < 20_000; index += 1) limits.take({ [name]: `flood ${index}` });
    return limits;
  };

  for (const name of names) {
    const isForLinks = name.startsWith('links');
    test(`${name}: ${isForLinks ? 'gains no SMS by it' : 'locks nobody out'}`, () => {
      const limits = flood(name);
      assert.equal(limits.tryTake({ [name]: 'one more' }).isTaken, !isForLinks);
      clock += 10_000;
      assert.equal(limits.tryTake({ [name]: 'one more of them' }).isTaken, true);
    });
  }

  test('is told once in the time that the limit counts over, and not when the limit itself refuses', () => {
    const limits = flood('linksPerPhone');
    assert.equal(limits.tryTake({ linksPerPhone: 'flood 7' }).isTaken, false);
    assert.deepEqual([refused, full], [['linksPerPhone'], []]);
    for (let time = 0; time < 3; time += 1) limits.tryTake({ linksPerPhone: `new ${time}` });
    assert.deepEqual([refused.length, full], [4, ['linksPerPhone']]);
    clock += 10_000;
    for (let index = 0; index < 20_000; index += 1) limits.take({ linksPerPhone: `again ${index}` });
    for (let time = 0; time < 3; time += 1) limits.tryTake({ linksPerPhone: `new ${time}` });
    assert.deepEqual(full, ['linksPerPhone', 'linksPerPhone']);
    for (let time = 0; time < 20; time += 1) limits.tryTake({ balancesPerCustomer: 'c' });
    assert.deepEqual(full.length, 2);
  });
});

describe('a day on which people come evenly, a tenth fewer than may in all, finds room for each of them, with linksInAll', () => {
  const hourMs = 3_600_000;
  const policies: readonly [string, Limit][] = [
    ['as it is', defaultLimits.linksInAll], ['larger', { count: 3_000, perSeconds: 3600 }], ['by the day', { count: 30_000, perSeconds: 86_400 }], ['by the minute', { count: 60, perSeconds: 60 }],
  ];

  for (const [name, inAll] of policies) {
    test(name, () => {
      const limits = limitsOf({ linksInAll: inAll });
      const pauseMs = ((inAll.perSeconds * 1000) / inAll.count) * 1.1;
      const end = clock + 24 * hourMs;
      for (let each = 0; clock < end && refused.length === 0; each += 1) {
        clock += pauseMs;
        // Not counted in all, where each costs as much time as there are: so few are never too many.
        limits.tryTake({ linksPerCustomer: `customer ${each}`, linksPerPhone: `phone ${each}`, linksPerAddress: `address ${each}` });
      }
      assert.deepEqual([refused, full], [[], []]);
    });
  }

  test('switched off: many more, and not without end', () => {
    const limits = limitsOf({ linksInAll: 'off' });
    for (let each = 0; each < 500_000; each += 1) assert.equal(limits.tryTake({ linksPerPhone: `phone ${each}` }).isTaken, true);
    assert.equal(limits.tryTake({ linksPerPhone: 'one more' }).isTaken, false);
    assert.deepEqual(full, ['linksPerPhone']);
  });
});

describe('the option', () => {
  test('"off" is off, all of them or one', () => {
    const [none, some] = [limitsOf('off'), limitsOf({ paymentsPerCustomer: 'off' })];
    for (let time = 0; time < 30; time += 1) assert.ok(none.tryTake(Object.fromEntries(names.map((name) => [name, 'one']))).isTaken);
    for (let time = 0; time < 30; time += 1) assert.ok(some.tryTake({ paymentsPerCustomer: 'one' }).isTaken);
    assert.deepEqual(none.standing({ linksInAll: 'all' }), []);
    assert.deepEqual(some.standing({ linksInAll: 'all' }), [{ limit: 'linksInAll', ...defaultLimits.linksInAll, left: 1000, nextSeconds: 0 }]);
  });

  test('names what it does not know, and what is no limit', () => {
    const refuses = (options: object, message: string): void => assert.throws(() => limitsOf(options), { name: 'TypeError', message });
    refuses({ linksPerMoon: 'off' }, `limits.linksPerMoon is not known: there are ${names.join(', ')}`);
    refuses({ toString: 'off' }, `limits.toString is not known: there are ${names.join(', ')}`);
    for (const limit of [{ count: 0, perSeconds: 1 }, { count: 1, perSeconds: 0 }, { count: 1.5, perSeconds: 1 }, { count: 1, perSeconds: -1 }, { count: 1 }, { perSeconds: 1 }, { count: '2', perSeconds: 1 }]) {
      refuses({ linksPerPhone: limit }, 'limits.linksPerPhone is not right: it should be "off" or { count, perSeconds }, whole numbers of 1 or more');
    }
    limitsOf({ linksPerPhone: { count: 1, perSeconds: 1 } });
  });
});
