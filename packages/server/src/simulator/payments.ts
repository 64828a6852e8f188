/**
 * State machine of a payment: PENDING → SUCCESS → REFUNDED, PENDING → CANCELED | FAILED (dossier section 8).
 * Money moves here and nowhere else, and each movement is in the journal. It must never debit a payment
 * twice, nor one whose session is over.
 *
 * @module
 */
import type { Bank } from './bank.ts';
import type { Binding, InstrumentName, Payment, PaymentPart, Refund } from './records.ts';
import { newReferenceNo, newSessionId } from './numbers.ts';
import { newSession, sessionLifeMs } from './records.ts';

export type PaymentOrder = Pick<
  Payment,
  'partnerReferenceNo' | 'externalId' | 'minor' | 'parts' | 'additionalInfo' | 'successUrl' | 'failedUrl' | 'flaw'
>;

/** How a payment ends without money being taken. */
export interface PaymentFailure {
  state: 'CANCELED' | 'FAILED';
  code: string;
  message: string;
}

export const paymentFailures = {
  insufficientFunds: { state: 'FAILED', code: '4035414', message: 'Insufficient Funds' },
  limitExceeded: { state: 'FAILED', code: '4035402', message: 'Exceeds Transaction Amount Limit' },
  wrongOtp: { state: 'FAILED', code: '4035411', message: 'OTP Blocked' },
  wrongPin: { state: 'FAILED', code: '4035405', message: 'Do Not Honor' },
  unlinked: { state: 'FAILED', code: '4015402', message: 'Invalid Customer Token' },
  expired: { state: 'FAILED', code: '4035400', message: 'Transaction Expired' },
  cancelled: { state: 'CANCELED', code: '4045404', message: 'Transaction Cancelled' },
} as const satisfies Record<string, PaymentFailure>;

export function openPayment(bank: Bank, binding: Binding, order: PaymentOrder): Payment {
  const createdAtMs = bank.clock.now();
  const payment: Payment = {
    ...order,
    id: newSessionId(createdAtMs),
    referenceNo: newReferenceNo(),
    accountId: binding.accountId,
    custIdMerchant: binding.custIdMerchant,
    phoneNo: binding.phoneNo,
    state: 'PENDING',
    createdAtMs,
    expiresAtMs: createdAtMs + sessionLifeMs,
    resultCode: '2005400',
    resultMessage: 'Successful',
    session: newSession(),
  };
  bank.addPayment(payment);
  return payment;
}

/** PENDING → SUCCESS with the debit, or → FAILED if the money or the link is not there any more. */
export function settlePayment(bank: Bank, payment: Payment): void {
  if (payment.state !== 'PENDING') return;
  if (!bank.activeBinding({ accountId: payment.accountId })) return failPayment(bank, payment, paymentFailures.unlinked);
  if (payment.flaw) return failPayment(bank, payment, paymentFailures[payment.flaw]);
  const { holdings } = bank.account(payment.phoneNo);
  if (!isCovered(holdings, payment.parts)) return failPayment(bank, payment, paymentFailures.insufficientFunds);
  const endedAtMs = bank.clock.now();
  bank.journal.debit(payment, endedAtMs);
  for (const part of payment.parts) holdings[part.instrument] -= part.minor;
  Object.assign(payment, { state: 'SUCCESS', endedAtMs, referenceNo: newReferenceNo() } satisfies Partial<Payment>);
  bank.onChange();
}

export function failPayment(bank: Bank, payment: Payment, failure: PaymentFailure): void {
  if (payment.state !== 'PENDING') return;
  payment.state = failure.state;
  payment.resultCode = failure.code;
  payment.resultMessage = failure.message;
  payment.referenceNo = newReferenceNo();
  payment.endedAtMs = bank.clock.now();
  bank.onChange();
}

/** SUCCESS → REFUNDED with the credit; the caller has checked that it is allowed. */
export function refundPayment(
  bank: Bank,
  payment: Payment,
  binding: Binding,
  order: Pick<Refund, 'partnerRefundNo' | 'reason'>,
): Refund {
  if (payment.state !== 'SUCCESS') throw new Error('only a paid payment can be refunded');
  const atMs = bank.clock.now();
  const refund: Refund = { ...order, refundNo: newReferenceNo(), minor: payment.minor, atMs };
  bank.journal.refund(payment, order.partnerRefundNo, binding.accountId, atMs);
  const { holdings } = bank.account(payment.phoneNo);
  for (const part of payment.parts) holdings[part.instrument] += part.minor;
  payment.state = 'REFUNDED';
  payment.refund = refund;
  bank.onChange();
  return refund;
}

function isCovered(holdings: Record<InstrumentName, number>, parts: readonly PaymentPart[]): boolean {
  const needed = new Map<InstrumentName, number>();
  for (const { instrument, minor } of parts) needed.set(instrument, (needed.get(instrument) ?? 0) + minor);
  return [...needed].every(([instrument, minor]) => holdings[instrument] >= minor);
}
