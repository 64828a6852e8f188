/**
 * PostgreSQL for tests: the server that `TEST_POSTGRES_URL` or `ALLO_DATABASE_URL` names, or a throw-away cluster made of the machine's own
 * binaries. Every test gets a database of its own; all of it is gone in the end.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findPostgres, givenPostgres, noPostgres, postgresAccount } from './postgres-place.mjs';

export interface PostgresServer {
  /** Answers the address of a new, empty database. */
  createDatabase(): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** Ends the server at once, as a crash does, and starts it again; undefined if it is not ours. */
  outage?: { begin(): Promise<void>; end(): Promise<void> };
  /** Drops what was made; ends the cluster if it is ours. */
  close(): Promise<void>;
}

export interface NoPostgres {
  /** Why there is none, for the report of skipped tests. */
  reason: string;
}

/** Runs one statement on a connection of its own. */
export async function queryPostgres(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

export async function startPostgres(): Promise<PostgresServer | NoPostgres> {
  const given = givenPostgres();
  if (given !== undefined) return serverAt(given, () => Promise.resolve());
  const [binaries, account] = [findPostgres(), postgresAccount() as Account | undefined];
  if (binaries === undefined || account === undefined) return { reason: noPostgres() ?? 'no PostgreSQL' };
  return startCluster(binaries, account);
}

type Account = { uid: number; gid: number } | Record<string, never>;

async function startCluster(binaries: string, account: Account): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'allo-pg-'));
  const data = join(folder, 'data');
  const password = randomBytes(18).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if ('uid' in account) for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid);
  const run = { ...account, cwd: folder, env: { LC_ALL: 'C', TZ: 'UTC' } };
  execFileSync(join(binaries, 'initdb'), ['-D', data, '-U', 'allo', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-sync'], { ...run, stdio: 'pipe' });
  const port = await freePort();
  // What is tested is our use of it; that its own commits are durable is PostgreSQL's affair.
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=100', 'shared_buffers=32MB'];
  const begin = (): ChildProcess => spawn(join(binaries, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], { ...run, stdio: 'ignore' });
  let server = begin();
  const killWithUs = (): void => void server.kill('SIGQUIT');
  process.once('exit', killWithUs);
  const url = `postgres://allo:${password}@127.0.0.1:${port}/postgres`;
  const end = async (): Promise<void> => {
    await endProcess(server, 'SIGINT');
    process.removeListener('exit', killWithUs);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(url, data, server);
  } catch (error) {
    await end();
    throw error;
  }
  const outage = {
    begin: () => endProcess(server, 'SIGQUIT'),
    async end() {
      server = begin();
      await untilItAnswers(url, data, server);
    },
  };
  return { ...serverAt(url, end), outage };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

/** Another server may have taken the port in between: only ours has our folder. */
async function untilItAnswers(url: string, data: string, server: ChildProcess): Promise<void> {
  for (;;) {
    try {
      const [row] = await queryPostgres(url, 'SHOW data_directory');
      assert.equal(row?.['data_directory'], realpathSync(data), 'another server answers on the port');
      return;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      if (server.exitCode !== null || server.signalCode !== null) throw new Error('PostgreSQL did not start', { cause: error });
      await pause(50);
    }
  }
}

async function endProcess(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill(signal);
  await ended;
}

function serverAt(adminUrl: string, end: () => Promise<void>): PostgresServer {
  const made = new Set<string>();
  const drop = async (url: string): Promise<void> => {
    made.delete(url);
    await queryPostgres(adminUrl, `DROP DATABASE IF EXISTS "${new URL(url).pathname.slice(1)}" WITH (FORCE)`);
  };
  return {
    async createDatabase() {
      const url = new URL(adminUrl);
      url.pathname = `/allo_test_${randomUUID().replaceAll('-', '')}`;
      await queryPostgres(adminUrl, `CREATE DATABASE "${url.pathname.slice(1)}"`);
      made.add(url.href);
      return url.href;
    },
    dropDatabase: drop,
    async close() {
      for (const url of made) await drop(url);
      await end();
    },
  };
}
