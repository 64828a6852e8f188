import type { PaymentFailure } from '../contract.ts';
import type { AlloErrorCode } from '../errors.ts';

/** Problems with a sentence of their own; every other code is told with `UNAVAILABLE`. */
export type SpokenErrorCode = Extract<
  AlloErrorCode,
  | 'INVALID_PHONE'
  | 'UNAUTHENTICATED'
  | 'ORDER_NOT_FOUND'
  | 'RELINK_REQUIRED'
  | 'ACCOUNT_CONFLICT'
  | 'LINK_REFUSED'
  | 'UNLINK_REQUESTED'
  | 'ORDER_CHANGED'
  | 'BANK_UNAVAILABLE'
  | 'NETWORK_ERROR'
  | 'TIMEOUT'
>;

/** Keys of every text the elements show. */
export type MessageKey =
  | SpokenErrorCode
  | PaymentFailure
  | 'link-not-completed'
  | 'link-expired'
  | 'UNAVAILABLE'
  | 'brand'
  | 'loading'
  | 'retry'
  | 'cancel'
  | 'refresh'
  | 'reference'
  | 'link'
  | 'linkHint'
  | 'phone'
  | 'phoneHint'
  | 'next'
  | 'opening'
  | 'linking'
  | 'continueAtBank'
  | 'startAgain'
  | 'linked'
  | 'unlink'
  | 'unlinkQuestion'
  | 'unlinkYes'
  | 'unlinking'
  | 'unlinkRequested'
  | 'linkAgain'
  | 'balance'
  | 'points'
  | 'paylater'
  | 'balanceUnlinked'
  | 'asOf'
  | 'stale'
  | 'pay'
  | 'payUnlinked'
  | 'payAgain'
  | 'disabled'
  | 'insufficient'
  | 'checkBalance'
  | 'creating'
  | 'waiting'
  | 'processing'
  | 'processingHint'
  | 'paid'
  | 'total'
  | 'paidAt'
  | 'failed'
  | 'refunding'
  | 'refunded'
  | 'refundedAt'
  | 'review'
  | 'checkStatus';

/** Keys of the texts that only `<allo-refund>` shows. */
export type RefundMessageKey =
  | Extract<AlloErrorCode, 'FORBIDDEN' | 'PAYMENT_NOT_REFUNDABLE'>
  | 'refund'
  | 'refundQuestion'
  | 'refundYes'
  | 'refundProcessing'
  | 'refundDone'
  | 'refundManual'
  | 'refundFailed';

/** One language. Words in braces are replaced: `{amount}`, `{time}`, `{balance}`. */
export type Messages = Record<MessageKey, string>;

export type RefundMessages = Record<RefundMessageKey, string>;

/** Texts that replace ours, by language (`id`, `en`, or any other, which then falls back to English). */
export type MessageOverrides = Readonly<Record<string, Readonly<Partial<Messages & RefundMessages>>>>;
