/** How SQLite finds what is asked for of a ledger that has grown for years: nobody else is served while it looks. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { createSqlStore } from '../../../packages/server/src/store/sql-store.ts';
import type { SqlDriver } from '../../../packages/server/src/store/sql.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { aPayment } from './rows.ts';

let database: DatabaseSync;
let steps: string[];
let store: Store;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  for (const statement of migrations.flat()) database.exec(statement);
  steps = [];
  const query: Parameters<Parameters<SqlDriver['read']>[0]>[0] = (text, values = []) => {
    steps.push(...database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values).map(({ detail }) => String(detail)));
    return Promise.resolve(database.prepare(text).all(...values));
  };
  store = createSqlStore({
    read: (work) => work(query), transaction: (work) => work(query), isUniqueViolation: () => false, forUpdate: '', skipLocked: '',
    tidy: () => Promise.resolve(), close: () => Promise.resolve(),
  }, Date.now);
});
afterEach(() => database.close());

/** A scan of a table, or a walk along the keys of all its rows; that of an index, or of what another step found, is none. */
const isWalk = (step: string): boolean => /^SCAN (payments|links|refunds|events|audit)\b|\(id>\?\)|\(rowid>\?\)/.test(step);

describe('without a look at every row that there ever was', () => {
  const period = { fromMs: 1, toMs: 2 };
  const questions: [name: string, ask: () => Promise<unknown>][] = [
    ['the link of a customer', () => store.latestLink('customer')],
    ['the link of who comes back', () => store.linkByReturn('hash')],
    ['the link of a notification', () => store.linkByExternalId('number')],
    ['the payment of a notification', () => store.paymentByReference('reference')],
    ['the payment of who comes back', () => store.paymentByReturn('hash')],
    ['the payment of a key', () => store.paymentByKey({ scope: 'scope', key: 'key', fingerprint: 'hash' })],
    ['the payment of an order', () => store.paymentOfOrder('order')],
    ['whether money was taken beside a payment', () => store.isTakenBeside('id')],
    ['whether a payment can begin', () => store.insertPayment(aPayment({ id: 'new' }), { scope: 'scope', key: 'key', fingerprint: 'hash' })],
    ['what holds an unlinking up', () => store.countOpenPayments({ id: 'id', customerId: 'customer' })],
    ['what was sent within a period', () => store.paymentsSent(period, '', 50)],
    ['what was given back within a period', () => store.paymentsRefunded(period, '', 50)],
    ['the oldest payment of unknown outcome', () => store.oldestUnknownPayment()],
    ['the refund of a payment', () => store.refundOfPayment('id')],
    ['the refund that was asked for under a key', () => store.refundByRequest('id', 'key')],
    ['what is due of links', () => store.claimDue('links', 1, 10)],
    ['what is due of payments', () => store.claimDue('payments', 1, 10)],
    ['what is due of refunds', () => store.claimDue('refunds', 1, 10)],
    ['which event is due', () => store.claimEvents(1, 10)],
    ['what happened to a row', () => store.audit('payments', 'id')],
  ];
  for (const [name, ask] of questions) {
    test(`is found ${name}`, async () => {
      await ask();
      assert.ok(steps.length > 0);
      assert.deepEqual(steps.filter(isWalk), [], steps.join('\n'));
    });
  }
});
