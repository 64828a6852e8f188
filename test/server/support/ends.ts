/**
 * Where a row of the ledger may come to rest, past the product: whatever else its state is called, it is under way. So a
 * row that nobody will ever look at again is found by its state, though it waits for nothing any more.
 */
import type { JobRows, JobTable } from '../../../packages/server/src/store/rows.ts';

const ends: Readonly<{ [Table in JobTable]: readonly JobRows[Table]['state'][] }> = {
  payments: ['succeeded', 'refunded', 'failed', 'cancelled', 'expired', 'not_executed', 'review'],
  refunds: ['succeeded', 'failed', 'manual', 'review'],
  links: ['active', 'unlinked', 'relink_required', 'failed', 'abandoned'],
};

export const jobTables = Object.keys(ends) as JobTable[];

export function isEnd(table: JobTable, state: string): boolean {
  const known: readonly string[] = ends[table];
  return known.includes(state);
}

/** SQL for the rows of a table that are looked at again; a link also while somebody has asked to end it. */
export const isWaitingSql: Readonly<Record<JobTable, string>> = {
  payments: 'next_at IS NOT NULL', refunds: 'next_at IS NOT NULL',
  links: `(next_at IS NOT NULL OR (state = 'active' AND unlink_requested_at IS NOT NULL))`,
};

const openRows = (table: JobTable): string =>
  `SELECT '${table}' AS kind, id, state FROM ${table} WHERE ${isWaitingSql[table]} OR state NOT IN (${ends[table].map((state) => `'${state}'`).join(', ')})`;

/** SQL for all that has not come to its end, or was not told yet: what it is, its id and its state. */
export const openSql = [...jobTables.map(openRows), `SELECT 'events' AS kind, id, type AS state FROM events WHERE delivered_at IS NULL`].join(' UNION ALL ');
