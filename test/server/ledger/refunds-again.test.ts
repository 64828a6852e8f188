/** A refund that is tried more than once: what the bank lists of one try says nothing of another, and people hear of it in order. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import type { PaymentRow, RefundRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, minuteMs, newToken, secondMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, paid, pending, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';

const wish = { reason: 'came back' };
let bench: Bench;

beforeEach(() => {
  bench = createBench();
  bench.saysAlways('chargeStatus', done(paid));
});
afterEach(() => bench.close());

const look = async ({ id }: RefundRow): Promise<string> => {
  await reconcileRefund(bench.ctx, await bench.refund(id));
  return (await bench.refund(id)).state;
};

/** Tried at the bank: no word, and no trace of it for longer than it takes. Sent again by itself, and taken on; a minute ago. */
async function sentTwice(change: Partial<RefundRow>): Promise<{ payment: PaymentRow; refund: RefundRow }> {
  const payment = await bench.paidPayment(change.state === undefined ? {} : { state: 'succeeded' });
  const waiting = change.state === undefined ? undefined : await bench.refundIn(payment, { sends: 0, sentAt: null, ...change });
  bench.says('refund', silence, pending);
  const refund = await refundPayment(bench.ctx, payment.id, wish);
  assert.deepEqual([refund.state, waiting?.id ?? refund.id], ['unknown', refund.id]);
  bench.pass(11 * minuteMs);
  assert.equal(await look(refund), 'pending');
  bench.pass(minuteMs);
  return { payment, refund };
}

const listsFailed = ({ reference }: RefundRow, times: number): void =>
  bench.saysAlways('chargeStatus', done({ ...paid, refunds: Array.from({ length: times }, () => ({ reference, status: 'failed' as const })) }));

for (const [name, change, isOver] of [['a refund', {}, 'failed'], ['a refund that waited for people', { state: 'manual' }, 'manual']] as const) {
  describe(`${name}, sent again since there was no trace of it, and taken on`, () => {
    test('has not failed by the first sending, which turned up as failed a minute later: the second may not be listed yet', async () => {
      const { payment, refund } = await sentTwice(change);
      listsFailed(refund, 1);
      assert.equal(await look(refund), 'pending');
      await assert.rejects(confirmManualRefund(bench.ctx, payment.id, {}), { code: 'PAYMENT_NOT_REFUNDABLE' });
      await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, { source: 'notification', text: '04' });
      assert.deepEqual([(await bench.refund(refund.id)).state, bench.log.filter(({ level }) => level === 'error')], ['succeeded', []]);
    });

    test('has failed once both stand there as failed, or one after as long as that can take: the other never arrived', async () => {
      for (const [listedTimes, laterMs] of [[2, 0], [1, 11 * minuteMs]] as const) {
        const { refund } = await sentTwice(change);
        listsFailed(refund, listedTimes);
        bench.pass(laterMs);
        assert.equal(await look(refund), isOver);
        bench.saysAlways('chargeStatus', done(paid));
      }
    });
  });
}

test('a refund that was sent again, but left more than a minute later, has not failed by its first sending before ten minutes are over since then', async () => {
  const payment = await bench.paidPayment();
  bench.says('refund', silence);
  const refund = await refundPayment(bench.ctx, payment.id, wish);
  bench.pass(11 * minuteMs);
  // The bank is slow to refuse the token, to give another, and to refuse that, too.
  let leftAt = 0;
  const slowly = <Answer>(seconds: number, answer: Answer) => (): Answer => {
    leftAt = bench.now();
    bench.pass(seconds * secondMs);
    return answer;
  };
  bench.says('refund', slowly(30, tokenRefusal), slowly(30, tokenRefusal), slowly(1, pending));
  bench.says('exchange', slowly(10, newToken('second')), slowly(10, newToken('third')));
  assert.equal(await look(refund), 'pending');
  listsFailed(refund, 1);
  bench.passUntil(leftAt + 9 * minuteMs);
  assert.equal(await look(refund), 'pending');
});

test('a refund of which both sendings have failed, tried once more, has not failed by what the list said of those two', async () => {
  const { payment, refund } = await sentTwice({ state: 'manual' });
  listsFailed(refund, 2);
  assert.equal(await look(refund), 'manual');
  bench.says('refund', pending);
  assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'pending');
  for (const minutes of [1, 20]) {
    bench.pass(minutes * minuteMs);
    assert.equal(await look(refund), 'pending', 'the bank may be giving it back this very moment');
  }
  listsFailed(refund, 3);
  assert.equal(await look(refund), 'manual');
});

test('a payment that was taken late, and whose refund waits for people, is not told to be paid after that', async () => {
  const first = await bench.paidPayment({ state: 'expired', failure: 'EXPIRED' });
  const { late, other } = await bench.takesLate(first, { state: 'requires_action', customerId: first.customerId, linkId: first.linkId });
  bench.says('refund', refusal, refusal, done({}));
  assert.equal((await refundPayment(bench.ctx, late.id, wish)).state, 'manual');
  await applyStatus(bench.ctx, other?.id ?? '', { status: 'cancelled' }, { source: 'notification', text: '05' });
  assert.deepEqual((await bench.toldTypes()).toSorted(), ['payment.failed', 'refund.manual']);
  // Its order is free by now, so that it could be its order's again.
  assert.equal((await refundPayment(bench.ctx, late.id, wish)).state, 'manual');
  assert.deepEqual([(await bench.payment(late.id)).state, await bench.toldTypes()], ['review', []]);
  await refundPayment(bench.ctx, late.id, wish);
  assert.deepEqual([(await bench.payment(late.id)).state, await bench.toldTypes()], ['refunded', ['payment.refunded']]);
});
