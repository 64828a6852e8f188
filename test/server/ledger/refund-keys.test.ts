import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { paymentView } from '../../../packages/server/src/routes/views.ts';
import { createBench, dayMs, minuteMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, paid, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';

const wish = { reason: 'came back' };
let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const sendings = (): number => bench.asked.filter(({ operation }) => operation === 'refund').length;

describe('a key that was answered with the refund that stood, asks after that one alone', () => {
  test('in two tabs at once: after the bank has refused it, the second one\'s next look begins no other', async () => {
    bench.saysAlways('chargeStatus', done(paid));
    const payment = await bench.paidPayment();
    let seen: string | undefined;
    bench.says('refund', async () => {
      // In the other tab somebody confirmed, too, while this one was under way.
      seen = (await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'tab-B-key-0123456789' })).id;
      return refusal;
    }, done({}));
    const first = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'tab-A-key-0123456789' });
    assert.deepEqual([first.state, seen], ['failed', first.id]);
    assert.deepEqual(await bench.toldTypes(), ['refund.failed']);
    // There, <allo-refund> repeats the same request to see what has become of it, and again when its page wakes.
    const polled = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'tab-B-key-0123456789' });
    assert.deepEqual([polled.id, sendings()], [first.id, 1], 'a look began another refund, of which nobody confirmed anything');
  });

  test('begun without any, and failed after a while: hours later, a page that wakes begins no other', async () => {
    bench.says('refund', silence, done({}));
    const payment = await bench.paidPayment();
    const first = await refundPayment(bench.ctx, payment.id, wish);
    assert.equal((await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'office-key-0123456789' })).id, first.id);
    bench.pass(minuteMs);
    bench.says('chargeStatus', done({ ...paid, refunds: [{ reference: first.reference, status: 'failed' }] }));
    await reconcileRefund(bench.ctx, await bench.refund(first.id));
    assert.equal((await bench.refund(first.id)).state, 'failed');
    bench.pass(dayMs / 4);
    const polled = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'office-key-0123456789' });
    assert.deepEqual([polled.id, sendings()], [first.id, 1]);
  });

  test('which is for people: it sends that once, not whenever it is looked at', async () => {
    bench.saysAlways('chargeStatus', done(paid));
    const payment = await bench.paidPayment();
    const waiting = await bench.refundIn(payment, { state: 'manual' });
    bench.saysAlways('exchange', done({ token: 'refused too', expiresAt: bench.now() + dayMs }));
    bench.says('refund', tokenRefusal, tokenRefusal, tokenRefusal, done({}));
    assert.equal((await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'office-key-0123456789' })).state, 'manual');
    assert.equal(sendings(), 3);
    // So does `element.refresh()`.
    const looked = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'office-key-0123456789' });
    assert.deepEqual([looked.id, looked.state, sendings()], [waiting.id, 'manual', 3]);
  });
});

test('a refund that was refused is not told of a payment that was given back in DOKU\'s dashboard since: refused means that it is paid again', async () => {
  bench.saysAlways('chargeStatus', done(paid));
  const payment = await bench.paidPayment();
  bench.says('refund', refusal);
  const asked = { ...wish, requestKey: 'office-key-0123456789' };
  const refused = await refundPayment(bench.ctx, payment.id, asked);
  const seen = async () => paymentView(await bench.payment(payment.id), await bench.ctx.store.refundOfPayment(payment.id), bench.now());
  assert.partialDeepStrictEqual(await seen(), { status: 'paid', refund: { status: 'failed' } });
  await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, { source: 'notification', text: 'refunded' });
  assert.equal((await refundPayment(bench.ctx, payment.id, asked)).id, refused.id);
  assert.deepEqual([(await seen()).status, (await seen()).refund], ['refunded', undefined]);
});
