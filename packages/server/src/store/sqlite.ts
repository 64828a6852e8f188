/**
 * The embedded store: one SQLite file through `node:sqlite`, write-ahead log, every commit synced to the disk.
 * Several processes may share the file.
 *
 * @module
 */

import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { migrations } from './schema.ts';
import { createSqlStore } from './sql-store.ts';
import type { Query, SqlDriver, SqlRecord, SqlValue } from './sql.ts';
import type { Store } from './store.ts';

/** Extended result codes of a broken UNIQUE or PRIMARY KEY rule (sqlite.org/rescode.html). */
const uniqueViolations: ReadonlySet<number> = new Set([2067, 1555]);

/** Primary result code of a lock that another connection holds; extended codes carry it in their lowest byte. */
const busy = 5;

/** How long a writer waits for another process's transaction. */
const busyTimeoutMs = 10_000;
const busyPauseMs = 5;

export interface SqliteStoreOptions {
  /** Path of the file, or `":memory:"` for a store that ends with the process (tests only). */
  path: string;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Opens the file, brings its tables up to date, and answers the store. Throws if the file cannot be opened. */
export function createSqliteStore({ path, now }: SqliteStoreOptions): Store {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON`);
    writeAhead(database);
    migrate(database);
    // From here on it is `patiently` that waits: SQLite's own waiting would stop the whole process.
    database.exec('PRAGMA busy_timeout = 0');
  } catch (error) {
    database.close();
    throw error;
  }
  return createSqlStore(createDriver(database), now);
}

/** Processes that make the same file at the same moment meet here, and SQLite's own waiting does not cover this step. */
function writeAhead(database: DatabaseSync): void {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyPauseMs);
    }
  }
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
    rollBack(database);
    throw error;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // A full disk, for one, has already ended the transaction; what brought us here is thrown by the caller.
  }
}

function createDriver(database: DatabaseSync): SqlDriver {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const query: Query = (text, values = []) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statements.set(text, statement);
    return Promise.resolve(statement.all(...(values as SqlValue[])) as SqlRecord[]);
  };

  // One connection runs one transaction at a time, and a read between its statements would see it half done.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };

  const run = async <Result>(work: (query: Query) => Promise<Result>): Promise<Result> => {
    await patiently(() => database.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work(query);
      await patiently(() => database.exec('COMMIT'));
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  };

  return {
    read: (work) => inTurn(() => patiently(() => work(query))),
    transaction: (work) => inTurn(() => run(work)),
    isUniqueViolation: (error) => uniqueViolations.has(codeOf(error)),
    forUpdate: '',
    skipLocked: '',
    // What was erased stands in the log until the log is emptied; with a reader in the way, the next time.
    tidy: () => inTurn(() => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return Promise.resolve();
    }),
    close: () => inTurn(() => {
      database.close();
      return Promise.resolve();
    }),
  };
}

const codeOf = (error: unknown): number => (error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0);

const isBusy = (error: unknown): boolean => (codeOf(error) & 0xff) === busy;

/** Tries again while another connection is in the way, and lets everybody else go on meanwhile. */
async function patiently<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const giveUpAt = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      await pause(Math.random() * busyPauseMs);
    }
  }
}
