/**
 * Whose ledger a database holds: one Client ID in one environment, for ever. Must never serve another: DOKU would know
 * none of the payments in it, and what DOKU does not know counts as never made.
 *
 * @module
 */

import type { Query, Run } from './sql.ts';
import { StoreError } from './store.ts';
import type { Store } from './store.ts';

const readOwner = async (query: Query): Promise<string | undefined> => {
  const [record] = await query('SELECT name FROM owner');
  return record && String(record['name']);
};

export function ownership(reading: Run, inOne: Run): Pick<Store, 'owner' | 'claimFor' | 'assertWritable'> {
  return {
    owner: () => reading(readOwner),
    claimFor: (name) => inOne(async (query) => {
      await query('INSERT INTO owner (single, name) VALUES (1, ?) ON CONFLICT DO NOTHING', [name]);
      return String(await readOwner(query));
    }),
    assertWritable: () => inOne(async (query) => {
      // A write as any other to the database, which is of no row.
      await query('UPDATE owner SET name = name WHERE single = 0');
    }),
  };
}

/** The same store, refusing all work if its database is another's than `name`'s. The first work makes an empty one its own. */
export function ownedBy(store: Store, name: string, onForeign: (owner: string) => void): Store {
  let claim: Promise<void> | undefined;
  const claimOnce = (): Promise<void> => {
    claim ??= store.claimFor(name).then((owner) => {
      if (owner === name) return;
      onForeign(owner);
      throw new StoreError(new Error(`the database holds the ledger of ${owner}, not of ${name}`));
    }).catch((error: unknown) => {
      claim = undefined;
      throw error;
    });
    return claim;
  };
  const guarded = Object.entries(store).map(([operation, work]) => [operation, async (...given: unknown[]): Promise<unknown> => {
    await claimOnce();
    return (work as (...given: unknown[]) => Promise<unknown>)(...given);
  }]);
  return { ...(Object.fromEntries(guarded) as Store), close: store.close };
}
