import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { reconcileLate } from '../../../packages/server/src/ledger/taken-late.ts';
import type { PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, hourMs, minuteMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, paid, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';

const wish = { reason: 'came back' };
const underWay = done({ ...paid, refunds: [{ reference: 'of the dashboard', status: 'open' as const }] });
const back = done({ ...paid, status: 'refunded' as const });
let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

describe('before people are asked to transfer money for want of a token, the bank is asked whether it is back', () => {
  test('the customer unlinked; somebody gave the money back in DOKU\'s dashboard', async () => {
    const payment = await bench.paidPayment();
    await bench.unlinks(payment.linkId);
    bench.saysAlways('chargeStatus', done({ ...paid, status: 'refunded' }));
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.notEqual(refund.state, 'manual', 'people are asked to give it back once more');
    assert.deepEqual(await bench.toldTypes(), ['payment.refunded']);
  });

  test('the customer unlinked in the bank\'s app, which shows only when the token is renewed', async () => {
    const payment = await bench.paidPayment();
    await bench.tokenEnds(payment.linkId);
    bench.says('exchange', refusal);
    bench.saysAlways('chargeStatus', done({ ...paid, status: 'refunded' }));
    await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual((await bench.toldTypes()).filter((type) => type.startsWith('refund') || type.startsWith('payment')), ['payment.refunded']);
  });

  test('the bank took it late, and gives it back by itself; the customer has unlinked', async () => {
    const { late } = await bench.takesLate(await bench.paidPayment({ state: 'expired' }), { state: 'succeeded' });
    await bench.unlinks(late.linkId);
    bench.saysAlways('chargeStatus', done({ ...paid, status: 'refunded' }));
    await reconcileLate(bench.ctx, await bench.payment(late.id));
    assert.deepEqual([(await bench.payment(late.id)).state, await bench.toldTypes()], ['refunded', ['payment.refunded']]);
  });

  test('the bank is giving it back this moment: nobody is asked to, for a day', async () => {
    const payment = await bench.paidPayment();
    await bench.unlinks(payment.linkId);
    bench.saysAlways('chargeStatus', underWay);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.partialDeepStrictEqual(refund, { state: 'unknown', sends: 0, sentAt: bench.now(), nextAt: bench.now() + minuteMs });
    assert.deepEqual(await bench.toldTypes(), []);
    bench.pass(dayMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([(await bench.refund(refund.id)).state, await bench.toldTypes()], ['review', ['refund.review']], 'nobody knows what came of it');
  });

  test('the bank was giving it back, and that came to nothing: they are asked after all', async () => {
    const payment = await bench.paidPayment();
    await bench.unlinks(payment.linkId);
    bench.saysAlways('chargeStatus', underWay);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    bench.saysAlways('chargeStatus', done({ ...paid, refunds: [{ reference: 'of the dashboard', status: 'failed' }] }));
    bench.pass(hourMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([(await bench.refund(refund.id)).state, (await bench.payment(payment.id)).state, await bench.toldTypes()], ['manual', 'succeeded', ['refund.manual']]);
  });

  test('they were asked already; it is tried once more, and the bank is giving it back by itself by now: it waits for the bank', async () => {
    const payment = await bench.paidPayment();
    await bench.unlinks(payment.linkId);
    bench.says('chargeStatus', done(paid));
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'manual');
    bench.pass(minuteMs);
    bench.saysAlways('chargeStatus', underWay);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([refund.state, (await bench.payment(payment.id)).state], ['unknown', 'refunding']);
    await assert.rejects(confirmManualRefund(bench.ctx, payment.id, {}), { code: 'PAYMENT_NOT_REFUNDABLE' });
    bench.saysAlways('chargeStatus', back);
    bench.pass(hourMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([(await bench.refund(refund.id)).state, (await bench.payment(payment.id)).state], ['succeeded', 'refunded']);
  });

  describe('also where it could not be sent for a day, and an hour before somebody had DOKU\'s dashboard do it,', () => {
    test('since nobody can read the token', async () => {
      const payment = await bench.paidPayment({ state: 'refunding' });
      await bench.store.commit({ changes: [{ table: 'links', id: payment.linkId, from: ['active'], to: 'active', set: { tokenSealed: 'sealed with a key that is lost' }, cause: 'test' }] });
      const refund = await bench.refundIn(payment, { state: 'created', createdAt: bench.now() });
      bench.pass(dayMs - hourMs);
      await assert.rejects(reconcileRefund(bench.ctx, refund), /no encryption key/);
      bench.saysAlways('chargeStatus', underWay);
      bench.pass(hourMs);
      await reconcileRefund(bench.ctx, await bench.refund(refund.id));
      assert.deepEqual([(await bench.refund(refund.id)).state, await bench.toldTypes()], ['unknown', []]);
    });

    test('since the bank was away, and the customer has unlinked meanwhile', async () => {
      const payment = await bench.paidPayment({ state: 'refunding' });
      const refund = await bench.refundIn(payment, { state: 'created', createdAt: bench.now() });
      bench.setAway(true);
      bench.pass(dayMs);
      await reconcileRefund(bench.ctx, refund);
      assert.deepEqual(bench.asked, []);
      bench.setAway(false);
      await bench.unlinks(payment.linkId);
      bench.saysAlways('chargeStatus', underWay);
      await reconcileRefund(bench.ctx, refund);
      assert.deepEqual([(await bench.refund(refund.id)).state, await bench.toldTypes()], ['unknown', []]);
    });

    for (const [name, said, ends] of [['back', back, 'succeeded'], ['on its way', underWay, 'unknown']] as const) {
      test(`since the bank gave no token, of what was taken twice (${name})`, async () => {
        const { late } = await bench.takesLate(await bench.paidPayment({ state: 'expired' }), { state: 'succeeded' });
        await bench.tokenEnds(late.linkId);
        bench.saysAlways('exchange', silence);
        bench.saysAlways('chargeStatus', said);
        await couldNotBeSent(late);
        assert.equal((await bench.store.refundOfPayment(late.id))?.state, ends);
      });

      test(`since it never left, of what was taken twice (${name})`, async () => {
        const { late } = await bench.takesLate(await bench.paidPayment({ state: 'expired' }), { state: 'succeeded' });
        bench.saysAlways('refund', notSent);
        bench.saysAlways('chargeStatus', said);
        await couldNotBeSent(late);
        assert.equal((await bench.store.refundOfPayment(late.id))?.state, ends);
      });
    }

    async function couldNotBeSent(late: PaymentRow): Promise<void> {
      await reconcileLate(bench.ctx, late);
      const waiting = (await bench.store.refundOfPayment(late.id)) ?? assert.fail();
      assert.equal(waiting.state, 'created');
      bench.pass(dayMs);
      await reconcileRefund(bench.ctx, waiting);
      assert.ok(!(await bench.toldTypes()).includes('refund.manual'));
    }
  });
});

describe('a payment that the bank denies when it is asked about it over a refund', () => {
  for (const [name, answer] of [['refused', refusal], ['for people', tokenRefusal]] as const) {
    test(`that is ${name}, is for a person, before money is transferred that was never taken`, async () => {
      const payment = await bench.paidPayment();
      bench.saysAlways('exchange', silence);
      bench.says('refund', answer);
      bench.saysAlways('chargeStatus', done({ status: 'failed' }));
      await refundPayment(bench.ctx, payment.id, wish);
      assert.deepEqual(bench.log.filter(({ level }) => level === 'error').map(({ fields }) => fields), [{ paymentId: payment.id, said: 'failed' }]);
    });
  }
});
