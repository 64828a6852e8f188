/**
 * `allo-kit simulator`: the simulator as a process. Prints one line of JSON on stdout once it listens, and
 * its log on stderr; ends cleanly on SIGINT and SIGTERM.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './options.ts';
import { startSimulator } from './simulator.ts';

export const usage = `allo-kit simulator: DOKU and the pages of Allo Bank, on this machine

  --client-id ID                    the merchant's Client ID (needed)
  --secret-key SK                   the merchant's Secret Key (needed)
  --merchant-public-key FILE        the merchant's public key, PEM (needed)
  --token-url URL                   the merchant's B2B token endpoint
  --payment-notification-url URL    where payment notifications go
  --binding-notification-url URL    where binding notifications go
  --merchant-name NAME              shown on the bank's pages
  --port N                          default: any free port
  --private-key FILE                DOKU's private key, PEM; default: a fresh one
  --journal FILE                    append each movement of money, one JSON object a line
  --state FILE                      keep accounts, links and payments across restarts
  --speed N                         simulated seconds per real second; default 1
  --auto-confirm                    links and payments confirm themselves, without a browser
`;

const highestPort = 65_535;

/** What an option of `startSimulator` is called here. */
const flags: ReadonlyMap<string, string> = new Map([
  ['clientId', 'client-id'], ['secretKey', 'secret-key'], ['merchantPublicKey', 'merchant-public-key'], ['privateKey', 'private-key'],
  ['journalFile', 'journal'], ['stateFile', 'state'], ['speed', 'speed'],
]);

const options = {
  'client-id': { type: 'string' },
  'secret-key': { type: 'string' },
  'merchant-public-key': { type: 'string' },
  'token-url': { type: 'string' },
  'payment-notification-url': { type: 'string' },
  'binding-notification-url': { type: 'string' },
  'merchant-name': { type: 'string' },
  port: { type: 'string' },
  'private-key': { type: 'string' },
  journal: { type: 'string' },
  state: { type: 'string' },
  speed: { type: 'string' },
  'auto-confirm': { type: 'boolean' },
} as const;

/** Throws a TypeError with one sentence for the person at the keyboard if an option is missing or wrong. */
export async function runSimulator(args: string[]): Promise<void> {
  const given = readOptions(args);
  const simulator = await startSimulator(given).catch((error: unknown) => {
    throw inWordsOfTheCommand(error, given.port);
  });
  const { url, publicKey } = simulator;
  process.stdout.write(`${JSON.stringify({ url, baseUrl: url, publicKey })}\n`);
  const end = (): void => void simulator.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function readOptions(args: string[]): SimulatorOptions {
  const { values } = parseArgs({ args, options, strict: true, allowPositionals: false });
  const keyFile = values['private-key'];
  const speed = numberOf('speed', values.speed);
  const port = portOf(values.port);
  return {
    clientId: needed('client-id', values['client-id']),
    secretKey: needed('secret-key', values['secret-key']),
    merchantPublicKey: readKey('merchant-public-key', needed('merchant-public-key', values['merchant-public-key'])),
    ...(keyFile !== undefined && { privateKey: readKey('private-key', keyFile) }),
    ...addresses(values),
    ...(port !== undefined && { port }),
    ...(speed !== undefined && { clock: { speed } }),
    ...(values['merchant-name'] !== undefined && { merchantName: values['merchant-name'] }),
    ...(values.journal !== undefined && { journalFile: values.journal }),
    ...(values.state !== undefined && { stateFile: values.state }),
    ...(values['auto-confirm'] && { switches: { autoConfirm: 'after-answer' as const } }),
    log: (line) => void process.stderr.write(`simulator: ${line}\n`),
  };
}

function addresses(values: { [name in 'token-url' | 'payment-notification-url' | 'binding-notification-url']?: string | undefined }) {
  const tokenUrl = urlOf('token-url', values['token-url']);
  const paymentNotificationUrl = urlOf('payment-notification-url', values['payment-notification-url']);
  const bindingNotificationUrl = urlOf('binding-notification-url', values['binding-notification-url']);
  return {
    ...(tokenUrl !== undefined && { tokenUrl }),
    ...(paymentNotificationUrl !== undefined && { paymentNotificationUrl }),
    ...(bindingNotificationUrl !== undefined && { bindingNotificationUrl }),
  };
}

function needed(name: string, value: string | undefined): string {
  if (value) return value;
  throw new TypeError(`--${name} is missing; "allo-kit simulator --help" lists the options.`);
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  throw new TypeError(`--${name} takes a number, not "${value}".`);
}

function portOf(value: string | undefined): number | undefined {
  const port = numberOf('port', value);
  if (port === undefined || (Number.isInteger(port) && port <= highestPort)) return port;
  throw new TypeError(`--port takes a whole number from 0 to ${highestPort}, not "${value}".`);
}

function urlOf(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')) return value;
  throw new TypeError(`--${name} takes an http(s) address, not "${value}".`);
}

function readKey(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TypeError(`--${name}: the file ${file} cannot be read.`, { cause });
  }
}

/** A mistake at the keyboard names what was typed; anything else stays what it is. */
function inWordsOfTheCommand(error: unknown, port = 0): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'syscall' in error && error.syscall === 'listen' && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new TypeError(`--port: ${port} is taken by another process; without --port any free one is taken.`, { cause: error });
  if (code === 'EACCES') return new TypeError(`--port: this process is not allowed to take ${port}.`, { cause: error });
  const [option = ''] = error.message.split(':');
  const flag = flags.get(option);
  return error instanceof TypeError && flag !== undefined ? new TypeError(`--${flag}${error.message.slice(option.length)}`, { cause: error }) : error;
}
