/**
 * What the merchant's own server calls, called wrongly, or while the database is away: it is told so by a rejection that
 * it can go by, whatever it was, and nothing was done.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Allo } from '../../packages/server/src/allo.ts';
import { tamper } from './support/books.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

/** As JavaScript calls it: with anything. */
type Loose = { [Name in 'refund' | 'confirmManualRefund' | 'unlink' | 'sweep' | 'compare' | 'reconcile' | 'reseal']: (...given: unknown[]) => Promise<unknown> };

let world: World;
let loose: Loose;
let paymentId: string;
let reference: string;

before(async () => {
  world = await createWorld();
  const budi = await linkedShopper(world, 'budi');
  ({ paymentId } = await payInFull(world, budi, placeOrder(world, 'order-1')));
  reference = world.ledger().payments.find(({ id }) => id === paymentId)?.reference ?? '';
  loose = world.allo as unknown as Loose;
});
after(() => world.close());

const from = new Date(0);
const to = new Date('2999-01-01');

/** It rejects, never throws into the one who calls, and neither DOKU nor the ledger hear of it. */
async function assertRefused(name: keyof Loose, given: readonly unknown[], message: RegExp): Promise<void> {
  const traces = (): unknown => [world.simulator.requests().length, JSON.stringify([world.ledger().payments, world.ledger().refunds, world.ledger().links])];
  const before = traces();
  await assert.rejects(loose[name](...given), (error) => error instanceof TypeError && message.test(error.message), `${name} ${inspect(given)}`);
  assert.deepEqual(traces(), before);
}

describe('an id', () => {
  for (const [name, idName] of [['refund', 'paymentId'], ['confirmManualRefund', 'paymentId'], ['unlink', 'customerId']] as const) {
    test(`of ${name} is a text that is not empty`, async () => {
      for (const id of [undefined, null, '', 7, {}, ['x'], 'a\u0000b']) await assertRefused(name, [id], new RegExp(`^${idName} is not right: it should be a text without a NUL, and not an empty one$`));
    });
  }
});

describe('what follows an id', () => {
  test('is an object', async () => {
    for (const given of [null, 'customer request', 5, []]) {
      await assertRefused('refund', [paymentId, given], /^what follows paymentId is not right: it should be an object \{ reason \}$/);
      await assertRefused('confirmManualRefund', [paymentId, given], /^what follows paymentId is not right: it should be an object \{ reference, by \}$/);
      await assertRefused('unlink', ['budi', given], /^what follows customerId is not right: it should be an object \{ force \}$/);
    }
  });

  test('has members of their form', async () => {
    for (const given of [5, null, {}, true, 'a\u0000b']) {
      await assertRefused('refund', [paymentId, { reason: given }], /^reason is not right: it should be a text without a NUL$/);
      await assertRefused('confirmManualRefund', [paymentId, { reference: given }], /^reference is not right: it should be a text without a NUL$/);
      await assertRefused('confirmManualRefund', [paymentId, { by: given }], /^by is not right: it should be a text without a NUL$/);
    }
    for (const given of [1, 'no', null]) await assertRefused('unlink', ['budi', { force: given }], /^force is not right: it should be true or false$/);
  });
});

describe('a period', () => {
  const listed = (period?: unknown): unknown[] => [[], period];
  const wrong: readonly [unknown, RegExp][] = [
    [{ from: new Date('23/11/2026'), to }, /^from is not right: it should be a Date, and a valid one$/],
    [{ from, to: new Date(NaN) }, /^to is not right: it should be a Date, and a valid one$/],
    [{ from: '2026-11-23', to }, /^from is not right: it should be a Date/],
    [{ from, to: 1_795_000_000_000 }, /^to is not right: it should be a Date/],
    [{ from: to, to: from }, /^from is not right: it should be before to$/],
    [{ from, to: from }, /^from is not right: it should be before to$/],
    [null, /^the period is not right: it should be an object \{ from, to \}$/],
    ['today', /^the period is not right/],
  ];

  test('has two dates, the earlier one first', async () => {
    for (const [period, message] of wrong) {
      await assertRefused('sweep', [period], message);
      await assertRefused('compare', listed(period), message);
    }
  });

  test('of a list is needed, and of a sweep has defaults', async () => {
    await assertRefused('compare', listed({}), /^from is not right/);
    await assertRefused('compare', listed(), /^the period is not right/);
    await assertRefused('sweep', [{ from: to }], /^from is not right: it should be before to$/);
    assert.equal((await world.allo.sweep({ from })).unanswered, 0);
    const otherDefaults: object = { from: undefined, to: undefined };
    assert.equal((await world.allo.sweep(otherDefaults)).unanswered, 0);
  });
});

test('a list is an array of movements of the kinds that there are', async () => {
  const period = { from, to };
  const amount = { value: '125000.00', currency: 'IDR' } as const;
  for (const listed of [undefined, null, {}, 'csv']) await assertRefused('compare', [listed, period], /^the list is not right: it should be an array of \{ kind, reference, amount \}$/);
  for (const movement of [{ kind: 'PAYMENT', reference, amount }, { reference, amount }, null, 'x']) {
    await assertRefused('compare', [[{ kind: 'payment', reference, amount }, movement], period], /^kind of movement 1 is not right: it should be "payment" or "refund"$/);
  }
  for (const wrong of [7, `${reference}\u0000`]) await assertRefused('compare', [[{ kind: 'payment', reference: wrong, amount }], period], /^reference of movement 0 is not right: it should be a text without a NUL$/);
  assert.deepEqual(await world.allo.compare([{ kind: 'payment', reference, amount }], period), []);
});

describe('while the database is away', () => {
  /** Each rejects with a code and a status that a server can answer with, and with the reason for its log. */
  async function assertUnavailable(allo: Allo, reason: RegExp): Promise<void> {
    const calls: readonly (() => Promise<unknown>)[] = [
      () => allo.refund(paymentId), () => allo.confirmManualRefund(paymentId), () => allo.unlink('budi'), () => allo.unlink('budi', { force: true }),
      () => allo.reconcile(), () => allo.sweep(), () => allo.compare([], { from, to }), () => allo.reseal(),
    ];
    for (const call of calls) {
      await assert.rejects(call(), (error: Error & { code?: string; status?: number }) => {
        assert.deepEqual([error.name, error.code, error.status], ['AlloServerError', 'STORE_UNAVAILABLE', 503], String(call));
        assert.match(inspect(error.cause), reason);
        return true;
      });
    }
  }

  test('every function says so, and why', async () => {
    const tables = ['links', 'payments', 'refunds', 'shared_tokens'] as const;
    for (const table of tables) tamper(world.databasePath, `ALTER TABLE ${table} RENAME TO ${table}_away`);
    await assertUnavailable(world.allo, /no such table/);
    for (const table of tables) tamper(world.databasePath, `ALTER TABLE ${table}_away RENAME TO ${table}`);
    assert.equal((await world.allo.refund(paymentId)).status, 'refunded');
  });

  test('also where it is a PostgreSQL at which nobody answers', async () => {
    const other = createAllo({ ...world.alloOptions, database: 'postgres://user:canary@127.0.0.1:1/shop' });
    await assertUnavailable(other, /ECONNREFUSED/);
    await other.close();
  });
});
