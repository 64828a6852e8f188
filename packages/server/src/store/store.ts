/**
 * What the ledger asks of a database: named operations, each one transaction. An implementation must never let
 * two of its promises be seen half done, and must fail loudly rather than guess.
 *
 * @module
 */

import type { SealedField } from './places.ts';
import type { EventRow, JobRows, JobTable, LinkRow, PaymentRow, RefundRow } from './rows.ts';

/** One guarded step of one row: written only if the row is in one of `from` (and has `version`, if given). */
export interface Change<Table extends JobTable = JobTable> {
  table: Table;
  id: string;
  from: readonly JobRows[Table]['state'][];
  to: JobRows[Table]['state'];
  /** Refuses the step if the row changed since it was read. */
  version?: number;
  set?: Partial<Omit<JobRows[Table], 'id' | 'state' | 'version' | 'createdAt' | 'updatedAt'>>;
  /** What brought it about, for the audit trail; no secrets, no bank text. */
  cause: string;
}

export type AnyChange = { [Table in JobTable]: Change<Table> }[JobTable];

/** What is written together, or not at all. */
export interface Commit {
  changes: readonly AnyChange[];
  /** A refund that begins with these changes. */
  refund?: RefundRow;
  events?: readonly NewEvent[];
  /** A link that ends with these changes: what payments and earlier links hold of the shopper goes with it. */
  forgetShopperOf?: string;
}

export type NewEvent = Pick<EventRow, 'id' | 'subjectId' | 'type' | 'body'> & { about: string };

/** Who asked for the payment, so that asking again finds it. */
export interface PaymentKey {
  /** Customer and route. */
  scope: string;
  key: string;
  /** Hash of the business fields; another one under the same key is refused. */
  fingerprint: string;
}

/**
 * `created`: the intent is ours to send. `existing`: it, or the order's live payment, was there before. `link-ended`: the
 * link has ended since it was looked at, or is about to.
 */
export type PaymentInserted =
  | { outcome: 'created' | 'existing'; payment: PaymentRow }
  | { outcome: 'key-reused' }
  | { outcome: 'link-ended' };

/** The merchant-level bank token, sealed, shared by every process on the database. */
export interface SharedToken {
  sealed: string;
  issuedAt: number;
  expiresAt: number;
}

/** One sealed text, and where it stands. */
export type SealedValue = { place: string; sealed: string; key: string } & ({ table: 'links'; field: SealedField } | { table: 'shared_tokens' });

/** Some of the sealed values. */
export interface SealedPage {
  values: SealedValue[];
  /** From where to go on; absent with the last of them. */
  next?: string;
}

/**
 * What is given up after a while.
 *
 * - `keys`: idempotency keys of payments, since they were first used
 * - `notifications`: what DOKU told us, since it last did
 * - `events`: what the merchant was told of, since it was delivered
 * - `shoppers`: of a final payment the browser, its address, the way through the shop and the goods
 * - `links`: of an ended link the masked number and the browser
 */
export type Prunable = 'keys' | 'notifications' | 'events' | 'shoppers' | 'links';

/** A stretch of time in epoch milliseconds: from the first instant on, up to before the last. */
export interface Period {
  fromMs: number;
  toMs: number;
}

/** One step in the life of a row. */
export interface AuditEntry {
  table: JobTable;
  rowId: string;
  fromState: string | null;
  toState: string;
  cause: string;
  at: number;
}

/** A verified notification, kept before it is acknowledged. */
export interface NotificationRecord {
  /** Hash over kind, reference, status and amount. */
  fingerprint: string;
  kind: 'payment' | 'link';
  reference: string;
  status: string;
  /** False if no row of ours has this reference. */
  matched: boolean;
}

/**
 * The database could not be reached or refused the work. Nothing was written; or, if the connection broke while
 * it was confirming, all of it.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  /** Says why, too: most who log an error log its message alone. */
  constructor(cause: unknown) {
    super(`the database could not do its work: ${reasonOf(cause)}`, { cause });
  }
}

/** What an error says of itself, whatever was thrown. */
export function reasonOf(error: unknown): string {
  // A name with several addresses, of which none answers.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

export interface Store {
  /** Whose ledger the database holds; undefined if nobody's yet. */
  owner(): Promise<string | undefined>;
  /** Makes the ledger `name`'s if it is nobody's yet; answers whose it is. */
  claimFor(name: string): Promise<string>;
  /** Rejects where nothing can be written, as at a standby that answers every question; writes nothing. */
  assertWritable(): Promise<void>;

  link(id: string): Promise<LinkRow | undefined>;
  latestLink(customerId: string): Promise<LinkRow | undefined>;
  linkByReturn(returnHash: string): Promise<LinkRow | undefined>;
  linkByExternalId(externalId: string): Promise<LinkRow | undefined>;
  /** Answers undefined, and writes nothing, if the customer has a live link. */
  insertLink(link: LinkRow): Promise<LinkRow | undefined>;

  payment(id: string): Promise<PaymentRow | undefined>;
  paymentByReference(reference: string): Promise<PaymentRow | undefined>;
  paymentByReturn(returnHash: string): Promise<PaymentRow | undefined>;
  /** The live payment of the order, otherwise one that took its money all the same, otherwise the latest. */
  paymentOfOrder(orderId: string): Promise<PaymentRow | undefined>;
  /** Whether another payment of this one's order took money. */
  isTakenBeside(paymentId: string): Promise<boolean>;
  /** The payment under this key, if the fingerprint is the same. */
  paymentByKey(key: PaymentKey): Promise<Exclude<PaymentInserted, { outcome: 'link-ended' }> | undefined>;
  /** Writes key and intent in one transaction; at most one live payment per order, whoever asks, none where money was taken for it already, and none through a link that ends. */
  insertPayment(payment: PaymentRow, key: PaymentKey): Promise<PaymentInserted>;
  /** How many payments of the link are not final, and how many of its customer's are being refunded through it. */
  countOpenPayments(link: Pick<LinkRow, 'id' | 'customerId'>): Promise<number>;
  /** How many payments since `since` could be refunded through the customer's link, and not without it. */
  countRefundable(customerId: string, since: number): Promise<number>;
  /** At most `limit` payments that were sent within the period, in the order of their ids, from behind `afterId` on. */
  paymentsSent(period: Period, afterId: string, limit: number): Promise<PaymentRow[]>;
  /** The same, of those that the bank gave back within the period, by a refund of ours or by itself. */
  paymentsRefunded(period: Period, afterId: string, limit: number): Promise<PaymentRow[]>;
  /** When the longest unknown payment was sent, in epoch milliseconds; undefined if the outcome of none is unknown. */
  oldestUnknownPayment(): Promise<number | undefined>;

  refund(id: string): Promise<RefundRow | undefined>;
  /** The refund that was asked for under this key, or kept for it, whatever became of it. */
  refundByRequest(paymentId: string, requestKey: string): Promise<RefundRow | undefined>;
  /** From now on the refund is the one that was asked for under this key, too, unless another is already. */
  keepRefundFor(requestKey: string, refund: Pick<RefundRow, 'id' | 'paymentId'>): Promise<void>;
  /** The refund that stands for the payment: the one not refused, otherwise the latest. */
  refundOfPayment(paymentId: string): Promise<RefundRow | undefined>;

  /** Writes all of it and answers true; or, if one guard or uniqueness rule fails, nothing, and answers false. */
  commit(commit: Commit): Promise<boolean>;

  /** Takes due rows for one process until `leaseUntil`; two processes never get the same row. */
  claimDue<Table extends JobTable>(table: Table, leaseMs: number, limit: number): Promise<JobRows[Table][]>;
  /** As `claimDue`; an event waits until all that came before it about the same were delivered. */
  claimEvents(leaseMs: number, limit: number): Promise<EventRow[]>;
  settleEvent(id: string, outcome: { deliveredAt: number } | { nextAt: number }): Promise<void>;

  recordNotification(record: NotificationRecord): Promise<void>;
  audit(table: JobTable, rowId: string): Promise<AuditEntry[]>;

  readToken(name: string): Promise<SharedToken | undefined>;
  /** Writes `next` if what is stored still is `previous`. */
  swapToken(name: string, previous: SharedToken | undefined, next: SharedToken): Promise<boolean>;

  /** Gives up at most `limit` of what is older than `before`, in epoch milliseconds; answers how many it were. */
  prune(kind: Prunable, before: number, limit: number): Promise<number>;
  /** Whether it is this process's turn to do what is done once in so many milliseconds, the first time so long after the first to ask. */
  claimChore(name: string, everyMs: number): Promise<boolean>;
  /** The count under this name, which no chore has; 0 at first. */
  count(name: string): Promise<number>;
  /** Writes `next` if the count still is `seen`; tells whether it did. */
  swapCount(name: string, seen: number, next: number): Promise<boolean>;
  /** Lets go of the bytes of what was erased, where the database leaves that to us and nobody is in the way. */
  tidy(): Promise<void>;

  /** Sealed values from a place on: `''` for the beginning. */
  sealedPage(from: string): Promise<SealedPage>;
  /** Writes `sealed` in place of `value`, if that is still there; no step of the row, so that nobody's version grows old. */
  replaceSealed(value: SealedValue, sealed: string): Promise<boolean>;

  /** Waits for what is under way, then lets the database go; what is asked for afterwards rejects with a `StoreError`. */
  close(): Promise<void>;
}
