import type { Account, Balance, Order, PaymentStatus } from '../contract.ts';
import type { LinkStep } from '../internal/link-flow.ts';
import { compareMoney } from '../money.ts';

/** What `<allo-pay>` can show. */
export type AlloPayState =
  | 'loading'
  | 'unlinked'
  | 'phone'
  | 'linking'
  | 'relink-required'
  | 'disabled'
  | 'insufficient'
  | 'ready'
  | 'creating'
  | 'opening'
  | 'waiting'
  | 'processing'
  | 'paid'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'refunding'
  | 'refunded'
  | 'review'
  | 'error';

/** Everything the state depends on. */
export interface PayInputs {
  order: Order | undefined;
  account: Account | undefined;
  balance: Balance | undefined;
  linkStep: LinkStep;
  /** A payment request is on its way. */
  sending: boolean;
  /** The window is leaving for the bank. */
  leaving: boolean;
  /** Something failed and the shopper has not pressed on yet. */
  failed: boolean;
  disabled: boolean;
}

/** Outcome not known, or about to change by itself: ask again. */
export function isOpen(status: PaymentStatus | undefined): boolean {
  return status === 'created' || status === 'requires-action' || status === 'processing' || status === 'refunding';
}

/** States in which the shopper may begin a payment. */
export function isPayable(state: AlloPayState): boolean {
  return state === 'ready' || state === 'failed' || state === 'cancelled' || state === 'expired';
}

/** The one state to show. What the backend says about a payment comes before all else. */
export function payState(inputs: PayInputs): AlloPayState {
  const { order, account, sending, failed } = inputs;
  if (sending) return 'creating';
  const settled = order?.payment && paymentState(order.payment.status, inputs.leaving);
  if (settled) return settled;
  if (failed) return 'error';
  if (!order || !account) return 'loading';
  if (account.status !== 'linked') return linkState(account, inputs.linkStep);
  if (inputs.disabled) return 'disabled';
  return endedState(order.payment?.status) ?? (isShort(order, inputs.balance) ? 'insufficient' : 'ready');
}

/** Undefined if the order can be paid (anew). */
function paymentState(status: PaymentStatus, leaving: boolean): AlloPayState | undefined {
  switch (status) {
    case 'created':
      return 'processing';
    case 'requires-action':
      return leaving ? 'opening' : 'waiting';
    case 'failed':
    case 'cancelled':
    case 'expired':
      return undefined;
    default:
      return status;
  }
}

function endedState(status: PaymentStatus | undefined): AlloPayState | undefined {
  return status === 'failed' || status === 'cancelled' || status === 'expired' ? status : undefined;
}

function linkState(account: Account, step: LinkStep): AlloPayState {
  if (step !== 'none') return step;
  return account.status === 'linked' ? 'ready' : account.status;
}

/** Only if we know: a balance that could not be read stops nobody from paying. */
function isShort(order: Order, balance: Balance | undefined): boolean {
  const main = balance?.instruments.find(({ type }) => type === 'BALANCE');
  return main !== undefined && compareMoney(main.available, order.amount) < 0;
}
