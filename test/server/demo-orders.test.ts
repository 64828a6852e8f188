/** What the demo's shop makes of what it is told: people copy it. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { openOrders } from '../../demo/orders.ts';
import type { PaymentEvent } from '../../packages/server/src/ledger/allo-event.ts';

let database: DatabaseSync;
let orders: ReturnType<typeof openOrders>;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  orders = openOrders(database);
  database.prepare("INSERT INTO orders (orderId, customerId, placedAt, name, lines, totalRupiah) VALUES ('order', 'budi', 'today', '', '[]', 10000)").run();
});
afterEach(() => database.close());

let told = 0;
/** The order after what is told as `type A`, each twice. */
function after(...news: `${PaymentEvent['type']} ${'A' | 'B'}`[]): string {
  for (const one of news) {
    const [type, paymentId] = one.split(' ') as [PaymentEvent['type'], string];
    told += 1;
    const event: PaymentEvent = {
      id: `event-${told}`, type, at: '2026-11-23T10:00:00.000Z', customerId: 'budi', orderId: 'order', paymentId, reference: paymentId,
      amount: { value: '10000.00', currency: 'IDR' },
    };
    orders.record(event);
    orders.record(event);
  }
  const { status, paymentId } = database.prepare('SELECT status, paymentId FROM orders').get() ?? {};
  return `${String(status)} ${String(paymentId)}`;
}

test('an order is paid by the payment that paid it, and given back by that one alone', () => {
  assert.equal(after('payment.failed A', 'payment.paid B'), 'paid B');
  assert.equal(after('payment.late A', 'payment.refunded A'), 'paid B');
  assert.equal(after('refund.manual A'), 'paid B');
  assert.equal(after('payment.refunded B'), 'refunded B');
  assert.equal(after('payment.paid B'), 'refunded B');
});

test('is paid, where a payment of before was given back when it was not', () => {
  assert.equal(after('payment.failed A', 'payment.refunded A', 'payment.paid B'), 'paid B');
});

test('is for people as long as its payment is, whatever became of another', () => {
  assert.equal(after('payment.failed A', 'payment.late A', 'payment.review B', 'payment.refunded A'), 'review B');
});

test('is for people until the money was transferred', () => {
  assert.equal(after('payment.paid A', 'refund.manual A'), 'refund-by-hand A');
  assert.equal(after('payment.refunded A'), 'refunded A');
});

test('of which the first thing that is heard is that its money went back, was given back', () => {
  assert.equal(after('payment.refunded A'), 'refunded A');
});
