/**
 * What is given up after a while, in small batches: idempotency keys, what was told and heard, and what was kept of
 * a shopper for the bank's sake. Must never give up what money hangs on: payments, refunds and their audit stay.
 *
 * @module
 */

import { endedLinkStates, openPaymentStates } from './schema.ts';
import { atMost } from './sql.ts';
import type { Query } from './sql.ts';
import type { Prunable } from './store.ts';

const quoted = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

const isOpen = `state IN (${quoted(openPaymentStates)})`;
const hasEnded = `state IN (${quoted(endedLinkStates)})`;

/** The browser, its address, the way through the shop and the goods: for the bank's request and page alone. */
const withoutShopper = `device_id = '', ip_address = '', return_to = '/', page_url = NULL, lines = '[]'`;

/** Of a link that has ended. */
const withoutBrowser = `phone_mask = NULL, device_hash = '', return_to = '/'`;

/** Gives up at most `limit` of a kind that is older than `before`; answers how many it were. */
export async function prune(query: Query, skipLocked: string, { kind, before, limit }: { kind: Prunable; before: number; limit: number }): Promise<number> {
  const oldest = (columns: string, from: string): string => `(SELECT ${columns} FROM ${from} < ? ${atMost} ${skipLocked})`;
  const statements: Record<Prunable, string> = {
    keys: `DELETE FROM payment_keys WHERE (scope, key) IN ${oldest('scope, key', 'payment_keys WHERE created_at')} RETURNING key AS id`,
    notifications: `DELETE FROM notifications WHERE fingerprint IN ${oldest('fingerprint', 'notifications WHERE last_at')} RETURNING fingerprint AS id`,
    events: `DELETE FROM events WHERE id IN ${oldest('id', 'events WHERE delivered_at IS NOT NULL AND delivered_at')} RETURNING id`,
    shoppers: `UPDATE payments SET ${withoutShopper} WHERE id IN ${oldest('id', `payments WHERE next_at IS NULL AND device_id <> '' AND updated_at`)} RETURNING id`,
    links: `UPDATE links SET ${withoutBrowser} WHERE id IN
      ${oldest('id', `links WHERE device_hash <> '' AND ${hasEnded} AND updated_at`)} RETURNING id`,
  };
  return (await query(statements[kind], [before, limit])).length;
}

const ofSameCustomer = 'customer_id = (SELECT customer_id FROM links WHERE id = ?)';

/**
 * The link has ended: of the customer's payments only what accounting needs is kept, of open ones until they are final; and
 * nothing of links that ended before it, by which nobody is asked to link again any more, nor of attempts that are taken
 * back: that needs their code alone, and who comes back from their page after this is led to the shop's front door.
 */
export async function forgetShopper(query: Query, forUpdate: string, linkId: string): Promise<void> {
  const ofPayments = `link_id IN (SELECT id FROM links WHERE ${ofSameCustomer})`;
  // Who brings an open one to its end in this moment does not see yet that the link has ended: what they write is waited for.
  if (forUpdate !== '') await query(`SELECT id FROM payments WHERE ${ofPayments} AND ${isOpen} ORDER BY id ${forUpdate}`, [linkId]);
  await query(`UPDATE payments SET ${withoutShopper} WHERE ${ofPayments} AND NOT ${isOpen}`, [linkId]);
  await query(`UPDATE links SET ${withoutBrowser} WHERE ${ofSameCustomer} AND id <> ? AND (${hasEnded} OR state = 'disowned')`, [linkId, linkId]);
}

/** A payment that was still open when its link ended is open no longer: what was kept of the shopper for its sake goes now. */
export async function forgetShopperOfPayment(query: Query, paymentId: string, { from, to }: { from: string; to: string }): Promise<void> {
  const open: readonly string[] = openPaymentStates;
  if (!open.includes(from) || open.includes(to)) return;
  await query(`UPDATE payments SET ${withoutShopper} WHERE id = ? AND link_id IN (SELECT id FROM links WHERE ${hasEnded})`, [paymentId]);
}
