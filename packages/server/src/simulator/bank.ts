/**
 * The bank's books: accounts and their links and payments, and the look-ups over them. It knows nothing of
 * HTTP; who may see or move what is decided in `bindings.ts` and `payments.ts`.
 *
 * @module
 */
import type { SimulatorClock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { OpeningBalance } from './options.ts';
import type { Account, BankState, Binding, InstrumentName, Payment } from './records.ts';

export interface BankParts {
  state: BankState;
  clock: SimulatorClock;
  journal: Journal;
  openingBalance: OpeningBalance;
  /** Called after each change. */
  onChange: () => void;
}

export interface Bank extends BankParts {
  /** The account of a phone number; opened when it is first asked for. */
  account(phoneNo: string): Account;
  setHolding(phoneNo: string, instrument: InstrumentName, minor: number): void;
  addBinding(binding: Binding): void;
  binding(id: string): Binding | undefined;
  activeBinding(where: Partial<Pick<Binding, 'accountId' | 'phoneNo' | 'custIdMerchant'>>): Binding | undefined;
  addPayment(payment: Payment): void;
  payment(id: string): Payment | undefined;
  paymentBy(where: Partial<Pick<Payment, 'partnerReferenceNo' | 'referenceNo' | 'externalId'>>): Payment | undefined;
}

/** Look-ups that every call makes; a load test must not slow down with each payment. */
interface Index {
  accounts: Map<string, Account>;
  bindings: Map<string, Binding>;
  bindingsByAccountId: Map<string, Binding>;
  payments: Map<string, Payment>;
  paymentsByReference: Map<string, Payment>;
}

export function createBank(parts: BankParts): Bank {
  const { state } = parts;
  const index = indexOf(state);
  const account = (phoneNo: string): Account => index.accounts.get(phoneNo) ?? openAccount(parts, index, phoneNo);
  return {
    ...parts,
    account,
    setHolding(phoneNo, instrument, minor) {
      account(phoneNo).holdings[instrument] = minor;
      parts.onChange();
    },
    addBinding(binding) {
      state.bindings.push(binding);
      enterBinding(index, binding);
      parts.onChange();
    },
    binding: (id) => index.bindings.get(id),
    activeBinding({ accountId, ...where }) {
      if (accountId === undefined) return state.bindings.findLast((binding) => binding.state === 'ACTIVE' && matches(binding, where));
      const binding = index.bindingsByAccountId.get(accountId);
      return binding?.state === 'ACTIVE' && matches(binding, where) ? binding : undefined;
    },
    addPayment(payment) {
      state.payments.push(payment);
      enterPayment(index, payment);
      parts.onChange();
    },
    payment: (id) => index.payments.get(id),
    paymentBy({ partnerReferenceNo, ...where }) {
      if (partnerReferenceNo !== undefined) return index.paymentsByReference.get(partnerReferenceNo);
      return state.payments.find((payment) => matches(payment, where));
    },
  };
}

function indexOf(state: BankState): Index {
  const index: Index = {
    accounts: new Map(state.accounts.map((account) => [account.phoneNo, account])),
    bindings: new Map(),
    bindingsByAccountId: new Map(),
    payments: new Map(),
    paymentsByReference: new Map(),
  };
  for (const binding of state.bindings) enterBinding(index, binding);
  for (const payment of state.payments) enterPayment(index, payment);
  return index;
}

function enterBinding(index: Index, binding: Binding): void {
  index.bindings.set(binding.id, binding);
  index.bindingsByAccountId.set(binding.accountId, binding);
}

function enterPayment(index: Index, payment: Payment): void {
  index.payments.set(payment.id, payment);
  index.paymentsByReference.set(payment.partnerReferenceNo, payment);
}

function openAccount({ state, openingBalance, onChange }: BankParts, index: Index, phoneNo: string): Account {
  const account: Account = { phoneNo, holdings: { ...openingBalance } };
  state.accounts.push(account);
  index.accounts.set(phoneNo, account);
  onChange();
  return account;
}

/** True if every member of `where` is the same in `item`; any item matches an empty one. */
function matches<Item extends object>(item: Item, where: Partial<Item>): boolean {
  for (const key in where) {
    if (item[key] !== where[key]) return false;
  }
  return true;
}
