/**
 * The store over any SQL database that has transactions, unique indexes, `ON CONFLICT` and `RETURNING`. Each
 * method is one transaction of the driver. No SQL stands outside this room; no decision about money stands in it.
 *
 * @module
 */

import { chores } from './chores.ts';
import { ownership } from './owner.ts';
import { paymentCounts } from './payment-counts.ts';
import { forgetShopper, forgetShopperOfPayment, prune } from './prune.ts';
import { columnName, liveLinkStates, releasedPaymentStates } from './schema.ts';
import type { EventRow, JobTable, PaymentRow, RefundRow } from './rows.ts';
import { readSealedPage, replaceSealed } from './sealed-values.ts';
import { atMost } from './sql.ts';
import type { Query, Run, SqlDriver, SqlValue } from './sql.ts';
import { StoreError } from './store.ts';
import type {
  AnyChange, AuditEntry, Commit, NewEvent, NotificationRecord, PaymentInserted, PaymentKey, SharedToken, Store,
} from './store.ts';
import { findMany, findOne, insert, returning, toRow } from './tables.ts';
import type { Table, TableRows } from './tables.ts';

/** Thrown inside a transaction to roll it back: a guard did not hold. */
class GuardFailed extends Error {}

const list = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

const liveFirst = `CASE WHEN state IN (${list(liveLinkStates)}) THEN 0 ELSE 1 END`;

/**
 * @param now Epoch milliseconds; injected so that tests can move time.
 */
export function createSqlStore(driver: SqlDriver, now: () => number): Store {
  const fail = (error: unknown): never => {
    throw new StoreError(error);
  };
  const inOne: Run = (work) => driver.transaction(work).catch(fail);
  const reading: Run = (work) => driver.read(work).catch(fail);

  const one = <Name extends Table>(table: Name, where: string, values: SqlValue[]): Promise<TableRows[Name] | undefined> =>
    reading((query) => findOne(query, table, where, values));

  let closing: Promise<void> | undefined;

  return {
    link: (id) => one('links', 'id = ?', [id]),
    latestLink: (customerId) => one('links', `customer_id = ? ORDER BY ${liveFirst}, created_at DESC LIMIT 1`, [customerId]),
    linkByReturn: (hash) => one('links', 'return_hash = ?', [hash]),
    linkByExternalId: (externalId) => one('links', 'external_id = ?', [externalId]),
    insertLink: (link) => inOne(async (query) => {
      if (!(await insert(query, 'links', link))) return undefined;
      await writeAudit(query, { table: 'links', rowId: link.id, fromState: null, toState: link.state, cause: 'start', at: now() }, 1);
      return link;
    }),

    payment: (id) => one('payments', 'id = ?', [id]),
    paymentByReference: (reference) => one('payments', 'reference = ?', [reference]),
    paymentByReturn: (hash) => one('payments', 'return_hash = ?', [hash]),
    paymentOfOrder: (orderId) => reading((query) => findPaymentOfOrder(query, orderId)),
    paymentByKey: (key) => reading((query) => findByKey(query, key)),
    insertPayment: (payment, key) => inOne((query) => insertPayment(query, driver.forUpdate, payment, key, now())),
    ...manyPayments(reading),

    refund: (id) => one('refunds', 'id = ?', [id]),
    refundOfPayment: (paymentId) => one(
      'refunds', `payment_id = ? ORDER BY CASE WHEN state = 'failed' THEN 1 ELSE 0 END, created_at DESC LIMIT 1`, [paymentId]),
    ...refundKeys(reading, inOne),

    commit: (commit) => writeCommit(driver, commit, now()),

    claimDue: (table, leaseMs, limit) =>
      inOne((query) => claimJobs(query, driver.skipLocked, { table, leaseMs, limit, at: now() })),
    claimEvents: (leaseMs, limit) => inOne(async (query) => {
      const records = await query(
        `${dueIn('events', { skipLocked: driver.skipLocked, and: `AND ${isNext}` })} UPDATE events SET lease_until = ?, attempts = attempts + 1 WHERE id IN (SELECT id FROM due) ${returning('events')}`,
        [now(), now(), limit, now() + leaseMs]);
      return records.map((record) => toRow('events', record));
    }),
    settleEvent: (id, outcome) => inOne(async (query) => {
      const deliveredAt = 'deliveredAt' in outcome ? outcome.deliveredAt : null;
      const nextAt = 'nextAt' in outcome ? outcome.nextAt : null;
      await query('UPDATE events SET delivered_at = ?, next_at = ?, lease_until = NULL WHERE id = ? AND delivered_at IS NULL', [deliveredAt, nextAt, id]);
    }),

    recordNotification: (record) => inOne((query) => recordNotification(query, record, now())),
    audit: (table, rowId) => reading((query) => readAudit(query, table, rowId)),
    ...besideRows(reading, inOne),

    prune: (kind, before, limit) => inOne((query) => prune(query, driver.skipLocked, { kind, before, limit })),
    ...chores(reading, inOne, now),
    tidy: () => driver.tidy().catch(fail),

    close: () => (closing ??= driver.close()),
  };
}

/** What is asked about many payments at once. */
const manyPayments = (reading: Run): ReturnType<typeof paymentCounts> & Pick<Store, 'paymentsSent' | 'paymentsRefunded' | 'isTakenBeside'> => ({
  ...paymentCounts(reading),
  isTakenBeside: (paymentId) => reading(async (query) => (await query(`SELECT id FROM payments WHERE id = ? AND EXISTS (${tookMoneyBeside})`, [paymentId])).length > 0),
  paymentsSent: ({ fromMs, toMs }, afterId, limit) => reading((query) =>
    findMany(query, 'payments', `sent_at >= ? AND sent_at < ? AND id > ? ORDER BY id ${atMost}`, [fromMs, toMs, afterId, limit])),
  paymentsRefunded: ({ fromMs, toMs }, afterId, limit) => reading((query) =>
    findMany(query, 'payments', `id IN (
      SELECT payment_id FROM refunds WHERE refunded_at >= ? AND refunded_at < ? AND state = 'succeeded' AND by_hand IS NULL
      UNION SELECT id FROM payments WHERE state = 'refunded' AND updated_at >= ? AND updated_at < ? 
        AND NOT EXISTS (SELECT 1 FROM refunds WHERE refunds.payment_id = payments.id AND refunds.state = 'succeeded'))
      AND id > ? ORDER BY id ${atMost}`, [fromMs, toMs, fromMs, toMs, afterId, limit])),
});

/** Under which a refund was asked for: the key that began it stands in its row. */
const refundKeys = (reading: Run, inOne: Run): Pick<Store, 'refundByRequest' | 'keepRefundFor'> => ({
  refundByRequest: (paymentId, requestKey) => reading((query) =>
    findOne(query, 'refunds', `payment_id = ? AND request_key = ? OR id = (SELECT refund_id FROM refund_keys WHERE payment_id = ? AND key = ?)
      ORDER BY CASE WHEN request_key = ? THEN 0 ELSE 1 END LIMIT 1`, [paymentId, requestKey, paymentId, requestKey, requestKey])),
  keepRefundFor: (requestKey, { id, paymentId }) => inOne(async (query) => {
    await query('INSERT INTO refund_keys (payment_id, key, refund_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [paymentId, requestKey, id]);
  }),
});

/** Whose the ledger is, and sealed values, wherever they stand. */
function besideRows(reading: Run, inOne: Run): Pick<Store, 'owner' | 'claimFor' | 'assertWritable' | 'readToken' | 'swapToken' | 'sealedPage' | 'replaceSealed'> {
  return {
    ...ownership(reading, inOne),
    readToken: (name) => reading((query) => readToken(query, name)),
    swapToken: (name, previous, next) => inOne((query) => swapToken(query, name, previous, next)),
    sealedPage: (from) => reading((query) => readSealedPage(query, from)),
    replaceSealed: (value, sealed) => inOne((query) => replaceSealed(query, value, sealed)),
  };
}

/**
 * Of a payment that may have taken money for its order while another held that: late, or another amount; also while it is
 * given back, which may yet fail. Should the other come to nothing, nothing is begun beside it.
 */
const tookMoney = "state IN ('late_success', 'review', 'refunding')";

const tookMoneyBeside = `SELECT 1 FROM payments AS other WHERE other.order_id = payments.order_id AND other.id <> payments.id AND other.${tookMoney}`;

const findPaymentOfOrder = (query: Query, orderId: string): Promise<PaymentRow | undefined> =>
  findOne(query, 'payments', `order_id = ? ORDER BY CASE WHEN holds_order = 1 THEN 0 WHEN ${tookMoney} THEN 1 ELSE 2 END, created_at DESC LIMIT 1`, [orderId]);

async function findByKey(query: Query, { scope, key, fingerprint }: PaymentKey): ReturnType<Store['paymentByKey']> {
  const [held] = await query('SELECT fingerprint, payment_id FROM payment_keys WHERE scope = ? AND key = ?', [scope, key]);
  if (held === undefined) return undefined;
  if (held['fingerprint'] !== fingerprint) return { outcome: 'key-reused' };
  const payment = await findOne(query, 'payments', 'id = ?', [String(held['payment_id'])]);
  return payment && { outcome: 'existing', payment };
}

async function insertPayment(query: Query, forUpdate: string, payment: PaymentRow, key: PaymentKey, at: number): Promise<PaymentInserted> {
  if (await isEnding(query, forUpdate, payment.linkId)) return (await findByKey(query, key)) ?? { outcome: 'link-ended' };
  const claimed = await query(
    'INSERT INTO payment_keys (scope, key, fingerprint, payment_id, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING key',
    [key.scope, key.key, key.fingerprint, payment.id, at]);
  if (claimed.length === 0) return (await findByKey(query, key)) ?? { outcome: 'key-reused' };
  const isPaid = (await query(`SELECT id FROM payments WHERE order_id = ? AND ${tookMoney}`, [payment.orderId])).length > 0;
  if (!isPaid && (await insert(query, 'payments', payment))) {
    await writeAudit(query, { table: 'payments', rowId: payment.id, fromState: null, toState: payment.state, cause: 'pay', at }, 1);
    return { outcome: 'created', payment };
  }
  const standing = await findPaymentOfOrder(query, payment.orderId);
  if (standing === undefined) throw new Error('a payment was neither written nor found');
  await query('UPDATE payment_keys SET payment_id = ? WHERE scope = ? AND key = ?', [standing.id, key.scope, key.key]);
  return { outcome: 'existing', payment: standing };
}

/** Locked, so that an unlink either comes first and is seen here, or comes later and sees the payment. */
async function isEnding(query: Query, forUpdate: string, linkId: string): Promise<boolean> {
  const [link] = await query(`SELECT state, unlink_requested_at FROM links WHERE id = ? ${forUpdate}`, [linkId]);
  return link !== undefined && (link['state'] !== 'active' || link['unlink_requested_at'] !== null);
}

async function writeCommit(driver: SqlDriver, commit: Commit, at: number): Promise<boolean> {
  try {
    await driver.transaction(async (query) => {
      await lockRows(query, driver.forUpdate, commit.changes);
      for (const change of commit.changes) await applyChange(query, driver.forUpdate, change, at);
      if (commit.refund && !(await insertRefund(query, commit.refund, at))) throw new GuardFailed();
      for (const event of commit.events ?? []) await insertEvent(query, event, at);
      if (commit.forgetShopperOf !== undefined) await forgetShopper(query, driver.forUpdate, commit.forgetShopperOf);
    });
    return true;
  } catch (error) {
    if (error instanceof GuardFailed || driver.isUniqueViolation(error)) return false;
    throw new StoreError(error);
  }
}

async function insertRefund(query: Query, refund: RefundRow, at: number): Promise<boolean> {
  if (!(await insert(query, 'refunds', refund))) return false;
  await writeAudit(query, { table: 'refunds', rowId: refund.id, fromState: null, toState: refund.state, cause: 'refund', at }, 1);
  return true;
}

/** Several rows are locked in one order, whatever the order of the changes: so no two commits wait for each other. */
async function lockRows(query: Query, forUpdate: string, changes: readonly AnyChange[]): Promise<void> {
  if (forUpdate === '' || changes.length < 2) return;
  const places = changes.map(({ table, id }) => ({ table, id })).sort((one, other) => (`${one.table} ${one.id}` < `${other.table} ${other.id}` ? -1 : 1));
  for (const { table, id } of places) await query(`SELECT id FROM ${table} WHERE id = ? ${forUpdate}`, [id]);
}

async function applyChange(query: Query, forUpdate: string, change: AnyChange, at: number): Promise<void> {
  const held = await findOne(query, change.table, `id = ? ${forUpdate}`, [change.id]);
  if (held === undefined) throw new GuardFailed();
  const set: Record<string, SqlValue> = { ...change.set, ...orderHold(change), state: change.to, updatedAt: at };
  if (!('leaseUntil' in set)) set['leaseUntil'] = null;
  const assignments = [...Object.keys(set).map((key) => `${columnName(key)} = ?`), ...holdIfFree(change)].join(', ');
  const version = change.version ?? held.version;
  const changed = await query(
    `UPDATE ${change.table} SET ${assignments}, version = version + 1
     WHERE id = ? AND version = ? AND state IN (${list(change.from)})${unlessTaken(change)} RETURNING version`,
    [...Object.values(set), change.id, version]);
  if (changed.length === 0) throw new GuardFailed();
  const { table, id: rowId, to: toState, cause } = change;
  await writeAudit(query, { table, rowId, fromState: held.state, toState, cause, at }, Number(changed[0]?.['version']));
  if (table === 'payments') await forgetShopperOfPayment(query, rowId, { from: held.state, to: toState });
}

/** A payment holds its order from the start, gives it up when it ends unpaid, and takes it (back) when it succeeds. See also {@link holdIfFree}. */
function orderHold({ table, to }: AnyChange): { holdsOrder?: 0 | 1 } {
  if (table !== 'payments') return {};
  if (to === 'succeeded') return { holdsOrder: 1 };
  const released: readonly string[] = releasedPaymentStates;
  return released.includes(to) ? { holdsOrder: 0 } : {};
}

/** What people look at is not paid anew meanwhile, also if it had given up its order: it takes that back, unless another has it. */
function holdIfFree({ table, to }: AnyChange): string[] {
  if (table !== 'payments' || to !== 'review') return [];
  return [`holds_order = CASE WHEN EXISTS (
    SELECT 1 FROM payments AS other WHERE other.order_id = payments.order_id AND other.id <> payments.id AND other.holds_order = 1) THEN 0 ELSE 1 END`];
}

/** Not one byte leaves for an order of which money was taken since this payment was begun. */
const unlessTaken = ({ table, to }: AnyChange): string => (table === 'payments' && to === 'sending' ? ` AND NOT EXISTS (${tookMoneyBeside})` : '');

/** Behind those about the same that were not delivered yet; which were, no longer matters. */
async function insertEvent(query: Query, event: NewEvent, at: number): Promise<void> {
  const [last] = await query('SELECT coalesce(max(place), 0) AS place FROM events WHERE about = ? AND delivered_at IS NULL', [event.about]);
  const row: EventRow = { ...event, place: Number(last?.['place']) + 1, createdAt: at, attempts: 0, nextAt: at, leaseUntil: null, deliveredAt: null };
  await insert(query, 'events', row);
}

async function writeAudit(query: Query, entry: AuditEntry, version: number): Promise<void> {
  await query(
    'INSERT INTO audit (table_name, row_id, version, from_state, to_state, cause, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [entry.table, entry.rowId, version, entry.fromState, entry.toState, entry.cause, entry.at]);
}

/** Materialised, because a planner may run a plain sub-select with LIMIT more than once, and claim more than asked for. */
const dueIn = (table: Table, { skipLocked, and = '' }: { skipLocked: string; and?: string }): string =>
  `WITH due AS MATERIALIZED (
     SELECT id FROM ${table} WHERE next_at <= ? AND (lease_until IS NULL OR lease_until <= ?) ${and} ORDER BY next_at ${atMost} ${skipLocked})`;

/** Of an event: all that came before it about the same were delivered. Of a version that knew no order, those of the payment itself. */
const isNext = `NOT EXISTS (
  SELECT 1 FROM events AS older WHERE older.about = events.about AND older.place < events.place AND older.delivered_at IS NULL) AND NOT EXISTS (
  SELECT 1 FROM events AS older WHERE older.subject_id = events.about AND older.about IS NULL AND older.created_at <= events.created_at AND older.delivered_at IS NULL)`;

async function claimJobs<Name extends JobTable>(
  query: Query, skipLocked: string, claim: { table: Name; leaseMs: number; limit: number; at: number },
): Promise<TableRows[Name][]> {
  const { table, leaseMs, limit, at } = claim;
  const records = await query(
    `${dueIn(table, { skipLocked })} UPDATE ${table} SET lease_until = ? WHERE id IN (SELECT id FROM due) ${returning(table)}`,
    [at, at, limit, at + leaseMs]);
  return records.map((record) => toRow(table, record));
}

async function recordNotification(query: Query, record: NotificationRecord, at: number): Promise<void> {
  await query(
    `INSERT INTO notifications (fingerprint, kind, reference, status, matched, times, first_at, last_at)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET times = notifications.times + 1, last_at = excluded.last_at, matched = excluded.matched`,
    [record.fingerprint, record.kind, record.reference, record.status, record.matched ? 1 : 0, at, at]);
}

async function readAudit(query: Query, table: JobTable, rowId: string): Promise<AuditEntry[]> {
  const records = await query(
    'SELECT from_state, to_state, cause, at FROM audit WHERE table_name = ? AND row_id = ? ORDER BY version', [table, rowId]);
  return records.map((record) => ({
    table,
    rowId,
    fromState: record['from_state'] as string | null,
    toState: String(record['to_state']),
    cause: String(record['cause']),
    at: Number(record['at']),
  }));
}

async function readToken(query: Query, name: string): Promise<SharedToken | undefined> {
  const [record] = await query('SELECT sealed, issued_at, expires_at FROM shared_tokens WHERE name = ?', [name]);
  if (record === undefined) return undefined;
  return { sealed: String(record['sealed']), issuedAt: Number(record['issued_at']), expiresAt: Number(record['expires_at']) };
}

async function swapToken(query: Query, name: string, previous: SharedToken | undefined, next: SharedToken): Promise<boolean> {
  const values = [next.sealed, next.issuedAt, next.expiresAt];
  const written = previous === undefined
    ? await query('INSERT INTO shared_tokens (sealed, issued_at, expires_at, name) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING name', [...values, name])
    : await query('UPDATE shared_tokens SET sealed = ?, issued_at = ?, expires_at = ? WHERE name = ? AND sealed = ? RETURNING name', [...values, name, previous.sealed]);
  return written.length === 1;
}
