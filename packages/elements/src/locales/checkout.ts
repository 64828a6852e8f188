import type { Texts } from './text.ts';

/** What only `<allo-checkout>` says. */
export const checkoutTexts = {
  checkout: ['Pembayaran', 'Payment'],
  total: ['Total', 'Total'],
  order: ['Pesanan Anda', 'Your order'],
} as const satisfies Texts;
