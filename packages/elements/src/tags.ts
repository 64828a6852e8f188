// Made from the custom-elements manifest by `npm run describe`. What is written here by hand is lost.
import type { AlloProvider } from './allo-provider/allo-provider.ts';
import type { AlloLinkButton } from './allo-link-button/allo-link-button.ts';
import type { AlloBalance } from './allo-balance/allo-balance.ts';
import type { AlloPay } from './allo-pay/allo-pay.ts';
import type { AlloCheckout } from './allo-checkout/allo-checkout.ts';
import type { AlloRefund } from './allo-refund/allo-refund.ts';
import type {
  AlloAuthorizeRequestEvent,
  AlloBalanceLoadedEvent,
  AlloErrorEvent,
  AlloLinkedEvent,
  AlloPaidEvent,
  AlloPayFailedEvent,
  AlloPayStartedEvent,
  AlloRefundedEvent,
  AlloStateChangeEvent,
  AlloUnlinkedEvent,
} from './events.ts';

/** What each tag takes and says. The typings of frameworks are made from it; yours can be, too. */
export interface AlloTags {
  /** Says once, for all elements inside it, where the backend is, which texts to use and which theme. */
  'allo-provider': {
    element: AlloProvider;
    attributes: {
      /**
       * That of all elements inside: for a light or a dark ground; `auto` follows the system. Default: the page's
       * own `color-scheme`.
       */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted: a path or an `http(s)` address. Default `/allo`. */
      endpoint: AlloProvider['endpoint'];
      /** `include` sends cookies to a backend on another origin, which must allow it. Default `same-origin`. */
      credentials: AlloProvider['credentials'];
    };
    properties: {
      /** Where the backend is mounted: a path or an `http(s)` address. Default `/allo`. */
      endpoint: AlloProvider['endpoint'];
      /** `include` sends cookies to a backend on another origin, which must allow it. Default `same-origin`. */
      credentials: AlloProvider['credentials'];
      /** Texts that replace ours, by language: `{ id: { pay: 'Bayar {amount}' } }`. */
      messages: AlloProvider['messages'];
    };
    events: {
      /** before the window goes to the bank; cancelable */
      'allo-authorize-request': AlloAuthorizeRequestEvent;
      /** when the account became linked */
      'allo-linked': AlloLinkedEvent;
      /** when it is no longer linked */
      'allo-unlinked': AlloUnlinkedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
      /** when a balance was fetched */
      'allo-balance-loaded': AlloBalanceLoadedEvent;
      /** before anything is sent; cancelable */
      'allo-pay-started': AlloPayStartedEvent;
      /** when the order became paid */
      'allo-paid': AlloPaidEvent;
      /** when a payment ended without money being taken */
      'allo-pay-failed': AlloPayFailedEvent;
      /** when the bank gave the money back, or somebody confirmed that it was transferred */
      'allo-refunded': AlloRefundedEvent;
    };
  };
  /** Links the shopper's Allo Bank account, and unlinks it. */
  'allo-link-button': {
    element: AlloLinkButton;
    attributes: {
      /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
      'return-to': AlloLinkButton['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloLinkButton['presentation'];
      /** Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`. */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloLinkButton['endpoint'];
    };
    properties: {
      /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
      returnTo: AlloLinkButton['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloLinkButton['presentation'];
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloLinkButton['endpoint'];
    };
    events: {
      /** before the window goes to the bank; cancelable */
      'allo-authorize-request': AlloAuthorizeRequestEvent;
      /** when the account became linked */
      'allo-linked': AlloLinkedEvent;
      /** when it is no longer linked */
      'allo-unlinked': AlloUnlinkedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
    };
  };
  /** Shows what the linked Allo Bank account holds, and as of when. */
  'allo-balance': {
    element: AlloBalance;
    attributes: {
      /**
       * Hides the figures until the shopper asks for them, and does not even fetch them until then. What the
       * shopper chose last is remembered in this browser. Default `false`.
       */
      masked: AlloBalance['masked'];
      /** Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`. */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloBalance['endpoint'];
    };
    properties: {
      /**
       * Hides the figures until the shopper asks for them, and does not even fetch them until then. What the
       * shopper chose last is remembered in this browser. Default `false`.
       */
      masked: AlloBalance['masked'];
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloBalance['endpoint'];
    };
    events: {
      /** when a balance was fetched */
      'allo-balance-loaded': AlloBalanceLoadedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
    };
  };
  /** Pays one order with the linked Allo Bank account. */
  'allo-pay': {
    element: AlloPay;
    attributes: {
      /** The merchant's id of the order. While it is missing the element shows its loading state. */
      'order-id': AlloPay['orderId'];
      /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
      'return-to': AlloPay['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloPay['presentation'];
      /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
      disabled: AlloPay['disabled'];
      /** Why it is disabled, in the shopper's language. Default: a general sentence. */
      'disabled-reason': AlloPay['disabledReason'];
      /** Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`. */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloPay['endpoint'];
    };
    properties: {
      /** The merchant's id of the order. While it is missing the element shows its loading state. */
      orderId: AlloPay['orderId'];
      /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
      returnTo: AlloPay['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloPay['presentation'];
      /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
      disabled: AlloPay['disabled'];
      /** Why it is disabled, in the shopper's language. Default: a general sentence. */
      disabledReason: AlloPay['disabledReason'];
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloPay['endpoint'];
    };
    events: {
      /** before anything is sent; cancelable */
      'allo-pay-started': AlloPayStartedEvent;
      /** before the window goes to the bank; cancelable */
      'allo-authorize-request': AlloAuthorizeRequestEvent;
      /** when the order became paid */
      'allo-paid': AlloPaidEvent;
      /** when a payment ended without money being taken */
      'allo-pay-failed': AlloPayFailedEvent;
      /** when the money came back */
      'allo-refunded': AlloRefundedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
    };
  };
  /** The whole way in one tag: what is bought, the account, its balance, the payment, the receipt. */
  'allo-checkout': {
    element: AlloCheckout;
    attributes: {
      /** The merchant's id of the order. While it is missing the element shows its loading state. */
      'order-id': AlloCheckout['orderId'];
      /**
       * Path of the shop to come back to after paying. Default: this page, without its fragment. From linking the
       * shopper always comes back to this page, where the checkout goes on.
       */
      'return-to': AlloCheckout['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloCheckout['presentation'];
      /** How many lines the order has: so many are kept free until it is known. Default 1, at most 50. */
      lines: AlloCheckout['lines'];
      /** Hides the figures of the balance until the shopper asks for them. Default `false`. */
      masked: AlloCheckout['masked'];
      /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
      disabled: AlloCheckout['disabled'];
      /** Why it is disabled, in the shopper's language. Default: a general sentence. */
      'disabled-reason': AlloCheckout['disabledReason'];
      /** Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`. */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloCheckout['endpoint'];
    };
    properties: {
      /** The merchant's id of the order. While it is missing the element shows its loading state. */
      orderId: AlloCheckout['orderId'];
      /**
       * Path of the shop to come back to after paying. Default: this page, without its fragment. From linking the
       * shopper always comes back to this page, where the checkout goes on.
       */
      returnTo: AlloCheckout['returnTo'];
      /**
       * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only.
       * Default `redirect`: this window goes there and comes back.
       */
      presentation: AlloCheckout['presentation'];
      /** How many lines the order has: so many are kept free until it is known. Default 1, at most 50. */
      lines: AlloCheckout['lines'];
      /** Hides the figures of the balance until the shopper asks for them. Default `false`. */
      masked: AlloCheckout['masked'];
      /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
      disabled: AlloCheckout['disabled'];
      /** Why it is disabled, in the shopper's language. Default: a general sentence. */
      disabledReason: AlloCheckout['disabledReason'];
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloCheckout['endpoint'];
    };
    events: {
      /** when the account became linked */
      'allo-linked': AlloLinkedEvent;
      /** when it is no longer linked */
      'allo-unlinked': AlloUnlinkedEvent;
      /** when a balance was fetched */
      'allo-balance-loaded': AlloBalanceLoadedEvent;
      /** before anything is sent; cancelable */
      'allo-pay-started': AlloPayStartedEvent;
      /** before the window goes to the bank; cancelable */
      'allo-authorize-request': AlloAuthorizeRequestEvent;
      /** when the order became paid */
      'allo-paid': AlloPaidEvent;
      /** when a payment ended without money being taken */
      'allo-pay-failed': AlloPayFailedEvent;
      /** when the money came back */
      'allo-refunded': AlloRefundedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
    };
  };
  /** Gives a payment back in full; for a back office. */
  'allo-refund': {
    element: AlloRefund;
    attributes: {
      /** The payment to give back. */
      'payment-id': AlloRefund['paymentId'];
      /**
       * Its amount in rupiah, to be shown only: digits, a point, two digits, for example `125000.00`. Left out,
       * no amount is shown.
       */
      amount: AlloRefund['amount'];
      /** Its status as the page knows it; `manual` if its refund waits for a transfer by hand. Default `paid`. */
      status: AlloRefund['status'];
      /** Why, for the books. At most 255 characters. */
      reason: AlloRefund['reason'];
      /** Under which a transfer by hand can be found; told when it is confirmed. At most 64 characters. */
      'transfer-reference': AlloRefund['transferReference'];
      /** Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`. */
      theme: 'light' | 'dark' | 'auto' | undefined;
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloRefund['endpoint'];
    };
    properties: {
      /** The payment to give back. */
      paymentId: AlloRefund['paymentId'];
      /**
       * Its amount in rupiah, to be shown only: digits, a point, two digits, for example `125000.00`. Left out,
       * no amount is shown.
       */
      amount: AlloRefund['amount'];
      /** Its status as the page knows it; `manual` if its refund waits for a transfer by hand. Default `paid`. */
      status: AlloRefund['status'];
      /** Why, for the books. At most 255 characters. */
      reason: AlloRefund['reason'];
      /** Under which a transfer by hand can be found; told when it is confirmed. At most 64 characters. */
      transferReference: AlloRefund['transferReference'];
      /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
      endpoint: AlloRefund['endpoint'];
    };
    events: {
      /** when the bank gave the money back, or somebody confirmed that it was transferred */
      'allo-refunded': AlloRefundedEvent;
      /** when another state is shown */
      'allo-state-change': AlloStateChangeEvent;
      /** when a request failed; the shopper already reads a sentence */
      'allo-error': AlloErrorEvent;
    };
  };
}

export type AlloTag = keyof AlloTags;

type Optional<T> = { [Key in keyof T]?: T[Key] | undefined };

/** What a tag takes: attributes and properties, any of which can be left out. */
export type Given<Tag extends AlloTag> = Optional<AlloTags[Tag]['attributes'] & AlloTags[Tag]['properties']>;

/** An event of a tag as a listener at that tag gets it. */
export type Heard<Tag extends AlloTag, Type extends keyof AlloTags[Tag]['events']> =
  AlloTags[Tag]['events'][Type] & { readonly currentTarget: AlloTags[Tag]['element'] };
