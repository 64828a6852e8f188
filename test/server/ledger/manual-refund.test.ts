import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import type { PaymentRow, RefundRow } from '../../../packages/server/src/store/rows.ts';
import type { AnyChange, Commit } from '../../../packages/server/src/store/store.ts';
import { createBench, hourMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { paid } from '../support/scripted-bank.ts';

let bench: Bench;

beforeEach(() => { bench = createBench(); });
afterEach(() => bench.close());

async function waiting(payment: Partial<PaymentRow> = {}, refund: Partial<RefundRow> = {}): Promise<{ payment: PaymentRow; refund: RefundRow }> {
  const of = await bench.paymentIn({ state: 'succeeded', ...payment });
  return { payment: of, refund: await bench.refundIn(of, { state: 'manual', ...refund }) };
}

describe('a transfer by hand', () => {
  test('ends refund and payment, with what was said of it, trimmed', async () => {
    const { payment, refund } = await waiting({ nextAt: bench.now() + hourMs }, { nextAt: bench.now() + hourMs });
    bench.pass(hourMs);
    const confirmed = await confirmManualRefund(bench.ctx, payment.id, { reference: ' BCA 77 ', by: '\tSari ' });
    assert.deepEqual(confirmed, await bench.refund(refund.id));
    assert.partialDeepStrictEqual(confirmed, { state: 'succeeded', byHand: 1, transferReference: 'BCA 77', confirmedBy: 'Sari', refundedAt: bench.now(), nextAt: null });
    assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'refunded', nextAt: null });
    assert.deepEqual(await bench.trail('refunds', refund.id), ['manual → succeeded: transferred by hand, says Sari']);
    assert.deepEqual(await bench.trail('payments', payment.id), ['succeeded → refunded: transferred by hand, says Sari']);
    const [event] = await bench.told();
    assert.partialDeepStrictEqual(event, { type: 'payment.refunded', paymentId: payment.id, byHand: true, transferReference: 'BCA 77' });
  });

  test('of which nothing is said, is told without any of it', async () => {
    const { payment, refund } = await waiting();
    assert.partialDeepStrictEqual(await confirmManualRefund(bench.ctx, payment.id, { by: '  ' }), { byHand: 1, transferReference: '', confirmedBy: '' });
    assert.deepEqual(await bench.trail('refunds', refund.id), ['manual → succeeded: transferred by hand']);
    const [event] = await bench.told();
    assert.equal(event && 'transferReference' in event, false);
    assert.partialDeepStrictEqual(event, { type: 'payment.refunded', byHand: true });
  });

  test('said again, is answered as it stands; what is said with it then is not read', async () => {
    const { payment } = await waiting();
    const first = await confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' });
    bench.pass(hourMs);
    assert.deepEqual(await confirmManualRefund(bench.ctx, payment.id, { by: 'x'.repeat(65) }), first);
    assert.deepEqual((await bench.told()).length, 1);
  });

  test('of a payment that is not there, is not found', () => assert.rejects(confirmManualRefund(bench.ctx, 'none', {}), { code: 'NOT_FOUND' }));

  test('is believed of no payment without a refund, and of no refund that does not wait for it', async () => {
    const { id } = await bench.paymentIn({ state: 'succeeded' });
    await assert.rejects(confirmManualRefund(bench.ctx, id, {}), { code: 'PAYMENT_NOT_REFUNDABLE', detail: 'no refund of this payment waits to be transferred by hand' });
    for (const state of ['created', 'sending', 'pending', 'unknown', 'succeeded', 'failed'] as const) {
      const { payment, refund } = await waiting({}, { state });
      await assert.rejects(confirmManualRefund(bench.ctx, payment.id, {}), { code: 'PAYMENT_NOT_REFUNDABLE' }, state);
      assert.equal((await bench.refund(refund.id)).version, 1);
    }
  });

  test('of what the bank gave back by then is refused, and may mean that it went back twice: finance hears of it', async () => {
    const { payment } = await waiting();
    await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, { source: 'notification', text: '04' });
    await assert.rejects(confirmManualRefund(bench.ctx, payment.id, { reference: 'BCA 77' }), { code: 'PAYMENT_NOT_REFUNDABLE' });
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id }]]);
  });

  test('is believed of one of which nobody knew how it ended: now a person does', async () => {
    const { payment, refund } = await waiting({ state: 'review' }, { state: 'review' });
    assert.equal((await confirmManualRefund(bench.ctx, payment.id, {})).state, 'succeeded');
    assert.deepEqual([(await bench.payment(payment.id)).state, (await bench.refund(refund.id)).byHand], ['refunded', 1]);
  });

  for (const name of ['reference', 'by'] as const) {
    test(`is refused with a "${name}" that is longer than 64 characters or not plain, and nothing is written`, async () => {
      const { payment, refund } = await waiting();
      for (const text of ['x'.repeat(65), 'line\nbreak', 'bidi\u202e.']) {
        await assert.rejects(confirmManualRefund(bench.ctx, payment.id, { [name]: text }), { code: 'INVALID_REQUEST', detail: `"${name}" has to be a text of at most 64 characters` });
      }
      assert.equal((await bench.refund(refund.id)).version, 1);
      assert.equal((await confirmManualRefund(bench.ctx, payment.id, { [name]: ` ${'x'.repeat(64)} ` })).state, 'succeeded');
    });
  }

  /** Somebody else does this first, in the last moment. */
  const overtakenBy = (changes: AnyChange[]) => ({
    ...bench.ctx, store: { ...bench.ctx.store, commit: async (commit: Commit) => (await bench.ctx.store.commit({ changes })) && bench.ctx.store.commit(commit) },
  });

  test('that somebody else has said in the same moment, is as that one said it', async () => {
    const { payment, refund } = await waiting();
    const ctx = overtakenBy([
      { table: 'refunds', id: refund.id, from: ['manual'], to: 'succeeded', set: { byHand: 1, confirmedBy: 'Rini' }, cause: 'test' },
      { table: 'payments', id: payment.id, from: ['succeeded'], to: 'refunded', cause: 'test' },
    ]);
    assert.partialDeepStrictEqual(await confirmManualRefund(ctx, payment.id, { by: 'Sari' }), { state: 'succeeded', confirmedBy: 'Rini' });
    assert.deepEqual(await bench.told(), []);
  });

  test('of what the bank began to give back in the same moment, is not believed', async () => {
    const { payment, refund } = await waiting();
    const ctx = overtakenBy([
      { table: 'refunds', id: refund.id, from: ['manual'], to: 'sending', cause: 'test' },
      { table: 'payments', id: payment.id, from: ['succeeded'], to: 'refunding', cause: 'test' },
    ]);
    await assert.rejects(confirmManualRefund(ctx, payment.id, {}), { code: 'PAYMENT_NOT_REFUNDABLE' });
    assert.deepEqual([(await bench.payment(payment.id)).state, (await bench.refund(refund.id)).state], ['refunding', 'sending']);
  });
});
