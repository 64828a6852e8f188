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
  | 'offline'
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

/** Over, and the order can be paid anew. */
export function endedWithoutMoney(status: string | undefined): status is 'failed' | 'cancelled' | 'expired' {
  return status === 'failed' || status === 'cancelled' || status === 'expired';
}

/** States in which the shopper may begin a payment. */
export function isPayable(state: AlloPayState): boolean {
  return state === 'ready' || endedWithoutMoney(state);
}

/** The one state to show. What the backend says about a payment comes before all else. */
export function payState({ order, account, balance, linkStep, sending, leaving, failed, disabled }: PayInputs): AlloPayState {
  const status = order?.payment?.status;
  if (sending) return 'creating';
  if (status === 'created') return 'processing';
  if (status === 'requires-action') return leaving ? 'opening' : 'waiting';
  if (status && !endedWithoutMoney(status)) return status;
  if (failed) return 'error';
  if (!order || !account) return 'loading';
  if (account.status !== 'linked') return linkStep === 'none' ? account.status : linkStep;
  if (disabled) return 'disabled';
  return status ?? (isShort(order, balance) ? 'insufficient' : 'ready');
}

/** Only if we know: a balance that could not be read stops nobody from paying. */
function isShort({ amount }: Order, balance: Balance | undefined): boolean {
  const main = balance?.instruments.find(({ type }) => type === 'BALANCE');
  return main !== undefined && compareMoney(main.available, amount) < 0;
}
