/**
 * The simulator's inside as plain data, for tests, the control API and the control page. It must never show
 * a token or a key; an authCode only as part of an open page's address.
 *
 * @module
 */
import type { Doku } from '../doku.ts';
import type { Faults } from '../faults.ts';
import type { Amount } from '../money.ts';
import type { NotificationEntry } from '../notifier.ts';
import type { MerchantAddresses, Switches } from '../options.ts';
import type { Account, Binding, BindingState, InstrumentName, Payment, PaymentState } from '../records.ts';
import { toAmount } from '../money.ts';
import { transactionStatuses } from '../notification-bodies.ts';
import { formatTimestamp } from '../timestamp.ts';

export interface AccountView {
  phoneNo: string;
  balance: Record<InstrumentName, Amount>;
  /** The customer of the merchant to whom it is linked, if any. */
  custIdMerchant?: string;
}

export interface BindingView {
  state: BindingState;
  phoneNo: string;
  custIdMerchant: string;
  createdAt: string;
  endedAt?: string;
  reason?: string;
  /** The bank's page, while PENDING. */
  pageUrl?: string;
}

export interface PaymentView {
  state: PaymentState;
  /** latestTransactionStatus. */
  status: string;
  partnerReferenceNo: string;
  referenceNo: string;
  phoneNo: string;
  custIdMerchant: string;
  amount: Amount;
  /** Why it is as it is, for example `4035414`. */
  resultCode: string;
  createdAt: string;
  endedAt?: string;
  partnerRefundNo?: string;
  /** The bank's page, while PENDING. */
  pageUrl?: string;
}

export interface SimulatorState {
  now: string;
  /** Simulated seconds per real second; 0 if time is frozen. */
  speed: number;
  merchant: MerchantAddresses & { clientId: string; name: string };
  switches: Switches;
  faults: Faults;
  accounts: AccountView[];
  bindings: BindingView[];
  payments: PaymentView[];
  notifications: NotificationEntry[];
}

export function viewState(doku: Doku): SimulatorState {
  return {
    now: formatTimestamp(doku.clock.now()),
    speed: doku.clock.speed(),
    merchant: viewMerchant(doku),
    switches: { ...doku.switches },
    faults: doku.faults.current(),
    accounts: viewAccounts(doku),
    bindings: viewBindings(doku),
    payments: viewPayments(doku),
    notifications: doku.notifier.entries(),
  };
}

function viewMerchant({ merchant }: Doku): SimulatorState['merchant'] {
  const { clientId, name, tokenUrl, paymentNotificationUrl, bindingNotificationUrl } = merchant;
  return {
    clientId,
    name,
    ...(tokenUrl !== undefined && { tokenUrl }),
    ...(paymentNotificationUrl !== undefined && { paymentNotificationUrl }),
    ...(bindingNotificationUrl !== undefined && { bindingNotificationUrl }),
  };
}

export function viewAccounts({ bank }: Doku): AccountView[] {
  return bank.state.accounts.map(({ phoneNo, holdings }: Account) => {
    const holder = bank.activeBinding({ phoneNo });
    const balance = { BALANCE: toAmount(holdings.BALANCE), POINT: toAmount(holdings.POINT), PAYLATER: toAmount(holdings.PAYLATER) };
    return { phoneNo, balance, ...(holder && { custIdMerchant: holder.custIdMerchant }) };
  });
}

export function viewBindings({ bank, origin }: Doku): BindingView[] {
  return bank.state.bindings.map((binding: Binding) => ({
    state: binding.state,
    phoneNo: binding.phoneNo,
    custIdMerchant: binding.custIdMerchant,
    createdAt: formatTimestamp(binding.createdAtMs),
    ...ending(binding),
    ...(binding.reason !== undefined && { reason: binding.reason }),
    ...(binding.state === 'PENDING' && { pageUrl: `${origin}/direct-debit/ui/binding/core/${binding.id}` }),
  }));
}

export function viewPayments({ bank, origin }: Doku): PaymentView[] {
  return bank.state.payments.map((payment: Payment) => ({
    state: payment.state,
    status: transactionStatuses[payment.state],
    partnerReferenceNo: payment.partnerReferenceNo,
    referenceNo: payment.referenceNo,
    phoneNo: payment.phoneNo,
    custIdMerchant: payment.custIdMerchant,
    amount: toAmount(payment.minor),
    resultCode: payment.resultCode,
    createdAt: formatTimestamp(payment.createdAtMs),
    ...ending(payment),
    ...(payment.refund && { partnerRefundNo: payment.refund.partnerRefundNo }),
    ...(payment.state === 'PENDING' && { pageUrl: `${origin}/direct-debit/ui/payment/core/${payment.id}` }),
  }));
}

function ending({ endedAtMs }: { endedAtMs?: number }): { endedAt?: string } {
  return endedAtMs === undefined ? {} : { endedAt: formatTimestamp(endedAtMs) };
}
