/**
 * What an option has to look like, where types alone do not hold: integrators write JavaScript too, and read options from
 * files. An option that is undefined counts as left out; nothing else does.
 *
 * @module
 */

import { isObject } from './snap/message.ts';

export interface OptionForm {
  isRight(value: unknown): boolean;
  /** What it should be, to end the sentence "it should be …". */
  form: string;
}

/** Throws a `TypeError` that names the first of the options which is there and not of its form. */
export function assertForms(given: object, forms: Readonly<Record<string, OptionForm>>, prefix = ''): void {
  for (const [name, { isRight, form }] of Object.entries(forms)) {
    const value: unknown = Reflect.get(given, name);
    if (value !== undefined && !isRight(value)) throw new TypeError(`${prefix}${name} is not right: it should be ${form}`);
  }
}

/** Throws a `TypeError` if the option has a member that nobody knows: it would be written in vain. */
export function assertNames(option: string, given: unknown, known: readonly string[]): void {
  const unknown = isObject(given) ? Object.keys(given).find((name) => !known.includes(name)) : undefined;
  if (unknown !== undefined) throw new TypeError(`${option}.${unknown} is not known: there are ${known.join(', ')}`);
}
