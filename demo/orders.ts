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

/** What an event makes of an order, and from which states. */
const moves: Partial<Record<AlloEvent['type'], { to: string; from: string[] }>> = {
  'payment.failed': { to: 'failed', from: ['open', 'failed', 'review'] },
  'payment.review': { to: 'review', from: ['open', 'failed', 'refunded'] },
  'payment.paid': { to: 'paid', from: ['open', 'failed', 'review', 'refunded'] },
  'refund.manual': { to: 'refund-by-hand', from: ['open', 'failed', 'review', 'paid'] },
  'payment.refunded': { to: 'refunded', from: ['open', 'failed', 'review', 'paid', 'refund-by-hand'] },
};

/** What was given back stays so, unless another payment pays the order; what another payment took or owes is not changed, and what it gives back is not the order's. */
const move = `UPDATE orders SET status = ?1, paymentId = ?2 WHERE orderId = ?3 AND status IN (SELECT value FROM json_each(?4))
  AND CASE WHEN paymentId = ?2 THEN status <> 'refunded' WHEN ?1 = 'refunded' THEN paymentId IS NULL ELSE status NOT IN ('paid', 'refund-by-hand') END`;

/** Opens the tables. Events may come twice: nothing changes then. */
export function openOrders(database: DatabaseSync): { record: (event: AlloEvent) => void } {
  database.exec(tables);
  return {
    record(event) {
      const { orderId = null, paymentId = null, reference = null } = 'orderId' in event ? event : {};
      const { to = '', from = [] } = moves[event.type] ?? {};
      database.prepare(move).run(to, paymentId, orderId, JSON.stringify(from));
      database.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(event.id, event.type, event.at, event.customerId, orderId, paymentId, reference);
    },
  };
}
