/** One order, `?order=`: where the shopper lands after the bank. Its status is the shop's own, told by events. */

import '@allo-kit/elements/define';
import { fetchOrder, fetchProducts } from '../shop/api.ts';
import type { OrderStatus, ShopOrder } from '../shop/api.ts';
import { el, find, icon } from '../shop/dom.ts';
import { instant } from '../shop/format.ts';
import { linesInLanguage, paymentPanel, statusChip, summary } from '../shop/parts.ts';
import { announce, notice, openPage, show } from '../shop/shell.ts';
import type { TextKey } from '../shop/texts.ts';
import { t } from '../shop/texts.ts';

const leads: Record<OrderStatus, TextKey> = { open: 'leadOpen', failed: 'leadFailed', review: 'leadReview', paid: 'leadPaid', 'refund-by-hand': 'leadHand', refunded: 'leadRefunded' };

/** How long to wait before each look at the order after the elements saw something happen, in ms. */
const looksAfterMs = [0, 400, 1_000, 2_000, 4_000, 8_000];

function greeting(order: ShopOrder): string {
  if (order.status !== 'paid') return t('orderNumber', { id: order.orderId });
  return order.name === '' ? t('thanks') : t('thanksNamed', { name: order.name });
}

function head(order: ShopOrder): HTMLElement {
  const facts = el('p', { class: 'quiet' }, order.status === 'paid' && `${t('orderNumber', { id: order.orderId })} · `, `${t('placed')} ${instant(order.placedAt)}`);
  return el('div', { class: 'order-head', id: 'order-head' }, statusChip(order.status), el('h1', {}, greeting(order)), el('p', { class: 'lead' }, t(leads[order.status])), facts);
}

/** Looks at the order until the shop has heard what the elements saw; its server may be told a moment later. */
async function follow(orderId: string, seen: OrderStatus): Promise<void> {
  for (const pauseMs of looksAfterMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const order = await fetchOrder(orderId).catch(() => undefined);
    if (order === undefined || order.status === seen) continue;
    find('#order-head').replaceWith(head(order));
    find('.payment').dataset['status'] = order.status;
    announce(t(leads[order.status]));
    return;
  }
}

openPage(t('yourOrder'), async () => {
  const orderId = new URLSearchParams(location.search).get('order') ?? '';
  const [order, products] = await Promise.all([fetchOrder(orderId), fetchProducts()]);
  if (order === undefined) {
    show(notice(t('noOrder'), '/account.html', t('myOrders')));
    return;
  }
  const payment = el('section', { class: 'pay', 'aria-label': t('payment') }, paymentPanel(order));
  for (const type of ['allo-paid', 'allo-refunded', 'allo-pay-failed']) {
    payment.addEventListener(type, () => void follow(orderId, find('[data-testid="order-status"]').dataset['status'] as OrderStatus));
  }
  const bought = el('aside', { class: 'panel' }, el('h2', {}, t('yourOrder')), summary(linesInLanguage(order, products), order.totalRupiah), el('p', { class: 'hint' }, icon('shop'), t('pickup')));
  show(head(order), el('div', { class: 'two-columns checkout' }, payment, bought), el('p', {}, el('a', { class: 'back', href: '/account.html' }, icon('back'), t('myOrders'))));
});
