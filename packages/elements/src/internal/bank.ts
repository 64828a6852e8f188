import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { AlloEvent } from '../events.ts';
import { lastPopup, popupName } from './session.ts';

/**
 * How the shopper gets to the bank's page: in this window, in a popup over it, or (`auto`) in a popup where such
 * windows work well, which is on a desktop.
 */
export type Presentation = 'auto' | 'redirect' | 'popup';

/** Who sends the shopper to the bank. */
export interface Sender extends HTMLElement {
  readonly presentation: Presentation | undefined;
  text(key: 'opening' | 'continueAtBank'): string;
}

/**
 * The shopper's way to the bank, once. A popup is only allowed inside the press of a button, when the address is not
 * known yet: so it is opened blank first, and sent on later. Where there is none, this window goes.
 */
export class BankTrip {
  /** This window is leaving for the bank. */
  leaving = false;
  #popup: Window | null = null;
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** To be called inside the press. */
  prepare(): void {
    this.end();
    this.#popup = this.#open('', this.#sender.text('opening'));
  }

  /** Sends the shopper to `url`, unless the page takes that over. */
  go(url: string, purpose: 'link' | 'payment'): void {
    const popup = this.#popup;
    const isOurs = this.#sender.dispatchEvent(new AlloEvent('allo-authorize-request', { url, purpose }, true));
    this.leaving = isOurs && !popup;
    if (!isOurs) return this.end();
    this.#popup = null;
    if (!popup) location.assign(url);
    // Whoever closed the popup meanwhile stays here, and finds the way to the bank as a link.
    else if (!popup.closed) popup.location.replace(url);
  }

  /** It came to nothing: a blank window must not stay. */
  end(): void {
    this.#popup?.close();
    this.#popup = null;
  }

  /** The way on to the bank's page, as a real link: a popup that was closed too early is one press away. */
  link(url: string): TemplateResult {
    const follow = (event: Event): void => {
      if (this.#open(url)) event.preventDefault();
    };
    return html`<a part="button primary" href=${url} rel="noreferrer" @click=${follow}><span part="label">${this.#sender.text('continueAtBank')}</span></a>`;
  }

  /** A popup with `words` in it, if one is wanted and allowed. */
  #open(url: string, words = ''): Window | null {
    if (!wantsPopup(this.#sender.presentation)) return null;
    const popup = open(url, popupName, 'popup,width=480,height=760');
    try {
      if (!popup) return popup;
      lastPopup.popup = popup;
      // The bank's page must not be able to send this one anywhere.
      popup.opener = null;
      if (words) popup.document.title = popup.document.body.textContent = words;
      popup.sessionStorage.setItem(popupName, '1');
    } catch {
      // It is open already and at the bank, or there is no storage: it can be sent on, but not be written to.
    }
    return popup;
  }
}

/** Where the shopper comes back to unless the page says otherwise: here. Without the fragment, which a server never sees. */
export function thisPage(): string {
  return location.pathname + location.search;
}

/** In an app's own browser and in an installed web app a second window gets lost, or never opens. */
function wantsPopup(presentation: Presentation | undefined): boolean {
  const wanted = presentation === 'popup' || (presentation === 'auto' && matchMedia('(pointer: fine)').matches);
  return wanted && !matchMedia('(display-mode: standalone)').matches && !/; wv\)|FBA[NV]|Instagram|Line\/|WhatsApp|TikTok|GSA\//.test(navigator.userAgent);
}
