/** The customer's account: the linked bank account, and the orders so far. */

import '@allo-kit/elements/define';
import { fetchOrders } from '../shop/api.ts';
import type { ShopOrder } from '../shop/api.ts';
import { el } from '../shop/dom.ts';
import { instant, rupiah } from '../shop/format.ts';
import { picture, statusChip } from '../shop/parts.ts';
import { openPage, show } from '../shop/shell.ts';
import { t } from '../shop/texts.ts';

function bankAccount(): HTMLElement {
  const provider = el('allo-provider', { endpoint: '/allo', class: 'payment' }, el('allo-link-button', { 'return-to': '/account.html' }), el('allo-balance'));
  return el('section', { class: 'pay' }, el('h2', {}, t('alloAccount')), provider, el('p', { class: 'quiet' }, t('accountNote')));
}

function row(order: ShopOrder): HTMLElement {
  const count = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const items = count === 1 ? t('item') : t('items', { count });
  const words = el('span', { class: 'grow' }, el('b', {}, order.orderId), el('small', {}, `${instant(order.placedAt)} · ${items}`));
  const right = el('span', { class: 'right' }, el('span', { class: 'sum' }, rupiah(order.totalRupiah)), statusChip(order.status));
  const unpaid = order.status === 'open' || order.status === 'failed';
  const page = unpaid ? `/pay.html?order=${order.orderId}&lines=${order.lines.length}` : `/order.html?order=${order.orderId}`;
  const link = el('a', { class: 'order-link', href: page }, picture(order.lines[0]?.productId ?? '', 56), words, right);
  return el('li', {}, link);
}

openPage(t('account'), async () => {
  const orders = await fetchOrders();
  const list = orders.length === 0 ? el('p', { class: 'quiet' }, t('noOrders')) : el('ul', { class: 'order-list', role: 'list' }, ...orders.map(row));
  show(el('h1', {}, t('account')), el('div', { class: 'two-columns account' }, bankAccount(), el('section', {}, el('h2', {}, t('myOrders')), list)));
});
