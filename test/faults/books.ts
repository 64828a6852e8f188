/**
 * The ledger's tables read past the product, from SQLite and PostgreSQL alike.
 */
import { DatabaseSync } from 'node:sqlite';
import type { JobTable } from '../../packages/server/src/store/rows.ts';
import { isWaitingSql, openSql } from '../server/support/ends.ts';
import { queryPostgres } from '../server/support/postgres.ts';

export interface BookedRow {
  id: string;
  state: string;
  version: number;
  /** Somebody is to look at it again. */
  isWaiting: boolean;
}

export interface BookedPayment extends BookedRow {
  reference: string;
  orderId: string;
  customerId: string;
  amountMinor: number;
}

export interface BookedRefund extends BookedRow {
  reference: string;
  paymentId: string;
}

export interface BookedStep {
  table: JobTable;
  rowId: string;
  version: number;
  from: string | undefined;
  to: string;
}

export interface Books {
  payments: BookedPayment[];
  refunds: BookedRefund[];
  links: BookedRow[];
  events: { id: string; subjectId: string; type: string; isDelivered: boolean }[];
  notifications: { reference: string; status: string }[];
  steps: BookedStep[];
}

type Row = Record<string, unknown>;

/** Answers what is in a database, past the product. */
export type ReadRows = (text: string) => Promise<Row[]>;

/** @param database Its address, or what reads it. */
export async function query(database: string | ReadRows, text: string): Promise<Row[]> {
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

const rowOf = (row: Row): BookedRow => ({ id: text(row, 'id'), state: text(row, 'state'), version: Number(row['version']), isWaiting: Number(row['is_waiting']) === 1 });

/** What is not final yet, or not told yet. */
export async function readOpen(database: string | ReadRows): Promise<string[]> {
  const rows = await query(database, openSql);
  return rows.map((row) => `${text(row, 'kind')} ${text(row, 'id')}: ${text(row, 'state')}`);
}

export async function readBooks(database: string | ReadRows): Promise<Books> {
  const all = (table: string): Promise<Row[]> => query(database, `SELECT * FROM ${table}`);
  const jobs = (table: JobTable): Promise<Row[]> => query(database, `SELECT *, CASE WHEN ${isWaitingSql[table]} THEN 1 ELSE 0 END AS is_waiting FROM ${table}`);
  return {
    payments: (await jobs('payments')).map((row) => ({
      ...rowOf(row), reference: text(row, 'reference'), orderId: text(row, 'order_id'), customerId: text(row, 'customer_id'), amountMinor: Number(row['amount_minor']),
    })),
    refunds: (await jobs('refunds')).map((row) => ({ ...rowOf(row), reference: text(row, 'reference'), paymentId: text(row, 'payment_id') })),
    links: (await jobs('links')).map(rowOf),
    events: (await all('events')).map((row) => ({
      id: text(row, 'id'), subjectId: text(row, 'subject_id'), type: text(row, 'type'), isDelivered: row['delivered_at'] !== null,
    })),
    notifications: (await all('notifications')).map((row) => ({ reference: text(row, 'reference'), status: text(row, 'status') })),
    steps: (await query(database, 'SELECT * FROM audit ORDER BY table_name, row_id, version')).map((row) => ({
      table: text(row, 'table_name') as JobTable, rowId: text(row, 'row_id'), version: Number(row['version']),
      from: row['from_state'] === null ? undefined : text(row, 'from_state'), to: text(row, 'to_state'),
    })),
  };
}
