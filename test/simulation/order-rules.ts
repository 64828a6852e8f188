/**
 * What the ledger must not do with what it knows: begin, or send to the bank, another payment of an order whose money was
 * taken already.
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
    const [rowId, toState] = [String(step['row_id']), String(step['to_state'])];
    const taken = [...states].find(([other, state]) => other !== rowId && takenStates.has(state));
    if (taken !== undefined && (step['from_state'] === null || toState === 'sending')) {
      violations.push({ rule: 'what was taken is not asked for again', detail: `a payment of ${orderId} is ${toState} while one of it was ${taken[1]}` });
    }
    orders.set(orderId, states.set(rowId, toState));
  }
  return violations;
}
