/**
 * The store on PostgreSQL, for several processes on several machines. `pg` is an optional peer, loaded when it is
 * needed; rows are claimed by `FOR UPDATE SKIP LOCKED`.
 *
 * @module
 */

import type { Pool, PoolClient } from 'pg';
import { migrations } from './schema.ts';
import { createSqlStore } from './sql-store.ts';
import type { Query, SqlDriver, SqlRecord } from './sql-store.ts';
import type { Store } from './store.ts';

/** SQLSTATE of a broken uniqueness rule. */
const uniqueViolation = '23505';

/** Two transactions that cannot both be had; neither wrote anything, so the loser runs again. */
const repeatable: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** Any number of our own: processes that start together bring the tables up to date one after the other. */
const migrationLock = 41_120_260;

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;
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
  const pool = (): Promise<Pool> => {
    opened ??= openPool(url).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return createSqlStore(createDriver(pool, async () => (await opened)?.end()), now);
}

async function openPool(url: string): Promise<Pool> {
  const pg = await import('pg').catch((cause: unknown) => {
    throw new TypeError('a postgres:// database needs the package "pg": npm install pg', { cause });
  });
  const pool = new pg.default.Pool({
    connectionString: url, max: mostConnections, connectionTimeoutMillis: connectTimeoutMs, statement_timeout: statementTimeoutMs,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  try {
    await migrate(pool);
    return pool;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
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
    client.release();
  }
}

function createDriver(pool: () => Promise<Pool>, end: () => Promise<void>): SqlDriver {
  return {
    transaction: async (work) => {
      const database = await pool();
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runOnce(database, work);
        } catch (error) {
          if (attempt === attempts || !repeatable.has(codeOf(error))) throw error;
        }
      }
    },
    isUniqueViolation: (error) => codeOf(error) === uniqueViolation,
    skipLocked: 'FOR UPDATE SKIP LOCKED',
    close: end,
  };
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

async function runOnce<Result>(database: Pool, work: (query: Query) => Promise<Result>): Promise<Result> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(queryOf(client));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const placeholders = new Map<string, string>();

function queryOf(client: PoolClient): Query {
  return async (text, values = []) => {
    const { rows } = await client.query<SqlRecord>(numbered(text), [...values]);
    return rows.map(withNumbers);
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

const digits = /^-?\d{1,15}$/;

/** The driver gives BIGINT as text; all of ours fit a number exactly. */
function withNumbers(record: SqlRecord): SqlRecord {
  return Object.fromEntries(Object.entries(record).map(([key, value]) =>
    [key, bigintColumns.has(key) && typeof value === 'string' && digits.test(value) ? Number(value) : value]));
}

const bigintColumns: ReadonlySet<string> = new Set(
  Array.from(migrations.flat().join('\n').matchAll(/^\s*(\w+) BIGINT/gm), ([, name = '']) => name));
