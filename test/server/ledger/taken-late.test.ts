import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { PaymentWish } from '../../../packages/server/src/ledger/payments.ts';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { pay } from '../../../packages/server/src/ledger/payments.ts';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { reconcileLate } from '../../../packages/server/src/ledger/taken-late.ts';
import { viewPayment } from '../../../packages/server/src/routes/context.ts';
import type { PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, minuteMs, newToken } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, paid, pending, silence, tokenRefusal } from '../support/scripted-bank.ts';

let bench: Bench;
beforeEach(() => { bench = createBench(); });
afterEach(() => bench.close());

const notice = { source: 'notification', text: '05' } as const;
const cancels = ({ id }: PaymentRow): Promise<void> => applyStatus(bench.ctx, id, { status: 'cancelled' }, notice);
const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const state = async ({ id }: PaymentRow): Promise<string> => (await bench.payment(id)).state;
const opensPages = (): void => bench.saysAlways('charge', done({ externalId: '1', pageUrl: 'https://bank.example/page' }));

/** One that was given up and taken after all, while another of its order is under way. */
async function takenLate(): Promise<{ late: PaymentRow; other: PaymentRow }> {
  const first = await bench.paidPayment({ state: 'expired', failure: 'EXPIRED' });
  const { late, other } = await bench.takesLate(first, { state: 'requires_action', customerId: first.customerId, linkId: first.linkId });
  return { late, other: other ?? assert.fail() };
}

const wishOf = ({ customerId, orderId, amountMinor }: PaymentRow): PaymentWish => ({
  customerId, orderId, amountMinor, lines: [], instrument: 'BALANCE', returnTo: '/', device: { id: 'd', ipAddress: '203.0.113.10' }, idempotencyKey: 'a key of sixteen characters',
});

describe('an order whose late payment is being given back', () => {
  test('is not charged anew meanwhile: the bank may yet refuse to give it back', async () => {
    const { late, other } = await takenLate();
    bench.says('refund', pending);
    await refundPayment(bench.ctx, late.id, { reason: 'late' });
    await cancels(other);
    opensPages();
    assert.deepEqual([(await pay(bench.ctx, wishOf(late))).id, operations()], [late.id, ['refund']]);
  });

  test('nor while one that waited for people is tried at the bank once more', async () => {
    const { late, other } = await takenLate();
    bench.says('refund', tokenRefusal, pending);
    bench.says('exchange', silence);
    bench.saysAlways('chargeStatus', done(paid));
    assert.deepEqual([(await refundPayment(bench.ctx, late.id, { reason: 'late' })).state, await state(late)], ['manual', 'review']);
    await refundPayment(bench.ctx, late.id, { reason: 'late' });
    assert.equal(await state(late), 'refunding');
    await cancels(other);
    opensPages();
    assert.equal((await pay(bench.ctx, wishOf(late))).id, late.id);
  });

  test('can be paid anew once it was given back', async () => {
    const { late, other } = await takenLate();
    bench.says('refund', done({}));
    await refundPayment(bench.ctx, late.id, { reason: 'late' });
    await cancels(other);
    opensPages();
    assert.notEqual((await pay(bench.ctx, wishOf(late))).id, late.id);
  });
});

describe('a late payment whose order nobody else paid in the end', () => {
  test('is not told to be paid where the bank has given it back since', async () => {
    const { late, other } = await takenLate();
    bench.saysAlways('chargeStatus', done({ status: 'refunded', amount: paid.amount }));
    await cancels(other);
    await bench.told();
    await reconcileLate(bench.ctx, await bench.payment(late.id));
    assert.deepEqual([await state(late), await bench.toldTypes()], ['refunded', ['payment.refunded']]);
  });

  for (const [name, answer] of [['denies it', done({ status: 'failed' } as const)], ['says another amount', done({ ...paid, amount: { value: '1.00', currency: 'IDR' } })], ['says nothing', silence]] as const) {
    test(`is asked about for a day where the bank ${name}, and is for people then`, async () => {
      const { late, other } = await takenLate();
      bench.saysAlways('chargeStatus', answer);
      await cancels(other);
      await bench.told();
      for (let asked = 0; asked < 30; asked += 1) {
        await reconcileLate(bench.ctx, await bench.payment(late.id));
        assert.equal(await state(late), 'late_success');
        const { nextAt } = await bench.payment(late.id);
        bench.pass((nextAt ?? 0) - bench.now());
      }
      assert.deepEqual(await bench.toldTypes(), []);
      await reconcileLate(bench.ctx, await bench.payment(late.id));
      assert.deepEqual([await state(late), await bench.toldTypes(), bench.log.map(({ level }) => level)], ['review', ['payment.review'], ['error']]);
    });
  }

  test('is its order\'s once the bank, which was silent or denied it, says so again', async () => {
    const { late, other } = await takenLate();
    bench.says('chargeStatus', silence, done({ status: 'not-found' } as const), done(paid));
    await cancels(other);
    await bench.told();
    for (let asked = 0; asked < 3; asked += 1) await reconcileLate(bench.ctx, await bench.payment(late.id));
    assert.deepEqual([await state(late), await bench.toldTypes()], ['succeeded', ['payment.paid']]);
  });

  test('is not asked about while the other is under way', async () => {
    const { late } = await takenLate();
    await reconcileLate(bench.ctx, late);
    assert.deepEqual([operations(), (await bench.payment(late.id)).nextAt], [[], bench.now() + minuteMs]);
  });
});

describe('a refund that somebody asked for, of a payment taken late, and that could not be sent', () => {
  const wish = { reason: 'the back office', requestKey: 'the back office asked' };

  test('is shown as under way, sent once the bank can be reached, and its end told', async () => {
    const { late, other } = await takenLate();
    bench.says('refund', notSent, done({}));
    const refund = await refundPayment(bench.ctx, late.id, wish);
    assert.partialDeepStrictEqual(await viewPayment({ ledger: bench.ctx }, await bench.payment(late.id)), { status: 'refunding', refund: { status: 'processing' } });
    await cancels(other);
    await bench.told();
    bench.pass(minuteMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([await state(late), await bench.toldTypes()], ['refunded', ['payment.refunded']]);
  });

  test('has failed, and is told so, where the payment is its order\'s by then', async () => {
    const { late, other } = await takenLate();
    bench.saysAlways('refund', notSent);
    const refund = await refundPayment(bench.ctx, late.id, wish);
    await cancels(other);
    await bench.told();
    bench.pass(minuteMs);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([await state(late), await bench.toldTypes()], ['succeeded', ['payment.paid', 'refund.failed']]);
  });
});

describe('an order whose money was taken late, while another payment of it was begun', () => {
  async function expired(): Promise<PaymentRow> {
    const first = await bench.paidPayment({ state: 'unknown', sentAt: bench.now() });
    await applyStatus(bench.ctx, first.id, { status: 'failed', failure: 'EXPIRED' }, notice);
    return first;
  }

  test('is not charged by one of which no byte has left yet', async () => {
    const first = await expired();
    await bench.tokenEnds(first.linkId);
    // The news comes while the new payment waits for a token.
    bench.says('exchange', async () => {
      await applyStatus(bench.ctx, first.id, paid, notice);
      assert.equal(await state(first), 'late_success');
      return newToken();
    });
    opensPages();
    await pay(bench.ctx, wishOf(first));
    assert.deepEqual(operations(), ['exchange']);
  });

  test('sends nobody to the bank to pay it again', async () => {
    const first = await expired();
    opensPages();
    const anew = await pay(bench.ctx, wishOf(first));
    assert.partialDeepStrictEqual(await viewPayment({ ledger: bench.ctx }, anew), { status: 'requires-action' });
    await applyStatus(bench.ctx, first.id, paid, notice);
    const view = await viewPayment({ ledger: bench.ctx }, await bench.payment(anew.id));
    assert.deepEqual([view.status, view.action], ['processing', undefined]);
  });
});
