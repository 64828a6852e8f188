/**
 * What all processes on one database together do once in a while, and by what count they take turns at it.
 *
 * @module
 */

import type { Run } from './sql.ts';
import type { Store } from './store.ts';

export function chores(reading: Run, inOne: Run, now: () => number): Pick<Store, 'claimChore' | 'count' | 'swapCount'> {
  return {
    claimChore: (name, everyMs) => inOne(async (query) => {
      const at = now();
      await query('INSERT INTO chores (name, done_at) VALUES (?, ?) ON CONFLICT DO NOTHING', [name, at]);
      // Done further ahead than it is due again: by a clock that was set back since. It must not wait until that has caught up.
      const claimed = await query(
        'UPDATE chores SET done_at = ? WHERE name = ? AND (done_at <= ? OR done_at > ?) RETURNING name', [at, name, at - everyMs, at + everyMs]);
      return claimed.length === 1;
    }),
    // In the same table, since it needs no other: what is no chore has a count where that has an instant.
    count: (name) => reading(async (query) => {
      const [record] = await query('SELECT done_at FROM chores WHERE name = ?', [name]);
      return Number(record?.['done_at'] ?? 0);
    }),
    swapCount: (name, seen, next) => inOne(async (query) => {
      await query('INSERT INTO chores (name, done_at) VALUES (?, 0) ON CONFLICT DO NOTHING', [name]);
      const swapped = await query('UPDATE chores SET done_at = ? WHERE name = ? AND done_at = ? RETURNING name', [next, name, seen]);
      return swapped.length === 1;
    }),
  };
}
