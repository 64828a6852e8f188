/** What every page has around it: header with cart and language, footer, an announcement for screen readers. */

import { readCart, onCartChange } from './cart.ts';
import { el, find, icon } from './dom.ts';
import type { Child } from './dom.ts';
import { chooseLanguage, language } from './language.ts';
import type { Language } from './language.ts';
import { t } from './texts.ts';

const shopName = 'Teras Pagi';

function cartLink(): HTMLElement {
  const badge = el('span', { class: 'badge', 'aria-hidden': 'true' });
  const link = el('a', { class: 'tool', href: '/cart.html', 'data-testid': 'cart-link' }, icon('cart'), badge);
  const show = (): void => {
    const count = Object.values(readCart()).reduce((sum, quantity) => sum + quantity, 0);
    badge.textContent = count === 0 ? '' : String(count);
    link.setAttribute('aria-label', count === 0 ? t('cart') : t('cartWith', { count }));
  };
  onCartChange(show);
  show();
  return link;
}

function languageSwitch(): HTMLElement {
  const choice = (value: Language, name: string): HTMLElement =>
    el('button', { type: 'button', lang: value, title: name, 'aria-pressed': String(language === value), onclick: () => chooseLanguage(value) }, value.toUpperCase());
  return el('div', { class: 'languages', role: 'group', 'aria-label': t('languageName') }, choice('id', 'Bahasa Indonesia'), choice('en', 'English'));
}

const wordmark = (href: string, suffix?: string): HTMLElement =>
  el('a', { class: 'wordmark', href }, el('img', { src: '/art/mark.svg', alt: '', width: 32, height: 32 }), el('span', {}, shopName), suffix !== undefined && el('small', {}, suffix));

function shopHeader(): Node[] {
  const account = el('a', { class: 'tool', href: '/account.html', 'aria-label': t('account') }, icon('person'));
  return [wordmark('/'), el('nav', { class: 'tools' }, languageSwitch(), account, cartLink())];
}

const officeHeader = (): Node[] => [
  wordmark('/office/', t('office')),
  el('nav', { class: 'tools' }, languageSwitch(), el('a', { class: 'tool', href: '/', 'aria-label': t('shop') }, icon('shop'))),
];

function openFrame(title: string, header: Node[]): void {
  document.title = `${title} · ${shopName}`;
  document.body.prepend(el('a', { class: 'skip', href: '#main' }, t('skip')));
  find('header.top').replaceChildren(...header);
  find('footer.bottom').replaceChildren(el('p', {}, t('footer')), el('a', { href: '/office/' }, t('office')));
  document.body.append(el('p', { class: 'unseen', role: 'status', id: 'announcement' }));
}

/** Tells a screen reader what a sighted shopper sees happen. */
export function announce(text: string): void {
  find('#announcement').textContent = text;
}

export function show(...content: readonly Child[]): void {
  find('main').replaceChildren(...content.filter((child) => child !== false && child !== undefined));
}

async function fill(render: () => Promise<void>): Promise<void> {
  try {
    await render();
  } catch (error) {
    console.error(error);
    show(el('div', { class: 'notice' }, el('p', { role: 'alert' }, t('broken')), el('button', { class: 'button', type: 'button', onclick: () => location.reload() }, t('again'))));
  }
}

/** Puts the header up, then lets `render` fill the page; if that fails, offers to try again. */
export function openPage(title: string, render: () => Promise<void>): void {
  openFrame(title, shopHeader());
  void fill(render);
}

/** The same for the back office. */
export function openOffice(title: string, render: () => Promise<void>): void {
  openFrame(title, officeHeader());
  void fill(render);
}

/** A sentence in place of a page, with one way on. */
export const notice = (text: string, href: string, label: string): HTMLElement =>
  el('div', { class: 'notice' }, el('p', {}, text), el('a', { class: 'button', href }, label));
