/**
 * Whole rows of a table: read, found and written with every column they have.
 *
 * @module
 */

import type { EventRow, JobRows } from './rows.ts';
import { columnName, columns } from './schema.ts';
import type { Query, SqlRecord, SqlValue } from './sql.ts';

/** Every table that is read or written as rows. */
export interface TableRows extends JobRows {
  events: EventRow;
}

export type Table = keyof TableRows;

const selectFrom = (table: Table): string =>
  `SELECT ${columns[table].map(columnName).join(', ')} FROM ${table}`;

export const returning = (table: Table): string => `RETURNING ${columns[table].map(columnName).join(', ')}`;

export function toRow<Name extends Table>(table: Name, record: SqlRecord): TableRows[Name] {
  return Object.fromEntries(columns[table].map((key) => [key, record[columnName(key)] ?? null])) as unknown as TableRows[Name];
}

function insertSql(table: Table): string {
  const names = columns[table].map(columnName);
  const marks = names.map(() => '?').join(', ');
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING RETURNING id`;
}

function rowValues<Name extends Table>(table: Name, row: TableRows[Name]): SqlValue[] {
  const values = row as unknown as Record<string, SqlValue>;
  return columns[table].map((key) => values[key] ?? null);
}

export async function findOne<Name extends Table>(
  query: Query, table: Name, where: string, values: SqlValue[],
): Promise<TableRows[Name] | undefined> {
  const [row] = await findMany(query, table, where, values);
  return row;
}

export async function findMany<Name extends Table>(query: Query, table: Name, where: string, values: SqlValue[]): Promise<TableRows[Name][]> {
  const records = await query(`${selectFrom(table)} WHERE ${where}`, values);
  return records.map((record) => toRow(table, record));
}

export async function insert<Name extends Table>(query: Query, table: Name, row: TableRows[Name]): Promise<boolean> {
  const inserted = await query(insertSql(table), rowValues(table, row));
  return inserted.length === 1;
}
