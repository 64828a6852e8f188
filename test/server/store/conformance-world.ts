/** The databases of the conformance suite, and how its payments come into their states. */
import assert from 'node:assert/strict';
import type { Config } from '../../../packages/server/src/config.ts';
import { paymentTransitions } from '../../../packages/server/src/ledger/transitions.ts';
import type { LinkState, PaymentRow, PaymentState, RefundState } from '../../../packages/server/src/store/rows.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { aKey, aPayment, aRefund, aStep } from './rows.ts';

/** One kind of database. */
export interface Databases {
  name: string;
  /** Why its tests cannot run here; undefined if they can. */
  skip: string | undefined;
  /** A new, empty one. */
  create(): Promise<Database>;
  /** Lets all of them go. */
  close(): Promise<void>;
}

export interface Database {
  address: Config['database'];
  /** Runs SQL beside the store. */
  query(text: string): Promise<Record<string, unknown>[]>;
  /** Writes down another version of the tables. */
  setVersion(version: number): Promise<void>;
  version(): Promise<number>;
  remove(): Promise<void>;
}

export const allLinkStates: readonly LinkState[] = [
  'initiated', 'redirected', 'returned', 'exchanging', 'disowned', 'active', 'unlinking', 'unlinked', 'relink_required', 'failed', 'abandoned',
];
export const allPaymentStates: readonly PaymentState[] = [
  'created', 'sending', 'requires_action', 'pending', 'unknown', 'succeeded', 'refunding', 'refunded', 'late_success', 'failed',
  'cancelled', 'expired', 'not_executed', 'review',
];
export const allRefundStates: readonly RefundState[] = ['created', 'sending', 'pending', 'unknown', 'succeeded', 'failed', 'manual', 'review'];

export const isOneOf = (states: readonly string[], state: string): boolean => states.includes(state);

export const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Two stores on one database, as two processes have them, and a clock for both. */
export interface World {
  database: Database;
  clock: { now: number };
  store: Store;
  other: Store;
}

/** Brings a new payment of the order into a state by the steps the ledger would take. */
export async function payUpTo(store: Store, orderId: string, steps: readonly (keyof typeof paymentTransitions)[], change: Partial<PaymentRow> = {}): Promise<PaymentRow> {
  const payment = aPayment({ orderId, ...change });
  const inserted = await store.insertPayment(payment, aKey());
  assert.equal(inserted.outcome, 'created');
  for (const step of steps) assert.ok(await take(store, payment, step), step);
  const written = await store.payment(payment.id);
  assert.ok(written);
  return written;
}

export const take = (store: Store, payment: PaymentRow, step: keyof typeof paymentTransitions): Promise<boolean> =>
  store.commit({ changes: [{ table: 'payments', id: payment.id, ...paymentTransitions[step], cause: step }] });

/** The shortest way from `created` into each state. */
export const wayTo: Record<PaymentState, readonly (keyof typeof paymentTransitions)[]> = {
  created: [],
  sending: ['claimed'],
  requires_action: ['claimed', 'pageOpened'],
  pending: ['claimed', 'accepted'],
  unknown: ['claimed', 'unclear'],
  succeeded: ['claimed', 'paid'],
  refunding: ['claimed', 'paid', 'refundStarted'],
  refunded: ['claimed', 'paid', 'refundStarted', 'refundDone'],
  late_success: ['claimed', 'failedAtBank', 'paidLate'],
  failed: ['claimed', 'refused'],
  cancelled: ['claimed', 'cancelledAtBank'],
  expired: ['abandonedBeforeSending'],
  not_executed: ['claimed', 'unclear', 'neverArrived'],
  review: ['claimed', 'gaveUp'],
};

/** Writes the refund as the ledger does: with the payment's step. */
export const startRefund = (store: Store, payment: PaymentRow, change: Parameters<typeof aRefund>[1] = {}): Promise<boolean> =>
  store.commit({ changes: [aStep(payment.id, 'succeeded', 'succeeded')], refund: aRefund(payment.id, change) });

export async function aPaidPayment(store: Store, change: Partial<PaymentRow> = {}): Promise<PaymentRow> {
  const payment = aPayment({ state: 'succeeded', ...change });
  await store.insertPayment(payment, aKey());
  return payment;
}

/** Everything a commit could have touched. */
export const contents = (database: Database): Promise<Record<string, unknown>[][]> => Promise.all([
  database.query('SELECT * FROM links ORDER BY id'),
  database.query('SELECT * FROM payments ORDER BY id'),
  database.query('SELECT * FROM refunds ORDER BY id'),
  database.query('SELECT * FROM events ORDER BY id'),
  database.query('SELECT * FROM audit ORDER BY table_name, row_id, version'),
]);
