/**
 * The audit trail replayed: from nothing, by listed steps alone, to what every row says of itself. Read past the
 * product, straight from its database file.
 */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { linkTransitions, paymentTransitions, refundTransitions } from '../../../packages/server/src/ledger/transitions.ts';

const machines: Readonly<Record<string, { first: string; steps: Readonly<Record<string, { from: readonly string[]; to: string }>> }>> = {
  links: { first: 'initiated', steps: linkTransitions },
  payments: { first: 'created', steps: paymentTransitions },
  refunds: { first: 'created', steps: refundTransitions },
};

interface Entry {
  row_id: string;
  version: number;
  from_state: string | null;
  to_state: string;
}

/** Every row of the three machines has a trail, every trail a row, and the one leads to the other. */
export function assertAuditReplays(databasePath: string): void {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    for (const table of Object.keys(machines)) {
      const entries = database.prepare('SELECT row_id, version, from_state, to_state FROM audit WHERE table_name = ? ORDER BY row_id, version').all(table) as unknown as Entry[];
      const trails = Map.groupBy(entries, ({ row_id }) => row_id);
      const rows = database.prepare(`SELECT id, state, version FROM ${table}`).all() as unknown as { id: string; state: string; version: number }[];
      assert.deepEqual(new Set(trails.keys()), new Set(rows.map(({ id }) => id)), `the trails of ${table} are not those of its rows`);
      for (const { id, state, version } of rows) assert.deepEqual(replay(table, trails.get(id) ?? []), { state, version }, `the trail of ${table} ${id} leads elsewhere`);
    }
  } finally {
    database.close();
  }
}

/** The state and version to which the trail leads. */
function replay(table: string, trail: readonly Entry[]): { state: string | null; version: number } {
  const { first, steps } = machines[table] ?? assert.fail(`there is no machine of ${table}`);
  const isListed = (from: string | null, to: string): boolean =>
    from === null ? to === first : Object.values(steps).some((step) => step.to === to && step.from.includes(from));
  return trail.reduce<{ state: string | null; version: number }>((at, { row_id, version, from_state, to_state }) => {
    const step = `${table} ${row_id}: ${from_state} → ${to_state}`;
    assert.deepEqual({ state: from_state, version }, { state: at.state, version: at.version + 1 }, `${step} does not go on where the trail was`);
    assert.ok(isListed(from_state, to_state), `${step} is not listed`);
    return { state: to_state, version };
  }, { state: null, version: 0 });
}
