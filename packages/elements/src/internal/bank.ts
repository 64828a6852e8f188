import { AlloAuthorizeRequestEvent } from '../events.ts';

/**
 * How the shopper gets to the bank's page: in this window, in a popup over it, or (`auto`) in a popup where such
 * windows work well, which is on a desktop.
 */
export type Presentation = 'auto' | 'redirect' | 'popup';

/**
 * The popup's name, and that of the mark in its own storage. By the mark our elements know, when the bank sends the
 * shopper back, that they stand in it: Firefox and Safari take a window's name away on another site.
 */
export const popupName = 'allo-kit-bank';

/** Who sends the shopper to the bank. */
export interface Sender extends HTMLElement {
  readonly presentation: Presentation | undefined;
  text(key: 'opening'): string;
}

/**
 * The shopper's way to the bank, once. A popup is only allowed inside the press of a button, when the address is not
 * known yet: so it is opened blank first, and sent on later. Where there is none, this window goes.
 */
export class BankTrip {
  #popup: Window | null = null;

  /** To be called inside the press. */
  prepare(sender: Sender): void {
    this.end();
    if (wantsPopup(sender.presentation)) this.#popup = openPopup('', sender.text('opening'));
  }

  /**
   * Sends the shopper to `url`, unless the page takes that over.
   *
   * @returns whether this window is leaving
   */
  go(sender: Sender, url: string, purpose: 'link' | 'payment'): boolean {
    const popup = this.#popup;
    const isOurs = sender.dispatchEvent(new AlloAuthorizeRequestEvent(url, purpose));
    if (!isOurs) this.end();
    this.#popup = null;
    // Whoever closed the popup meanwhile stays here, and finds the way to the bank as a link.
    if (!isOurs || popup?.closed) return false;
    if (popup) popup.location.replace(url);
    else location.assign(url);
    return !popup;
  }

  /** It came to nothing: a blank window must not stay. */
  end(): void {
    this.#popup?.close();
    this.#popup = null;
  }
}

/** Opens the bank's page again the way it was opened before. False if this window has to go. */
export function reopen(sender: Sender, url: string): boolean {
  return wantsPopup(sender.presentation) && openPopup(url) !== null;
}

/** Where the shopper comes back to unless the page says otherwise: here. Without the fragment, which a server never sees. */
export function thisPage(): string {
  return location.pathname + location.search;
}

/** In an app's own browser and in an installed web app a second window gets lost, or never opens. */
function wantsPopup(presentation: Presentation = 'redirect'): boolean {
  const confined = matchMedia('(display-mode: standalone)').matches || /; wv\)|FBA[NV]|Instagram|Line\/|WhatsApp|TikTok|GSA\//.test(navigator.userAgent);
  return !confined && (presentation === 'popup' || (presentation === 'auto' && matchMedia('(pointer: fine)').matches));
}

function openPopup(url: string, words = ''): Window | null {
  const popup = open(url, popupName, 'popup,width=480,height=760');
  try {
    if (!popup) return popup;
    // The bank's page must not be able to send this one anywhere.
    popup.opener = null;
    if (words) popup.document.title = popup.document.body.textContent = words;
    popup.sessionStorage.setItem(popupName, '1');
  } catch {
    // It is open already and at the bank, or there is no storage: it can be sent on, but not be written to.
  }
  return popup;
}
