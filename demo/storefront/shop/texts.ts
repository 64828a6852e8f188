/** Every sentence of the shop and its back office, in both languages. */

import type { Text } from '../../products.ts';
import { language } from './language.ts';

const texts = {
  skip: { id: 'Langsung ke isi', en: 'Skip to content' },
  products: { id: 'Produk', en: 'Products' },
  account: { id: 'Akun', en: 'Account' },
  cart: { id: 'Keranjang', en: 'Cart' },
  cartWith: { id: 'Keranjang, {count} barang', en: 'Cart, {count} items' },
  languageName: { id: 'Bahasa', en: 'Language' },
  footer: { id: 'Toko contoh. Tak ada yang dikirim, dan banknya sebuah simulator.', en: 'A sample shop. Nothing is shipped, and its bank is a simulator.' },
  office: { id: 'Kelola toko', en: 'Back office' },
  shop: { id: 'Toko', en: 'Shop' },
  broken: { id: 'Halaman ini sedang tidak bisa dimuat.', en: 'This page cannot be loaded right now.' },
  again: { id: 'Coba lagi', en: 'Try again' },

  heroTitle: { id: 'Pagi yang pelan, dari teras kami.', en: 'Slow mornings, from our terrace.' },
  heroText: { id: 'Kopi, teh dan gerabah dari kebun dan bengkel kecil Nusantara.', en: 'Coffee, tea and stoneware from small gardens and workshops across the archipelago.' },
  all: { id: 'Semua', en: 'All' },
  coffee: { id: 'Kopi', en: 'Coffee' },
  tea: { id: 'Teh & gula', en: 'Tea & sugar' },
  ware: { id: 'Gerabah', en: 'Stoneware' },
  add: { id: 'Tambah', en: 'Add' },
  addNamed: { id: 'Tambah {name} ke keranjang', en: 'Add {name} to the cart' },
  added: { id: '{name} masuk keranjang.', en: '{name} is in the cart.' },
  addToCart: { id: 'Masukkan keranjang', en: 'Add to cart' },
  toCart: { id: 'Lihat keranjang', en: 'View cart' },
  allProducts: { id: 'Semua produk', en: 'All products' },
  noProduct: { id: 'Produk ini tidak ada.', en: 'There is no such product.' },
  pickup: { id: 'Ambil di teras kami, Jl. Kaliurang 12, Yogyakarta. Siap dalam dua jam.', en: 'Pick up at our terrace, Jl. Kaliurang 12, Yogyakarta. Ready within two hours.' },
  pickupShort: { id: 'Ambil di teras', en: 'Pick-up at the terrace' },
  free: { id: 'Gratis', en: 'Free' },

  quantity: { id: 'Jumlah', en: 'Quantity' },
  fewer: { id: 'Kurangi {name}', en: 'One {name} fewer' },
  more: { id: 'Tambah satu {name}', en: 'One more {name}' },
  remove: { id: 'Hapus', en: 'Remove' },
  removeNamed: { id: 'Hapus {name}', en: 'Remove {name}' },
  total: { id: 'Total', en: 'Total' },
  checkout: { id: 'Lanjut ke pembayaran', en: 'Go to checkout' },
  emptyCart: { id: 'Keranjang masih kosong.', en: 'The cart is still empty.' },
  browse: { id: 'Lihat-lihat dulu', en: 'Have a look around' },

  payTitle: { id: 'Pembayaran', en: 'Checkout' },
  yourOrder: { id: 'Pesanan', en: 'Your order' },
  orderNumber: { id: 'Pesanan {id}', en: 'Order {id}' },
  nameLabel: { id: 'Nama pengambil', en: 'Name for the pick-up' },
  nameHint: { id: 'Kami tulis di bungkusannya. Boleh dikosongkan.', en: 'We write it on the parcel. You may leave it empty.' },
  placeOrder: { id: 'Buat pesanan', en: 'Place order' },
  notPlaced: { id: 'Pesanan belum terbuat. Silakan coba lagi.', en: 'The order was not placed. Please try again.' },
  payWith: { id: 'Bayar dengan Allo Bank', en: 'Pay with Allo Bank' },
  payNote: { id: 'Hubungkan akun Anda satu kali, lalu bayar. OTP dan PIN hanya diisi di halaman bank.', en: 'Link your account once, then pay. Your OTP and PIN are only ever entered on the bank’s own page.' },
  noOrder: { id: 'Pesanan ini tidak ada pada akun Anda.', en: 'There is no such order in your account.' },

  thanks: { id: 'Terima kasih!', en: 'Thank you!' },
  thanksNamed: { id: 'Terima kasih, {name}!', en: 'Thank you, {name}!' },
  placed: { id: 'Dipesan', en: 'Placed' },
  ready: { id: 'Siap diambil', en: 'Ready for pick-up' },
  leadOpen: { id: 'Pesanan menunggu pembayaran.', en: 'The order is waiting to be paid.' },
  leadFailed: { id: 'Pembayaran tidak jadi dan tak ada uang yang terpotong. Anda bisa membayar lagi.', en: 'The payment did not go through and no money was taken. You can pay again.' },
  leadReview: { id: 'Kami sedang memeriksa pembayaran ini bersama bank. Jangan membayar lagi dulu.', en: 'We are looking into this payment with the bank. Please do not pay again for now.' },
  leadPaid: { id: 'Sudah kami terima. Pesanan Anda sedang kami siapkan.', en: 'We have received it and are preparing your order.' },
  leadHand: { id: 'Kami akan mentransfer uang Anda kembali secara manual.', en: 'We will transfer your money back by hand.' },
  leadRefunded: { id: 'Seluruh uang sudah dikembalikan ke akun Anda.', en: 'All of the money went back to your account.' },
  open: { id: 'Menunggu pembayaran', en: 'Waiting for payment' },
  failed: { id: 'Belum dibayar', en: 'Not paid' },
  review: { id: 'Sedang diperiksa', en: 'Under review' },
  paid: { id: 'Dibayar', en: 'Paid' },
  'refund-by-hand': { id: 'Dikembalikan manual', en: 'Refund by hand' },
  refunded: { id: 'Dikembalikan', en: 'Refunded' },

  accountNote: { id: 'Akun yang terhubung dipakai untuk semua pesanan Anda di toko ini dan bisa diputuskan kapan saja.', en: 'A linked account serves all your orders in this shop and can be unlinked at any time.' },
  alloAccount: { id: 'Akun Allo Bank', en: 'Allo Bank account' },
  myOrders: { id: 'Pesanan saya', en: 'My orders' },
  noOrders: { id: 'Belum ada pesanan.', en: 'No orders yet.' },
  items: { id: '{count} barang', en: '{count} items' },
  item: { id: '1 barang', en: '1 item' },

  order: { id: 'Pesanan', en: 'Order' },
  orders: { id: 'Pesanan', en: 'Orders' },
  income: { id: 'Diterima', en: 'Received' },
  givenBack: { id: 'Dikembalikan', en: 'Given back' },
  linkedAccounts: { id: 'Akun terhubung', en: 'Linked accounts' },
  customer: { id: 'Pelanggan', en: 'Customer' },
  status: { id: 'Status', en: 'Status' },
  payment: { id: 'Pembayaran', en: 'Payment' },
  refund: { id: 'Pengembalian', en: 'Refund' },
  owed: { id: 'Dibayar dua kali', en: 'Paid twice' },
  owedNote: { id: 'Pesanan ini sudah dibayar dengan pembayaran lain. Uang berikut belum kembali ke pelanggan.', en: 'These orders were paid by another payment. This money is still owed to the customer.' },
  accounts: { id: 'Akun pelanggan', en: 'Customer accounts' },
  accountsNote: { id: 'Pelanggan menghubungkan akunnya sendiri di toko.', en: 'Customers link their accounts themselves, in the shop.' },
  unlinkAccount: { id: 'Putuskan', en: 'Unlink' },
  unlinkNamed: { id: 'Putuskan akun {name}', en: 'Unlink the account of {name}' },
  unlinkSure: { id: 'Yakin, putuskan', en: 'Yes, unlink' },
  notUnlinked: { id: 'Belum terputus. Coba lagi.', en: 'Not unlinked. Try again.' },
  noAccounts: { id: 'Belum ada akun yang terhubung.', en: 'No account has been linked yet.' },
  events: { id: 'Catatan peristiwa', en: 'Event log' },
  noEvents: { id: 'Belum ada peristiwa.', en: 'No events yet.' },
  guest: { id: 'Tamu', en: 'Guest' },
  since: { id: 'sejak {at}', en: 'since {at}' },
  'account.linked': { id: 'Akun dihubungkan', en: 'Account linked' },
  'account.unlinked': { id: 'Akun diputuskan', en: 'Account unlinked' },
  'account.relink-required': { id: 'Perlu dihubungkan ulang', en: 'Has to be linked again' },
  'payment.paid': { id: 'Pembayaran diterima', en: 'Payment received' },
  'payment.failed': { id: 'Pembayaran tidak jadi', en: 'Payment did not go through' },
  'payment.review': { id: 'Pembayaran perlu diperiksa', en: 'Payment needs a look' },
  'payment.late': { id: 'Uang datang terlambat', en: 'Money came late' },
  'payment.refunded': { id: 'Uang dikembalikan', en: 'Money given back' },
  'refund.failed': { id: 'Pengembalian ditolak bank', en: 'Refund refused by the bank' },
  'refund.manual': { id: 'Pengembalian perlu transfer manual', en: 'Refund needs a transfer by hand' },
  'refund.review': { id: 'Pengembalian perlu diperiksa', en: 'Refund needs a look' },
} satisfies Record<string, Text>;

export type TextKey = keyof typeof texts;

/** The text in the language of the page, with `{name}` replaced by `values.name`. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  const filled = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, String(value)), texts[key][language]);
  return filled;
}

/** A text that came from the server in both languages. */
export const inLanguage = (text: Text): string => text[language];

/** The text of an event, or its bare name if the kit has learned a new one since. */
export const eventText = (type: string): string => (type in texts ? t(type as TextKey) : type);
