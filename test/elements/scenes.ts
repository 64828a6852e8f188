/**
 * How to bring every element into every state it has, over the contract's backend. Data only: the same list is played
 * in a browser's test page and, over real HTTP, from Node.
 *
 * @module
 */
import type { Account } from '../../packages/elements/src/contract.ts';
import type { Backend, BackendRoute } from '../../packages/elements/src/msw.ts';

export interface Scene {
  tag: string;
  /** The state it ends in. */
  state: string;
  attributes?: Record<string, string>;
  /** What the backend holds, refuses or keeps waiting before the element asks. */
  prepare?: (backend: Backend) => unknown;
  /** How often a button is pressed to get there, each time in another state than the last. */
  presses?: number;
  /** Which one, by its part: for where the way on is not the first. Default: the first button. */
  button?: string;
  /** What becomes of the backend before the first press. */
  late?: (backend: Backend) => unknown;
  /** The browser says that there is no network. */
  offline?: boolean;
  /** The window goes to the bank, which is a place on the same page. */
  leaves?: boolean;
}

const order = { 'order-id': 'INV-7' };
const payment = { 'payment-id': 'pay-1', amount: '125000.00' };

const account = (status: Account['status'], more: Partial<Account> = {}) => (backend: Backend): void => void (backend.account = { status, ...more });
const unlinked = account('unlinked');
const hold = (route: BackendRoute) => (backend: Backend): unknown => backend.hold(route);
const fail = (route: BackendRoute) => (backend: Backend): void => backend.fail(route, 'BANK_UNAVAILABLE');
const cut = (...routes: BackendRoute[]) => (backend: Backend): void => routes.forEach((route) => backend.fail(route, 'network'));

const linkButton: Omit<Scene, 'tag'>[] = [
  { state: 'loading', prepare: hold('account') },
  { state: 'unlinked', prepare: unlinked },
  { state: 'phone', presses: 1, prepare: account('unlinked', { phoneRequired: true }) },
  { state: 'opening', presses: 1, prepare: (backend) => (unlinked(backend), backend.hold('link')) },
  { state: 'linking', presses: 1, prepare: unlinked },
  { state: 'linked' },
  { state: 'confirming', presses: 1 },
  { state: 'unlinking', presses: 2, prepare: hold('unlink') },
  { state: 'relink-required', prepare: account('relink-required') },
  { state: 'offline', offline: true, prepare: cut('account') },
  { state: 'error', prepare: fail('account') },
];

const balance: Omit<Scene, 'tag'>[] = [
  { state: 'loading', prepare: hold('balance') },
  { state: 'unlinked', prepare: unlinked },
  { state: 'relink-required', prepare: account('relink-required') },
  { state: 'hidden', attributes: { masked: '' } },
  { state: 'shown' },
  { state: 'stale', presses: 1, late: fail('balance') },
  { state: 'offline', offline: true, prepare: cut('balance') },
  { state: 'error', prepare: fail('balance') },
];

const pay: Omit<Scene, 'tag'>[] = [
  { state: 'loading', prepare: hold('order') },
  { state: 'unlinked', prepare: unlinked },
  { state: 'phone', presses: 1, prepare: account('unlinked', { phoneRequired: true }) },
  { state: 'linking', presses: 1, prepare: unlinked },
  { state: 'relink-required', prepare: account('relink-required') },
  { state: 'disabled', attributes: { disabled: '' } },
  { state: 'insufficient', prepare: (backend) => (backend.balance.instruments = [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }]) },
  { state: 'ready' },
  { state: 'creating', presses: 1, prepare: hold('pay') },
  { state: 'opening', presses: 1, leaves: true },
  { state: 'waiting', presses: 1 },
  ...(['processing', 'paid', 'failed', 'cancelled', 'expired', 'refunding', 'refunded', 'review'] as const)
    .map((state) => ({ state, prepare: (backend: Backend) => backend.settle('INV-7', state) })),
  { state: 'offline', offline: true, prepare: cut('account', 'order') },
  { state: 'error', prepare: (backend) => backend.fail('order', 'ORDER_NOT_FOUND') },
];

/** It has the states of the payment, and gets into them as that does; the first button there is another one, which unlinks. */
const checkout = pay.map((scene) => ({ ...scene, button: 'primary' }));

const paid = (backend: Backend): unknown => backend.settle('INV-7', 'paid');
/** The question is asked and answered with yes. */
const confirmed = { presses: 2 };

const refund: Omit<Scene, 'tag'>[] = [
  { state: 'ready' },
  { state: 'confirming', presses: 1 },
  { state: 'sending', ...confirmed, prepare: hold('refund') },
  { state: 'refunding', ...confirmed, prepare: (backend) => (paid(backend), (backend.refundAs = 'processing')) },
  { state: 'refunded', ...confirmed, prepare: paid },
  { state: 'manual', ...confirmed, prepare: (backend) => (paid(backend), (backend.refundAs = 'manual')) },
  { state: 'failed', ...confirmed, prepare: (backend) => (paid(backend), (backend.refundAs = 'failed')) },
  { state: 'unavailable', attributes: { status: 'failed' } },
  { state: 'error', ...confirmed, prepare: fail('refund') },
];

const of = (tag: string, scenes: Omit<Scene, 'tag'>[], needed: Record<string, string> = {}): Scene[] =>
  scenes.map((scene) => ({ tag, ...scene, attributes: { ...needed, ...scene.attributes } }));

/** The buttons that a scene may press, by a selector. */
export function buttonOf({ button }: Scene): string {
  return button ? `button[part~=${button}]` : 'button';
}

/** Every state of every element, one scene each. */
export const scenes: Scene[] = [
  ...of('allo-link-button', linkButton),
  ...of('allo-balance', balance),
  ...of('allo-pay', pay, order),
  ...of('allo-refund', refund, payment),
  ...of('allo-checkout', checkout, order),
];
