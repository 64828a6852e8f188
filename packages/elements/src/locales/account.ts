import type { Texts } from './text.ts';

/** What only `<allo-link-button>` says. */
export const accountTexts = {
  linkHint: ['OTP dan PIN hanya diisi di halaman Allo Bank.', 'OTP and PIN are entered on Allo Bank’s page only.'],
  linked: ['Terhubung', 'Linked'],
  unlink: ['Putuskan', 'Unlink'],
  unlinkQuestion: ['Putuskan akun Allo Bank dari toko ini?', 'Unlink your Allo Bank account from this shop?'],
  unlinkYes: ['Ya, putuskan', 'Yes, unlink'],
  unlinking: ['Memutuskan…', 'Unlinking…'],
  unlinkRequested: ['Diputuskan setelah pembayaran selesai', 'Will be unlinked when the payment is done'],
  'link-not-completed': ['Akun belum selesai dihubungkan.', 'Linking was not finished.'],
  'link-expired': ['Waktu di halaman Allo Bank sudah habis.', 'The time on Allo Bank’s page ran out.'],
} as const satisfies Texts;
