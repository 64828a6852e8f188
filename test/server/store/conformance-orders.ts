/** An order has one payment, and a payment one refund, whoever asks and however often. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releasedPaymentStates } from '../../../packages/server/src/store/schema.ts';
import { allPaymentStates, allRefundStates, isOneOf, times, range, payUpTo, take, wayTo, startRefund, aPaidPayment } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { runTogether } from './processes.ts';
import { aKey, aPayment, aRefund, instant } from './rows.ts';

export function describeOrders(world: () => World): void {
  describe('orders', () => {
    it('that are paid 64 times at once under keys of their own have one payment', async () => {
      const { store, other, database } = world();
      for (const orderId of ['order-1', 'order-2', 'order-3']) {
        const keys = range(64).map(() => aKey());
        const answers = await Promise.all(keys.map((key, index) => (index % 2 === 0 ? store : other).insertPayment(aPayment({ orderId }), key)));
        assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), ['created', ...Array<string>(63).fill('existing')]);
        const [row, ...more] = await database.query(`SELECT id FROM payments WHERE order_id = '${orderId}'`);
        assert.deepEqual(more, []);
        const byKey = await Promise.all(keys.map((key) => store.paymentByKey(key)));
        assert.deepEqual(new Set(byKey.map((answer) => (answer?.outcome === 'existing' ? answer.payment.id : undefined))), new Set([row?.['id']]));
      }
    });

    it('have one payment when other processes pay them at the same moment', async () => {
      const { store, database } = world();
      const orders = range(40).map((index) => `order-${index}`);
      await store.payment('none');
      const reports = await runTogether(database.address, range(3).map((): { name: 'insert'; orders: string[] } => ({ name: 'insert', orders })));
      const rows = await database.query('SELECT id, order_id FROM payments');
      assert.equal(rows.length, orders.length);
      const standing = orders.map((orderId) => rows.find((row) => row['order_id'] === orderId)?.['id']);
      for (const report of reports) assert.deepEqual(report, standing);
    });

    it('can be paid anew after a payment that gave them up, unless it took money after all, and after no other', async () => {
      const { store } = world();
      const unpaid = releasedPaymentStates.filter((state) => state !== 'late_success');
      for (const state of allPaymentStates) {
        const first = await payUpTo(store, `order-${state}`, wayTo[state]);
        assert.equal(first.state, state);
        const second = aPayment({ orderId: first.orderId, createdAt: instant + 1 });
        const expected = isOneOf(unpaid, state) ? { outcome: 'created', payment: second } : { outcome: 'existing', payment: first };
        assert.deepEqual(await store.insertPayment(second, aKey()), expected, state);
        assert.deepEqual(await store.paymentOfOrder(first.orderId), expected.payment);
      }
    });

    it('remember by each key what it stood for, even when that ended', async () => {
      const { store } = world();
      const [payment, key] = [await payUpTo(store, 'order-1', ['claimed']), aKey()];
      await store.insertPayment(aPayment({ orderId: 'order-1' }), key);
      await take(store, payment, 'failedAtBank');
      const ended = await store.payment(payment.id);
      assert.deepEqual(await store.paymentByKey(key), { outcome: 'existing', payment: ended });
      assert.deepEqual(await store.insertPayment(aPayment({ orderId: 'order-1' }), key), { outcome: 'existing', payment: ended });
    });

    it('name the payment that holds them, otherwise the latest', async () => {
      const { store } = world();
      const early = await payUpTo(store, 'order-1', ['claimed', 'refused'], { createdAt: instant + 1 });
      const late = await payUpTo(store, 'order-1', ['claimed', 'refused'], { createdAt: instant + 2 });
      assert.deepEqual(await store.paymentOfOrder('order-1'), late);
      assert.ok(await take(store, early, 'lateAccepted'));
      assert.equal((await store.paymentOfOrder('order-1'))?.id, early.id);
    });

    it('that were paid anew do not take a late payment back', async () => {
      const { store } = world();
      for (const state of allPaymentStates.filter((name) => !isOneOf(releasedPaymentStates, name))) {
        const givenUp = await payUpTo(store, `order-${state}`, wayTo.expired);
        await payUpTo(store, givenUp.orderId, wayTo[state]);
        assert.ok(await take(store, givenUp, 'paidLate'));
        const late = await store.payment(givenUp.id);
        assert.equal(await take(store, givenUp, 'lateAccepted'), false, state);
        assert.deepEqual(await store.payment(givenUp.id), late);
      }
    });

    it('that were paid twice give the late payment back, or hand it to people', async () => {
      const { store } = world();
      for (const last of ['refundDone', 'refundStuck'] as const) {
        const late = await payUpTo(store, `order-${last}`, wayTo.expired);
        const holder = await payUpTo(store, late.orderId, wayTo.succeeded, { createdAt: instant - 1 });
        assert.ok(await take(store, late, 'paidLate'));
        assert.ok(await take(store, late, 'refundStarted'));
        assert.deepEqual(await store.paymentOfOrder(late.orderId), holder);
        assert.equal(await take(store, late, 'refundRefused'), false, 'two payments would hold the order');
        assert.ok(await take(store, late, last));
        assert.deepEqual(await store.paymentOfOrder(late.orderId), holder);
      }
    });

    it('that were paid anew leave a given-up payment of a wrong amount to people', async () => {
      const { store } = world();
      const wrong = await payUpTo(store, 'order-1', wayTo.expired);
      const holder = await payUpTo(store, 'order-1', wayTo.pending, { createdAt: instant - 1 });
      assert.ok(await take(store, wrong, 'paidWrongAmount'));
      assert.deepEqual(await store.paymentOfOrder('order-1'), holder);
    });

    it('of which a given-up payment took a wrong amount are not paid anew', async () => {
      const { store } = world();
      for (const state of ['failed', 'cancelled', 'expired', 'not_executed'] as const) {
        const wrong = await payUpTo(store, `order-${state}`, wayTo[state]);
        assert.ok(await take(store, wrong, 'paidWrongAmount'));
        const again = await store.insertPayment(aPayment({ orderId: wrong.orderId }), aKey());
        assert.equal(again.outcome === 'existing' && again.payment.id, wrong.id, state);
      }
    });

    it('of which a given-up payment took money while another had them, are its own once the other comes to nothing', async () => {
      const { store } = world();
      for (const step of ['paidLate', 'paidWrongAmount'] as const) {
        const taken = await payUpTo(store, `order-${step}`, wayTo.expired);
        const other = await payUpTo(store, taken.orderId, wayTo.requires_action, { createdAt: instant + 1 });
        assert.ok(await take(store, taken, step));
        assert.equal((await store.paymentOfOrder(taken.orderId))?.id, other.id);
        assert.ok(await take(store, other, 'cancelledAtBank'));
        const again = await store.insertPayment(aPayment({ orderId: taken.orderId, createdAt: instant + 2 }), aKey());
        assert.equal(again.outcome === 'existing' && again.payment.id, taken.id, step);
        assert.equal((await store.paymentOfOrder(taken.orderId))?.id, taken.id);
      }
    });

    it('that took a late payment back are not paid anew', async () => {
      const { store } = world();
      const late = await payUpTo(store, 'order-1', wayTo.late_success);
      assert.ok(await take(store, late, 'lateAccepted'));
      assert.equal((await store.insertPayment(aPayment({ orderId: 'order-1' }), aKey())).outcome, 'existing');
      for (const step of ['refundStarted', 'refundDone'] as const) {
        assert.ok(await take(store, late, step));
        assert.equal((await store.insertPayment(aPayment({ orderId: 'order-1' }), aKey())).outcome, 'existing', step);
      }
    });
  });
}

export function describeRefunds(world: () => World): void {
  describe('refunds', () => {
    it('come back with every field as it was written', async () => {
      const { store, other } = world();
      const payment = await aPaidPayment(store);
      const refund = aRefund(payment.id, { nextAt: instant + 1, leaseUntil: instant + 2, checks: 3, sentAt: instant + 4, sends: 5, failure: 'DECLINED', refundedAt: instant + 6 });
      assert.ok(await store.commit({ changes: [], refund }));
      assert.deepEqual(await other.refund(refund.id), refund);
      assert.deepEqual(await other.refundOfPayment(payment.id), refund);
      assert.deepEqual(await Promise.all([store.refund('x'), store.refundOfPayment('x')]), [undefined, undefined]);
    });

    it('stand alone: a second one of the payment begins only after a refused one', async () => {
      const { store } = world();
      for (const state of allRefundStates) {
        const payment = await aPaidPayment(store);
        assert.ok(await startRefund(store, payment, { state, createdAt: instant + 1000 }));
        const standing = await store.refundOfPayment(payment.id);
        assert.equal(await startRefund(store, payment, { reason: 'second' }), state === 'failed', state);
        const now = await store.refundOfPayment(payment.id);
        if (state === 'failed') assert.equal(now?.reason, 'second');
        else assert.deepEqual(now, standing);
      }
    });

    it('are found by the key that began them, and by those they were kept for, once and for all', async () => {
      const { store, other } = world();
      const [payment, foreign] = [await aPaidPayment(store), await aPaidPayment(store)];
      for (const reason of ['first', 'second']) await startRefund(store, payment, { state: 'failed', requestKey: `began the ${reason}`, reason });
      const asked = async (key: string, of = payment): Promise<string | undefined> => (await other.refundByRequest(of.id, key))?.reason;
      const [first, second] = await Promise.all(['first', 'second'].map((reason) => store.refundByRequest(payment.id, `began the ${reason}`)));
      assert.ok(first && second);
      assert.deepEqual([first.reason, second.reason, await asked('met the first')], ['first', 'second', undefined]);
      await times(8, (index) => (index % 2 === 0 ? store : other).keepRefundFor('met the first', first));
      await other.keepRefundFor('met the first', second);
      await store.keepRefundFor('began the second', first);
      assert.deepEqual(await Promise.all(['met the first', 'began the first', 'began the second'].map((key) => asked(key))), ['first', 'first', 'second']);
      assert.deepEqual(await asked('met the first', foreign), undefined, 'a key is of one payment');
    });

    it('that were all refused leave the latest', async () => {
      const { store } = world();
      const payment = await aPaidPayment(store);
      for (const age of [1, 3, 2]) await startRefund(store, payment, { state: 'failed', createdAt: instant + age, reason: `number ${age}` });
      assert.equal((await store.refundOfPayment(payment.id))?.reason, 'number 3');
    });

    it('of one payment that start 64 times at once are one', async () => {
      const { store, other, database } = world();
      const payment = await aPaidPayment(store);
      const started = await times(64, (index) => startRefund(index % 2 === 0 ? store : other, payment));
      assert.equal(started.filter(Boolean).length, 1);
      assert.equal((await database.query('SELECT id FROM refunds')).length, 1);
      assert.equal((await store.audit('payments', payment.id)).length, 2, 'the losers left the payment alone');
    });
  });
}
