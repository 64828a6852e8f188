import type { Texts } from './text.ts';

/** The way to a linked account, on `<allo-link-button>` and `<allo-pay>`. */
export const linkTexts = {
  link: ['Hubungkan Allo Bank', 'Link Allo Bank'],
  linkAgain: ['Hubungkan lagi', 'Link again'],
  linking: ['Selesaikan di halaman Allo Bank.', 'Finish on Allo Bank’s page.'],
  phone: ['Nomor HP Allo Bank', 'Allo Bank phone number'],
  phoneHint: ['Contoh: 0812 3456 7890', 'Example: 0812 3456 7890'],
  next: ['Lanjut', 'Continue'],
  cancel: ['Batal', 'Cancel'],
  INVALID_PHONE: ['Masukkan nomor HP yang benar.', 'Enter a valid phone number.'],
  ACCOUNT_CONFLICT: ['Akun Allo Bank ini dipakai pelanggan lain.', 'Another customer uses this Allo Bank account.'],
  LINK_REFUSED: ['Allo Bank tidak dapat menghubungkan akun ini.', 'Allo Bank could not link this account.'],
  UNLINK_REQUESTED: ['Akun ini sedang diputuskan.', 'This account is being unlinked.'],
} as const satisfies Texts;
