/**
 * What the forms of the control page do, by the last segment of their address.
 *
 * @module
 */
import type { Actions } from '../actions.ts';
import type { Doku } from '../doku.ts';
import type { Field } from '../fields.ts';
import type { Reconfiguration } from '../options.ts';
import { field } from '../fields.ts';
import { defaultSwitches } from '../options.ts';
import { commands } from './commands.ts';
import { parseFaults, parseNotificationFault, parseOperationFault } from './fault-input.ts';

export function formCommands(doku: Doku, actions: Actions): Record<string, (body: Field) => unknown> {
  const { advance, unlink, balance, resend, ...others } = commands(doku, actions);
  return {
    advance,
    unlink,
    balance,
    resend,
    'revoke-tokens': others['revoke-tokens'],
    fault: (body) => doku.faults.add(parseOperationFault(body)),
    'notification-fault': (body) => doku.faults.addToNotifications(parseNotificationFault(body)),
    down: (body) => doku.faults.set(parseFaults({ name: '', value: { down: field(body, 'down').value } })),
    'clear-faults': () => doku.faults.clear(),
    switch: (body) => actions.configure(parseSwitch(body)),
  };
}

function parseSwitch(body: Field): Reconfiguration {
  const mode = field(body, 'autoConfirm').value;
  if (mode === 'off' || mode === 'after-answer' || mode === 'before-answer') return { autoConfirm: mode };
  const name = Object.keys(defaultSwitches).find((key) => key !== 'autoConfirm' && field(body, key).value !== undefined);
  if (name === undefined) throw new TypeError('switch: there is none of this name');
  return { [name]: field(body, name).value === 'true' };
}
