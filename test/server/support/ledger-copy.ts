/**
 * A ledger on PostgreSQL as the file that the checks of the books read.
 */
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { queryPostgres } from './postgres.ts';

/** The ledger as a file, so that the books are held against the bank as they are everywhere else. */
export async function copyLedger(url: string, path: string): Promise<void> {
  const copy = new DatabaseSync(path);
  for (const statement of migrations.flat()) copy.exec(statement);
  for (const table of ['payments', 'refunds', 'links', 'events', 'notifications', 'audit']) {
    for (const row of await queryPostgres(url, `SELECT * FROM ${table}`)) {
      const values = Object.values(row) as (string | number | null)[];
      copy.prepare(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.map(() => '?').join(', ')})`).run(...values);
    }
  }
  copy.close();
}
