/** The cart. */

import { fetchProducts } from '../shop/api.ts';
import type { Product } from '../shop/api.ts';
import { readCart, setQuantity } from '../shop/cart.ts';
import { el, find, icon } from '../shop/dom.ts';
import { rupiah } from '../shop/format.ts';
import { picture, stepper } from '../shop/parts.ts';
import { notice, openPage, show } from '../shop/shell.ts';
import { inLanguage, t } from '../shop/texts.ts';

/** What is in the cart and still sold. */
const chosen = (products: readonly Product[]): { product: Product; quantity: number }[] =>
  products.flatMap((product) => {
    const quantity = readCart()[product.id];
    return quantity === undefined ? [] : [{ product, quantity }];
  });

const total = (products: readonly Product[]): number =>
  chosen(products).reduce((sum, { product, quantity }) => sum + product.priceRupiah * quantity, 0);

function line(product: Product, quantity: number, products: readonly Product[]): HTMLElement {
  const name = inLanguage(product.name);
  const sum = el('span', { class: 'sum' }, rupiah(product.priceRupiah * quantity));
  const change = (next: number): void => {
    setQuantity(product.id, next);
    sum.textContent = rupiah(product.priceRupiah * next);
    find('[data-testid="cart-total"]').textContent = rupiah(total(products));
  };
  const remove = (): void => {
    setQuantity(product.id, 0);
    render(products);
    find('h1').focus();
  };
  const bin = el('button', { class: 'tool', type: 'button', 'aria-label': t('removeNamed', { name }), onclick: remove }, icon('bin'));
  const title = el('a', { href: `/product.html?id=${product.id}` }, name);
  const words = el('div', { class: 'grow' }, title, el('small', {}, inLanguage(product.size)));
  return el('li', { class: 'cart-line', 'data-testid': 'cart-line' }, picture(product.id, 88), words, sum, el('div', { class: 'cart-tools' }, stepper(name, quantity, 1, change), bin));
}

function render(products: readonly Product[]): void {
  const title = el('h1', { tabindex: -1 }, t('cart'));
  const lines = chosen(products);
  if (lines.length === 0) return show(title, notice(t('emptyCart'), '/', t('browse')));
  const list = el('ul', { class: 'cart-lines', role: 'list' }, ...lines.map(({ product, quantity }) => line(product, quantity, products)));
  const sum = el('p', { class: 'row total' }, el('span', {}, t('total')), el('strong', { 'data-testid': 'cart-total' }, rupiah(total(products))));
  const onward = el('a', { class: 'button wide', href: '/checkout.html', 'data-testid': 'checkout' }, t('checkout'));
  const panel = el('aside', { class: 'panel' }, sum, el('p', { class: 'hint' }, icon('shop'), t('pickup')), onward);
  show(title, el('div', { class: 'two-columns' }, list, panel));
}

openPage(t('cart'), async () => render(await fetchProducts()));
