import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { reconcileLate } from '../../../packages/server/src/ledger/taken-late.ts';
import { createBench, dayMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, paid, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';

const wish = { reason: 'came back' };
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
    bench.saysAlways('chargeStatus', done({ ...paid, refunds: [{ reference: 'of the dashboard', status: 'open' }] }));
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.equal(refund.state, 'created');
    assert.deepEqual(await bench.toldTypes(), []);
    bench.pass(dayMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([(await bench.refund(refund.id)).state, await bench.toldTypes()], ['manual', ['refund.manual']], 'it never came to that');
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
