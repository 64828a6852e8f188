/**
 * The ledger read past the product, straight from its database file, and held against the bank's own journal.
 */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { AlloEvent } from '../../../packages/server/src/ledger/allo-event.ts';
import type { Simulator } from '../../../packages/server/src/simulator/index.ts';
import { secretForms } from './canaries.ts';
import { openSql } from './ends.ts';

export interface LedgerPayment {
  id: string;
  state: string;
  reference: string;
  amount_minor: number;
  customer_id: string;
  order_id: string;
  next_at: number | null;
}

export interface LedgerRow {
  id: string;
  state: string;
  next_at: number | null;
}

export interface Ledger {
  payments: LedgerPayment[];
  refunds: (LedgerRow & { payment_id: string; reference: string; by_hand: number | null })[];
  links: (LedgerRow & { customer_id: string; failure: string | null; token_sealed: string | null })[];
  events: { id: string; subject_id: string; type: string; delivered_at: number | null }[];
  notifications: { fingerprint: string; reference: string; status: string; matched: number; times: number }[];
}

/** What is to be compared. */
export interface Books {
  databasePath: string;
  simulator: Pick<Simulator, 'journal'>;
  events: readonly AlloEvent[];
  log: readonly LogLine[];
}

export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown> | undefined;
}

export function readLedger(databasePath: string): Ledger {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const all = <Row>(table: string): Row[] => database.prepare(`SELECT * FROM ${table}`).all() as Row[];
    return { payments: all('payments'), refunds: all('refunds'), links: all('links'), events: all('events'), notifications: all('notifications') };
  } finally {
    database.close();
  }
}

/** Changes the database behind the product's back, as an accident would. */
export function tamper(databasePath: string, sql: string): void {
  const database = new DatabaseSync(databasePath);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

/** What the bank must have done by the state our ledger has; other states claim nothing yet. */
const claims: Readonly<Record<string, readonly ('debit' | 'refund')[]>> = {
  created: [], failed: [], cancelled: [], expired: [], not_executed: [],
  succeeded: ['debit'], late_success: ['debit'], refunded: ['debit', 'refund'],
};

/** Every movement of money at the bank is in the ledger, and the ledger claims no other: to the rupiah. */
export function assertBooksAgree({ databasePath, simulator, events }: Books): void {
  const ledger = readLedger(databasePath);
  const journal = simulator.journal();
  for (const entry of journal) {
    const payment = ledger.payments.find(({ reference }) => reference === entry.partnerReferenceNo);
    assert.ok(payment, `the bank moved money under ${entry.partnerReferenceNo}, which is not in the ledger`);
    assert.equal(entry.amount, payment.amount_minor, 'the bank moved another amount than the ledger has');
    assert.equal(entry.custIdMerchant, payment.customer_id, 'the bank moved the money of another customer');
    const refund = ledger.refunds.find(({ payment_id, reference }) => payment_id === payment.id && reference === entry.partnerRefundNo);
    if (entry.kind === 'refund') assert.ok(refund, `the bank gave money back under ${entry.partnerRefundNo}, which is not in the ledger`);
  }
  for (const payment of ledger.payments) {
    const moved = journal.filter(({ partnerReferenceNo }) => partnerReferenceNo === payment.reference).map(({ kind }) => kind);
    assert.ok(new Set(moved).size === moved.length, `the bank did the same twice for ${payment.reference}: ${moved.join(', ')}`);
    const isByHand = ledger.refunds.some(({ payment_id, by_hand }) => payment_id === payment.id && by_hand !== null);
    const claimed = isByHand ? claims['succeeded'] : claims[payment.state];
    if (claimed) assert.deepEqual(moved, claimed, `a payment is ${payment.state}, and the bank did: ${moved.join(', ')}`);
  }
  assertPaidOnce(ledger, events);
}

/** Whoever is told of the same payment twice must be able to see that it is the same event. */
function assertPaidOnce(ledger: Ledger, events: readonly AlloEvent[]): void {
  for (const { id, state } of ledger.payments) {
    const told = events.filter((event) => event.type === 'payment.paid' && event.paymentId === id);
    assert.ok(new Set(told.map((event) => event.id)).size <= 1, 'a payment was reported as paid by two different events');
    const recorded = ledger.events.filter(({ type, subject_id }) => type === 'payment.paid' && subject_id === id);
    // What was told goes out of the database after a while.
    const isKept = recorded.length > 0 || told.length === 0;
    if (state === 'succeeded') assert.equal(recorded.length, isKept ? 1 : 0, 'a paid payment has exactly one payment.paid event');
    if (claims[state]?.length === 0) assert.equal(recorded.length, 0, 'a payment that took no money was reported as paid');
  }
}

/** Nothing is under way any more: all rows have come to an end, all events are told. */
export function assertNothingOpen(databasePath: string): void {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const open = database.prepare(openSql).all().map(({ kind, state }) => `${String(kind)}: ${String(state)}`);
    assert.deepEqual(open, [], 'something is still open');
  } finally {
    database.close();
  }
}

/** Random ids may hold digits that look like a phone number. */
const randomIds = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** No line of the log, and no field of one, holds anything that must stay secret. */
export function assertLogKeepsSecrets(log: readonly LogLine[]): void {
  for (const line of log) {
    const text = JSON.stringify(line).replaceAll(randomIds, '');
    for (const [name, form] of Object.entries(secretForms)) assert.doesNotMatch(text, form, `the log shows ${name}: ${line.message}`);
  }
}
