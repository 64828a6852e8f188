/**
 * What the simulator can be told from outside, by name, with its input checked. The JSON control and the
 * forms share it.
 *
 * @module
 */
import type { Actions } from '../actions.ts';
import type { Doku } from '../doku.ts';
import type { Faults } from '../faults.ts';
import type { Field } from '../fields.ts';
import { amount, field, isObject, text } from '../fields.ts';
import { formatMinor } from '../money.ts';
import { isInstrument } from '../records.ts';
import { parseFaults } from './fault-input.ts';

/** Throws a Refusal, TypeError or RangeError if the input is wrong. */
export type Command = (body: Field) => unknown;

/** Characters of a bank page's address. */
const pageUrlRule = { max: 2048 };

export function commands(doku: Doku, actions: Actions) {
  return {
    faults: (body: Field) => setFaults(doku, body),
    configure: (body: Field) => actions.configure(isObject(body.value) ? body.value : {}),
    advance: (body: Field) => doku.clock.advance(number(field(body, 'ms'))),
    speed: (body: Field) => doku.clock.setSpeed(number(field(body, 'factor'))),
    unlink: (body: Field) => ({ unlinked: actions.unlinkInApp(customerKey(body)) }),
    balance: (body: Field) => setBalance(actions, body),
    'revoke-tokens': (body: Field) => actions.revokeTokens(field(body, 'kind').value === 'customer' ? 'customer' : 'b2b'),
    approve: async (body: Field) => ({ location: await actions.approve(text(field(body, 'pageUrl'), pageUrlRule)) }),
    cancel: async (body: Field) => ({ location: await actions.cancel(text(field(body, 'pageUrl'), pageUrlRule)) }),
    resend: (body: Field) => doku.notifier.resend(number(field(body, 'number'))),
    settled: () => doku.background.idle(),
  } satisfies Record<string, Command>;
}

function setFaults(doku: Doku, body: Field): Partial<Faults> {
  const faults = parseFaults(body);
  if (Object.keys(faults).length === 0) doku.faults.clear();
  else doku.faults.set(faults);
  return doku.faults.current();
}

function setBalance(actions: Actions, body: Field): void {
  const phoneNo = text(field(body, 'phoneNo'), { min: 9, max: 16, pattern: /^62\d+$/ });
  const instrument = field(body, 'instrument').value ?? 'BALANCE';
  if (typeof instrument !== 'string' || !isInstrument(instrument)) throw new TypeError('instrument: BALANCE, POINT or PAYLATER');
  const minor = amount({ name: 'amount', value: { currency: 'IDR', value: field(body, 'value').value } }, 0);
  actions.setBalance(phoneNo, instrument, formatMinor(minor));
}

function customerKey(body: Field): string {
  return text(field(body, field(body, 'phoneNo').value === undefined ? 'custIdMerchant' : 'phoneNo'));
}

function number({ name, value }: Field): number {
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof parsed === 'number' && Number.isFinite(parsed)) return parsed;
  throw new TypeError(`${name}: a number is needed`);
}
