/**
 * What the demo's shop makes of what it is told: people copy it. Events of one payment come in order; those of two payments
 * of one order in any, since one may be told again for up to an hour while the other's go through.
 */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openOrders } from '../../demo/orders.ts';
import type { PaymentEvent } from '../../packages/server/src/ledger/allo-event.ts';

let database: DatabaseSync;
let orders: ReturnType<typeof openOrders>;

function open(): void {
  database = new DatabaseSync(':memory:');
  orders = openOrders(database);
  database.prepare("INSERT INTO orders (orderId, customerId, placedAt, name, lines, totalRupiah) VALUES ('order', 'budi', 'today', '', '[]', 10000)").run();
}

beforeEach(open);
afterEach(() => database.close());

type Told = `${PaymentEvent['type']} ${'A' | 'B'}`;

let told = 0;
/** The order after what is told as `type A`, each twice. */
function after(...news: Told[]): string {
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

test('what is owed for a payment that is not its order\'s, is shown beside the order until it was transferred', () => {
  const owed = (): unknown[] => orders.owed().map((row) => ({ ...row as object }));
  after('payment.failed A', 'payment.paid B', 'payment.late A');
  assert.deepEqual(owed(), []);
  assert.equal(after('refund.manual A'), 'paid B');
  for (let times = 0; times < 300; times += 1) after('payment.paid B');
  assert.deepEqual(owed(), [{ orderId: 'order', paymentId: 'A', totalRupiah: 10000 }]);
  assert.equal(after('payment.refunded A'), 'paid B');
  assert.deepEqual(owed(), []);
});

test('what is owed for the payment of the order is shown with the order; beside it, once the order is another\'s', () => {
  after('payment.paid B', 'refund.manual B');
  assert.deepEqual(orders.owed(), []);
  assert.equal(after('payment.review A'), 'review A');
  assert.equal(orders.owed().length, 1);
  assert.equal(after('payment.refunded B'), 'review A');
  assert.equal(orders.owed().length, 0);
});

function* interleaved(a: readonly Told[], b: readonly Told[]): Generator<Told[]> {
  const [[firstA, ...restA], [firstB, ...restB]] = [a, b];
  if (firstA === undefined || firstB === undefined) {
    yield [...a, ...b];
    return;
  }
  for (const rest of interleaved(restA, b)) yield [firstA, ...rest];
  for (const rest of interleaved(a, restB)) yield [firstB, ...rest];
}

describe('two payments of an order, whichever is heard of first', () => {
  const cases: readonly (readonly [a: readonly PaymentEvent['type'][], b: readonly PaymentEvent['type'][], end: string])[] = [
    [['payment.failed', 'payment.late', 'payment.refunded'], ['payment.paid'], 'paid B'],
    [['payment.failed', 'payment.late', 'refund.manual'], ['payment.paid'], 'paid B'],
    [['payment.failed', 'payment.late', 'refund.manual', 'payment.refunded'], ['payment.paid'], 'paid B'],
    [['payment.failed', 'payment.late', 'payment.paid'], ['payment.failed'], 'paid A'],
    [['payment.failed', 'payment.review'], ['payment.failed'], 'review A'],
    [['payment.failed', 'payment.review'], ['payment.paid'], 'paid B'],
    [['payment.failed', 'payment.refunded'], ['payment.paid'], 'paid B'],
    [['payment.failed', 'payment.late', 'payment.refunded'], ['payment.paid', 'payment.refunded'], 'refunded B'],
    [['payment.failed', 'payment.late', 'payment.refunded'], ['payment.review'], 'review B'],
    [['payment.failed', 'payment.late', 'refund.manual', 'payment.refunded'], ['payment.review'], 'review B'],
    [['payment.failed'], ['payment.paid', 'refund.manual'], 'refund-by-hand B'],
    [['payment.failed', 'payment.late', 'payment.paid', 'payment.refunded'], ['payment.failed'], 'refunded A'],
  ];
  for (const [a, b, end] of cases) {
    test(`A: ${a.join(', ')}; B: ${b.join(', ')}: ${end}`, () => {
      for (const news of interleaved(a.map((type): Told => `${type} A`), b.map((type): Told => `${type} B`))) {
        open();
        assert.equal(after(...news), end, news.join(', '));
        database.close();
      }
      open();
    });
  }
});
