import type { Texts } from './text.ts';

/** What only `<allo-balance>` says. */
export const balanceTexts = {
  balance: ['Saldo Allo Bank', 'Allo Bank balance'],
  points: ['Allo Points', 'Allo Points'],
  paylater: ['Limit PayLater', 'PayLater limit'],
  balanceUnlinked: ['Saldo tampil setelah akun Allo Bank terhubung.', 'Your balance appears once Allo Bank is linked.'],
  show: ['Tampilkan saldo', 'Show balance'],
  hide: ['Sembunyikan saldo', 'Hide balance'],
  hidden: ['Saldo disembunyikan', 'Balance hidden'],
  refresh: ['Perbarui', 'Refresh'],
  asOf: ['Per {time}', 'As of {time}'],
  stale: ['Saldo terakhir, per {time}', 'Last known balance, as of {time}'],
} as const satisfies Texts;
