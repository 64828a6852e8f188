/**
 * The texts that only `<allo-refund>` shows: a shop's page, which never refunds, need not carry them.
 *
 * @module
 */

import type { RefundMessages } from './messages.ts';

export const refundMessages: Readonly<Record<string, RefundMessages>> = {
  id: {
    refund: 'Kembalikan dana {amount}',
    refundQuestion: 'Kembalikan {amount} seluruhnya? Tindakan ini tidak dapat dibatalkan.',
    refundYes: 'Ya, kembalikan',
    refundProcessing: 'Pengembalian dana {amount} sedang diproses.',
    refundDone: '{amount} sudah dikembalikan ke pelanggan.',
    refundManual: 'Bank tidak dapat mengembalikan dana ini secara otomatis karena akun pelanggan sudah diputus. Kirim {amount} lewat transfer.',
    refundFailed: 'Bank menolak pengembalian dana. Pembayaran tetap lunas.',
    FORBIDDEN: 'Anda tidak memiliki izin untuk tindakan ini.',
    PAYMENT_NOT_REFUNDABLE: 'Pembayaran ini tidak dapat dikembalikan.',
  },
  en: {
    refund: 'Refund {amount}',
    refundQuestion: 'Refund {amount} in full? This cannot be undone.',
    refundYes: 'Yes, refund',
    refundProcessing: 'The refund of {amount} is being processed.',
    refundDone: '{amount} was returned to the customer.',
    refundManual: 'The bank cannot return this by itself, since the customer’s account was unlinked. Please transfer {amount} by hand.',
    refundFailed: 'The bank refused the refund. The payment remains paid.',
    FORBIDDEN: 'You are not allowed to do this.',
    PAYMENT_NOT_REFUNDABLE: 'This payment cannot be refunded.',
  },
};
