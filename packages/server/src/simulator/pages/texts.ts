/**
 * The words on the bank's pages, in Bahasa Indonesia and English.
 *
 * @module
 */
import type { InstrumentName } from '../records.ts';

export type Language = 'id' | 'en';

/** `en` only if the browser prefers it to Indonesian: the bank's customers are Indonesian. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const tags = (acceptLanguage ?? '').toLowerCase().split(',').map((part) => part.trim());
  return tags.find((tag) => /^(?:id|en)\b/.test(tag))?.startsWith('en') ? 'en' : 'id';
}

const id = {
  simulator: 'Simulator – bukan bank',
  codes: (otp: string, pin: string) => `OTP ${otp} · PIN ${pin}`,
  bindingTitle: 'Hubungkan akun Allo',
  bindingLead: (merchant: string) => `${merchant} ingin menghubungkan akun Allo Anda.`,
  paymentTitle: 'Konfirmasi pembayaran',
  merchant: 'Merchant',
  phone: 'Nomor ponsel',
  customer: 'ID pelanggan',
  source: 'Sumber dana',
  reference: 'No. referensi',
  total: 'Total bayar',
  agreement: 'Yang Anda setujui:',
  terms: (merchant: string) => [
    `${merchant} dapat melihat saldo Anda`,
    'tiap pembayaran Anda konfirmasi di sini',
    'Anda bisa memutuskannya kapan saja',
  ],
  stepOf: (step: number) => `Langkah ${step} dari 2`,
  otpLabel: 'Kode OTP',
  otpHint: (phone: string) => `Masukkan 6 digit yang dikirim ke ${phone}.`,
  pinLabel: 'PIN Allo',
  pinHint: 'Masukkan 6 digit PIN Anda.',
  continue: 'Lanjutkan',
  link: 'Hubungkan akun',
  pay: (amount: string) => `Bayar ${amount}`,
  cancel: 'Batalkan',
  wrong: { otp: 'Kode OTP salah.', pin: 'PIN salah.', otpFormat: 'Kode OTP terdiri dari 6 angka.', pinFormat: 'PIN terdiri dari 6 angka.' },
  attemptsLeft: (count: number) => `Sisa ${count} kali percobaan.`,
  expires: 'Berakhir pukul',
  remaining: 'Sisa waktu',
  errorPrefix: 'Kesalahan: ',
  ended: {
    done: ['Sudah selesai', 'Permintaan ini sudah Anda konfirmasi. Silakan kembali ke merchant.'],
    cancelled: ['Dibatalkan', 'Anda membatalkan permintaan ini. Tidak ada uang yang ditarik.'],
    expired: ['Waktu habis', 'Halaman ini hanya berlaku 5 menit. Silakan mulai lagi dari merchant.'],
    failed: ['Tidak berhasil', 'Permintaan ini tidak dapat diselesaikan. Silakan kembali ke merchant.'],
    unknown: ['Halaman tidak ditemukan', 'Tautan ini tidak dikenal. Silakan mulai lagi dari merchant.'],
  },
  back: (merchant: string) => `Kembali ke ${merchant}`,
  instruments: { BALANCE: 'Saldo Allo', POINT: 'Allo Point', PAYLATER: 'Allo PayLater' } satisfies Record<InstrumentName, string>,
};

export type Texts = typeof id;

const en: Texts = {
  simulator: 'Simulator – not a bank',
  codes: (otp, pin) => `OTP ${otp} · PIN ${pin}`,
  bindingTitle: 'Link your Allo account',
  bindingLead: (merchant) => `${merchant} would like to link your Allo account.`,
  paymentTitle: 'Confirm payment',
  merchant: 'Merchant',
  phone: 'Phone number',
  customer: 'Customer ID',
  source: 'Paid from',
  reference: 'Reference',
  total: 'Total to pay',
  agreement: 'What you agree to:',
  terms: (merchant) => [
    `${merchant} can see your balance`,
    'you confirm each payment here',
    'you can unlink at any time',
  ],
  stepOf: (step) => `Step ${step} of 2`,
  otpLabel: 'OTP code',
  otpHint: (phone) => `Enter the 6 digits sent to ${phone}.`,
  pinLabel: 'Allo PIN',
  pinHint: 'Enter your 6-digit PIN.',
  continue: 'Continue',
  link: 'Link account',
  pay: (amount) => `Pay ${amount}`,
  cancel: 'Cancel',
  wrong: { otp: 'That OTP code is wrong.', pin: 'That PIN is wrong.', otpFormat: 'The OTP code has 6 digits.', pinFormat: 'The PIN has 6 digits.' },
  attemptsLeft: (count) => (count === 1 ? '1 attempt left.' : `${count} attempts left.`),
  expires: 'Expires at',
  remaining: 'Time left',
  errorPrefix: 'Error: ',
  ended: {
    done: ['Already done', 'You have confirmed this request. Please go back to the merchant.'],
    cancelled: ['Cancelled', 'You cancelled this request. No money was taken.'],
    expired: ['Time is up', 'This page is valid for 5 minutes. Please start again at the merchant.'],
    failed: ['Not completed', 'This request could not be completed. Please go back to the merchant.'],
    unknown: ['Page not found', 'This link is not known. Please start again at the merchant.'],
  },
  back: (merchant) => `Back to ${merchant}`,
  instruments: { BALANCE: 'Allo balance', POINT: 'Allo Points', PAYLATER: 'Allo PayLater' },
};

export const texts: Readonly<Record<Language, Texts>> = { id, en };
