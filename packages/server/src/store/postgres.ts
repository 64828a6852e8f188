/**
 * The store on PostgreSQL, for several processes on several machines. `pg` is an optional peer, loaded when it is
 * needed; rows are claimed by `FOR UPDATE SKIP LOCKED`.
 *
 * @module
 */

import type { Client, Pool, PoolClient } from 'pg';
import { isDoneWithin } from './in-time.ts';
import { migrations } from './schema.ts';
import { createSqlStore } from './sql-store.ts';
import type { Query, SqlDriver, SqlRecord } from './sql.ts';
import type { Store } from './store.ts';

/** SQLSTATE of a broken uniqueness rule. */
const uniqueViolation = '23505';

/** SQLSTATE of a table that is not there. */
const undefinedTable = '42P01';

/**
 * SQLSTATE of a write where none is possible: the server has become a standby, or was one when the connection was made. The
 * connection stays with it, and is never good again, also where the address leads to another server by now.
 */
const readOnly = '25006';

/** Two transactions that cannot both be had; neither wrote anything, so the loser runs again. */
const repeatable: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/**
 * Whatever the database's own defaults are: the store's statements rely on seeing what others have committed, and what is
 * sent to the bank on what was committed being there after a crash. Who waits for more than the disk goes on doing so.
 */
const begin = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;

/** Any number of our own: processes that start together bring the tables up to date one after the other. */
const migrationLock = 41_120_260;

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;

/** A machine that froze inside a transaction must not hold its rows against the others. */
const idleInTransactionTimeoutMs = 10_000;

/** When the server does not answer at all; later than its own timeout, so that a slow statement is ended there. */
const answerTimeoutMs = 15_000;

/** A change of the tables has no time-out and may be silent for long: that the other end is gone is seen by this alone. */
const keepAliveAfterMs = 10_000;

/** Of one that did not answer nobody waits as long again: an answer of DOKU's, which is kept in memory, has to be written by another in time. */
const rollbackTimeoutMs = 2_000;

const mostConnections = 10;
const attempts = 5;

export interface PostgresStoreOptions {
  /** `postgres://user:password@host/name` */
  url: string;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Answers at once; connects, and brings the tables up to date, at the first use. */
export function createPostgresStore({ url, now }: PostgresStoreOptions): Store {
  let opened: Promise<Pool> | undefined;
  const closing = new AbortController();
  const pool = (): Promise<Pool> => {
    opened ??= openPool(url, closing.signal).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return inTime(opened);
  };
  const end = async (): Promise<void> => {
    closing.abort();
    await (await opened?.catch(() => undefined))?.end();
  };
  return createSqlStore(createDriver(pool, end), now);
}

/** Tables may be brought up to date for longer than anybody should be kept waiting: meanwhile the database is away. */
async function inTime(opening: Promise<Pool>): Promise<Pool> {
  if (await isDoneWithin(answerTimeoutMs, opening)) return opening;
  throw new Error(`the database was not ready within ${answerTimeoutMs} ms; its tables may be being brought up to date`);
}

async function openPool(url: string, closing: AbortSignal): Promise<Pool> {
  const pg = await import('pg').catch((cause: unknown) => {
    throw new TypeError('a postgres:// database needs the package "pg": npm install pg', { cause });
  });
  const { Client, Pool, types } = pg.default;
  const getTypeParser: typeof types.getTypeParser = (type, format) =>
    type === types.builtins.INT8 ? toExactNumber : (types.getTypeParser(type, format) as (text: string) => unknown);
  const pool = new Pool({
    connectionString: url, max: mostConnections, connectionTimeoutMillis: connectTimeoutMs, statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs, query_timeout: answerTimeoutMs, types: { getTypeParser },
  });
  // A connection that breaks fails the work it was in and is replaced; without listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const alone = {
      connectionString: url, connectionTimeoutMillis: connectTimeoutMs, idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      keepAlive: true, keepAliveInitialDelayMillis: keepAliveAfterMs,
    };
    if ((await readVersion(pool)) !== migrations.length) await migrate(new Client(alone), closing);
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The driver gives BIGINT as text. */
function toExactNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('a number in the database is too large to be read exactly');
  return number;
}

/** Of the tables, before anybody waits for a lock; 0 if there are none. */
async function readVersion(pool: Pool): Promise<number> {
  try {
    const { rows } = await pool.query<{ version: number }>('SELECT version FROM allo_schema');
    return rows[0]?.version ?? 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return 0;
    throw error;
  }
}

/**
 * By a connection of its own: an index over a large table takes longer than any statement may that a shopper waits for. It
 * is cut when the store is closed, and the next start begins anew: what was not committed is undone.
 */
async function migrate(client: Client, closing: AbortSignal): Promise<void> {
  client.on('error', () => undefined);
  await client.connect();
  const cut = (): void => void client.end().catch(() => undefined);
  closing.addEventListener('abort', cut);
  try {
    closing.throwIfAborted();
    await client.query(begin);
    await client.query(`SET LOCAL statement_timeout = ${statementTimeoutMs}`);
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query('SET LOCAL statement_timeout = 0');
    await client.query('CREATE TABLE IF NOT EXISTS allo_schema (version INTEGER NOT NULL)');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM allo_schema');
    const version = rows[0]?.version ?? 0;
    if (version > migrations.length) throw new Error(`the database is of a newer version of @allo-kit/server (${version}); update the package`);
    for (const statements of migrations.slice(version)) for (const statement of statements) await client.query(statement);
    await client.query('DELETE FROM allo_schema');
    await client.query('INSERT INTO allo_schema (version) VALUES ($1)', [migrations.length]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    closing.removeEventListener('abort', cut);
    await client.end().catch(() => undefined);
  }
}

function createDriver(pool: () => Promise<Pool>, end: () => Promise<void>): SqlDriver {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  const watch = async <Result>(start: () => Promise<Result>): Promise<Result> => {
    if (closed) throw new Error('the store is closed');
    const work = start();
    running.add(work);
    return work.finally(() => running.delete(work));
  };

  return {
    read: (work) => watch(() => withClient(pool, (client) => work(queryOf(client)))),
    transaction: (work) => watch(() => persist(pool, work)),
    isUniqueViolation: (error) => codeOf(error) === uniqueViolation,
    forUpdate: 'FOR UPDATE',
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    // The server's own vacuum sees to it.
    tidy: () => Promise.resolve(),
    close: async () => {
      closed = true;
      // The pool forgets who waits for a connection when it ends.
      await Promise.allSettled(running);
      await end();
    },
  };
}

async function persist<Result>(pool: () => Promise<Pool>, work: (query: Query) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withClient(pool, (client) => runOnce(client, work));
    } catch (error) {
      if (attempt === attempts || !repeatable.has(codeOf(error))) throw error;
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

async function withClient<Result>(pool: () => Promise<Pool>, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await (await pool()).connect();
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    // A connection on which even this fails, or that may still be inside a transaction, is not used again.
    broken = codeOf(error) === readOnly || !(await isDoneWithin(rollbackTimeoutMs, client.query('ROLLBACK')).catch(() => false));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function runOnce<Result>(client: PoolClient, work: (query: Query) => Promise<Result>): Promise<Result> {
  await client.query(begin);
  const result = await work(queryOf(client));
  await client.query('COMMIT');
  return result;
}

const placeholders = new Map<string, string>();

function queryOf(client: PoolClient): Query {
  return async (text, values = []) => {
    const { rows } = await client.query<SqlRecord>(numbered(text), [...values]);
    return rows;
  };
}

/** `?` → `$1`, `$2`, … */
function numbered(text: string): string {
  const known = placeholders.get(text);
  if (known !== undefined) return known;
  let count = 0;
  const written = text.replaceAll('?', () => `$${(count += 1)}`);
  placeholders.set(text, written);
  return written;
}
