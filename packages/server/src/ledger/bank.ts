/**
 * The bank as the ledger sees it: one port, in product words. `routes/bank.ts` speaks DOKU SNAP behind it; a
 * simulation may stand there instead. An implementation must answer `unknown` whenever it cannot prove more.
 *
 * @module
 */

import type { InstrumentType, Instrument, Money, OrderLine, PaymentFailure } from '../contract.ts';

/**
 * How one request to the bank ended.
 *
 * - `done`: executed, with the bank's answer
 * - `pending`: taken on, result later
 * - `refused`: definitely not executed
 * - `token-refused`: not executed, since the bank no longer takes the customer's token
 * - `not-sent`: definitely not executed: no byte of the request left
 * - `unknown`: may have been executed
 */
export type BankAnswer<Value> =
  | { outcome: 'done'; value: Value; evidence: string }
  | { outcome: 'pending'; evidence: string }
  | { outcome: 'refused'; failure: PaymentFailure; evidence: string }
  | { outcome: 'token-refused'; evidence: string }
  | { outcome: 'not-sent'; evidence: string }
  | { outcome: 'unknown'; evidence: string };

/** From where the shopper acts; the bank wants to know for each request. */
export interface Device {
  /** Random per browser, up to 64 letters and digits. */
  id: string;
  /** IPv4 address. */
  ipAddress: string;
}

/** The shopper's browser, as the bank asks for it when linking. */
export interface Browser {
  os: 'ios' | 'android';
  /** Up to 64 characters. */
  model: string;
}

export interface LinkOrder {
  customerId: string;
  /** `62…`, digits only. */
  phone: string;
  name?: string;
  email?: string;
  device: Device;
  browser: Browser;
  successUrl: string;
  failedUrl: string;
}

export interface LinkPage {
  url: string;
  /** Secret: exchanged for the customer's token once the shopper agreed. */
  authCode: string;
  /** Number of the request, by which the bank's notification names it. */
  externalId: string;
}

/** A customer's authority to be charged. Never leaves the server. */
export interface CustomerToken {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** What is in the ledger before it is sent. */
interface IntentOrder {
  /** From this instant on another process may have taken the row up: then it is not sent any more. Epoch milliseconds. */
  notAfter: number;
}

export interface ChargeOrder extends IntentOrder {
  reference: string;
  orderId: string;
  amount: Money;
  instrument: InstrumentType;
  lines: OrderLine[];
  device: Device;
  successUrl: string;
  failedUrl: string;
}

/** The bank takes the charge on; the shopper has to confirm on `pageUrl`, if there is one. */
export interface ChargePage {
  pageUrl?: string;
  externalId: string;
}

/**
 * What the bank says of a charge, by status inquiry or notification.
 *
 * - `open`: not final
 * - `not-found`: the bank does not know it (yet)
 * - `no-answer`: the bank could not be asked
 */
export interface ChargeStatus {
  status: 'paid' | 'refunded' | 'failed' | 'cancelled' | 'open' | 'not-found' | 'no-answer';
  /** With `paid` and `refunded`; absent if the bank did not say. In whatever currency the bank says. */
  amount?: { value: string; currency: string };
  /** With `failed`. Absent if the bank gave no reason. */
  failure?: PaymentFailure;
  /** Refunds the bank knows of, by whomever; without a reference where it names none. */
  refunds?: { reference?: string; status: 'done' | 'open' | 'failed'; amount?: { value: string; currency: string } }[];
}

export interface RefundOrder extends IntentOrder {
  reference: string;
  paymentReference: string;
  /** Number of the request that carried the payment. */
  paymentExternalId: string | null;
  amount: Money;
  reason: string;
  device: Device;
}

export interface Bank {
  link(order: LinkOrder): Promise<BankAnswer<LinkPage>>;
  /** `refused`: the shopper has not agreed, or has taken it back. Can be repeated while the link lives. */
  exchange(authCode: string): Promise<BankAnswer<CustomerToken>>;
  balance(token: string, device: Device): Promise<BankAnswer<Instrument[]>>;
  charge(token: string, order: ChargeOrder): Promise<BankAnswer<ChargePage>>;
  chargeStatus(reference: string, externalId: string | null, amount: Money): Promise<BankAnswer<ChargeStatus>>;
  refund(token: string, order: RefundOrder): Promise<BankAnswer<{ refundedAt?: number }>>;
  /** `token-refused`: there is nothing to unlink any more under this token. */
  unlink(token: string, device: Device): Promise<BankAnswer<void>>;
}

export type BankOperation = keyof Bank;

/** What begins with an intent of ours in the database. */
export type IntentOperation = 'link' | 'charge' | 'refund';

/** The bank, asked no more than it can bear: `guarded-bank.ts`. */
export interface GuardedBank extends Bank {
  /** A place at the bank, to be had before an intent is written; undefined if it is not to be asked now. Answers how to leave. */
  tryEnter(operation: IntentOperation): (() => void) | undefined;
  /** As `tryEnter`, but throws `BANK_UNAVAILABLE`. */
  enter(operation: IntentOperation): () => void;
  /** Operations that the bank does not answer at present. */
  away(): BankOperation[];
}
