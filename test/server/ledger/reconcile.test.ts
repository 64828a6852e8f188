import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { checkPayment, reconcile } from '../../../packages/server/src/ledger/reconcile.ts';
import type { PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, hourMs, minuteMs, newToken } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, paid, refusal, silence } from '../support/scripted-bank.ts';

const { leaseMs, checkNotBeforeMs } = defaultTiming;
const nothing = { links: 0, payments: 0, refunds: 0 };

let bench: Bench;

beforeEach(() => { bench = createBench(); });
afterEach(() => bench.close());

const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const age = (): unknown[] => bench.metrics.filter(({ name }) => name === 'allo.payments.unknown_age').map(({ value, attributes }) => [value, attributes]);

/** A row that is due now. */
const due = (change: Partial<PaymentRow>): Promise<PaymentRow> => bench.paymentIn({ nextAt: bench.now(), sentAt: bench.now() - 2 * minuteMs, ...change });

describe('the reconciler', () => {
  test('has nothing to do, and says so', async () => {
    assert.deepEqual(await reconcile(bench.ctx), nothing);
    assert.deepEqual([operations(), age()], [[], [[0, {}]]]);
  });

  test('looks at what is due, and at nothing that is not', async () => {
    bench.saysAlways('chargeStatus', done({ status: 'open' }));
    for (const state of ['requires_action', 'pending', 'unknown'] as const) {
      await due({ state });
      await due({ state, nextAt: bench.now() + 1 });
      await due({ state, nextAt: null });
      await due({ state, leaseUntil: bench.now() + 1 });
    }
    assert.deepEqual(await reconcile(bench.ctx), { ...nothing, payments: 3 });
    assert.deepEqual(operations(), Array(3).fill('chargeStatus'));
  });

  test('goes on until nothing is due, twenty at a time', async () => {
    let [underWay, most] = [0, 0];
    bench.saysAlways('chargeStatus', async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise(setImmediate);
      underWay -= 1;
      return done(paid);
    });
    for (let index = 0; index < 45; index += 1) await due({ state: 'pending' });
    assert.deepEqual(await reconcile(bench.ctx), { ...nothing, payments: 45 });
    assert.equal(most, 20);
    assert.deepEqual(await bench.toldTypes(), Array(45).fill('payment.paid'));
  });

  test('begins with no more of it when the server is about to stop', async () => {
    for (let index = 0; index < 21; index += 1) await due({ state: 'pending' });
    bench.saysAlways('chargeStatus', () => {
      bench.setClosing(true);
      return done(paid);
    });
    assert.deepEqual(await reconcile(bench.ctx), { ...nothing, payments: 20 });
    bench.setClosing(false);
    assert.deepEqual(await reconcile(bench.ctx), { ...nothing, payments: 1 }, 'another server takes it up at once');
  });

  test('looks at refunds and links also while more payments are due than the bank is quick to answer for', async () => {
    for (let index = 0; index < 45; index += 1) await due({ state: 'pending' });
    const refunded = await due({ state: 'refunding', nextAt: null });
    await bench.refundIn(refunded, { state: 'pending', sentAt: bench.now() - hourMs, nextAt: bench.now() });
    await bench.linkIn({ state: 'returned', returnedAt: bench.now(), nextAt: bench.now() }, { authCode: 'code' });
    bench.says('exchange', newToken());
    const asked: string[] = [];
    bench.saysAlways('chargeStatus', (reference) => {
      asked.push(reference === refunded.reference ? 'refund' : 'payment');
      return done({ status: reference === refunded.reference ? 'refunded' : 'paid' });
    });
    assert.deepEqual(await reconcile(bench.ctx), { links: 1, payments: 45, refunds: 1 });
    assert.equal(asked.indexOf('refund'), 20, 'after the first twenty payments');
    assert.equal(operations().indexOf('exchange'), 21);
  });

  test('keeps what it looks at to itself', async () => {
    const { id } = await due({ state: 'pending' });
    bench.saysAlways('chargeStatus', async () => {
      const { leaseUntil } = await bench.payment(id);
      assert.equal(leaseUntil, bench.now() + leaseMs);
      assert.deepEqual(await reconcile(bench.ctx), nothing, 'another process meanwhile');
      return done(paid);
    });
    assert.equal((await reconcile(bench.ctx)).payments, 1);
    assert.equal((await bench.payment(id)).state, 'succeeded');
  });

  test('is held up by no row that cannot be settled: it comes back when its lease is over', async () => {
    const [bad, good] = [await due({ state: 'pending' }), await due({ state: 'pending' })];
    let isBroken = true;
    bench.saysAlways('chargeStatus', (reference) => (isBroken && reference === bad.reference ? Promise.reject(new Error('a mistake of ours')) : done(paid)));
    assert.equal((await reconcile(bench.ctx)).payments, 2);
    assert.deepEqual([(await bench.payment(bad.id)).state, (await bench.payment(good.id)).state], ['pending', 'succeeded']);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { table: 'payments', rowId: bad.id, error: 'Error: a mistake of ours' }]]);
    isBroken = false;
    bench.pass(leaseMs - 1);
    assert.equal((await reconcile(bench.ctx)).payments, 0);
    bench.pass(1);
    assert.equal((await reconcile(bench.ctx)).payments, 1);
    assert.equal((await bench.payment(bad.id)).state, 'succeeded');
  });

  test('tells since when the outcome of a payment is unknown', async () => {
    for (const minutes of [7, 9, 8]) await due({ state: 'unknown', sentAt: bench.now() - minutes * minuteMs, nextAt: bench.now() + hourMs });
    await reconcile(bench.ctx);
    assert.deepEqual(age(), [[9 * minuteMs, {}]]);
  });

  test('gives up what was kept for long enough', async () => {
    let pruned = 0;
    const ctx = { ...bench.ctx, store: { ...bench.ctx.store, prune: () => Promise.resolve((pruned += 1) * 0) } };
    await reconcile(ctx);
    assert.ok(pruned > 0);
  });
});

describe('a payment that is due', () => {
  test('and was never sent, has expired, and can be paid anew', async () => {
    const { id } = await due({ state: 'created', sentAt: null });
    await reconcile(bench.ctx);
    assert.partialDeepStrictEqual(await bench.payment(id), { state: 'expired', failure: 'BANK_UNAVAILABLE', nextAt: null });
    const [event] = await bench.told();
    assert.partialDeepStrictEqual(event, { type: 'payment.failed', paymentId: id, failure: 'BANK_UNAVAILABLE' });
    assert.deepEqual([operations(), await bench.trail('payments', id)], [[], ['created → expired: never sent']]);
  });

  test('and whose sender died, may have been paid: it is asked about at the proper time', async () => {
    const sentAt = bench.now() - 5_000;
    const { id } = await due({ state: 'sending', sentAt });
    await reconcile(bench.ctx);
    assert.partialDeepStrictEqual(await bench.payment(id), { state: 'unknown', nextAt: sentAt + checkNotBeforeMs });
    assert.deepEqual([operations(), await bench.toldTypes(), await bench.trail('payments', id)], [[], [], ['sending → unknown: sender died']]);
  });

  test('and whose answer comes in the very moment in which its sender is taken for dead, keeps the answer', async () => {
    const { id } = await due({ state: 'sending' });
    const ctx = { ...bench.ctx, store: { ...bench.ctx.store, claimDue: async (...given: Parameters<Bench['ctx']['store']['claimDue']>) => {
      const rows = await bench.ctx.store.claimDue(...given);
      for (const row of rows) await bench.ctx.store.commit({ changes: [{ table: 'payments', id: row.id, from: ['sending'], to: 'sending', cause: 'still there', set: { nextAt: bench.now() + hourMs } }] });
      return rows;
    } } as Bench['ctx']['store'] };
    await reconcile(ctx);
    assert.partialDeepStrictEqual(await bench.payment(id), { state: 'sending', version: 2 });
  });

  test('and was taken late, is its order\'s once the bank has said so again', async () => {
    const { id } = await due({ state: 'late_success' });
    bench.says('chargeStatus', done(paid));
    await reconcile(bench.ctx);
    assert.deepEqual([(await bench.payment(id)).state, operations(), await bench.toldTypes()], ['succeeded', ['chargeStatus'], ['payment.paid']]);
  });

  test('and was taken late, and given back at the bank meanwhile, is not its order\'s, whatever becomes of the payment that took its place', async () => {
    const { late, other = assert.fail() } = await bench.takesLate(await bench.paymentIn({ state: 'expired', sentAt: bench.now() }), { state: 'requires_action', sentAt: bench.now() });
    await applyStatus(bench.ctx, late.id, { ...paid, status: 'refunded' }, { source: 'notification', text: '04' });
    await applyStatus(bench.ctx, other.id, { status: 'cancelled' }, { source: 'notification', text: '05' });
    await reconcile(bench.ctx);
    assert.deepEqual([(await bench.payment(late.id)).state, (await bench.toldTypes()).toSorted()], ['refunded', ['payment.failed', 'payment.refunded']]);
  });

  test('as it is doubted, is final again when the bank was asked, whatever it said', async () => {
    for (const status of ['paid', 'not-found'] as const) {
      const { id } = await due({ state: 'succeeded' });
      bench.saysAlways('chargeStatus', done({ ...paid, status }));
      await reconcile(bench.ctx);
      assert.partialDeepStrictEqual(await bench.payment(id), { state: 'succeeded', nextAt: null });
      assert.deepEqual(await bench.trail('payments', id), ['succeeded → succeeded: inquiry: bank: done']);
    }
  });

  test('is asked about by its numbers and its amount', async () => {
    const { reference } = await due({ state: 'pending', externalId: '4711' });
    bench.says('chargeStatus', silence);
    await reconcile(bench.ctx);
    assert.deepEqual(bench.asked, [{ operation: 'chargeStatus', given: [reference, '4711', { value: '10000.00', currency: 'IDR' }] }]);
  });

  test('is settled by an answer alone; whoever asks is told what it was', async () => {
    for (const [answer, said] of [[done({ status: 'open' } as const), 'open'], [silence, 'no-answer'], [notSent, 'no-answer'], [refusal, 'no-answer'], [done(paid), 'paid']] as const) {
      const payment = await due({ state: 'pending' });
      bench.saysAlways('chargeStatus', answer);
      assert.equal(await checkPayment(bench.ctx, payment), said);
      const { state, checks } = await bench.payment(payment.id);
      assert.deepEqual([state, checks], said === 'paid' ? ['succeeded', 0] : ['pending', 1]);
    }
  });
});

describe('other rows that are due', () => {
  test('a refund is looked at as a refund', async () => {
    const payment = await bench.paymentIn({ state: 'refunding' });
    const refund = await bench.refundIn(payment, { state: 'unknown', nextAt: bench.now(), sentAt: bench.now() });
    bench.saysAlways('chargeStatus', done({ ...paid, status: 'refunded' }));
    assert.deepEqual(await reconcile(bench.ctx), { ...nothing, refunds: 1 });
    assert.deepEqual([(await bench.refund(refund.id)).state, await bench.toldTypes()], ['succeeded', ['payment.refunded']]);
  });

  for (const [state, ends] of [['unlinking', 'unlinked'], ['disowned', 'abandoned'], ['relink_required', 'relink_required'], ['initiated', 'abandoned']] as const) {
    test(`a link that is "${state}" is then "${ends}", and is looked at no more`, async () => {
      const link = await bench.linked({ state, nextAt: bench.now() });
      bench.saysAlways('unlink', done(undefined));
      assert.equal((await reconcile(bench.ctx)).links, 1);
      assert.partialDeepStrictEqual(await bench.link(link.id), { state: ends, nextAt: null, tokenSealed: null });
      assert.deepEqual(operations(), state === 'initiated' ? [] : ['unlink']);
    });
  }

  test('a link whose customer asked to unlink is ended once its payments are over', async () => {
    const payment = await bench.paymentIn({ state: 'pending', linkId: 'ending', nextAt: bench.now() + hourMs });
    const link = await bench.linked({ id: 'ending', unlinkRequestedAt: bench.now(), nextAt: bench.now() });
    bench.saysAlways('unlink', done(undefined));
    await reconcile(bench.ctx);
    assert.equal((await bench.link(link.id)).state, 'active');
    bench.pass(hourMs);
    bench.saysAlways('chargeStatus', done(paid));
    await reconcile(bench.ctx);
    assert.deepEqual([(await bench.payment(payment.id)).state, (await bench.link(link.id)).state], ['succeeded', 'unlinked']);
  });
});

test('an answer that the news of the payment overtook is none against it: the bank is asked again, and only then is it for people', async () => {
  const payment = await bench.paymentIn({ state: 'requires_action', sentAt: bench.now() - minuteMs, nextAt: bench.now() });
  bench.says('chargeStatus', async () => {
    await applyStatus(bench.ctx, payment.id, paid, { source: 'notification', text: '00' });
    return done({ status: 'open' });
  }, done({ status: 'open' }));
  await checkPayment(bench.ctx, payment);
  assert.deepEqual([bench.log, (await bench.payment(payment.id)).state, (await bench.payment(payment.id)).nextAt], [[], 'succeeded', bench.now() + minuteMs]);
  await checkPayment(bench.ctx, await bench.payment(payment.id));
  assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, said: 'open' }]]);
  assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'succeeded', nextAt: null });
});
