/**
 * What the ledger must not do with what it knows: begin another payment of an order whose money was taken already.
 */
import type { SqlRecord } from '../../packages/server/src/store/sql.ts';

export interface OrderViolation {
  rule: 'what was taken is not asked for again';
  detail: string;
}

/** In the order in which they were written: by the servers' clocks they may stand otherwise. */
export const paymentStepsSql = `SELECT row_id, from_state, to_state, order_id FROM audit JOIN payments ON payments.id = row_id
  WHERE table_name = 'payments' ORDER BY audit.rowid`;

/** Not `refunded`: what was taken late and given back leaves its order to be paid. */
const takenStates: ReadonlySet<string> = new Set(['succeeded', 'refunding', 'late_success', 'review']);

/** @param steps what {@link paymentStepsSql} answers */
export function findOrderViolations(steps: readonly SqlRecord[]): OrderViolation[] {
  const violations: OrderViolation[] = [];
  const orders = new Map<string, Map<string, string>>();
  for (const step of steps) {
    const orderId = String(step['order_id']);
    const states = orders.get(orderId) ?? new Map<string, string>();
    const taken = [...states.values()].find((state) => takenStates.has(state));
    if (step['from_state'] === null && taken !== undefined) {
      violations.push({ rule: 'what was taken is not asked for again', detail: `${orderId} was paid anew while a payment of it was ${taken}` });
    }
    orders.set(orderId, states.set(String(step['row_id']), String(step['to_state'])));
  }
  return violations;
}
