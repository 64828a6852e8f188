/** One product, `?id=`. */

import { fetchProducts } from '../shop/api.ts';
import type { Product } from '../shop/api.ts';
import { addToCart } from '../shop/cart.ts';
import { el, icon } from '../shop/dom.ts';
import { rupiah } from '../shop/format.ts';
import { picture, stepper } from '../shop/parts.ts';
import { announce, notice, openPage, show } from '../shop/shell.ts';
import { inLanguage, t } from '../shop/texts.ts';

function order(product: Product): HTMLElement {
  let quantity = 1;
  const name = inLanguage(product.name);
  const toCart = el('a', { class: 'button plain', href: '/cart.html', hidden: true }, t('toCart'));
  const add = (): void => {
    addToCart(product.id, quantity);
    announce(t('added', { name }));
    toCart.hidden = false;
  };
  const button = el('button', { class: 'button', type: 'button', 'data-testid': 'add-to-cart', onclick: add }, t('addToCart'));
  return el('div', { class: 'order-row' }, stepper(name, 1, 1, (chosen) => (quantity = chosen)), button, toCart);
}

function details(product: Product): HTMLElement {
  document.title = `${inLanguage(product.name)} · Teras Pagi`;
  return el(
    'div',
    { class: 'details' },
    el('p', { class: 'quiet' }, inLanguage(product.size)),
    el('h1', {}, inLanguage(product.name)),
    el('p', { class: 'note' }, inLanguage(product.note)),
    el('p', { class: 'price big' }, rupiah(product.priceRupiah)),
    order(product),
    el('p', { class: 'story' }, inLanguage(product.story)),
    el('p', { class: 'hint' }, icon('shop'), t('pickup')),
  );
}

openPage(t('products'), async () => {
  const id = new URLSearchParams(location.search).get('id');
  const product = (await fetchProducts()).find((candidate) => candidate.id === id);
  if (product === undefined) {
    show(notice(t('noProduct'), '/', t('allProducts')));
    return;
  }
  const back = el('a', { class: 'back', href: `/#${product.kind}` }, icon('back'), t('allProducts'));
  show(back, el('article', { class: 'product' }, picture(product.id, 600), details(product)));
});
