import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { describeStore } from './conformance.ts';
import type { Database } from './conformance-world.ts';
import { runTogether, startWorker } from './processes.ts';
import { aKey, aPayment, aStep, instant } from './rows.ts';

/** Runs `work` on a connection of its own to the file. */
function beside<Result>(path: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 10000');
    return work(database);
  } finally {
    database.close();
  }
}

const versionOf = (path: string): number => beside(path, (database) => Number(database.prepare('PRAGMA user_version').get()?.['user_version']));

function createDatabase(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'allo-store-'));
  const path = join(folder, 'allo.db');
  return Promise.resolve({
    address: { kind: 'sqlite', path },
    query: (text) => Promise.resolve(beside(path, (database) => database.prepare(text).all())),
    setVersion: (version) => Promise.resolve(beside(path, (database) => database.exec(`PRAGMA user_version = ${version}`))),
    version: () => Promise.resolve(versionOf(path)),
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  });
}

describeStore({ name: 'SQLite', skip: undefined, create: createDatabase, close: () => Promise.resolve() }, (world) => {
  it('reads while another process is in the middle of writing', async () => {
    const { store, database } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    assert.equal(database.address.kind, 'sqlite');
    const other = new DatabaseSync((database.address as { path: string }).path);
    other.exec("BEGIN IMMEDIATE; UPDATE payments SET state = 'review'");
    assert.deepEqual(await store.payment(payment.id), payment);
    assert.deepEqual(await store.paymentOfOrder(payment.orderId), payment);
    assert.equal(await store.countOpenPayments({ id: payment.linkId, customerId: payment.customerId }), 1);
    other.exec('ROLLBACK');
    other.close();
  });

  it('waits for another process that is writing, and holds up nothing else meanwhile', async () => {
    const { store, database } = world();
    await store.payment('none');
    const other = new DatabaseSync((database.address as { path: string }).path);
    other.exec('BEGIN IMMEDIATE');
    const ended = { store: false };
    const writing = store.insertPayment(aPayment(), aKey()).then(() => (ended.store = true));
    // Timers run, so the process is not held up; the store waits all the same.
    await pause(50);
    assert.equal(ended.store, false);
    other.exec('ROLLBACK');
    assert.equal(await writing, true);
    other.close();
  });

  it('writes again after a transaction was rolled back', async () => {
    const { store } = world();
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    assert.equal(await store.commit({ changes: [aStep(payment.id, 'pending', 'succeeded')] }), false);
    assert.equal(await store.commit({ changes: [aStep(payment.id, 'created', 'sending')] }), true);
  });
});

describe('a change of the tables', () => {
  it('after the first only adds, so that the version before goes on working beside it', () => {
    for (const statement of migrations.slice(1).flat()) assert.match(statement, /^(?:CREATE (?:TABLE|INDEX) |ALTER TABLE \w+ ADD COLUMN \w+ \w+$)/, statement);
  });
});

describe('the SQLite file', () => {
  const made: { folder: string } = { folder: '' };
  before(() => { made.folder = mkdtempSync(join(tmpdir(), 'allo-store-')); });
  after(() => rmSync(made.folder, { recursive: true, force: true }));
  const file = (name: string) => ({ kind: 'sqlite', path: join(made.folder, name) }) as const;

  it('is written ahead, and synced at every commit', async (t) => {
    const exec = t.mock.method(DatabaseSync.prototype, 'exec');
    const store = openStore(file('pragmas.db'), () => instant);
    // The pragma that counts is the one of the store's own connection.
    const connection = exec.mock.calls[0]?.this;
    assert.ok(connection instanceof DatabaseSync);
    assert.deepEqual({ ...connection.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
    assert.deepEqual({ ...connection.prepare('PRAGMA synchronous').get() }, { synchronous: 2 });
    await store.close();
  });

  it('is made once by processes that open it at the same moment', async () => {
    for (const round of [1, 2, 3, 4]) {
      const database = file(`race-${round}.db`);
      assert.equal(existsSync(database.path), false);
      const jobs = Array.from({ length: 4 }, (): { name: 'open' } => ({ name: 'open' }));
      assert.deepEqual(await runTogether(database, jobs), [[], [], [], []]);
      assert.equal(versionOf(database.path), migrations.length);
    }
  });

  it('is refused, with the reason, where it cannot be', () => {
    assert.throws(() => openStore({ kind: 'sqlite', path: join(made.folder, 'missing', 'allo.db') }, () => instant), TypeError);
    assert.throws(() => openStore({ kind: 'sqlite', path: made.folder }, () => instant), TypeError);
  });

  it('loses no acknowledged payment when the writer is killed', async () => {
    const database = file('killed.db');
    openStore(database, () => instant);
    const acknowledged: string[] = [];
    for (const round of Array.from({ length: 20 }, (_, index) => index)) acknowledged.push(...(await writeAndKill(database, 1 + ((round * 7) % 11))));
    assert.ok(acknowledged.length >= 20);
    assert.deepEqual(beside(database.path, (file) => file.prepare('PRAGMA integrity_check').all().map((row) => ({ ...row }))), [{ integrity_check: 'ok' }]);
    const kept = new Set(beside(database.path, (file) => file.prepare('SELECT id FROM payments').all()).map((row) => row['id']));
    assert.deepEqual(acknowledged.filter((id) => !kept.has(id)), []);
    const halves = beside(database.path, (file) => file.prepare(
      `SELECT id FROM payments WHERE id NOT IN (SELECT payment_id FROM payment_keys) OR id NOT IN (SELECT row_id FROM audit)
       UNION ALL SELECT payment_id FROM payment_keys WHERE payment_id NOT IN (SELECT id FROM payments)`).all());
    assert.deepEqual(halves, []);
  });
});

/** Lets a process write until it has acknowledged `count` payments, and kills it; answers all that it acknowledged. */
async function writeAndKill(database: { kind: 'sqlite'; path: string }, count: number): Promise<string[]> {
  const worker = await startWorker(database, { name: 'write' });
  let output = '';
  const lines = (): string[] => output.split('\n').slice(0, -1);
  worker.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (lines().length >= count) worker.kill('SIGKILL');
  });
  const closed = once(worker, 'close');
  worker.send('go');
  await closed;
  assert.equal(worker.signalCode, 'SIGKILL');
  return lines();
}
