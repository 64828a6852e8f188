import type { accountTexts } from './account.ts';
import type { balanceTexts } from './balance.ts';
import type { bankTexts } from './bank.ts';
import type { checkoutTexts } from './checkout.ts';
import type { linkTexts } from './link.ts';
import type { outcomeTexts } from './outcome.ts';
import type { payTexts } from './pay.ts';
import type { refundTexts } from './refund.ts';
import type { sharedTexts } from './shared.ts';

/** Keys of the texts that only `<allo-refund>` shows. */
export type RefundMessageKey = Exclude<keyof typeof refundTexts, 'checkStatus' | 'reference' | 'cancel'>;

/** Keys of every other text the elements show. */
export type MessageKey =
  | keyof typeof sharedTexts
  | keyof typeof bankTexts
  | keyof typeof linkTexts
  | keyof typeof accountTexts
  | keyof typeof balanceTexts
  | keyof typeof payTexts
  | keyof typeof outcomeTexts
  | keyof typeof checkoutTexts;

/** One language. Words in braces are replaced: `{amount}`, `{time}`, `{balance}`. */
export type Messages = Record<MessageKey, string>;

/** Texts that replace ours, by language (`id`, `en`, or any other, which then falls back to English). */
export type MessageOverrides = Readonly<Record<string, Readonly<Partial<Record<MessageKey | RefundMessageKey, string>>>>>;
