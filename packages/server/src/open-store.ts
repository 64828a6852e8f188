/**
 * Opens the database an address names.
 *
 * @module
 */

import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { createPostgresStore } from './store/postgres.ts';
import { createSqliteStore } from './store/sqlite.ts';
import { reasonOf } from './store/store.ts';
import type { Store } from './store/store.ts';

/** Primary result codes (sqlite.org/rescode.html); extended codes carry them in their lowest byte. */
const readOnly = 8;
const noDatabase = 26;

/** Throws a `TypeError` that says why, if the file cannot be opened. PostgreSQL is reached at the first use. */
export function openStore(database: Config['database'], now: () => number): Store {
  if (database.kind === 'postgres') return createPostgresStore({ url: database.url, now });
  try {
    return createSqliteStore({ path: database.path, now });
  } catch (cause) {
    throw new TypeError(`database (or ALLO_DATABASE_URL) names a file that cannot be used: ${database.path} (${hindranceOf(cause, database.path)})`, { cause });
  }
}

function hindranceOf(cause: unknown, path: string): string {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0;
  if (code === noDatabase) return 'it is there, and is no SQLite database';
  if (code === readOnly) return 'this process has to be allowed to write to it, and to its folder';
  if (!existsSync(dirname(path))) return 'its folder has to exist';
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'it is a folder';
  return reasonOf(cause);
}
