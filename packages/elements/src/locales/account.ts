import type { Texts } from './text.ts';

/** What only `<allo-link-button>` says. */
export const accountTexts = {
  linkHint: ['OTP dan PIN hanya diisi di halaman Allo Bank.', 'OTP and PIN are entered on Allo Bank’s page only.'],
  linked: ['Terhubung', 'Linked'],
  unlink: ['Putuskan', 'Unlink'],
  unlinkQuestion: ['Putuskan akun Allo Bank dari toko ini?', 'Unlink your Allo Bank account from this shop?'],
  unlinkYes: ['Ya, putuskan', 'Yes, unlink'],
  unlinkRequested: ['Diputuskan setelah pembayaran selesai', 'Unlinked once the payment is done'],
  'link-not-completed': ['Akun belum selesai dihubungkan.', 'Linking was not finished.'],
} as const satisfies Texts;
