/**
 * Puts the parts of one simulator together from its options.
 *
 * @module
 */
import type { Bank } from './bank.ts';
import type { Doku } from './doku.ts';
import type { Keys } from './keys.ts';
import type { Merchant, World } from './world.ts';
import type { SimulatorOptions } from './options.ts';
import type { StateFile } from './state-file.ts';
import { createBackground } from './background.ts';
import { createBank } from './bank.ts';
import { createClock } from './clock.ts';
import { watchBinding, watchPayment } from './doku.ts';
import { createExternalIds } from './external-ids.ts';
import { createFaults } from './faults.ts';
import { createJournal } from './journal.ts';
import { readKeys, toPem } from './keys.ts';
import { createNotifier } from './notifier.ts';
import { defaultOpeningBalance, defaultSwitches } from './options.ts';
import { createRequestLog } from './request-log.ts';
import { openStateFile } from './state-file.ts';
import { createTokens } from './tokens.ts';

export function assemble(options: SimulatorOptions): Doku {
  const file = openStateFile(options.stateFile);
  const keys = readKeys(options.privateKey ?? file.privateKey, options.merchantPublicKey);
  const world = createWorld(options, keys, file);
  const doku: Doku = { ...world, notifier: createNotifier(world) };
  doku.bank.state.bindings.forEach((binding) => watchBinding(doku, binding));
  doku.bank.state.payments.forEach((payment) => watchPayment(doku, payment));
  doku.bank.onChange();
  return doku;
}

function createWorld(options: SimulatorOptions, keys: Keys, file: StateFile): World {
  const clock = createClock(options.clock);
  return {
    merchant: merchantOf(options),
    switches: { ...defaultSwitches, ...options.switches },
    clock,
    keys,
    tokens: createTokens(keys, options.clientId, clock),
    bank: bankOf(options, keys, file, clock),
    faults: createFaults(),
    requests: createRequestLog(),
    externalIds: createExternalIds(clock),
    background: createBackground(),
    customerTokens: new Map(),
    origin: '',
    log: options.log ?? (() => undefined),
  };
}

function bankOf(options: SimulatorOptions, keys: Keys, file: StateFile, clock: World['clock']): Bank {
  const privateKeyPem = toPem(keys.privateKey);
  return createBank({
    state: file.state,
    clock,
    journal: createJournal(options.journalFile),
    openingBalance: { ...defaultOpeningBalance, ...options.openingBalance },
    onChange: () => file.save(privateKeyPem),
  });
}

/** A shorter one would not be DOKU's, and the server that is tried with it does not take it. */
const secretForm = /^[\x21-\x7e]{8,256}$/;

function merchantOf(options: SimulatorOptions): Merchant {
  const { clientId, secretKey, merchantName, tokenUrl, paymentNotificationUrl, bindingNotificationUrl } = options;
  if (!clientId) throw new TypeError('clientId: the merchant Client ID is missing, for example BRN-0203-1699999999999');
  if (!secretKey) throw new TypeError('secretKey: the merchant Secret Key is missing, for example SK-…');
  if (!secretForm.test(secretKey)) throw new TypeError('secretKey: expected 8 to 256 characters without blanks, as DOKU\'s dashboard gives them, for example SK-…');
  return {
    clientId,
    secretKey,
    name: merchantName ?? 'Merchant',
    ...(tokenUrl && { tokenUrl }),
    ...(paymentNotificationUrl && { paymentNotificationUrl }),
    ...(bindingNotificationUrl && { bindingNotificationUrl }),
  };
}
