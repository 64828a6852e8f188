import type { Texts } from './text.ts';

/** What every element may have to say. A code without a sentence of its own is told as `UNAVAILABLE`. */
export const sharedTexts = {
  brand: ['Allo Bank', 'Allo Bank'],
  loading: ['Memuat…', 'Loading…'],
  retry: ['Coba lagi', 'Try again'],
  offline: ['Anda sedang offline. Kami lanjutkan begitu internet tersambung.', 'You are offline. We go on as soon as the internet is back.'],
  RELINK_REQUIRED: ['Sambungan ke Allo Bank sudah tidak berlaku. Silakan hubungkan lagi.', 'The link to Allo Bank is no longer valid. Please link again.'],
  BANK_UNAVAILABLE: ['Allo Bank sedang tidak dapat dihubungi. Silakan coba lagi sebentar lagi.', 'Allo Bank cannot be reached right now. Please try again in a moment.'],
  UNAUTHENTICATED: ['Silakan masuk ke akun toko Anda dulu.', 'Please sign in to the shop first.'],
  NETWORK_ERROR: ['Koneksi terputus. Periksa internet Anda, lalu coba lagi.', 'The connection was lost. Check your internet and try again.'],
  TIMEOUT: ['Jawaban terlalu lama. Silakan coba lagi.', 'The answer took too long. Please try again.'],
  UNAVAILABLE: ['Layanan ini sedang tidak tersedia. Silakan coba lagi sebentar lagi.', 'This is not available right now. Please try again in a moment.'],
} as const satisfies Texts;
