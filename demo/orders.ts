/**
 * What payments do to the shop's orders: the part of a shop that must not be wrong about money. An order can be paid by
 * one payment only, but several may have been begun for it, and one that came to nothing may take the money after all and be
 * given back: so events are told apart by their payment, not by their order.
 *
 * @module
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AlloEvent } from '@allo-kit/server';

const tables = `
  CREATE TABLE IF NOT EXISTS orders (orderId TEXT PRIMARY KEY, customerId TEXT NOT NULL, placedAt TEXT NOT NULL, name TEXT NOT NULL,
    lines TEXT NOT NULL, totalRupiah INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'open', paymentId TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT NOT NULL, at TEXT NOT NULL, customerId TEXT NOT NULL,
    orderId TEXT, paymentId TEXT, reference TEXT) STRICT;
`;

/** What an event makes of an order, and from which states: where it is about the order's payment, and where another is, or none yet. */
const moves: Partial<Record<AlloEvent['type'], { to: string; own: string[]; other: string[] }>> = {
  'payment.failed': { to: 'failed', own: ['failed'], other: ['open', 'failed'] },
  'payment.review': { to: 'review', own: ['failed'], other: ['open', 'failed', 'refunded', 'refund-by-hand'] },
  'payment.paid': { to: 'paid', own: ['failed', 'review'], other: ['open', 'failed', 'review', 'refunded', 'refund-by-hand'] },
  'refund.manual': { to: 'refund-by-hand', own: ['failed', 'review', 'paid'], other: ['open', 'failed'] },
  'payment.refunded': { to: 'refunded', own: ['failed', 'review', 'paid', 'refund-by-hand'], other: ['open'] },
};

/** Events of one payment come in order, those of two in any: the payment that pays the order has it, whatever was heard of another before. */
const move = `UPDATE orders SET status = ?1, paymentId = ?2 WHERE orderId = ?3
  AND status IN (SELECT value FROM json_each(CASE WHEN paymentId = ?2 THEN ?4 ELSE ?5 END))`;

/** What has to be transferred by hand and is not its order's, for another payment paid that: nothing else in the back office would show it. */
const owed = `SELECT orders.orderId, e.paymentId, totalRupiah FROM events e JOIN orders ON orders.orderId = e.orderId
  WHERE e.type = 'refund.manual' AND NOT (status = 'refund-by-hand' AND orders.paymentId IS e.paymentId)
  AND NOT EXISTS (SELECT 1 FROM events WHERE type = 'payment.refunded' AND paymentId = e.paymentId) GROUP BY e.paymentId`;

/** Opens the tables. Events may come twice: nothing changes then. */
export function openOrders(database: DatabaseSync): { record: (event: AlloEvent) => void; owed: () => unknown[] } {
  database.exec(tables);
  return {
    owed: () => database.prepare(owed).all(),
    record(event) {
      const { orderId = null, paymentId = null, reference = null } = 'orderId' in event ? event : {};
      const { to = '', own = [], other = [] } = moves[event.type] ?? {};
      database.prepare(move).run(to, paymentId, orderId, JSON.stringify(own), JSON.stringify(other));
      database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(event.id, event.type, event.at, event.customerId, orderId, paymentId, reference);
    },
  };
}
