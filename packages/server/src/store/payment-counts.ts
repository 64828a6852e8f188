/**
 * Figures over many payments.
 *
 * @module
 */

import { openPaymentStates } from './schema.ts';
import type { Run } from './sql.ts';
import type { Store } from './store.ts';

const open = openPaymentStates.map((state) => `'${state}'`).join(', ');

const ofCustomer = 'SELECT id FROM links WHERE customer_id = ?';

export function paymentCounts(reading: Run): Pick<Store, 'countOpenPayments' | 'countRefundable' | 'oldestUnknownPayment'> {
  return {
    // A payment of an earlier link is refunded through the present one.
    countOpenPayments: ({ id, customerId }) => reading(async (query) => {
      const rows = await query(
        `SELECT count(*) AS open FROM payments WHERE link_id = ? AND state IN (${open}) OR link_id IN (${ofCustomer}) AND state IN ('refunding', 'late_success')`, [id, customerId]);
      return Number(rows[0]?.['open']);
    }),
    countRefundable: (customerId, since) => reading(async (query) => {
      const rows = await query(
        `SELECT count(*) AS refundable FROM payments WHERE link_id IN (${ofCustomer}) AND state = 'succeeded' AND paid_at >= ?
         AND NOT EXISTS (SELECT 1 FROM refunds WHERE refunds.payment_id = payments.id AND refunds.state = 'manual')`, [customerId, since]);
      return Number(rows[0]?.['refundable']);
    }),
    oldestUnknownPayment: () => reading(async (query) => {
      // Such a payment is always due some day, and those rows have an index.
      const rows = await query("SELECT min(sent_at) AS since FROM payments WHERE next_at IS NOT NULL AND state = 'unknown'");
      const since = rows[0]?.['since'] ?? undefined;
      return since === undefined ? undefined : Number(since);
    }),
  };
}
