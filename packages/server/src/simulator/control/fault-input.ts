/**
 * Faults as they come from outside (JSON or a form), checked against the lists of what there is.
 *
 * @module
 */
import type { Faults, NotificationEffect, NotificationFault, OperationEffect, OperationFault } from '../faults.ts';
import type { Field } from '../fields.ts';
import { field, isObject, optionalList, optionalText } from '../fields.ts';
import { operations } from '../refusal.ts';

export const operationEffects = [
  'delay-before-commit',
  'delay-after-commit',
  'drop-before-commit',
  'drop-after-commit',
  'error-before-commit',
  'error-after-commit',
  'garbled-after-commit',
  'answer-before-commit',
  'answer-after-commit',
  'b2b-token-invalid',
  'customer-token-invalid',
  'insufficient-funds',
  'limit-exceeded',
  'insufficient-funds-at-bank',
  'limit-exceeded-at-bank',
  'confirm-before-answer',
  'unlink',
] as const satisfies readonly OperationEffect[];

export const notificationEffects = [
  'missing',
  'duplicate',
  'late',
  'wrong-signature',
  'altered-amount',
] as const satisfies readonly NotificationEffect[];

const downModes = ['no', 'drop', 'unavailable'] as const satisfies readonly Faults['down'][];

/** The members that are there; an empty result means "no faults any more". Throws a TypeError that names the member. */
export function parseFaults(body: Field): Partial<Faults> {
  const down = field(body, 'down');
  const operationFaults = optionalList(field(body, 'operations'));
  const notificationFaults = optionalList(field(body, 'notifications'));
  return {
    ...(operationFaults && { operations: operationFaults.map(parseOperationFault) }),
    ...(notificationFaults && { notifications: notificationFaults.map(parseNotificationFault) }),
    ...(down.value !== undefined && { down: oneOf(down, downModes) }),
  };
}

export function parseOperationFault(from: Field): OperationFault {
  const when = field(from, 'when');
  const responseCode = optionalText(field(from, 'responseCode'), { pattern: /^[2-5]\d{6}$/ });
  const responseMessage = optionalText(field(from, 'responseMessage'), { max: 150, pattern: /^/ });
  return {
    on: oneOf(field(from, 'on'), ['any', ...operations]),
    effect: oneOf(field(from, 'effect'), operationEffects),
    ...counted(from),
    ...(responseCode !== undefined && { responseCode }),
    ...(responseMessage !== undefined && { responseMessage }),
    ...(isObject(when.value) && { when: parseFilter(when) }),
  };
}

export function parseNotificationFault(from: Field): NotificationFault {
  return {
    on: oneOf(field(from, 'on'), ['any', 'payment', 'binding']),
    effect: oneOf(field(from, 'effect'), notificationEffects),
    ...counted(from),
  };
}

function counted(from: Field): Pick<OperationFault, 'times' | 'delayMs'> {
  const times = count(field(from, 'times'), 1);
  const delayMs = count(field(from, 'delayMs'), 0);
  return { ...(times !== undefined && { times }), ...(delayMs !== undefined && { delayMs }) };
}

function count({ name, value }: Field, least: number): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new TypeError(`${name}: an integer ≥ ${least} is needed`);
}

function parseFilter(when: Field): NonNullable<OperationFault['when']> {
  const amount = optionalText(field(when, 'amount'));
  const phoneNo = optionalText(field(when, 'phoneNo'));
  const referencePrefix = optionalText(field(when, 'referencePrefix'));
  return {
    ...(amount !== undefined && { amount }),
    ...(phoneNo !== undefined && { phoneNo }),
    ...(referencePrefix !== undefined && { referencePrefix }),
  };
}

function oneOf<Name extends string>({ name, value }: Field, names: readonly Name[]): Name {
  const found = names.find((one) => one === value);
  if (found !== undefined) return found;
  throw new TypeError(`${name}: one of ${names.join(', ')}`);
}
