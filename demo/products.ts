/**
 * What the shop sells. Prices are whole rupiah and live here only: the browser names products and quantities, never an amount.
 *
 * @module
 */

/** A text in both languages of the shop. */
export interface Text {
  id: string;
  en: string;
}

export interface Product {
  /** Also the name of its picture, `art/<id>.svg`. */
  id: string;
  kind: 'coffee' | 'tea' | 'ware';
  name: Text;
  /** Size or weight, as on the label. */
  size: Text;
  /** One line for the list. */
  note: Text;
  story: Text;
  priceRupiah: number;
}

export const products: readonly Product[] = [
  {
    id: 'gayo',
    kind: 'coffee',
    name: { id: 'Kopi Gayo Natural', en: 'Gayo Natural Coffee' },
    size: { id: '250 g, biji utuh', en: '250 g, whole bean' },
    note: { id: 'Stroberi, cokelat susu, manis panjang', en: 'Strawberry, milk chocolate, a long sweet finish' },
    story: {
      id: 'Dari kebun di atas Danau Laut Tawar, Aceh Tengah. Ceri dijemur utuh selama tiga minggu di rak bambu, lalu disangrai ringan setiap Selasa pagi di dapur kami.',
      en: 'From gardens above Lake Laut Tawar in Central Aceh. The cherries dry whole for three weeks on bamboo racks and are roasted light in our kitchen every Tuesday morning.',
    },
    priceRupiah: 98_000,
  },
  {
    id: 'toraja',
    kind: 'coffee',
    name: { id: 'Kopi Toraja Sapan', en: 'Toraja Sapan Coffee' },
    size: { id: '250 g, biji utuh', en: '250 g, whole bean' },
    note: { id: 'Gula merah, kayu manis, badan tebal', en: 'Palm sugar, cinnamon, a full body' },
    story: {
      id: 'Petik merah dari lereng Sapan, 1.600 meter di atas laut. Giling basah seperti cara orang Toraja, sangrai sedang; enak sebagai kopi tubruk maupun saring.',
      en: 'Hand-picked on the Sapan slopes, 1,600 metres up. Wet-hulled the Toraja way and roasted medium; as good steeped in the glass as it is filtered.',
    },
    priceRupiah: 112_000,
  },
  {
    id: 'melati',
    kind: 'tea',
    name: { id: 'Teh Melati Slawi', en: 'Slawi Jasmine Tea' },
    size: { id: 'Kaleng 100 g', en: '100 g tin' },
    note: { id: 'Hijau, wangi, enak dengan gula batu', en: 'Green, fragrant, lovely with rock sugar' },
    story: {
      id: 'Daun teh hijau yang semalaman tidur bersama kuncup melati, tujuh kali berturut-turut. Diseduh kental dalam poci, begitulah orang Slawi memulai sore.',
      en: 'Green leaves that spend seven nights beside jasmine buds. Brewed strong in a clay pot: the way an afternoon begins in Slawi.',
    },
    priceRupiah: 58_000,
  },
  {
    id: 'kayuaro',
    kind: 'tea',
    name: { id: 'Teh Hitam Kayu Aro', en: 'Kayu Aro Black Tea' },
    size: { id: 'Kaleng 100 g', en: '100 g tin' },
    note: { id: 'Madu hutan, kayu cedar, terang', en: 'Wild honey, cedar, a bright cup' },
    story: {
      id: 'Kebun tua di kaki Gunung Kerinci. Daun dipetik pagi, digulung ortodoks, dan dikirim kepada kami dalam peti kayu dua kali setahun.',
      en: 'From an old garden at the foot of Mount Kerinci. Picked in the morning, rolled the orthodox way and sent to us in wooden chests twice a year.',
    },
    priceRupiah: 64_000,
  },
  {
    id: 'cangkir',
    kind: 'ware',
    name: { id: 'Cangkir Kabut', en: 'Mist Cup' },
    size: { id: '180 ml, keramik', en: '180 ml, stoneware' },
    note: { id: 'Glasir biru abu, kaki tanpa glasir', en: 'Grey-blue glaze on a bare foot' },
    story: {
      id: 'Diputar satu per satu oleh Bu Ratna di Kasongan. Tak ada dua yang sama persis: glasirnya turun seperti kabut di pagi hari.',
      en: 'Thrown one by one by Bu Ratna in Kasongan. No two are quite alike: the glaze comes down like morning mist.',
    },
    priceRupiah: 85_000,
  },
  {
    id: 'teko',
    kind: 'ware',
    name: { id: 'Teko Tanah Plered', en: 'Plered Clay Teapot' },
    size: { id: '600 ml, tanah liat', en: '600 ml, earthenware' },
    note: { id: 'Gagang rotan, menahan panas sejam', en: 'Rattan handle, keeps its heat for an hour' },
    story: {
      id: 'Tanah merah dari Plered, dibakar dua kali, dengan gagang rotan anyaman. Bilas dengan air panas sebelum pemakaian pertama, dan jangan pakai sabun.',
      en: 'Red clay from Plered, fired twice, with a woven rattan handle. Rinse with hot water before its first use, and keep soap away from it.',
    },
    priceRupiah: 265_000,
  },
  {
    id: 'penyeduh',
    kind: 'ware',
    name: { id: 'Penyeduh V Kasongan', en: 'Kasongan V Dripper' },
    size: { id: '1–2 cangkir, keramik', en: '1–2 cups, stoneware' },
    note: { id: 'Alur spiral, aliran tenang', en: 'Spiral ribs, an even flow' },
    story: {
      id: 'Corong keramik untuk kertas saring ukuran 01. Dindingnya tebal, jadi suhu seduhan tidak cepat turun di teras yang berangin.',
      en: 'A ceramic cone for size 01 papers. Its walls are thick, so the brew keeps its temperature even on a breezy terrace.',
    },
    priceRupiah: 145_000,
  },
  {
    id: 'aren',
    kind: 'tea',
    name: { id: 'Gula Aren Semut', en: 'Granulated Palm Sugar' },
    size: { id: 'Stoples 200 g', en: '200 g jar' },
    note: { id: 'Karamel, sedikit asap', en: 'Caramel with a little smoke' },
    story: {
      id: 'Nira aren dari Lebak yang diaduk sampai menjadi butiran halus. Satu sendok cukup untuk segelas kopi susu.',
      en: 'Palm nectar from Lebak, stirred until it turns to fine grains. One spoon is enough for a glass of milk coffee.',
    },
    priceRupiah: 42_000,
  },
  {
    id: 'hantaran',
    kind: 'ware',
    name: { id: 'Hantaran Teras', en: 'Terrace Gift Box' },
    size: { id: 'Teko, 4 cangkir, 2 teh', en: 'Teapot, 4 cups, 2 teas' },
    note: { id: 'Satu kotak untuk satu sore yang panjang', en: 'One box for one long afternoon' },
    story: {
      id: 'Teko Plered, empat Cangkir Kabut dan dua kaleng teh di dalam kotak kayu pinus berlapis jerami. Kami tuliskan kartu ucapannya dengan tangan.',
      en: 'The Plered teapot, four Mist Cups and two tins of tea in a pine box lined with straw. We write the card by hand.',
    },
    priceRupiah: 685_000,
  },
];
