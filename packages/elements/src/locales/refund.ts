import type { Texts } from './text.ts';

/** What only `<allo-refund>` says: a shop's page, which never refunds, need not carry it. */
export const refundTexts = {
  refund: ['Kembalikan dana {amount}', 'Refund {amount}'],
  refundQuestion: ['Kembalikan {amount} seluruhnya? Tindakan ini tidak dapat dibatalkan.', 'Refund {amount} in full? This cannot be undone.'],
  refundYes: ['Ya, kembalikan', 'Yes, refund'],
  refundProcessing: ['Pengembalian dana {amount} sedang diproses.', 'The refund of {amount} is being processed.'],
  refundDone: ['{amount} sudah dikembalikan ke pelanggan.', '{amount} was returned to the customer.'],
  refundManual: [
    'Bank tidak dapat mengembalikan dana ini secara otomatis karena akun pelanggan sudah diputus. Kirim {amount} lewat transfer.',
    'The bank cannot return this by itself, since the customer’s account was unlinked. Please transfer {amount} by hand.',
  ],
  transferred: ['Tandai sudah ditransfer', 'Mark as transferred'],
  transferredQuestion: ['{amount} sudah ditransfer ke pelanggan? Tindakan ini tidak dapat dibatalkan.', 'Was {amount} transferred to the customer? This cannot be undone.'],
  transferredYes: ['Ya, sudah ditransfer', 'Yes, transferred'],
  refundFailed: ['Bank menolak pengembalian dana. Pembayaran tetap lunas.', 'The bank refused the refund. The payment remains paid.'],
  checkStatus: ['Periksa status', 'Check status'],
  reference: ['Nomor referensi', 'Reference number'],
  cancel: ['Batal', 'Cancel'],
  FORBIDDEN: ['Anda tidak memiliki izin untuk tindakan ini.', 'You are not allowed to do this.'],
  PAYMENT_NOT_REFUNDABLE: ['Pembayaran ini tidak dapat dikembalikan.', 'This payment cannot be refunded.'],
} as const satisfies Texts;
