/**
 * Tables, in SQL that SQLite and PostgreSQL both understand, and the columns of each in row spelling. Changes
 * go forward only: a new version is a new entry of {@link migrations}; an entry that shipped never changes, and one that
 * comes after it only adds, so that processes of the version before go on working beside it.
 *
 * @module
 */

import type { EventRow, LinkRow, PaymentRow, RefundRow } from './rows.ts';

/** Links of which a customer can have one at a time. One that is `disowned` stands in nobody's way. */
export const liveLinkStates = ['initiated', 'redirected', 'returned', 'exchanging', 'active', 'unlinking'] as const;

/**
 * Payments that gave up their order, so that it can be paid anew; though not while one of them was taken late and is not
 * given back. All others hold it, and only one can: but for one that was taken late and is refunded (or looked at by people)
 * while another payment holds the order. A refunded order stays paid for: a shop makes a new one.
 */
export const releasedPaymentStates = ['failed', 'cancelled', 'expired', 'not_executed', 'late_success'] as const;

/** Payments that may still need the link: asked before it is given up. */
export const openPaymentStates = ['created', 'sending', 'requires_action', 'pending', 'unknown', 'refunding', 'late_success'] as const;

const quoted = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

const jobColumns = `
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  next_at BIGINT,
  lease_until BIGINT,
  checks INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL`;

/** Links that nothing can come of any more. */
export const endedLinkStates = ['unlinked', 'relink_required', 'failed', 'abandoned'] as const;

export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE links (${jobColumns},
      customer_id TEXT NOT NULL,
      phone_mask TEXT,
      phone_hash TEXT,
      external_id TEXT UNIQUE,
      auth_code_sealed TEXT,
      token_sealed TEXT,
      token_expires_at BIGINT,
      return_hash TEXT NOT NULL UNIQUE,
      device_hash TEXT NOT NULL,
      return_to TEXT NOT NULL,
      returned_at BIGINT,
      page_url TEXT,
      page_expires_at BIGINT,
      failure TEXT,
      unlink_requested_at BIGINT,
      linked_at BIGINT)`,
    `CREATE UNIQUE INDEX links_one_live ON links (customer_id) WHERE state IN (${quoted(liveLinkStates)})`,
    `CREATE INDEX links_customer ON links (customer_id, created_at)`,
    `CREATE INDEX links_due ON links (next_at) WHERE next_at IS NOT NULL`,
    `CREATE TABLE payments (${jobColumns},
      customer_id TEXT NOT NULL,
      link_id TEXT NOT NULL,
      order_id TEXT NOT NULL,
      reference TEXT NOT NULL UNIQUE,
      external_id TEXT,
      amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
      currency TEXT NOT NULL,
      instrument TEXT NOT NULL,
      lines TEXT NOT NULL,
      device_id TEXT NOT NULL,
      ip_address TEXT NOT NULL,
      return_hash TEXT NOT NULL UNIQUE,
      return_to TEXT NOT NULL,
      returned_at BIGINT,
      page_url TEXT,
      page_expires_at BIGINT,
      sent_at BIGINT,
      not_found_count INTEGER NOT NULL,
      failure TEXT,
      paid_at BIGINT,
      holds_order INTEGER NOT NULL DEFAULT 1)`,
    `CREATE UNIQUE INDEX payments_one_live ON payments (order_id) WHERE holds_order = 1`,
    `CREATE INDEX payments_order ON payments (order_id, created_at)`,
    `CREATE INDEX payments_link ON payments (link_id)`,
    `CREATE INDEX payments_due ON payments (next_at) WHERE next_at IS NOT NULL`,
    `CREATE TABLE refunds (${jobColumns},
      payment_id TEXT NOT NULL,
      reference TEXT NOT NULL UNIQUE,
      reason TEXT NOT NULL,
      sent_at BIGINT,
      request_key TEXT,
      sends INTEGER NOT NULL,
      failure TEXT,
      refunded_at BIGINT)`,
    `CREATE UNIQUE INDEX refunds_one_standing ON refunds (payment_id) WHERE state <> 'failed'`,
    `CREATE UNIQUE INDEX refunds_one_per_request ON refunds (payment_id, request_key) WHERE request_key IS NOT NULL`,
    `CREATE INDEX refunds_due ON refunds (next_at) WHERE next_at IS NOT NULL`,
    `CREATE TABLE payment_keys (
      scope TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      payment_id TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (scope, key))`,
    `CREATE TABLE events (
      id TEXT PRIMARY KEY,
      subject_id TEXT NOT NULL,
      type TEXT NOT NULL,
      body TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      attempts INTEGER NOT NULL,
      next_at BIGINT,
      lease_until BIGINT,
      delivered_at BIGINT,
      UNIQUE (subject_id, type))`,
    `CREATE INDEX events_due ON events (next_at) WHERE next_at IS NOT NULL`,
    `CREATE TABLE notifications (
      fingerprint TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      reference TEXT NOT NULL,
      status TEXT NOT NULL,
      matched INTEGER NOT NULL,
      times INTEGER NOT NULL,
      first_at BIGINT NOT NULL,
      last_at BIGINT NOT NULL)`,
    `CREATE TABLE shared_tokens (
      name TEXT PRIMARY KEY,
      sealed TEXT NOT NULL,
      issued_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL)`,
    `CREATE TABLE audit (
      table_name TEXT NOT NULL,
      row_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      from_state TEXT,
      to_state TEXT NOT NULL,
      cause TEXT NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (table_name, row_id, version))`,
  ],
  [
    `ALTER TABLE refunds ADD COLUMN by_hand INTEGER`,
    `ALTER TABLE refunds ADD COLUMN transfer_reference TEXT`,
    `ALTER TABLE refunds ADD COLUMN confirmed_by TEXT`,
    `CREATE INDEX payment_keys_age ON payment_keys (created_at)`,
    `CREATE INDEX notifications_age ON notifications (last_at)`,
    `CREATE INDEX events_told ON events (delivered_at) WHERE delivered_at IS NOT NULL`,
    `CREATE INDEX payments_with_shopper ON payments (updated_at) WHERE next_at IS NULL AND device_id <> ''`,
    `CREATE INDEX links_ended ON links (updated_at) WHERE device_hash <> '' AND state IN (${quoted(endedLinkStates)})`,
  ],
  [
    `CREATE TABLE owner (single INTEGER PRIMARY KEY CHECK (single = 1), name TEXT NOT NULL)`,
    `CREATE INDEX payments_sent ON payments (sent_at) WHERE sent_at IS NOT NULL`,
  ],
  [
    `CREATE TABLE chores (name TEXT PRIMARY KEY, done_at BIGINT NOT NULL)`,
  ],
  [
    `ALTER TABLE events ADD COLUMN about TEXT`,
    `ALTER TABLE events ADD COLUMN place BIGINT`,
    `CREATE INDEX events_in_order ON events (about, place) WHERE delivered_at IS NULL`,
  ],
  [
    `CREATE TABLE refund_keys (payment_id TEXT NOT NULL, key TEXT NOT NULL, refund_id TEXT NOT NULL, PRIMARY KEY (payment_id, key))`,
    `CREATE INDEX refunds_done ON refunds (refunded_at) WHERE refunded_at IS NOT NULL`,
  ],
  [
    `CREATE INDEX refunds_payment ON refunds (payment_id, created_at)`,
    `CREATE INDEX payments_refunded ON payments (updated_at) WHERE state = 'refunded'`,
  ],
];

type ColumnsOf<Row> = readonly (keyof Row & string)[];

const jobKeys = ['id', 'state', 'version', 'nextAt', 'leaseUntil', 'checks', 'createdAt', 'updatedAt'] as const;

const linkColumns: ColumnsOf<LinkRow> = [
  ...jobKeys, 'customerId', 'phoneMask', 'phoneHash', 'externalId', 'authCodeSealed', 'tokenSealed', 'tokenExpiresAt',
  'returnHash', 'deviceHash', 'returnTo', 'returnedAt', 'pageUrl', 'pageExpiresAt', 'failure',
  'unlinkRequestedAt', 'linkedAt',
];

const paymentColumns: ColumnsOf<PaymentRow> = [
  ...jobKeys, 'customerId', 'linkId', 'orderId', 'reference', 'externalId', 'amountMinor', 'currency', 'instrument',
  'lines', 'deviceId', 'ipAddress', 'returnHash', 'returnTo', 'returnedAt', 'pageUrl', 'pageExpiresAt',
  'sentAt', 'notFoundCount', 'failure', 'paidAt',
];

const refundColumns: ColumnsOf<RefundRow> = [
  ...jobKeys, 'paymentId', 'reference', 'requestKey', 'reason', 'sentAt', 'sends', 'failure', 'refundedAt',
  'byHand', 'transferReference', 'confirmedBy',
];

const eventColumns: ColumnsOf<EventRow> = [
  'id', 'subjectId', 'type', 'body', 'about', 'place', 'createdAt', 'attempts', 'nextAt', 'leaseUntil', 'deliveredAt',
];

/** Every column of a table that is read or written as a row. */
export const columns = { links: linkColumns, payments: paymentColumns, refunds: refundColumns, events: eventColumns };

/** Every row that is read or written asks for the names of all its columns. */
const columnNames = new Map<string, string>();

/** `nextAt` → `next_at` */
export function columnName(key: string): string {
  const known = columnNames.get(key);
  if (known !== undefined) return known;
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  columnNames.set(key, name);
  return name;
}
