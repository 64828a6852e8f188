import type { Texts } from './text.ts';

/** What only `<allo-balance>` says. */
export const balanceTexts = {
  balance: ['Saldo Allo Bank', 'Allo Bank balance'],
  points: ['Allo Points', 'Allo Points'],
  paylater: ['Limit PayLater', 'PayLater limit'],
  balanceUnlinked: ['Saldo tampil setelah akun Allo Bank terhubung.', 'Your balance appears once your Allo Bank account is linked.'],
  show: ['Tampilkan saldo', 'Show balance'],
  hide: ['Sembunyikan saldo', 'Hide balance'],
  hidden: ['Saldo disembunyikan', 'The balance is hidden'],
  refresh: ['Perbarui', 'Refresh'],
  asOf: ['Per {time}', 'As of {time}'],
  stale: ['Saldo terakhir, per {time}. Belum bisa diperbarui.', 'Last known balance, as of {time}. It could not be refreshed.'],
} as const satisfies Texts;
