import type { Texts } from './text.ts';

/** What `<allo-pay>` says before anything else of it was fetched. */
export const payTexts = {
  pay: ['Bayar {amount} dengan Allo Bank', 'Pay {amount} with Allo Bank'],
  ORDER_NOT_FOUND: ['Pesanan ini tidak ditemukan.', 'This order was not found.'],
} as const satisfies Texts;
