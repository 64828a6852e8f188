/**
 * The database of a simulation: made once for a process, emptied for each run. It can be slow, refuse work, lose the
 * connection while it confirms, and be away for a while.
 */
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../../packages/server/src/store/schema.ts';
import type { Query, SqlRecord, SqlValue } from '../../packages/server/src/store/sql.ts';
import type { Chance } from '../faults/random.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

export interface Database {
  query: Query;
  /** What is in it, past the product. */
  peek(text: string): SqlRecord[];
  /** Does the work in a task of the running owner's. */
  inTurn<Result>(label: string, work: () => Promise<Result>): Promise<Result>;
  transaction<Result>(work: () => Promise<Result>): Promise<Result>;
  /** From now on, until this instant, nothing works. */
  awayUntil(atMs: number): void;
}

export interface DatabaseOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  /** Ends the server that is asking. */
  kill(server: Owner): void;
}

const memory = new DatabaseSync(':memory:');
const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
let active: Database | undefined;

for (const step of migrations.flat()) memory.exec(step);
const tables = memory.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").all().map((row) => String(row['name']));
const emptyAll = tables.map((table) => `DELETE FROM ${table}`).join('; ');

/** Extended result codes of a broken UNIQUE or PRIMARY KEY rule. */
export const isUniqueViolation = (error: unknown): boolean => error instanceof Error && 'errcode' in error && (error.errcode === 2067 || error.errcode === 1555);

export function activeDatabase(): Database {
  if (active === undefined) throw new Error('no simulation is running');
  return active;
}

function peek(text: string, values: readonly SqlValue[] = []): SqlRecord[] {
  const statement = statements.get(text) ?? memory.prepare(text);
  statements.set(text, statement);
  return statement.all(...values);
}

async function transaction<Result>(work: () => Promise<Result>): Promise<Result> {
  memory.exec('BEGIN');
  try {
    const result = await work();
    memory.exec('COMMIT');
    return result;
  } catch (error) {
    memory.exec('ROLLBACK');
    throw error;
  }
}

/** An empty database, in place of the one before. */
export function openDatabase({ scheduler, chance, weather, kill }: DatabaseOptions): Database {
  memory.exec(emptyAll);
  let awayUntilMs = 0;

  /** Nothing ever comes back. */
  const dieWith = (server: Owner): Promise<never> => {
    kill(server);
    return new Promise(() => undefined);
  };

  /** Does the work or not, and says so or not, as the weather has it. */
  const attempt = async <Result>(server: Owner, work: () => Promise<Result>): Promise<Result> => {
    const serverFate = weather.serverFate();
    if (serverFate === 'dies-before') return dieWith(server);
    const storeFate = scheduler.now() < awayUntilMs ? 'refused' : weather.storeFate();
    if (storeFate === 'refused') throw new Error('the database is away');
    const result = await work();
    if (serverFate === 'dies-after') return dieWith(server);
    if (storeFate === 'unconfirmed') throw new Error('the connection broke');
    return result;
  };

  active = {
    query: (text, values) => Promise.resolve(peek(text, values)),
    peek,
    inTurn: (label, work) => {
      const server = scheduler.current();
      return new Promise((resolve, reject) => {
        scheduler.after(chance.between(0, 8), server, label, () => void attempt(server, work).then(resolve, reject));
      });
    },
    transaction,
    awayUntil: (atMs) => void (awayUntilMs = atMs),
  };
  return active;
}
