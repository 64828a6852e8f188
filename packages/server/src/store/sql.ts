/**
 * A database as the store needs it: statements, transactions, and what tells them apart. What differs between SQLite
 * and PostgreSQL stands behind this.
 *
 * @module
 */

export type SqlValue = string | number | null;
export type SqlRecord = Record<string, unknown>;

/** Runs one statement with `?` placeholders inside a transaction and answers its rows. */
export type Query = (text: string, values?: readonly SqlValue[]) => Promise<SqlRecord[]>;

/**
 * Ends a select that answers so many rows, its last value. With a bare `LIMIT ?`, SQLite plans the whole statement
 * anew each time it runs, for it looks at the limit as it plans; that takes ten times as long as running it.
 */
export const atMost = 'LIMIT CAST(? AS INTEGER)';

/** Runs `work` in a transaction, or where it only reads. */
export type Run = <Result>(work: (query: Query) => Promise<Result>) => Promise<Result>;

/** One database, reduced to what the store needs. */
export interface SqlDriver {
  /** Runs `work`, which only reads: each statement sees what is committed, and no writer waits for it. */
  read<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** Runs `work` in one transaction; rolls back if it throws. May run it anew, so it must have no other effect. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** True if `error` says that a uniqueness rule was broken. */
  isUniqueViolation(error: unknown): boolean;
  /** Appended to a select whose rows the transaction goes on to change: `FOR UPDATE`, or nothing where writers wait in line. */
  forUpdate: string;
  /** Appended to a select that claims rows: `FOR UPDATE SKIP LOCKED` or nothing. */
  skipLocked: string;
  /** Overwrites what was erased, if nobody is in the way; does not wait. */
  tidy(): Promise<void>;
  /** Waits for what is under way; everything after it is refused. */
  close(): Promise<void>;
}
