/**
 * The ledger's tables read past the product, from SQLite and PostgreSQL alike.
 */
import { DatabaseSync } from 'node:sqlite';
import { queryPostgres } from '../server/support/postgres.ts';

export interface BookedPayment {
  id: string;
  state: string;
  reference: string;
  orderId: string;
  customerId: string;
  amountMinor: number;
}

export interface BookedStep {
  table: string;
  rowId: string;
  version: number;
  from: string | undefined;
  to: string;
}

export interface Books {
  payments: BookedPayment[];
  refunds: { id: string; state: string; paymentId: string }[];
  events: { id: string; subjectId: string; type: string; isDelivered: boolean }[];
  notifications: { reference: string; status: string }[];
  steps: BookedStep[];
  /** Rows and events that still wait for something. */
  open: string[];
}

type Row = Record<string, unknown>;

/** Answers what is in a database, past the product. */
export type ReadRows = (text: string) => Promise<Row[]>;

async function query(database: string | ReadRows, text: string): Promise<Row[]> {
  if (typeof database === 'function') return database(text);
  if (!database.startsWith('file:')) return queryPostgres(database, text);
  const file = new DatabaseSync(database.slice('file:'.length), { readOnly: true });
  try {
    file.exec('PRAGMA busy_timeout = 10000');
    return file.prepare(text).all();
  } finally {
    file.close();
  }
}

const text = (row: Row, column: string): string => String(row[column]);

const openRows = ['payments', 'refunds', 'links'].map((table) => `SELECT '${table}' AS kind, id, state FROM ${table} WHERE next_at IS NOT NULL`);
const openEvents = `SELECT 'events' AS kind, id, type AS state FROM events WHERE delivered_at IS NULL`;

/** What is not final yet, or not told yet. */
export async function readOpen(database: string | ReadRows): Promise<string[]> {
  const rows = await query(database, [...openRows, openEvents].join(' UNION ALL '));
  return rows.map((row) => `${text(row, 'kind')} ${text(row, 'id')}: ${text(row, 'state')}`);
}

export async function readBooks(database: string | ReadRows): Promise<Books> {
  const all = (table: string): Promise<Row[]> => query(database, `SELECT * FROM ${table}`);
  return {
    payments: (await all('payments')).map((row) => ({
      id: text(row, 'id'), state: text(row, 'state'), reference: text(row, 'reference'), orderId: text(row, 'order_id'),
      customerId: text(row, 'customer_id'), amountMinor: Number(row['amount_minor']),
    })),
    refunds: (await all('refunds')).map((row) => ({ id: text(row, 'id'), state: text(row, 'state'), paymentId: text(row, 'payment_id') })),
    events: (await all('events')).map((row) => ({
      id: text(row, 'id'), subjectId: text(row, 'subject_id'), type: text(row, 'type'), isDelivered: row['delivered_at'] !== null,
    })),
    notifications: (await all('notifications')).map((row) => ({ reference: text(row, 'reference'), status: text(row, 'status') })),
    steps: (await query(database, 'SELECT * FROM audit ORDER BY table_name, row_id, version')).map((row) => ({
      table: text(row, 'table_name'), rowId: text(row, 'row_id'), version: Number(row['version']),
      from: row['from_state'] === null ? undefined : text(row, 'from_state'), to: text(row, 'to_state'),
    })),
    open: await readOpen(database),
  };
}
