import type { Account, Balance, Payment } from './contract.ts';
import type { AlloError } from './errors.ts';

/** The element shows another state. */
export interface AlloStateChangeEvent extends Event {
  readonly previous: string;
  readonly state: string;
}

/**
 * The shopper is about to be sent to the bank. `preventDefault()` keeps the window here: the page then has to
 * take the shopper to `url` itself.
 */
export interface AlloAuthorizeRequestEvent extends Event {
  /** The bank's page, `http:` or `https:`. */
  readonly url: string;
  readonly purpose: 'link' | 'payment';
}

/** The account became linked, on this page or while the shopper was at the bank. Once per link. */
export interface AlloLinkedEvent extends Event {
  readonly account: Account;
}

/** The account is no longer linked: unlinked here, in another tab or, if the page saw it happen, anywhere. */
export interface AlloUnlinkedEvent extends Event {
  readonly account: Account;
}

/** A balance was fetched. */
export interface AlloBalanceLoadedEvent extends Event {
  readonly balance: Balance;
}

/** The shopper pressed pay and nothing was sent yet. `preventDefault()` stops it. */
export interface AlloPayStartedEvent extends Event {
  readonly orderId: string;
}

/** The order was paid: seen happening, or found done when the shopper came back from the bank. Once per payment and page. */
export interface AlloPaidEvent extends Event {
  readonly payment: Payment;
}

/** The payment ended without money being taken: failed, cancelled or expired. Once per payment and page. */
export interface AlloPayFailedEvent extends Event {
  readonly payment: Payment;
}

/** The bank gave the money back, or somebody transferred it by hand (`payment.refund.byHand`). Once per payment and page. */
export interface AlloRefundedEvent extends Event {
  readonly payment: Payment;
}

/** A request failed. The element already shows the shopper a text for it. Once per element and error. */
export interface AlloErrorEvent extends Event {
  readonly error: AlloError;
}

/** The events of the kit by name. */
export interface AlloEventMap {
  'allo-state-change': AlloStateChangeEvent;
  'allo-authorize-request': AlloAuthorizeRequestEvent;
  'allo-linked': AlloLinkedEvent;
  'allo-unlinked': AlloUnlinkedEvent;
  'allo-balance-loaded': AlloBalanceLoadedEvent;
  'allo-pay-started': AlloPayStartedEvent;
  'allo-paid': AlloPaidEvent;
  'allo-pay-failed': AlloPayFailedEvent;
  'allo-refunded': AlloRefundedEvent;
  'allo-error': AlloErrorEvent;
}

/** What all events of the kit are: they bubble and cross shadow roots, and carry plain fields. */
export class AlloEvent<Name extends keyof AlloEventMap> extends Event {
  constructor(name: Name, fields: Omit<AlloEventMap[Name], keyof Event>, cancelable = false) {
    super(name, { bubbles: true, composed: true, cancelable });
    Object.assign(this, fields);
  }
}

/* eslint-disable @typescript-eslint/no-empty-object-type -- a declaration that is merged can only extend */
declare global {
  interface HTMLElementEventMap extends AlloEventMap {}
  // They bubble as far as the document and the window.
  interface DocumentEventMap extends AlloEventMap {}
  interface WindowEventMap extends AlloEventMap {}
}
