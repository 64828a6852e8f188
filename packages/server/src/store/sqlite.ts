/**
 * The embedded store: one SQLite file through `node:sqlite`, write-ahead log, every commit synced to the disk.
 * Several processes may share the file.
 *
 * @module
 */

import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { migrations } from './schema.ts';
import { createSqlStore } from './sql-store.ts';
import type { Query, SqlDriver, SqlRecord, SqlValue } from './sql.ts';
import type { Store } from './store.ts';

/** Asked for at run time: a static import would end an older Node with words that name no version. */
const sqlite = (process as Partial<Pick<NodeJS.Process, 'getBuiltinModule'>>).getBuiltinModule?.('node:sqlite') as { DatabaseSync: typeof DatabaseSync } | undefined;
if (sqlite === undefined) throw new TypeError(`@allo-kit/server needs Node 22.13 or later, which has node:sqlite; this is Node ${process.versions.node}`);
const { DatabaseSync: Database } = sqlite;

/** Extended result codes of a broken UNIQUE or PRIMARY KEY rule (sqlite.org/rescode.html). */
const uniqueViolations: ReadonlySet<number> = new Set([2067, 1555]);

/** Primary result code of a lock that another connection holds; extended codes carry it in their lowest byte. */
const busy = 5;

/** How long a writer waits for another process's transaction. */
const defaultPatienceMs = 10_000;
/** Who has waited so long for its turn already still tries for a moment. */
const leastPatienceMs = 20;
const busyPauseMs = 5;

export interface SqliteStoreOptions {
  /** Path of the file, or `":memory:"` for a store that ends with the process (tests only). */
  path: string;
  /** Epoch milliseconds. */
  now: () => number;
  /** How long work waits for another process's transaction, from when it was asked for, in milliseconds. Default 10 000. */
  patienceMs?: number;
}

/** Opens the file, brings its tables up to date, and answers the store. Throws if the file cannot be opened. */
export function createSqliteStore({ path, now, patienceMs = defaultPatienceMs }: SqliteStoreOptions): Store {
  const database = new Database(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON`);
    writeAhead(database, patienceMs);
    migrate(database);
    // From here on it is `patiently` that waits: SQLite's own waiting would stop the whole process.
    database.exec('PRAGMA busy_timeout = 0');
  } catch (error) {
    database.close();
    throw error;
  }
  return createSqlStore(createDriver(database, patienceMs), now);
}

/** Processes that make the same file at the same moment meet here, and SQLite's own waiting does not cover this step. */
function writeAhead(database: DatabaseSync, patienceMs: number): void {
  const giveUpAt = performance.now() + patienceMs;
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

function createDriver(database: DatabaseSync, patienceMs: number): SqlDriver {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const query: Query = (text, values = []) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statements.set(text, statement);
    return Promise.resolve(statement.all(...(values as SqlValue[])) as SqlRecord[]);
  };

  // One connection runs one transaction at a time, and a read between its statements would see it half done.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: (giveUpAt: number) => Promise<Result>): Promise<Result> => {
    // From when it was asked for: were each to wait in its turn, a long lock would leave the last of many without an answer.
    const giveUpAt = performance.now() + patienceMs;
    const start = (): Promise<Result> => work(Math.max(giveUpAt, performance.now() + leastPatienceMs));
    const turn = last.then(start, start);
    last = turn;
    return turn;
  };

  const run = async <Result>(work: (query: Query) => Promise<Result>, giveUpAt: number): Promise<Result> => {
    await patiently(() => database.exec('BEGIN IMMEDIATE'), giveUpAt);
    try {
      const result = await work(query);
      await patiently(() => database.exec('COMMIT'), giveUpAt);
      return result;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  };

  return {
    read: (work) => inTurn((giveUpAt) => patiently(() => work(query), giveUpAt)),
    transaction: (work) => inTurn((giveUpAt) => run(work, giveUpAt)),
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
async function patiently<Result>(work: () => Result | Promise<Result>, giveUpAt: number): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
      await pause(Math.random() * busyPauseMs);
    }
  }
}
