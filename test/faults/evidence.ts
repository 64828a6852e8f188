/**
 * What a run leaves behind for the checker: the bank's own journal, the ledger's tables, what shoppers were told,
 * what the merchant was told, and what forgers got.
 */
import type { AlloEvent, PaymentStatus } from '../../packages/server/src/index.ts';
import type { JournalEntry, NotificationEntry } from '../../packages/server/src/simulator/index.ts';
import type { Books } from './books.ts';

/** One answer to a shopper that spoke of a payment. */
export interface Told {
  /** What the shopper asked about. */
  orderId: string;
  customerId: string;
  payment: { paymentId: string; orderId: string; status: PaymentStatus; amount: string };
  /** Real milliseconds since the lab began: when it was asked and when the answer was there. */
  askedAt: number;
  answeredAt: number;
  /** The bank's time then, in epoch milliseconds. */
  bankTimeMs: { asked: number; answered: number };
}

/** One forged notification, and what it was answered. */
export interface Forged {
  forgery: string;
  reference: string;
  httpStatus: number;
}

export interface Evidence {
  customers: number;
  orders: number;
  journal: JournalEntry[];
  notifications: NotificationEntry[];
  books: Books;
  told: Told[];
  /** Points shown to each customer, by whom the account belongs to. */
  pointsShown: { customerId: string; value: string }[];
  /** Answers that no well-behaved server gives: HTTP 500, or a refusal that had no reason. */
  oddAnswers: string[];
  events: AlloEvent[];
  /** References of payments that the bank called unpaid and took all the same; none unless a run plays such a bank. */
  takenLate?: ReadonlySet<string>;
  /** References of payments that the bank gave back though we had not asked for it; none unless a run plays such a bank. */
  givenBackElsewhere?: ReadonlySet<string>;
  forged: Forged[];
}
