import type { Account, Balance, Payment } from './contract.ts';
import type { AlloError } from './errors.ts';

/** What all events of the kit share: they bubble and cross shadow roots, and carry plain fields. */
class AlloEvent extends Event {
  constructor(name: string, fields: object, cancelable = false) {
    super(name, { bubbles: true, composed: true, cancelable });
    Object.assign(this, fields);
  }
}

/** The element shows another state. */
export class AlloStateChangeEvent extends AlloEvent {
  declare readonly previous: string;
  declare readonly state: string;
  constructor(previous: string, state: string) {
    super('allo-state-change', { previous, state });
  }
}

/**
 * The shopper is about to be sent to the bank. `preventDefault()` keeps the window here: the page then has to
 * take the shopper to `url` itself.
 */
export class AlloAuthorizeRequestEvent extends AlloEvent {
  /** The bank's page, `http:` or `https:`. */
  declare readonly url: string;
  declare readonly purpose: 'link' | 'payment';
  constructor(url: string, purpose: 'link' | 'payment') {
    super('allo-authorize-request', { url, purpose }, true);
  }
}

/** The account became linked, on this page or while the shopper was at the bank. Once per link. */
export class AlloLinkedEvent extends AlloEvent {
  declare readonly account: Account;
  constructor(account: Account) {
    super('allo-linked', { account });
  }
}

/** The account is no longer linked: unlinked here, in another tab or, if the page saw it happen, anywhere. */
export class AlloUnlinkedEvent extends AlloEvent {
  declare readonly account: Account;
  constructor(account: Account) {
    super('allo-unlinked', { account });
  }
}

/** A balance was fetched. */
export class AlloBalanceLoadedEvent extends AlloEvent {
  declare readonly balance: Balance;
  constructor(balance: Balance) {
    super('allo-balance-loaded', { balance });
  }
}

/** The shopper pressed pay and nothing was sent yet. `preventDefault()` stops it. */
export class AlloPayStartedEvent extends AlloEvent {
  declare readonly orderId: string;
  constructor(orderId: string) {
    super('allo-pay-started', { orderId }, true);
  }
}

/** The order was paid: seen happening, or found done when the shopper came back from the bank. Once per payment and page. */
export class AlloPaidEvent extends AlloEvent {
  declare readonly payment: Payment;
  constructor(payment: Payment) {
    super('allo-paid', { payment });
  }
}

/** The payment ended without money being taken: failed, cancelled or expired. Once per payment and page. */
export class AlloPayFailedEvent extends AlloEvent {
  declare readonly payment: Payment;
  constructor(payment: Payment) {
    super('allo-pay-failed', { payment });
  }
}

/** The bank gave the money back. Once per payment and page. */
export class AlloRefundedEvent extends AlloEvent {
  declare readonly payment: Payment;
  constructor(payment: Payment) {
    super('allo-refunded', { payment });
  }
}

/** A request failed. The element already shows the shopper a text for it. Once per element and error. */
export class AlloErrorEvent extends AlloEvent {
  declare readonly error: AlloError;
  constructor(error: AlloError) {
    super('allo-error', { error });
  }
}

declare global {
  interface HTMLElementEventMap {
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
}
