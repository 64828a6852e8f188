/**
 * The ground truth: each movement of money, once, in order. Written before anything is answered or notified.
 * It must never lose, merge or rewrite an entry.
 *
 * @module
 */
import { appendFileSync } from 'node:fs';
import type { Payment } from './records.ts';
import { formatMinor } from './money.ts';
import { formatTimestamp } from './timestamp.ts';
import { assertWritable } from './writable.ts';

export interface JournalEntry {
  kind: 'debit' | 'refund';
  /** Simulated instant, ISO 8601 with `+07:00`. */
  at: string;
  partnerReferenceNo: string;
  /** With `refund`. */
  partnerRefundNo?: string;
  /** Minor units (sen). */
  amount: number;
  /** The same amount as SNAP writes it, for example `"12000.00"`. */
  value: string;
  currency: 'IDR';
  custIdMerchant: string;
  accountId: string;
}

export interface Journal {
  debit(payment: Payment, atMs: number): void;
  /** `accountId` is the binding through which the refund was asked for. */
  refund(payment: Payment, partnerRefundNo: string, accountId: string, atMs: number): void;
  entries(): JournalEntry[];
}

/** Throws a TypeError if the file cannot be written. */
export function createJournal(file?: string): Journal {
  if (file) assertWritable('journalFile', file);
  const entries: JournalEntry[] = [];

  function append(entry: JournalEntry): void {
    if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
    entries.push(entry);
  }

  return {
    debit: (payment, atMs) => append({ kind: 'debit', ...moved(payment, atMs), accountId: payment.accountId }),
    refund: (payment, partnerRefundNo, accountId, atMs) =>
      append({ kind: 'refund', partnerRefundNo, ...moved(payment, atMs), accountId }),
    entries: () => entries.map((entry) => ({ ...entry })),
  };
}

function moved(payment: Payment, atMs: number) {
  return {
    at: formatTimestamp(atMs),
    partnerReferenceNo: payment.partnerReferenceNo,
    amount: payment.minor,
    value: formatMinor(payment.minor),
    currency: 'IDR' as const,
    custIdMerchant: payment.custIdMerchant,
  };
}
