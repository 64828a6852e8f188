/**
 * What counts as open in the ledger's tables, row by row, past the product: by the state, not only by whether somebody is
 * to look at it again.
 */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import type { JobTable } from '../../packages/server/src/store/rows.ts';
import { columnName, migrations } from '../../packages/server/src/store/schema.ts';
import { aLink, aPayment, aRefund, instant } from '../server/store/rows.ts';
import { readBooks, readOpen } from './books.ts';
import type { ReadRows } from './books.ts';

const makeRow = { payments: aPayment, refunds: () => aRefund('payment-1'), links: aLink } as const;

/** The answers of a database in which there is this one row. */
function holding(table: JobTable, row: object): ReadRows {
  const database = new DatabaseSync(':memory:');
  for (const statement of migrations.flat()) database.exec(statement);
  const columns = Object.keys(row);
  database.prepare(`INSERT INTO ${table} (${columns.map(columnName).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(...Object.values(row) as string[]);
  return (text) => Promise.resolve(database.prepare(text).all());
}

const openStates: Readonly<Record<JobTable, readonly string[]>> = {
  payments: ['created', 'sending', 'requires_action', 'pending', 'unknown', 'refunding', 'late_success', 'nonsense'],
  refunds: ['created', 'sending', 'pending', 'unknown', 'nonsense'],
  links: ['initiated', 'redirected', 'returned', 'exchanging', 'disowned', 'unlinking', 'nonsense'],
};
const ends: Readonly<Record<JobTable, readonly string[]>> = {
  payments: ['succeeded', 'refunded', 'failed', 'cancelled', 'expired', 'not_executed', 'review'],
  refunds: ['succeeded', 'failed', 'manual', 'review'],
  links: ['active', 'unlinked', 'relink_required', 'failed', 'abandoned'],
};

for (const table of ['payments', 'refunds', 'links'] as const) {
  describe(`of ${table}`, () => {
    for (const state of openStates[table]) {
      test(`${state} is open, though nobody is to look at it again`, async () => {
        const row = { ...makeRow[table](), state };
        assert.deepEqual(await readOpen(holding(table, row)), [`${table} ${row.id}: ${state}`]);
      });
    }

    for (const state of ends[table]) {
      test(`${state} is an end, unless somebody is to look at it again`, async () => {
        const row = { ...makeRow[table](), state };
        assert.deepEqual(await readOpen(holding(table, row)), []);
        assert.deepEqual(await readOpen(holding(table, { ...row, nextAt: instant })), [`${table} ${row.id}: ${state}`]);
      });
    }
  });
}

test('a link that somebody asked to end is open, and waits', async () => {
  const read = holding('links', { ...aLink({ unlinkRequestedAt: instant }), id: 'link-1', state: 'active' });
  assert.deepEqual(await readOpen(read), ['links link-1: active']);
  assert.deepEqual((await readBooks(read)).links, [{ id: 'link-1', state: 'active', version: 1, isWaiting: true }]);
});
