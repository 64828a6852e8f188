/** Checkout: first the order is placed from the cart, then `?order=` is paid. */

import '@allo-kit/elements/define';
import { fetchOrder, fetchProducts, placeOrder } from '../shop/api.ts';
import type { Product, ShopOrder } from '../shop/api.ts';
import { emptyCart, readCart } from '../shop/cart.ts';
import { el, icon } from '../shop/dom.ts';
import { linesInLanguage, paymentPanel, summary } from '../shop/parts.ts';
import type { SummaryLine } from '../shop/parts.ts';
import { notice, openPage, show } from '../shop/shell.ts';
import { inLanguage, t } from '../shop/texts.ts';

const orderPage = (orderId: string): string => `/order.html?order=${encodeURIComponent(orderId)}`;

function linesOfCart(products: readonly Product[]): SummaryLine[] {
  const cart = readCart();
  return products
    .filter(({ id }) => cart[id] !== undefined)
    .map(({ id, name, priceRupiah }) => ({ productId: id, name: inLanguage(name), rupiah: priceRupiah, quantity: cart[id] ?? 0 }));
}

function orderForm(): HTMLElement {
  const name = el('input', { id: 'name', name: 'name', autocomplete: 'name', maxlength: 60, 'aria-describedby': 'name-hint' });
  const button = el('button', { class: 'button wide', type: 'submit', 'data-testid': 'place-order' }, t('placeOrder'));
  const problem = el('p', { class: 'problem', role: 'alert' });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = '';
    try {
      const orderId = await placeOrder(readCart(), name.value.trim());
      emptyCart();
      location.replace(`/checkout.html?order=${encodeURIComponent(orderId)}`);
    } catch {
      button.disabled = false;
      problem.textContent = t('notPlaced');
    }
  };
  const field = el('div', { class: 'field' }, el('label', { for: 'name' }, t('nameLabel')), name, el('small', { id: 'name-hint' }, t('nameHint')));
  return el('form', { class: 'panel', onsubmit: (event) => void submit(event) }, field, el('p', { class: 'hint' }, icon('shop'), t('pickup')), button, problem);
}

const columns = (main: HTMLElement, lines: readonly SummaryLine[], totalRupiah: number): HTMLElement =>
  el('div', { class: 'two-columns checkout' }, main, el('aside', { class: 'panel' }, el('h2', {}, t('yourOrder')), summary(lines, totalRupiah)));

function showCart(products: readonly Product[]): void {
  const lines = linesOfCart(products);
  if (lines.length === 0) {
    show(notice(t('emptyCart'), '/', t('browse')));
    return;
  }
  const total = lines.reduce((sum, { rupiah, quantity }) => sum + rupiah * quantity, 0);
  show(el('h1', {}, t('payTitle')), columns(orderForm(), lines, total));
}

function showOrder(order: ShopOrder, products: readonly Product[]): void {
  const panel = el('section', { class: 'pay' }, el('h2', {}, t('payWith')), el('p', { class: 'quiet' }, t('payNote')), paymentPanel(order));
  panel.addEventListener('allo-paid', () => location.replace(orderPage(order.orderId)));
  const title = el('hgroup', {}, el('h1', {}, t('payTitle')), el('p', { class: 'quiet' }, t('orderNumber', { id: order.orderId })));
  show(title, columns(panel, linesInLanguage(order, products), order.totalRupiah));
}

openPage(t('payTitle'), async () => {
  const orderId = new URLSearchParams(location.search).get('order');
  const products = await fetchProducts();
  if (orderId === null) {
    showCart(products);
    return;
  }
  const order = await fetchOrder(orderId);
  if (order === undefined) {
    show(notice(t('noOrder'), '/account.html', t('myOrders')));
    return;
  }
  if (order.status !== 'open' && order.status !== 'failed') {
    location.replace(orderPage(orderId));
    return;
  }
  showOrder(order, products);
});
