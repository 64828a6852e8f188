/**
 * What a merchant's own server calls `Allo` with, checked before anything is done, and what it is told when that comes to
 * nothing. Ids and dates often come out of a form or a file, where no type holds: a date that is none would be a period in
 * which nothing ever happened.
 *
 * @module
 */

import { isDate } from 'node:util/types';
import { AlloServerError } from './errors.ts';
import { assertForms } from './option-form.ts';
import type { OptionForm } from './option-form.ts';
import type { ListedMovement } from './ledger/sweep.ts';
import { isObject } from './snap/message.ts';
import { StoreError } from './store/store.ts';
import type { Period } from './store/store.ts';

/** PostgreSQL keeps no text with a NUL in it, nor looks for one: that is the caller's mistake, and must not look as if the database were away. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\u0000');
const aText: OptionForm = { isRight: isText, form: 'a text without a NUL' };
const anId: OptionForm = { isRight: (value) => isText(value) && value !== '', form: 'a text without a NUL, and not an empty one' };

export function assertRefund(paymentId: unknown, options: unknown): void {
  assertCall('paymentId', paymentId, options, { reason: aText });
}

export function assertTransfer(paymentId: unknown, transfer: unknown): void {
  assertCall('paymentId', paymentId, transfer, { reference: aText, by: aText });
}

export function assertUnlink(customerId: unknown, options: unknown): void {
  assertCall('customerId', customerId, options, { force: { isRight: (value) => typeof value === 'boolean', form: 'true or false' } });
}

function assertCall(idName: string, id: unknown, options: unknown, forms: Readonly<Record<string, OptionForm>>): void {
  if (!anId.isRight(id)) throw new TypeError(`${idName} is not right: it should be ${anId.form}`);
  if (!isObject(options)) throw new TypeError(`what follows ${idName} is not right: it should be an object { ${Object.keys(forms).join(', ')} }`);
  assertForms(options, forms);
}

/** @param usual What counts where the period says nothing. */
export function readPeriod(period: unknown, usual: { from?: Date; to?: Date } = {}): Period {
  if (!isObject(period)) throw new TypeError('the period is not right: it should be an object { from, to }');
  const { from = usual.from, to = usual.to } = period;
  const [fromMs, toMs] = [readDate('from', from), readDate('to', to)];
  if (fromMs >= toMs) throw new TypeError('from is not right: it should be before to');
  return { fromMs, toMs };
}

function readDate(name: string, value: unknown): number {
  const ms = isDate(value) ? value.getTime() : NaN;
  if (Number.isNaN(ms)) throw new TypeError(`${name} is not right: it should be a Date, and a valid one`);
  return ms;
}

/** A movement of a kind that nobody knows would be held against the wrong rows. */
export function assertListed(listed: readonly ListedMovement[]): void {
  const movements: unknown = listed;
  if (!Array.isArray(movements)) throw new TypeError('the list is not right: it should be an array of { kind, reference, amount }');
  for (const [place, movement] of movements.entries()) {
    const { kind, reference } = isObject(movement) ? movement : {};
    if (kind !== 'payment' && kind !== 'refund') throw new TypeError(`kind of movement ${place} is not right: it should be "payment" or "refund"`);
    if (!isText(reference)) throw new TypeError(`reference of movement ${place} is not right: it should be ${aText.form}`);
  }
}

/** What a caller is told: that the database is away has a code, as it has for a page. */
export function toldToCaller(error: unknown): unknown {
  return error instanceof StoreError ? new AlloServerError('STORE_UNAVAILABLE', { cause: error }) : error;
}
