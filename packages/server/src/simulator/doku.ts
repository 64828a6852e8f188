/**
 * The outcomes of a visit to the bank: the state changes first, then the merchant is told. Pages, automatic
 * confirmation and expiry all end here.
 *
 * @module
 */
import type { Notifier } from './notifier.ts';
import type { PaymentFailure } from './payments.ts';
import type { Binding, Payment } from './records.ts';
import type { World } from './world.ts';
import { activateBinding, failBinding } from './bindings.ts';
import { failPayment, paymentFailures, settlePayment } from './payments.ts';

/** The world with the voice that tells the merchant. */
export interface Doku extends World {
  notifier: Notifier;
}

export function confirmBinding(doku: Doku, binding: Binding): Promise<void> {
  if (binding.state !== 'PENDING') return Promise.resolve();
  activateBinding(doku.bank, binding);
  return doku.notifier.binding(binding);
}

export function rejectBinding(doku: Doku, binding: Binding, reason: string): Promise<void> {
  if (binding.state !== 'PENDING') return Promise.resolve();
  failBinding(doku.bank, binding, reason);
  return doku.notifier.binding(binding);
}

export function confirmPayment(doku: Doku, payment: Payment): Promise<void> {
  if (payment.state !== 'PENDING') return Promise.resolve();
  settlePayment(doku.bank, payment);
  return doku.notifier.payment(payment);
}

export function rejectPayment(doku: Doku, payment: Payment, failure: PaymentFailure): Promise<void> {
  if (payment.state !== 'PENDING') return Promise.resolve();
  failPayment(doku.bank, payment, failure);
  return doku.notifier.payment(payment);
}

/** Ends the session when its time is over; DOKU is not known to tell the merchant, so that is a switch. */
export function expireBinding(doku: Doku, binding: Binding): Promise<void> {
  if (doku.switches.expiryNotification) return rejectBinding(doku, binding, 'expired');
  failBinding(doku.bank, binding, 'expired');
  return Promise.resolve();
}

export function expirePayment(doku: Doku, payment: Payment): Promise<void> {
  if (doku.switches.expiryNotification) return rejectPayment(doku, payment, paymentFailures.expired);
  failPayment(doku.bank, payment, paymentFailures.expired);
  return Promise.resolve();
}

/** Arranges for the session to end on its own. */
export function watchBinding(doku: Doku, binding: Binding): void {
  if (binding.state === 'PENDING') doku.clock.schedule(binding.expiresAtMs, () => expireBinding(doku, binding));
}

export function watchPayment(doku: Doku, payment: Payment): void {
  if (payment.state === 'PENDING') doku.clock.schedule(payment.expiresAtMs, () => expirePayment(doku, payment));
}
