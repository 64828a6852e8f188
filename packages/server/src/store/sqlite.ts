/**
 * The embedded store: one SQLite file through `node:sqlite`, write-ahead log, every commit synced to the disk.
 * Several processes may share the file.
 *
 * @module
 */

import { DatabaseSync } from 'node:sqlite';
import { migrations } from './schema.ts';
import { createSqlStore } from './sql-store.ts';
import type { Query, SqlDriver, SqlRecord, SqlValue } from './sql-store.ts';
import type { Store } from './store.ts';

/** Extended result codes of a broken UNIQUE or PRIMARY KEY rule (sqlite.org/rescode.html). */
const uniqueViolations: ReadonlySet<unknown> = new Set([2067, 1555]);

/** How long a writer waits for another process's transaction. */
const busyTimeoutMs = 10_000;

export interface SqliteStoreOptions {
  /** Path of the file, or `":memory:"` for a store that ends with the process (tests only). */
  path: string;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Opens the file, brings its tables up to date, and answers the store. Throws if the file cannot be opened. */
export function createSqliteStore({ path, now }: SqliteStoreOptions): Store {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON`);
  migrate(database);
  return createSqlStore(createDriver(database), now);
}

function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version > migrations.length) throw new Error(`the database is of a newer version of @allo-kit/server (${version}); update the package`);
    for (const statements of migrations.slice(version)) for (const statement of statements) database.exec(statement);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function createDriver(database: DatabaseSync): SqlDriver {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const query: Query = (text, values = []) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statements.set(text, statement);
    return Promise.resolve(statement.all(...(values as SqlValue[])) as SqlRecord[]);
  };

  // One connection runs one transaction at a time: the next begins when the last has ended.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };

  const run = async <Result>(work: (query: Query) => Promise<Result>): Promise<Result> => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = await work(query);
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    transaction: (work) => inTurn(() => run(work)),
    isUniqueViolation: (error) => error instanceof Error && 'errcode' in error && uniqueViolations.has(error.errcode),
    skipLocked: '',
    close: () => inTurn(() => {
      database.close();
      return Promise.resolve();
    }),
  };
}
