import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { AlloEvent } from '../../../packages/server/src/ledger/allo-event.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { accountEvent, deliverEvents, paymentEvent } from '../../../packages/server/src/ledger/events.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { aLink, aPayment, anEvent, instant } from '../store/rows.ts';
import { createBench, minuteMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';

let bench: Bench;
let heard: AlloEvent[];
let hears: () => void | Promise<void>;

beforeEach(() => { [bench, heard, hears] = [createBench(), [], () => undefined]; });
afterEach(() => bench.close());

/** The merchant hears of it, and does as `hears` says. */
const listening = (change: Partial<LedgerContext> = {}): LedgerContext => ({ ...bench.ctx, ...change, onEvent: (event) => {
  heard.push(event);
  return hears();
} });
const write = async (count: number): Promise<string[]> => {
  const events = Array.from({ length: count }, () => anEvent(randomUUID(), 'payment.paid'));
  await writeThese(...events);
  return events.map(({ id }) => id);
};
const writeThese = async (...events: ReturnType<typeof anEvent>[]): Promise<void> => {
  assert.ok(await bench.ctx.store.commit({ changes: [], events }));
};

describe('an event', () => {
  test('about a payment says whose, which, and how much', () => {
    const payment = aPayment({ customerId: 'budi', orderId: 'order-1', reference: 'ours' });
    const { id, body, ...row } = paymentEvent(bench.ctx, 'payment.paid', payment);
    assert.deepEqual(row, { subjectId: payment.id, about: payment.id, type: 'payment.paid' });
    assert.deepEqual(JSON.parse(body), {
      id, type: 'payment.paid', at: new Date(instant).toISOString(), customerId: 'budi', paymentId: payment.id, orderId: 'order-1',
      amount: { value: '10000.00', currency: 'IDR' }, reference: 'ours',
    });
  });

  test('about a refund is kept as the refund\'s, in the order of its payment\'s, and says more if there is more to say', () => {
    const payment = aPayment();
    const { subjectId, about, body } = paymentEvent(bench.ctx, 'payment.refunded', payment, { subjectId: 'refund', byHand: true, transferReference: 'BCA' });
    assert.deepEqual([subjectId, about], ['refund', payment.id]);
    const { byHand, transferReference, ...rest } = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual([byHand, transferReference, 'subjectId' in rest], [true, 'BCA', false]);
  });

  test('about an account says whose, and which link', () => {
    const link = aLink({ customerId: 'budi' });
    const { id, body, ...row } = accountEvent(bench.ctx, 'account.linked', link);
    assert.deepEqual(row, { subjectId: link.id, about: 'budi', type: 'account.linked' });
    assert.deepEqual(JSON.parse(body), { id, type: 'account.linked', at: new Date(instant).toISOString(), customerId: 'budi', linkId: link.id });
  });
});

describe('telling', () => {
  test('is done once, of all that is due', async () => {
    await write(51);
    const ctx = listening();
    assert.deepEqual([await deliverEvents(ctx), await deliverEvents(ctx)], [51, 0]);
    bench.pass(10 * minuteMs);
    assert.equal(await deliverEvents(ctx), 0);
    assert.equal(heard.length, 51);
    assert.deepEqual(bench.log, []);
    assert.equal(await bench.ctx.store.prune('events', bench.now(), 100), 51, 'what was told can be given up one day');
  });

  test('is done of twenty payments at once', async () => {
    await write(45);
    let [underWay, most] = [0, 0];
    hears = async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise(setImmediate);
      underWay -= 1;
    };
    assert.equal(await deliverEvents(listening()), 45);
    assert.equal(most, 20);
  });

  test('is done in the order in which it happened to a payment, one after the other', async () => {
    const types = ['payment.paid', 'refund.failed', 'payment.refunded'];
    await writeThese(...types.map((type) => anEvent('payment-1', type)));
    let isBusy = false;
    hears = async () => {
      assert.ok(!isBusy);
      isBusy = true;
      await new Promise(setImmediate);
      isBusy = false;
    };
    assert.equal(await deliverEvents(listening()), 3);
    assert.deepEqual(heard.map(({ type }) => type), types);
    assert.deepEqual(bench.log, []);
  });

  test('of a refund waits until the merchant has heard of the payment; of other payments it does not', async () => {
    await writeThese(anEvent('payment-1', 'payment.paid'), anEvent('refund-1', 'payment.refunded', 'payment-1'), anEvent('payment-2', 'payment.paid'));
    hears = () => { if (heard.length === 1) throw new Error('the shop is away'); };
    assert.equal(await deliverEvents(listening()), 2);
    bench.pass(1_000);
    assert.equal(await deliverEvents(listening()), 2);
    assert.deepEqual(heard.map(({ type }) => type), ['payment.paid', 'payment.paid', 'payment.paid', 'payment.refunded']);
  });

  test('ends for now where nobody hears any of twenty', async () => {
    await write(21);
    hears = () => { throw new Error('the shop is away'); };
    assert.equal(await deliverEvents(listening()), 20);
    assert.equal(heard.length, 20);
    hears = () => undefined;
    assert.equal(await deliverEvents(listening()), 1);
    bench.pass(1_000);
    assert.equal(await deliverEvents(listening()), 20);
  });

  test('goes on where one of twenty is heard', async () => {
    await write(21);
    hears = () => { if (heard.length !== 7) throw new Error('the shop is nearly away'); };
    assert.equal(await deliverEvents(listening()), 21);
    assert.equal(heard.length, 21);
  });

  test('ends for now when the server is about to stop', async () => {
    await write(21);
    assert.equal(await deliverEvents(listening({ isClosing: () => true })), 20);
  });

  test('is done by one process at a time', async () => {
    await write(1);
    const ctx = listening();
    hears = async () => assert.equal(await deliverEvents(ctx), 0);
    assert.equal(await deliverEvents(ctx), 1);
    assert.equal(heard.length, 1);
  });

  test('is taken up by another process a minute after one died over it', async () => {
    await write(1);
    await bench.ctx.store.claimEvents(minuteMs, 1);
    bench.pass(minuteMs - 1);
    assert.equal(await deliverEvents(listening()), 0);
    bench.pass(1);
    assert.equal(await deliverEvents(listening()), 1);
  });

  for (const [name, fails] of [['throws', () => { throw new Error('the shop is away'); }], ['rejects', () => Promise.reject(new Error('the shop is away'))]] as const) {
    test(`is done again later, and ever less often, if the merchant ${name}`, async () => {
      const [id = ''] = await write(1);
      hears = fails;
      for (const [index, pauseMs] of [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 3_600_000].entries()) {
        assert.equal(await deliverEvents(listening()), 1);
        assert.deepEqual(bench.log.splice(0).map(({ level, fields }) => [level, fields]), [['warn', { eventId: id, type: 'payment.paid', attempts: index + 1, error: 'Error: the shop is away' }]]);
        bench.pass(pauseMs - 1);
        assert.equal(await deliverEvents(listening()), 0);
        bench.pass(1);
      }
      hears = () => undefined;
      assert.equal(await deliverEvents(listening()), 1);
      bench.pass(3_600_000);
      assert.equal(await deliverEvents(listening()), 0);
    });
  }

  test('goes on with the next, if the merchant never answers', async () => {
    await write(2);
    hears = () => (heard.length === 1 ? new Promise(() => undefined) : undefined);
    const ctx = listening({ timing: { ...defaultTiming, eventWaitMs: 5 } });
    assert.equal(await deliverEvents(ctx), 2);
    assert.equal(heard.length, 2);
    assert.deepEqual(bench.log.map(({ fields }) => fields?.['error']), ['Error: onEvent took longer than 5 ms']);
  });

  test('of others does not wait until a merchant has heard who is slow for one', async () => {
    await writeThese(anEvent('payment-1', 'payment.paid'), anEvent('payment-1', 'payment.refunded'));
    hears = () => (heard.length === 1 ? new Promise(() => undefined) : undefined);
    const ctx = listening({ timing: { ...defaultTiming, eventWaitMs: 3_000 } });
    assert.equal(await deliverEvents(ctx), 1);
    assert.deepEqual([heard.length, bench.log.length, bench.background.length], [1, 0, 1], 'it is heard out, for as long as it may take');
    await write(1);
    assert.equal(await deliverEvents(ctx), 1);
    assert.deepEqual([heard.length, bench.log.length], [2, 0]);
    await Promise.all(bench.background);
    assert.deepEqual(bench.log.map(({ fields }) => fields?.['error']), ['Error: onEvent took longer than 3000 ms']);
    bench.pass(1_000);
    assert.equal(await deliverEvents(ctx), 2);
    assert.deepEqual(heard.map(({ type }) => type), ['payment.paid', 'payment.paid', 'payment.paid', 'payment.refunded']);
  });

  test('is done of twenty more at once where it is slow for all, and of no more', async () => {
    await write(61);
    let [underWay, most] = [0, 0];
    hears = async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => { setTimeout(resolve, 1_500); });
      underWay -= 1;
    };
    const ctx = listening();
    const counts = [await deliverEvents(ctx)];
    while (counts.reduce((one, other) => one + other) < 61) counts.push(await deliverEvents(ctx));
    assert.equal(most, 40);
    await Promise.all(bench.background);
    assert.equal(heard.length, 61);
    assert.equal(await bench.ctx.store.prune('events', bench.now() + 1, 100), 61);
  });

  test('is not over before all have heard, also where the database fails for one of them', async () => {
    const [first = ''] = await write(2);
    const isAway = new StoreError(new Error('away'));
    const store = { ...bench.ctx.store, settleEvent: (...given: Parameters<Store['settleEvent']>) => (given[0] === first ? Promise.reject(isAway) : bench.ctx.store.settleEvent(...given)) };
    hears = async () => { if (heard.length === 2) await new Promise((resolve) => { setTimeout(resolve, 50); }); };
    await assert.rejects(deliverEvents(listening({ store })), isAway);
    bench.pass(minuteMs);
    assert.deepEqual([heard.length, (await bench.told()).map(({ type }) => type)], [2, ['payment.paid']], 'what was heard is not told again');
  });

  test('waits for a merchant who takes a moment, and leaves no timer behind', async (t) => {
    const cleared = t.mock.method(globalThis, 'clearTimeout');
    await write(1);
    let isTold = false;
    hears = async () => {
      await new Promise(setImmediate);
      isTold = true;
    };
    await deliverEvents(listening());
    assert.deepEqual([isTold, cleared.mock.callCount()], [true, 2]);
  });
});
