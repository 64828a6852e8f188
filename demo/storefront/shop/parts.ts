/** Parts that several pages show: pictures, quantity steppers, order lines, status, the payment panel. */

import type { OrderStatus, Product, ShopOrder } from './api.ts';
import { mostOfOne } from './cart.ts';
import { el, icon } from './dom.ts';
import { rupiah } from './format.ts';
import { inLanguage, t } from './texts.ts';

export const picture = (productId: string, sizePx: number): HTMLElement =>
  el('img', { class: 'picture', src: `/art/${productId}.svg`, alt: '', width: sizePx, height: sizePx, loading: sizePx > 100 ? 'eager' : 'lazy' });

/** Minus, number, plus. Calls back with the new quantity, from `least` to 20. */
export function stepper(name: string, start: number, least: number, onChange: (quantity: number) => void): HTMLElement {
  let quantity = start;
  const number = el('output', { 'aria-label': t('quantity') }, String(start));
  const step = (label: string, glyph: string, by: number): HTMLButtonElement =>
    el('button', { type: 'button', 'aria-label': label, onclick: () => set(quantity + by) }, icon(glyph));
  const fewer = step(t('fewer', { name }), 'minus', -1);
  const more = step(t('more', { name }), 'plus', 1);
  const set = (wanted: number): void => {
    quantity = Math.min(Math.max(wanted, least), mostOfOne);
    number.textContent = String(quantity);
    fewer.disabled = quantity === least;
    more.disabled = quantity === mostOfOne;
    onChange(quantity);
  };
  fewer.disabled = start === least;
  return el('div', { class: 'stepper', role: 'group', 'aria-label': `${t('quantity')}, ${name}` }, fewer, number, more);
}

export interface SummaryLine {
  productId: string;
  name: string;
  rupiah: number;
  quantity: number;
}

/** Lines of a placed order under their names in the language of the page. */
export function linesInLanguage(order: ShopOrder, products: readonly Product[]): SummaryLine[] {
  return order.lines.map((line) => {
    const product = products.find(({ id }) => id === line.productId);
    return product === undefined ? line : { ...line, name: inLanguage(product.name) };
  });
}

export function summary(lines: readonly SummaryLine[], totalRupiah: number): HTMLElement {
  const rows = lines.map((line) =>
    el('li', {}, picture(line.productId, 56), el('span', { class: 'grow' }, line.name, el('small', {}, `${line.quantity} × ${rupiah(line.rupiah)}`)), el('span', { class: 'sum' }, rupiah(line.rupiah * line.quantity))),
  );
  const pickup = el('p', { class: 'row quiet' }, el('span', {}, t('pickupShort')), el('span', {}, t('free')));
  const total = el('p', { class: 'row total' }, el('span', {}, t('total')), el('strong', { 'data-testid': 'order-total' }, rupiah(totalRupiah)));
  return el('div', { class: 'summary' }, el('ul', { role: 'list' }, ...rows), pickup, total);
}

const tones: Record<OrderStatus, string> = { open: 'waiting', failed: 'waiting', review: 'warning', paid: 'good', 'refund-by-hand': 'warning', refunded: 'calm' };

export const statusChip = (status: OrderStatus, hook = 'order-status'): HTMLElement =>
  el('span', { class: `chip ${tones[status]}`, 'data-testid': hook, 'data-status': status }, t(status));

/** The three tags, as a merchant drops them in. After the bank, the shopper comes to the order's page. */
export function paymentPanel({ orderId, status }: ShopOrder): HTMLElement {
  const orderPage = `/order.html?order=${encodeURIComponent(orderId)}`;
  return el(
    'allo-provider',
    { endpoint: '/allo', class: 'payment', 'data-status': status },
    el('allo-link-button', { 'return-to': location.pathname + location.search }),
    el('allo-balance'),
    el('allo-pay', { 'order-id': orderId, 'return-to': orderPage }),
  );
}
