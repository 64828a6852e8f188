/**
 * What all processes on one database together do once in a while.
 *
 * @module
 */

import type { Run } from './sql.ts';
import type { Store } from './store.ts';

export function chores(inOne: Run, now: () => number): Pick<Store, 'claimChore'> {
  return {
    claimChore: (name, everyMs) => inOne(async (query) => {
      const at = now();
      await query('INSERT INTO chores (name, done_at) VALUES (?, ?) ON CONFLICT DO NOTHING', [name, at]);
      const claimed = await query('UPDATE chores SET done_at = ? WHERE name = ? AND done_at <= ? RETURNING name', [at, name, at - everyMs]);
      return claimed.length === 1;
    }),
  };
}
