import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import { queryPostgres, startPostgres } from '../support/postgres.ts';
import { describeStore } from './conformance.ts';
import type { Database } from './conformance-world.ts';
import { runTogether } from './processes.ts';
import { aKey, aPayment, aStep, instant } from './rows.ts';
import { untilAnswered } from './until-answered.ts';

const server = await startPostgres();
const skip = 'reason' in server ? server.reason : undefined;

/** Only reached where the tests are not skipped. */
function running() {
  assert.ok(!('reason' in server));
  return server;
}

const versionOf = async (url: string): Promise<number> => Number((await queryPostgres(url, 'SELECT version FROM allo_schema'))[0]?.['version']);

async function createDatabase(): Promise<Database> {
  const url = await running().createDatabase();
  return {
    address: { kind: 'postgres', url },
    query: (text) => queryPostgres(url, text),
    setVersion: async (version) => {
      await queryPostgres(url, 'UPDATE allo_schema SET version = $1', [version]);
    },
    version: () => versionOf(url),
    remove: () => running().dropDatabase(url),
  };
}

describeStore({ name: 'PostgreSQL', skip, create: createDatabase, close: () => Promise.resolve() }, (world) => {
  const urlOf = (): string => {
    const { address } = world().database;
    assert.equal(address.kind, 'postgres');
    return (address as { url: string }).url;
  };

  it('goes on after the server broke its idle connections', async () => {
    const { store } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    await queryPostgres(urlOf(), 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    await assert.doesNotReject(untilAnswered(() => store.payment(payment.id)));
    assert.deepEqual(await store.payment(payment.id), payment);
    assert.equal(await store.commit({ changes: [aStep(payment.id, 'created', 'sending')] }), true);
  });

  it('fails the work whose connection broke in the middle, and lives', async () => {
    const { store } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    const rival = new pg.Client({ connectionString: urlOf() });
    rival.on('error', () => undefined);
    await rival.connect();
    await rival.query('BEGIN');
    await rival.query('SELECT id FROM payments FOR UPDATE');
    const cutOff = assert.rejects(store.commit({ changes: [aStep(payment.id, 'created', 'sending')] }), StoreError);
    const waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let pids: unknown[] = [];
    while (pids.length === 0) pids = (await queryPostgres(urlOf(), waiting)).map(({ pid }) => pid);
    await rival.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
    await cutOff;
    await rival.end();
    await untilAnswered(() => store.payment(payment.id));
    assert.deepEqual(await store.payment(payment.id), payment);
    assert.equal(await store.commit({ changes: [aStep(payment.id, 'created', 'sending')] }), true);
  });

  it('sees what others commit, whatever isolation the database begins with', async () => {
    const { store, other } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    await queryPostgres(urlOf(), `ALTER DATABASE "${new URL(urlOf()).pathname.slice(1)}" SET default_transaction_isolation = 'serializable'`);
    const next = openStore(world().database.address, () => instant);
    const steps = await Promise.all(Array.from({ length: 64 }, () => next.commit({ changes: [aStep(payment.id, 'created', 'created')] })));
    await next.close();
    assert.ok(steps.every(Boolean));
    assert.equal((await other.payment(payment.id))?.version, 65);
  });

  /** A setting with which connections to the database begin from now on; undefined: none of its own any more. */
  async function begins(setting: string, value?: string): Promise<void> {
    const name = new URL(urlOf()).pathname.slice(1);
    await queryPostgres(new URL('/postgres', urlOf()).href, `ALTER DATABASE "${name}" ${value === undefined ? `RESET ${setting}` : `SET ${setting} = ${value}`}`);
  }

  it('lets go of connections through which nothing can be written, as to a server that has become a standby', async () => {
    const { store } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    await begins('default_transaction_read_only', 'on');
    const next = openStore(world().database.address, () => instant);
    const step = (): Promise<boolean> => next.commit({ changes: [aStep(payment.id, 'created', 'sending')] });
    await assert.rejects(step(), StoreError);
    await begins('default_transaction_read_only');
    await assert.doesNotReject(untilAnswered(step));
    assert.equal((await store.payment(payment.id))?.state, 'sending');
    await next.close();
  });

  it('waits until what it commits is on the disk, also where the database begins without that', async () => {
    await world().store.payment('none');
    await queryPostgres(urlOf(), `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.failure := current_setting('synchronous_commit'); RETURN NEW; END $$`);
    await queryPostgres(urlOf(), 'CREATE TRIGGER note BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION note()');
    for (const [given, kept] of [['off', 'on'], ['local', 'local'], ['remote_apply', 'remote_apply']] as const) {
      await begins('synchronous_commit', given);
      const next = openStore(world().database.address, () => instant);
      const payment = aPayment();
      await next.insertPayment(payment, aKey());
      assert.equal((await next.payment(payment.id))?.failure, kept, given);
      await next.close();
    }
  });

  it('refuses to guess a number that it cannot read exactly', async () => {
    const { store, database } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    await database.query('UPDATE payments SET amount_minor = 9007199254740993');
    await assert.rejects(store.payment(payment.id), StoreError);
  });
});

describe('a PostgreSQL database', { skip: skip ?? false }, () => {
  it('is made ready once by processes that open it at the same moment', async () => {
    for (const round of [1, 2]) {
      const url = await running().createDatabase();
      const jobs = Array.from({ length: 4 }, (): { name: 'open' } => ({ name: 'open' }));
      assert.deepEqual(await runTogether({ kind: 'postgres', url }, jobs), [[], [], [], []], `round ${round}`);
      assert.deepEqual(await queryPostgres(url, 'SELECT version FROM allo_schema'), [{ version: migrations.length }]);
    }
  });

  it('is made ready by a connection that notices when its other end is gone, as no time-out ends it', async (t) => {
    const kept = t.mock.method(Socket.prototype, 'setKeepAlive');
    const url = await running().createDatabase();
    const store = openStore({ kind: 'postgres', url }, () => instant);
    await store.payment('none');
    assert.deepEqual(kept.mock.calls.map(({ arguments: given }) => given), [[true, 10_000]]);
    await store.close();
  });

  it('that is not there yet is an error of the work, not of opening or closing, and is used once it is there', async () => {
    const url = await running().createDatabase();
    await running().dropDatabase(url);
    const store = openStore({ kind: 'postgres', url }, () => instant);
    await assert.rejects(store.payment('none'), StoreError);
    await assert.rejects(store.insertPayment(aPayment(), aKey()), StoreError);
    await queryPostgres(new URL('/postgres', url).href, `CREATE DATABASE "${new URL(url).pathname.slice(1)}"`);
    assert.equal(await store.payment('none'), undefined);
    await store.close();
    await running().dropDatabase(url);
  });

  it('that was never there lets the store close all the same', async () => {
    const url = await running().createDatabase();
    await running().dropDatabase(url);
    const store = openStore({ kind: 'postgres', url }, () => instant);
    const work = assert.rejects(store.payment('none'), StoreError);
    await store.close();
    await work;
  });
});

if (!('reason' in server)) after(() => server.close());
