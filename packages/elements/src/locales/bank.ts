import type { Texts } from './text.ts';

/** On the way to the bank's page and back. */
export const bankTexts = {
  opening: ['Membuka Allo Bank…', 'Opening Allo Bank…'],
  continueAtBank: ['Lanjutkan di Allo Bank', 'Continue at Allo Bank'],
  EXPIRED: ['Waktu di halaman Allo Bank sudah habis.', 'The time on Allo Bank’s page ran out.'],
} as const satisfies Texts;
