/** The back office: orders with their payments and refunds, customers' accounts, the event log. Looks again every few seconds. */

import '@allo-kit/elements/allo-provider/define';
import '@allo-kit/elements/allo-refund/define';
import { fetchOffice, unlinkCustomer } from '../shop/api.ts';
import type { Office, OfficeEvent, Owed, ShopOrder } from '../shop/api.ts';
import { el, find } from '../shop/dom.ts';
import { instant, rupiah } from '../shop/format.ts';
import { statusChip } from '../shop/parts.ts';
import { openOffice, show } from '../shop/shell.ts';
import { eventText, t } from '../shop/texts.ts';
import type { TextKey } from '../shop/texts.ts';

const lookAgainMs = 3_000;

/** `guest-3f2a…` → `Guest 3F2A`. */
const customerName = (customerId: string): string => `${t('guest')} ${customerId.slice(6, 10).toUpperCase()}`;

/** The latest word on each customer's account, newest first. */
const accountsOf = (events: readonly OfficeEvent[]): OfficeEvent[] =>
  events.filter(({ type, customerId }, index) => type.startsWith('account.') && index === firstOf(events, customerId));

const firstOf = (events: readonly OfficeEvent[], customer: string): number =>
  events.findIndex(({ type, customerId }) => type.startsWith('account.') && customerId === customer);

// --- Numbers ---

function figures({ orders, events }: Office): HTMLElement {
  const sumOf = (...statuses: readonly string[]): number =>
    orders.filter(({ status }) => statuses.includes(status)).reduce((sum, { totalRupiah }) => sum + totalRupiah, 0);
  const linked = accountsOf(events).filter(({ type }) => type === 'account.linked').length;
  const figure = (label: TextKey, value: string): HTMLElement => el('div', { class: 'figure' }, el('dt', {}, t(label)), el('dd', {}, value));
  return el(
    'dl',
    { class: 'figures', id: 'figures' },
    figure('orders', String(orders.length)),
    figure('income', rupiah(sumOf('paid', 'refund-by-hand'))),
    figure('givenBack', rupiah(sumOf('refunded'))),
    figure('linkedAccounts', String(linked)),
  );
}

// --- Orders ---

const cell = (label: TextKey, ...children: readonly (Node | string)[]): HTMLElement => el('td', { 'data-label': t(label) }, ...children);

/** An element whose refund may be under way must stay what it is: rows are changed in place, never drawn anew. */
function refundOf(order: ShopOrder): HTMLElement {
  return order.paymentId === null ? el('span', { class: 'quiet' }, '–') : refundElement(order.paymentId, order, paymentStatus(order));
}

const refundElement = (paymentId: string, { totalRupiah }: Owed | ShopOrder, status: string): HTMLElement =>
  el('allo-refund', { 'payment-id': paymentId, amount: `${totalRupiah}.00`, status, 'data-testid': 'refund' });

const paymentStatus = ({ status }: ShopOrder): string => (status === 'refund-by-hand' ? 'manual' : status);

const canShowRefund = ({ status }: ShopOrder): boolean => ['paid', 'refunded', 'refund-by-hand'].includes(status);

function orderRow(order: ShopOrder): HTMLElement {
  const items = el('ul', { class: 'items', role: 'list' }, ...order.lines.map((line) => el('li', {}, `${line.quantity} × ${line.name}`)));
  const who = el('span', {}, order.name === '' ? customerName(order.customerId) : order.name);
  const number = el('span', {}, el('b', {}, order.orderId), el('small', {}, instant(order.placedAt)));
  return el(
    'tr',
    { id: order.orderId, 'data-testid': 'office-order', 'data-order': order.orderId },
    cell('order', number),
    cell('customer', who),
    cell('products', items),
    cell('total', el('span', { class: 'sum' }, rupiah(order.totalRupiah))),
    cell('status', el('span', { class: 'status' })),
    cell('refund', el('span', { class: 'refund' })),
  );
}

function updateRow(row: HTMLElement, order: ShopOrder): void {
  if (row.dataset['status'] === order.status && row.dataset['payment'] === String(order.paymentId)) return;
  Object.assign(row.dataset, { status: order.status, payment: String(order.paymentId) });
  row.querySelector('.status')?.replaceChildren(statusChip(order.status));
  const refund = row.querySelector('allo-refund');
  if (refund !== null && refund.getAttribute('payment-id') === order.paymentId) refund.setAttribute('status', paymentStatus(order));
  else row.querySelector('.refund')?.replaceChildren(canShowRefund(order) ? refundOf(order) : '–');
}

function updateOrders(orders: readonly ShopOrder[]): void {
  const body = find('#orders tbody');
  orders.forEach((order, index) => {
    const row = document.getElementById(order.orderId) ?? orderRow(order);
    updateRow(row, order);
    if (!row.isConnected) body.insertBefore(row, body.children[index] ?? null);
  });
  find('#no-orders').hidden = orders.length > 0;
  find('#orders table').hidden = orders.length === 0;
}

function ordersSection(): HTMLElement {
  const titles = (['order', 'customer', 'products', 'total', 'status', 'refund'] as const).map((key) => el('th', { scope: 'col' }, t(key)));
  const table = el('table', {}, el('thead', {}, el('tr', {}, ...titles)), el('tbody'));
  const provider = el('allo-provider', { endpoint: '/allo' }, table);
  return el('section', { class: 'panel', id: 'orders' }, el('h2', {}, t('orders')), el('p', { class: 'quiet', id: 'no-orders' }, t('noOrders')), provider);
}

// --- What is owed besides ---

const owedRow = (owed: Owed): HTMLElement =>
  el('li', { id: owed.paymentId, 'data-owed': owed.orderId }, el('b', {}, owed.orderId), el('span', {}, rupiah(owed.totalRupiah)), refundElement(owed.paymentId, owed, 'manual'));

/** What was transferred since, also by somebody else, stays, and says so, until the page is opened again. */
function updateOwed(owed: readonly Owed[]): void {
  const list = find('#owed ul');
  for (const row of list.children) if (!owed.some(({ paymentId }) => paymentId === row.id)) row.querySelector('allo-refund')?.setAttribute('status', 'refunded');
  list.append(...owed.filter(({ paymentId }) => document.getElementById(paymentId) === null).map(owedRow));
  find('#owed').hidden = list.childElementCount === 0;
}

function owedSection(): HTMLElement {
  const provider = el('allo-provider', { endpoint: '/allo' }, el('ul', { class: 'log', role: 'list' }));
  return el('section', { class: 'panel', id: 'owed' }, el('h2', {}, t('owed')), el('p', { class: 'quiet' }, t('owedNote')), provider);
}

// --- Accounts and events ---

/** Asks once more in its own place before it acts. */
function unlinkButton(customerId: string): HTMLElement {
  const label = { 'aria-label': t('unlinkNamed', { name: customerName(customerId) }), 'data-testid': 'unlink' };
  const button = el('button', { class: 'button plain', type: 'button', ...label }, t('unlinkAccount'));
  const unlink = async (): Promise<void> => {
    if (button.dataset['sure'] === undefined) {
      button.dataset['sure'] = '';
      button.textContent = t('unlinkSure');
      button.removeAttribute('aria-label');
      return;
    }
    button.disabled = true;
    await unlinkCustomer(customerId).then(() => fetchOffice().then(update), () => {
      button.disabled = false;
      button.textContent = t('notUnlinked');
    });
  };
  button.addEventListener('click', () => void unlink());
  return button;
}

function accountList({ events }: Office): HTMLElement {
  const rows = accountsOf(events).map(({ customerId, type, at }) => {
    const unlink = type === 'account.linked' ? unlinkButton(customerId) : '';
    return el('li', { 'data-customer': customerId }, el('b', {}, customerName(customerId)), el('span', {}, eventText(type)), el('small', {}, t('since', { at: instant(at) })), unlink);
  });
  const list = rows.length === 0 ? el('p', { class: 'quiet' }, t('noAccounts')) : el('ul', { class: 'log', role: 'list' }, ...rows);
  return el('section', { class: 'panel', id: 'accounts' }, el('h2', {}, t('accounts')), list, el('p', { class: 'quiet' }, t('accountsNote')));
}

function eventRow(event: OfficeEvent): HTMLElement {
  const about = event.orderId ?? customerName(event.customerId);
  const reference = event.reference === null ? '' : el('code', {}, event.reference);
  return el('li', { 'data-event': event.type }, el('b', {}, eventText(event.type)), el('span', {}, about), el('small', {}, instant(event.at)), reference);
}

function eventLog({ events }: Office): HTMLElement {
  const list = events.length === 0 ? el('p', { class: 'quiet' }, t('noEvents')) : el('ul', { class: 'log', role: 'list' }, ...events.map(eventRow));
  return el('section', { class: 'panel', id: 'events' }, el('h2', {}, t('events')), list);
}

// --- Keeping it current ---

let shown = '';

function update(office: Office): void {
  const now = JSON.stringify(office);
  if (now === shown) return;
  shown = now;
  updateOrders(office.orders);
  updateOwed(office.owed);
  find('#figures').replaceWith(figures(office));
  find('#accounts').replaceWith(accountList(office));
  find('#events').replaceWith(eventLog(office));
}

/** A look that fails is followed by the next one; what is shown stays. */
async function lookAgain(): Promise<void> {
  if (!document.hidden) await fetchOffice().then(update, (error: unknown) => console.warn(error));
  setTimeout(() => void lookAgain(), lookAgainMs);
}

openOffice(t('office'), async () => {
  const office = await fetchOffice();
  show(el('h1', {}, t('office')), figures(office), owedSection(), ordersSection(), el('div', { class: 'halves' }, accountList(office), eventLog(office)));
  find('main').addEventListener('allo-refunded', () => void fetchOffice().then(update, () => undefined));
  update(office);
  setTimeout(() => void lookAgain(), lookAgainMs);
});
