import { AlloAuthorizeRequestEvent } from '../events.ts';

/**
 * Sends the shopper to the bank's page in this window, unless the page takes that over.
 *
 * @returns whether the window is leaving
 */
export function goToBank(host: Element, url: string, purpose: 'link' | 'payment'): boolean {
  if (!host.dispatchEvent(new AlloAuthorizeRequestEvent(url, purpose))) return false;
  location.assign(url);
  return true;
}

/** Where the shopper comes back to unless the page says otherwise: here. Without the fragment, which a server never sees. */
export function thisPage(): string {
  return location.pathname + location.search;
}
