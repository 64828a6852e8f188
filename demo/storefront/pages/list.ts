/** The front page: what there is to buy. */

import { fetchProducts } from '../shop/api.ts';
import type { Product } from '../shop/api.ts';
import { addToCart } from '../shop/cart.ts';
import { el, icon } from '../shop/dom.ts';
import { rupiah } from '../shop/format.ts';
import { picture } from '../shop/parts.ts';
import { announce, openPage, show } from '../shop/shell.ts';
import { inLanguage, t } from '../shop/texts.ts';

const kinds = ['coffee', 'tea', 'ware'] as const;
const confirmationMs = 1_600;

function addButton(product: Product): HTMLElement {
  const name = inLanguage(product.name);
  const button = el('button', { class: 'add', type: 'button', 'data-testid': 'add-to-cart', 'data-product': product.id, 'aria-label': t('addNamed', { name }) }, icon('plus'));
  button.addEventListener('click', () => {
    addToCart(product.id, 1);
    announce(t('added', { name }));
    button.replaceChildren(icon('check'));
    setTimeout(() => button.replaceChildren(icon('plus')), confirmationMs);
  });
  return button;
}

function card(product: Product): HTMLElement {
  const link = el('a', { href: `/product.html?id=${product.id}` }, inLanguage(product.name));
  const text = el('div', { class: 'card-text' }, el('h3', {}, link), el('p', { class: 'quiet' }, inLanguage(product.note)));
  const foot = el('div', { class: 'card-foot' }, el('span', { class: 'price' }, rupiah(product.priceRupiah)), addButton(product));
  return el('li', { class: 'card', 'data-testid': 'product', 'data-product': product.id }, picture(product.id, 400), text, foot);
}

/** Buttons that narrow the shelf to one kind; the link of a product's page leads here with `#coffee`. */
function kindFilter(cards: ReadonlyMap<HTMLElement, Product['kind']>): HTMLElement {
  const buttons = (['all', ...kinds] as const).map((kind) => el('button', { type: 'button', value: kind }, t(kind)));
  const choose = (chosen: string): void => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.value === chosen));
    for (const [card, kind] of cards) card.hidden = chosen !== 'all' && chosen !== kind;
  };
  for (const button of buttons) button.addEventListener('click', () => choose(button.value));
  choose(kinds.find((kind) => `#${kind}` === location.hash) ?? 'all');
  return el('div', { class: 'kinds', role: 'group', 'aria-label': t('products') }, ...buttons);
}

function hero(): HTMLElement {
  const words = el('div', { class: 'hero-text' }, el('h1', {}, t('heroTitle')), el('p', {}, t('heroText')));
  return el('section', { class: 'hero' }, el('img', { src: '/art/hero.svg', alt: '', width: 1200, height: 560 }), words);
}

openPage(t('products'), async () => {
  const products = await fetchProducts();
  const cards = new Map(products.map((product) => [card(product), product.kind]));
  const shelf = el('ul', { class: 'cards', role: 'list', 'aria-label': t('products') }, ...cards.keys());
  show(hero(), kindFilter(cards), shelf);
});
