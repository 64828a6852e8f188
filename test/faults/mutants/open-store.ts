/**
 * Stands in for `open-store.ts`: the store without the rule that an order has one live payment (M3), with events
 * outside the transaction (M5), without fingerprints (M9), or with the intent written too late (M10).
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import * as product from '../../../packages/server/src/open-store.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { readMutant } from './active.ts';
import { holdIntents } from './intent-last.ts';

type Open = typeof product.openStore;

export const openStore: Open = (database, now) => {
  const store = product.openStore(database, now);
  switch (readMutant()) {
    case 'M3': return dropRule(store, database);
    case 'M5': return tellApart(store);
    case 'M9': return forgetFingerprints(store);
    case 'M10': return holdIntents(store);
    default: return store;
  }
};

function dropRule(store: Store, database: Parameters<Open>[0]): Store {
  if (database.kind !== 'sqlite') throw new TypeError('this mutant lives on SQLite only');
  const direct = new DatabaseSync(database.path);
  direct.exec('PRAGMA busy_timeout = 10000; DROP INDEX IF EXISTS payments_one_live');
  direct.close();
  return store;
}

/** As a message broker beside the database would have it. */
const betweenMs = 300;

const tellApart = (store: Store): Store => ({
  ...store,
  async commit({ events = [], ...rest }) {
    const committed = await store.commit(rest);
    if (committed && events.length > 0) void pause(betweenMs).then(() => store.commit({ changes: [], events })).catch(() => undefined);
    return committed;
  },
});

const forgetFingerprints = (store: Store): Store => ({
  ...store,
  paymentByKey: (key) => store.paymentByKey({ ...key, fingerprint: '' }),
  insertPayment: (payment, key) => store.insertPayment(payment, { ...key, fingerprint: '' }),
});
