import type { Texts } from './text.ts';

/** On the way to the bank's page and back. */
export const bankTexts = {
  opening: ['Membuka Allo Bank…', 'Opening Allo Bank…'],
  continueAtBank: ['Lanjutkan di Allo Bank', 'Continue at Allo Bank'],
} as const satisfies Texts;
