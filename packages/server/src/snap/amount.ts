/**
 * Money: whole sen inside (1 rupiah = 100 sen, a safe integer), `{ value, currency }` on the wire.
 * Must never see a float, round, or guess: what does not fit the form is refused.
 *
 * @module
 */

import type { Amount } from './types.ts';

/** An {@link Amount} in rupiah, the only currency of Allo. */
export interface RupiahAmount extends Amount {
  currency: 'IDR';
}

const valueForm = /^\d{1,16}\.\d{2}$/;
const currencyForm = /^[A-Z]{3}$/;

/**
 * Writes sen as DOKU wants to read them: `1000000` → `{ value: "10000.00", currency: "IDR" }`.
 *
 * @param minorUnits whole sen, 0 … `Number.MAX_SAFE_INTEGER`
 * @throws RangeError for a fraction, a negative or an unsafe integer
 */
export function toAmount(minorUnits: number): RupiahAmount {
  if (!Number.isSafeInteger(minorUnits) || minorUnits < 0) {
    throw new RangeError('an amount must be a whole number of sen, not negative and a safe integer');
  }
  const digits = String(minorUnits).padStart(3, '0');
  return { value: `${digits.slice(0, -2)}.${digits.slice(-2)}`, currency: 'IDR' };
}

/**
 * Reads rupiah into whole sen: `{ value: "10000.00", currency: "IDR" }` → `1000000`.
 *
 * @throws TypeError if the currency is not IDR or the value is not 1–16 digits, a point and two digits
 * @throws RangeError if the sen do not fit a safe integer
 */
export function toMinorUnits(amount: Amount): number {
  if (amount.currency !== 'IDR') throw new TypeError('the currency of an amount must be IDR');
  if (typeof amount.value !== 'string' || !valueForm.test(amount.value)) {
    throw new TypeError('the value of an amount must be 1–16 digits, a point and two digits, for example "10000.00"');
  }
  const minorUnits = Number(amount.value.replace('.', ''));
  if (!Number.isSafeInteger(minorUnits)) throw new RangeError('the value of an amount is too large');
  return minorUnits;
}

/** Tells whether two amounts are the same money. Anything malformed equals nothing, not even itself. */
export function amountsEqual(one: Amount, other: Amount): boolean {
  try {
    return toMinorUnits(one) === toMinorUnits(other);
  } catch {
    return false;
  }
}

/**
 * Picks an amount out of a parsed message; `undefined` unless it has the exact form. Another currency than IDR is
 * kept, for the caller to compare.
 */
export function readAmount(value: unknown): Amount | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { value: digits, currency } = value as Partial<Record<keyof Amount, unknown>>;
  if (typeof digits !== 'string' || !valueForm.test(digits)) return undefined;
  if (typeof currency !== 'string' || !currencyForm.test(currency)) return undefined;
  return { value: digits, currency };
}

/** As {@link readAmount}, but rupiah alone, and only as many as fit a safe integer of sen. */
export function readRupiah(value: unknown): RupiahAmount | undefined {
  const amount = readAmount(value);
  if (amount === undefined || !amountsEqual(amount, amount)) return undefined;
  return { value: amount.value, currency: 'IDR' };
}
