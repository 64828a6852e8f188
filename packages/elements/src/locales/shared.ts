import type { Texts } from './text.ts';

/** What every element may have to say. A code without a sentence of its own is told as `UNAVAILABLE`. */
export const sharedTexts = {
  brand: ['Allo Bank', 'Allo Bank'],
  loading: ['Memuat…', 'Loading…'],
  retry: ['Coba lagi', 'Try again'],
  reload: ['Muat ulang', 'Reload'],
  offline: ['Anda sedang offline. Periksa internet Anda.', 'You are offline. Check your internet.'],
  RELINK_REQUIRED: ['Sambungan ke Allo Bank sudah tidak berlaku.', 'The link to Allo Bank is no longer valid.'],
  BANK_UNAVAILABLE: ['Allo Bank sedang tidak dapat dihubungi. Coba lagi nanti.', 'Allo Bank cannot be reached right now. Try again later.'],
  UNAUTHENTICATED: ['Silakan masuk ke akun toko Anda dulu.', 'Please sign in to the shop first.'],
  NETWORK_ERROR: ['Koneksi terputus. Periksa internet Anda.', 'The connection was lost. Check your internet.'],
  UNAVAILABLE: ['Layanan ini sedang tidak tersedia.', 'This is not available right now.'],
} as const satisfies Texts;
