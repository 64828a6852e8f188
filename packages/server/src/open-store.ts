/**
 * Opens the database an address names.
 *
 * @module
 */

import type { Config } from './config.ts';
import { createPostgresStore } from './store/postgres.ts';
import { createSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** Throws a `TypeError` if the file cannot be opened. PostgreSQL is reached at the first use. */
export function openStore(database: Config['database'], now: () => number): Store {
  if (database.kind === 'postgres') return createPostgresStore({ url: database.url, now });
  try {
    return createSqliteStore({ path: database.path, now });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`database (or ALLO_DATABASE_URL) names a file that cannot be used: ${database.path} (${reason}; its folder has to exist)`, { cause });
  }
}
