/**
 * State machine of a binding: PENDING → ACTIVE → UNBOUND, PENDING → FAILED (dossier section 8). A transition
 * that is not listed here does not happen.
 *
 * @module
 */
import type { Bank } from './bank.ts';
import type { Binding } from './records.ts';
import { newAccountId, newBindingNo, newSessionId } from './numbers.ts';
import { newSession, sessionLifeMs } from './records.ts';
import { refusals } from './refusal.ts';

export type BindingOrder = Pick<Binding, 'phoneNo' | 'custIdMerchant' | 'externalId' | 'successUrl' | 'failedUrl'>;

/** Opens a session at the bank; refuses an account that another customer of the merchant holds. */
export function openBinding(bank: Bank, order: BindingOrder): Binding {
  if (isHeldByAnother(bank, order)) throw refusals.notPermitted('Account Already Registered');
  const createdAtMs = bank.clock.now();
  const binding: Binding = {
    ...order,
    id: newSessionId(createdAtMs),
    accountId: newAccountId(),
    referenceNo: newBindingNo(),
    state: 'PENDING',
    createdAtMs,
    expiresAtMs: createdAtMs + sessionLifeMs,
    session: newSession(),
  };
  bank.account(order.phoneNo);
  bank.addBinding(binding);
  return binding;
}

/** PENDING → ACTIVE, or FAILED if another customer was faster. Replaces what this customer had before. */
export function activateBinding(bank: Bank, binding: Binding): void {
  if (binding.state !== 'PENDING') return;
  if (isHeldByAnother(bank, binding)) return failBinding(bank, binding, 'Account Already Registered');
  const replaced = bank.state.bindings.filter((other) => other.state === 'ACTIVE' && other.custIdMerchant === binding.custIdMerchant);
  for (const other of replaced) endBinding(bank, other, 'replaced');
  binding.state = 'ACTIVE';
  bank.onChange();
}

export function failBinding(bank: Bank, binding: Binding, reason: string): void {
  if (binding.state !== 'PENDING') return;
  binding.state = 'FAILED';
  binding.endedAtMs = bank.clock.now();
  binding.reason = reason;
  bank.onChange();
}

/** ACTIVE → UNBOUND, whoever asks: the merchant, or the customer in the bank's app. */
export function endBinding(bank: Bank, binding: Binding, reason: string): void {
  if (binding.state !== 'ACTIVE') return;
  binding.state = 'UNBOUND';
  binding.endedAtMs = bank.clock.now();
  binding.reason = reason;
  bank.onChange();
}

function isHeldByAnother(bank: Bank, { phoneNo, custIdMerchant }: BindingOrder): boolean {
  const holder = bank.activeBinding({ phoneNo });
  return holder !== undefined && holder.custIdMerchant !== custIdMerchant;
}
