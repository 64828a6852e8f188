/**
 * Stands in for the product's `open-store.ts`: its SQL store over one SQLite database in memory, which all servers of a
 * simulation share and which outlives each of them. Every transaction is one task, so a death comes before or after it.
 */
import type { Config } from '../../packages/server/src/config.ts';
import { createSqlStore } from '../../packages/server/src/store/sql-store.ts';
import type { SqlDriver } from '../../packages/server/src/store/sql.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { activeDatabase, isUniqueViolation } from './database.ts';

export function openStore(_database: Config['database'], now: () => number): Store {
  return createSqlStore(createDriver(), now);
}

function createDriver(): SqlDriver {
  const { query, inTurn, transaction } = activeDatabase();
  let isClosed = false;
  const open = <Result>(work: () => Promise<Result>) => (): Promise<Result> => (isClosed ? Promise.reject(new Error('closed')) : work());
  return {
    read: (work) => inTurn('reads', open(() => work(query))),
    transaction: (work) => inTurn('writes', open(() => transaction(() => work(query)))),
    isUniqueViolation,
    forUpdate: '',
    skipLocked: '',
    // Nothing is left in a file that there is not.
    tidy: () => Promise.resolve(),
    close: () => inTurn('closes', () => {
      isClosed = true;
      return Promise.resolve();
    }),
  };
}
