import type { Texts } from './text.ts';

/** What only `<allo-link-button>` says. */
export const accountTexts = {
  linkHint: ['OTP dan PIN hanya diisi di halaman Allo Bank.', 'Enter OTP and PIN on Allo Bank’s page only.'],
  linked: ['Terhubung', 'Linked'],
  unlink: ['Putuskan', 'Unlink'],
  unlinkQuestion: ['Putuskan akun Allo Bank dari toko ini?', 'Unlink your Allo Bank account from this shop?'],
  unlinkYes: ['Ya, putuskan', 'Yes, unlink'],
  unlinking: ['Memutuskan akun…', 'Unlinking…'],
  unlinkRequested: ['Diputuskan setelah pembayaran selesai', 'Will be unlinked when the payment is done'],
  'link-not-completed': ['Penghubungan akun belum selesai. Anda bisa mencobanya lagi.', 'Linking was not finished. You can try again.'],
  'link-expired': ['Waktu di halaman Allo Bank sudah habis. Silakan mulai lagi.', 'The time on Allo Bank’s page ran out. Please start again.'],
} as const satisfies Texts;
