import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { admit } from '../../../packages/server/src/ledger/admission.ts';
import { createBench } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';

const subjects = { paymentsPerCustomer: 'budi' };

let bench: Bench;

beforeEach(() => {
  bench = createBench({ limits: { paymentsPerCustomer: { count: 1, perSeconds: 60 } } });
});
afterEach(() => bench.close());

const places = (): number | undefined => bench.ctx.limits.standing(subjects)[0]?.left;

describe('leave to begin', () => {
  test('is a place at the bank and one under the limits; the first ends, the second does not', () => {
    const { end } = admit(bench.ctx, 'charge', subjects);
    assert.deepEqual([bench.placesTaken(), places()], [1, 0]);
    end();
    assert.deepEqual([bench.placesTaken(), places()], [0, 0]);
  });

  test('counts for nothing, if the bank never heard of it', () => {
    admit(bench.ctx, 'charge', subjects).cancel();
    assert.deepEqual([bench.placesTaken(), places()], [0, 1]);
  });

  test('uses up no place under the limits while the bank is away', () => {
    bench.setAway(true);
    assert.throws(() => admit(bench.ctx, 'charge', subjects), { code: 'BANK_UNAVAILABLE' });
    assert.equal(places(), 1);
  });

  test('holds no place at the bank, if there is none under the limits', () => {
    admit(bench.ctx, 'charge', subjects).end();
    assert.throws(() => admit(bench.ctx, 'charge', subjects), { code: 'RATE_LIMITED' });
    assert.equal(bench.placesTaken(), 0);
  });
});
