/**
 * Figures over many payments.
 *
 * @module
 */

import { openPaymentStates } from './schema.ts';
import type { Run } from './sql.ts';
import type { Store } from './store.ts';

const open = openPaymentStates.map((state) => `'${state}'`).join(', ');

export function paymentCounts(reading: Run): Pick<Store, 'countOpenPayments' | 'countRefundable' | 'oldestUnknownPayment'> {
  return {
    countOpenPayments: (linkId) => reading(async (query) => {
      const rows = await query(`SELECT count(*) AS open FROM payments WHERE link_id = ? AND state IN (${open})`, [linkId]);
      return Number(rows[0]?.['open']);
    }),
    // Of all links of the customer: a payment of an earlier one is refunded through the present one.
    countRefundable: (customerId, since) => reading(async (query) => {
      const rows = await query(
        `SELECT count(*) AS refundable FROM payments WHERE link_id IN (SELECT id FROM links WHERE customer_id = ?) AND state = 'succeeded' AND paid_at >= ?
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
