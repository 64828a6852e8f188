import type { AlloBalance } from '../allo-balance/allo-balance.ts';
import type { AlloLinkButton } from '../allo-link-button/allo-link-button.ts';
import type { AlloPay, AlloPayState } from '../allo-pay/allo-pay.ts';

/** The elements that a checkout is composed of. */
export interface Steps {
  link: AlloLinkButton;
  balance: AlloBalance;
  pay: AlloPay;
}

/** What of them is seen. */
export type Arrangement = Record<keyof Steps, boolean>;

const beforeLink = new Set<string>(['unlinked', 'linking', 'relink-required']);
const settled = new Set<string>(['paid', 'refunding', 'refunded', 'review']);
/** The account is no matter now: the payment is made, or its outcome is open. */
const alone = new Set<string>(['loading', 'waiting', 'processing', ...settled]);
/** The button to pay stands there, beside what there is to pay with; in any other state words take that room. */
const atButton = new Set<string>(['ready', 'disabled', 'creating', 'opening']);

/** The money was taken, or people look at it: what is left to show is the receipt. */
export function isSettled(state: AlloPayState): boolean {
  return settled.has(state);
}

/** The element that has the way on. */
export function currentStep({ link, pay }: Steps): AlloLinkButton | AlloPay {
  return beforeLink.has(pay.state) ? link : pay;
}

/** The one state of the whole: that of the payment; while there is no account to pay with, what linking it comes to. */
export function stateOf({ link, pay }: Steps): AlloPayState {
  const { state } = link;
  const isLinks = state === 'phone' || state === 'opening' || state === 'offline' || state === 'error';
  return isLinks && beforeLink.has(pay.state) ? state : pay.state;
}

/**
 * Shows what the shopper needs now, and no sentence twice: the link button says by itself how linking stands, and what
 * failed for several is told by one.
 */
export function arrange({ link, balance, pay }: Steps): Arrangement {
  return {
    link: !alone.has(pay.state) && !repeats(link, pay),
    balance: atButton.has(pay.state) && !repeats(balance, link),
    pay: pay.state === 'unlinked' || !beforeLink.has(pay.state),
  };
}

/** Whether both tell of a problem in the same words. */
function repeats(one: Steps[keyof Steps], other: Steps[keyof Steps]): boolean {
  const words = problemOf(one);
  return words !== undefined && words === problemOf(other);
}

/** The sentence by which an element says what went wrong. */
function problemOf(element: Steps[keyof Steps]): string | undefined {
  const { state, error } = element;
  if (state === 'offline') return element.text(state);
  return state === 'error' ? element.text(error?.code ?? 'UNAVAILABLE') : undefined;
}
