import { AlloEvent } from '../events.ts';
import { popupMark } from './session.ts';

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
 * The shopper's way to the bank for one purpose, and again for the same one. A popup is only allowed inside the press of
 * a button, when the address is not known yet: so it is opened blank first, and sent on later. Where there is none, this
 * window goes. Two payments of one page have a popup each, and close only their own.
 */
export class BankTrip {
  /** This window is leaving for the bank. */
  leaving = false;
  #popup: Window | null = null;
  #isBlank = false;
  readonly #name = `${popupMark}-${Math.random()}`;
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** To be called inside the press. */
  prepare(): void {
    this.#isBlank = this.open('', this.#sender.text('opening'));
  }

  /** Sends the shopper to `url`, unless the page takes that over. */
  go(url: string, purpose: 'link' | 'payment'): void {
    const popup = this.#popup;
    const isOurs = this.#sender.dispatchEvent(new AlloEvent('allo-authorize-request', { url, purpose }, true));
    this.leaving = isOurs && !popup;
    if (!isOurs) return this.close();
    this.#isBlank = false;
    if (!popup) location.assign(url);
    // Whoever closed the popup meanwhile stays here, and finds the way to the bank as a link.
    else if (!popup.closed) popup.location.replace(url);
  }

  /** It came to nothing: a blank window must not stay. */
  end(): void {
    if (this.#isBlank) this.close();
  }

  /** It is known how it went: also where the popup shows a page without our elements. */
  close(): void {
    const popup = this.#popup;
    this.#popup = null;
    this.#isBlank = false;
    if (popup) this.#shut(popup);
  }

  /** A popup with `words` in it, if one is wanted and allowed; false if there is none. */
  open(url: string, words = ''): boolean {
    const popup = (this.#popup = wantsPopup(this.#sender.presentation) ? open(url, this.#name, 'popup,width=480,height=760') : null);
    try {
      if (!popup) return false;
      // The bank's page must not be able to send this one anywhere.
      popup.opener = null;
      if (words) popup.document.title = popup.document.body.textContent = words;
      popup.sessionStorage.setItem(popupMark, '1');
    } catch {
      // It is open already and at the bank, or there is no storage: it can be sent on, but not be written to.
    }
    return true;
  }

  /** Again until it is, or is opened anew: a window that is between two pages does not hear it. */
  #shut(popup: Window): void {
    popup.close();
    setTimeout(() => popup.closed || popup === this.#popup || this.#shut(popup), 500);
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
