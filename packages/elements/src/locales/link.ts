import type { Texts } from './text.ts';

/** The way to a linked account, on `<allo-link-button>` and `<allo-pay>`. */
export const linkTexts = {
  link: ['Hubungkan Allo Bank', 'Link Allo Bank'],
  linkAgain: ['Hubungkan lagi', 'Link again'],
  opening: ['Membuka Allo Bank…', 'Opening Allo Bank…'],
  linking: ['Selesaikan penghubungan akun di halaman Allo Bank.', 'Finish linking your account on Allo Bank’s page.'],
  continueAtBank: ['Lanjutkan di Allo Bank', 'Continue at Allo Bank'],
  startAgain: ['Mulai lagi', 'Start again'],
  phone: ['Nomor HP Allo Bank', 'Allo Bank phone number'],
  phoneHint: ['Contoh: 0812 3456 7890', 'Example: 0812 3456 7890'],
  next: ['Lanjut', 'Continue'],
  cancel: ['Batal', 'Cancel'],
  INVALID_PHONE: ['Masukkan nomor HP yang benar, misalnya 0812 3456 7890.', 'Enter a valid phone number, for example 0812 3456 7890.'],
  ACCOUNT_CONFLICT: ['Akun Allo Bank ini sudah dipakai pelanggan lain di toko ini.', 'Another customer of this shop already uses this Allo Bank account.'],
  LINK_REFUSED: [
    'Allo Bank tidak dapat menghubungkan akun ini. Periksa nomor HP atau hubungi Allo Bank.',
    'Allo Bank could not link this account. Check the phone number or contact Allo Bank.',
  ],
  UNLINK_REQUESTED: ['Akun ini sedang diputuskan. Setelah itu Anda bisa menghubungkannya lagi.', 'This account is being unlinked. After that you can link it again.'],
} as const satisfies Texts;
