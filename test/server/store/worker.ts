/**
 * Another process on the same database. It opens the store, says that it is ready, waits for `go`, does its job,
 * and reports. `write` goes on until it is killed.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../../packages/server/src/open-store.ts';
import type { Config } from '../../../packages/server/src/config.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { aKey, aPayment, instant } from './rows.ts';

export type Job =
  | { name: 'open' }
  | { name: 'insert'; orders: readonly string[] }
  | { name: 'claim'; limit: number; leaseMs: number }
  | { name: 'claimEvents'; limit: number; leaseMs: number }
  | { name: 'write' };

/** The standing payment of each order; or the rows that were claimed. */
export type Report = string[];

const { database, job } = JSON.parse(process.argv[2] ?? '') as { database: Config['database']; job: Job };

/** Opening itself is the job when processes race to make the tables. */
const opened = job.name === 'open' ? undefined : await openAndTouch();

// No worker outlives the test that started it.
process.once('disconnect', () => process.exit());
process.once('message', () => void work());
process.send?.('ready');

async function work(): Promise<void> {
  const store = opened ?? (await openAndTouch());
  const report = await run(store);
  await store.close();
  process.send?.(report, () => process.disconnect());
}

async function openAndTouch(): Promise<Store> {
  const store = openStore(database, () => instant);
  await store.payment('none');
  return store;
}

async function run(store: Store): Promise<Report> {
  if (job.name === 'insert') return insertAll(store, job.orders);
  if (job.name === 'claim') return drain(() => store.claimDue('payments', job.leaseMs, job.limit));
  if (job.name === 'claimEvents') return drain(() => store.claimEvents(job.leaseMs, job.limit));
  if (job.name === 'write') return writeForEver(store);
  return [];
}

async function insertAll(store: Store, orders: readonly string[]): Promise<Report> {
  const inserted = await Promise.all(orders.map((orderId) => store.insertPayment(aPayment({ orderId }), aKey())));
  return inserted.map((answer) => ('payment' in answer ? answer.payment.id : answer.outcome));
}

async function drain(claim: () => Promise<{ id: string }[]>): Promise<Report> {
  const claimed: string[] = [];
  for (let rows = await claim(); rows.length > 0; rows = await claim()) claimed.push(...rows.map(({ id }) => id));
  return claimed;
}

/** A line on standard output is an acknowledgement: what it names has been committed. */
async function writeForEver(store: Store): Promise<never> {
  for (;;) {
    const payment = aPayment();
    await store.insertPayment(payment, aKey());
    writeSync(1, `${payment.id}\n`);
  }
}
