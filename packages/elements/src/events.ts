import type { Account, Balance, Payment } from './contract.ts';
import type { AlloError } from './errors.ts';

const fact: EventInit = { bubbles: true, composed: true };
const request: EventInit = { ...fact, cancelable: true };

/** The element shows another state. */
export class AlloStateChangeEvent extends Event {
  static readonly eventName = 'allo-state-change';
  readonly previous: string;
  readonly state: string;
  constructor(previous: string, state: string) {
    super(AlloStateChangeEvent.eventName, fact);
    this.previous = previous;
    this.state = state;
  }
}

/**
 * The shopper is about to be sent to the bank. `preventDefault()` keeps the window here: the page then has to
 * take the shopper to `url` itself.
 */
export class AlloAuthorizeRequestEvent extends Event {
  static readonly eventName = 'allo-authorize-request';
  /** The bank's page, `http:` or `https:`. */
  readonly url: string;
  readonly purpose: 'link' | 'payment';
  constructor(url: string, purpose: 'link' | 'payment') {
    super(AlloAuthorizeRequestEvent.eventName, request);
    this.url = url;
    this.purpose = purpose;
  }
}

/** The account became linked, on this page or while the shopper was at the bank. Once per link. */
export class AlloLinkedEvent extends Event {
  static readonly eventName = 'allo-linked';
  readonly account: Account;
  constructor(account: Account) {
    super(AlloLinkedEvent.eventName, fact);
    this.account = account;
  }
}

/** The account is no longer linked: unlinked here, in another tab or, if the page saw it happen, anywhere. */
export class AlloUnlinkedEvent extends Event {
  static readonly eventName = 'allo-unlinked';
  readonly account: Account;
  constructor(account: Account) {
    super(AlloUnlinkedEvent.eventName, fact);
    this.account = account;
  }
}

/** A balance was fetched. */
export class AlloBalanceLoadedEvent extends Event {
  static readonly eventName = 'allo-balance-loaded';
  readonly balance: Balance;
  constructor(balance: Balance) {
    super(AlloBalanceLoadedEvent.eventName, fact);
    this.balance = balance;
  }
}

/** The shopper pressed pay and nothing was sent yet. `preventDefault()` stops it. */
export class AlloPayStartedEvent extends Event {
  static readonly eventName = 'allo-pay-started';
  readonly orderId: string;
  constructor(orderId: string) {
    super(AlloPayStartedEvent.eventName, request);
    this.orderId = orderId;
  }
}

/** The order was paid: seen happening, or found done when the shopper came back from the bank. Once per payment and page. */
export class AlloPaidEvent extends Event {
  static readonly eventName = 'allo-paid';
  readonly payment: Payment;
  constructor(payment: Payment) {
    super(AlloPaidEvent.eventName, fact);
    this.payment = payment;
  }
}

/** The payment ended without money being taken: failed, cancelled or expired. Once per payment and page. */
export class AlloPayFailedEvent extends Event {
  static readonly eventName = 'allo-pay-failed';
  readonly payment: Payment;
  constructor(payment: Payment) {
    super(AlloPayFailedEvent.eventName, fact);
    this.payment = payment;
  }
}

/** The bank gave the money back. Once per payment and page. */
export class AlloRefundedEvent extends Event {
  static readonly eventName = 'allo-refunded';
  readonly payment: Payment;
  constructor(payment: Payment) {
    super(AlloRefundedEvent.eventName, fact);
    this.payment = payment;
  }
}

/** A request failed. The element already shows the shopper a text for it. Once per element and error. */
export class AlloErrorEvent extends Event {
  static readonly eventName = 'allo-error';
  readonly error: AlloError;
  constructor(error: AlloError) {
    super(AlloErrorEvent.eventName, fact);
    this.error = error;
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
