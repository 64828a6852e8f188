/**
 * A PostgreSQL that keeps a store waiting: each of these waits for real time-outs, and all of them at once.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { queryPostgres, startPostgres } from '../support/postgres.ts';
import { aKey, aPayment, aStep, instant } from './rows.ts';
import { untilAnswered } from './until-answered.ts';

const server = await startPostgres();

describe('a PostgreSQL that keeps a store waiting', { skip: 'reason' in server ? server.reason : false, concurrency: true }, () => {
  /** Of a database with its tables, or of an empty one. */
  async function newDatabase(has: 'tables' | 'nothing'): Promise<string> {
    assert.ok(!('reason' in server));
    const url = await server.createDatabase();
    if (has === 'nothing') return url;
    const store = openStore({ kind: 'postgres', url }, () => instant);
    await store.payment('none');
    await store.close();
    return url;
  }

  const versionOf = async (url: string): Promise<unknown> => (await queryPostgres(url, 'SELECT version FROM allo_schema'))[0]?.['version'];

  /** A store that has to bring its tables up to date, and cannot as long as the rival's transaction lasts. */
  async function openOverOldTables(): Promise<{ url: string; rival: pg.Client; next: Store }> {
    const url = await newDatabase('tables');
    for (const statement of migrations.at(-1) ?? []) {
      const [, kind, name] = /^CREATE (TABLE|INDEX) (\w+)/.exec(statement) ?? assert.fail(`nothing here takes back: ${statement}`);
      await queryPostgres(url, `DROP ${kind} ${name}`);
    }
    await queryPostgres(url, 'UPDATE allo_schema SET version = $1', [migrations.length - 1]);
    const rival = new pg.Client({ connectionString: url });
    await rival.connect();
    await rival.query('BEGIN');
    await rival.query('LOCK TABLE refunds IN ROW EXCLUSIVE MODE');
    return { url, rival, next: openStore({ kind: 'postgres', url }, () => instant) };
  }

  it('brings its tables up to date also where that takes longer than any other statement may', async () => {
    const { url, rival, next } = await openOverOldTables();
    const answered = next.payment('none');
    const waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '10.5 seconds'";
    while ((await queryPostgres(url, waits)).length === 0) await Promise.race([pause(200), answered]);
    await rival.query('COMMIT');
    await rival.end();
    assert.equal(await answered, undefined);
    assert.equal(await versionOf(url), migrations.length);
    await next.close();
  });

  it('keeps nobody waiting for tables that take long to be brought up to date, and can be closed meanwhile', async () => {
    const { url, rival, next } = await openOverOldTables();
    const answered = next.payment('none').then(() => 'answered', (error: unknown) => error);
    const told = await Promise.race([answered, pause(25_000, 'kept waiting')]);
    const closed = await Promise.race([next.close().then(() => 'closed'), pause(10_000, 'not closed')]);
    await rival.query('COMMIT');
    await rival.end();
    assert.ok(told instanceof StoreError, String(told));
    assert.equal(closed, 'closed');
    const later = openStore({ kind: 'postgres', url }, () => instant);
    await untilAnswered(() => later.payment('none'));
    assert.equal(await versionOf(url), migrations.length);
    await later.close();
  });

  it('has written by another connection what one that fell silent did not, within the time for which an answer of DOKU is kept', async () => {
    const silent = await freezingAt(await newDatabase('tables'), 'UPDATE payments');
    const store = openStore({ kind: 'postgres', url: silent.url }, () => instant);
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    const startedAt = performance.now();
    await untilAnswered(() => store.commit({ changes: [aStep(payment.id, 'created', 'created')] }));
    const tookMs = performance.now() - startedAt;
    await store.close();
    silent.close();
    assert.ok(tookMs < defaultTiming.answerKeptMs, `${tookMs.toFixed(0)} ms`);
  });

  it('is made ready by another process where one froze at it', async () => {
    const url = await newDatabase('nothing');
    const frozen = await freezingAt(url, 'CREATE TABLE links');
    const first = openStore({ kind: 'postgres', url: frozen.url }, () => instant);
    const firstWork = assert.rejects(first.payment('none'), StoreError);
    await frozen.isFrozen;
    const next = openStore({ kind: 'postgres', url }, () => instant);
    const answered = await Promise.race([untilAnswered(() => next.payment('none')).then(() => 'answered'), pause(60_000, 'kept waiting', { ref: false })]);
    await Promise.all([firstWork, first.close(), next.close()]);
    frozen.close();
    assert.equal(answered, 'answered');
  });
});

/** A way to the database on which the connection that first sends this text falls silent: neither end hears more, also not that the other is gone. */
async function freezingAt(url: string, text: string): Promise<{ url: string; isFrozen: Promise<void>; close(): void }> {
  const { hostname, port } = new URL(url);
  const { promise: isFrozen, resolve: freeze } = Promise.withResolvers<undefined>();
  const sockets: Socket[] = [];
  let isOver = false;
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port || 5432), allowHalfOpen: true });
    sockets.push(near, far);
    far.on('data', (bytes) => near.write(bytes)).on('error', () => undefined);
    near.on('error', () => undefined).on('data', (bytes) => {
      far.write(bytes);
      if (isOver || !bytes.includes(text)) return;
      isOver = true;
      far.removeAllListeners('data').resume();
      near.removeAllListeners('data').resume();
      freeze(undefined);
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const through = new URL(url);
  [through.hostname, through.port] = ['127.0.0.1', String((proxy.address() as AddressInfo).port)];
  return {
    url: through.href,
    isFrozen,
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

if (!('reason' in server)) after(() => server.close());
