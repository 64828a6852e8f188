/** What a page is told of a refund, by its state: "done" only once it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paymentView } from '../../packages/server/src/routes/views.ts';
import type { RefundState } from '../../packages/server/src/store/rows.ts';
import { aPayment, aRefund } from './store/rows.ts';

const told: Record<RefundState, string> = {
  created: 'processing', sending: 'processing', pending: 'processing', unknown: 'processing', review: 'processing', succeeded: 'done', failed: 'failed', manual: 'manual',
};

for (const [state, status] of Object.entries(told) as [RefundState, string][]) {
  test(`a refund that is "${state}" is ${status}`, () => {
    const payment = aPayment({ state: 'succeeded', paidAt: 1 });
    const { refund } = paymentView(payment, aRefund(payment.id, { state, createdAt: 1_000, refundedAt: 2_000 }), 3_000);
    assert.deepEqual([refund?.status, refund?.refundedAt], [status, '1970-01-01T00:00:02.000Z']);
  });
}
