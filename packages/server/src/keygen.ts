/**
 * `allo-kit keygen`: fresh keys. They go to stdout, as lines for an .env file, or with `--simulator` into a whole .env
 * and the two key files of a simulator; nowhere else, and never over a file that is there.
 *
 * @module
 */

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const usage = `allo-kit keygen: a fresh RSA-2048 key pair and ALLO_ENCRYPTION_KEY, as lines for an .env file

  npx --no-install allo-kit keygen > .env

  Then upload the public key (the comment lines) in DOKU's dashboard, and fill in what is empty.

  npx --no-install allo-kit keygen --simulator

  Writes a whole .env for a server at http://127.0.0.1:3000 over the simulator, and the simulator's two key files, into
  this folder, and says what to run. Overwrites nothing.
`;

interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** One line of an .env file. PEM line breaks are written as \n inside double quotes. */
const line = (name: string, value: string): string => `${name}="${value.trim().replaceAll('\n', '\\n')}"`;

const pair = (): KeyPair => generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const encryptionKeyLine = (): string => line('ALLO_ENCRYPTION_KEY', randomBytes(32).toString('base64'));

/** Throws a `TypeError` with one sentence for the person at the keyboard. */
export function keygen(args: string[], print: (text: string) => void): void {
  const { values } = parseArgs({ args, options: { simulator: { type: 'boolean' } }, strict: true, allowPositionals: false });
  print(values.simulator ? writeForSimulator() : linesForDoku());
}

function linesForDoku(): string {
  const { privateKey, publicKey } = pair();
  return [
    '# The public half of DOKU_PRIVATE_KEY, for DOKU\'s dashboard (Integration > Public Key):',
    ...publicKey.trim().split('\n').map((text) => `#   ${text}`),
    line('DOKU_PRIVATE_KEY', privateKey),
    encryptionKeyLine(),
    '# From DOKU\'s dashboard:',
    line('DOKU_ENV', 'sandbox'),
    line('DOKU_CLIENT_ID', ''),
    line('DOKU_SECRET_KEY', ''),
    line('DOKU_PUBLIC_KEY', ''),
    '# Where shoppers reach your server, for example https://shop.example:',
    line('ALLO_PUBLIC_URL', ''),
    '# Where the ledger is kept: a file, or postgres://…',
    line('ALLO_DATABASE_URL', 'file:./allo.db'),
    '',
  ].join('\n');
}

// --- For the simulator ---

const shopUrl = 'http://127.0.0.1:3000';
const simulatorPort = 3001;
const clientId = 'BRN-SIMULATOR';
const merchantKeyFile = 'simulator-merchant.pem';
const dokuKeyFile = 'simulator-doku.pem';

/** Writes the files, and answers what to do with them. */
function writeForSimulator(): string {
  const merchant = pair();
  const doku = pair();
  const secretKey = `SK-${randomBytes(12).toString('hex')}`;
  writeFresh({
    '.env': environment(merchant, doku, secretKey),
    [merchantKeyFile]: merchant.publicKey,
    [dokuKeyFile]: doku.privateKey,
  });
  return whatToRun(secretKey);
}

function writeFresh(files: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(files)) {
    if (existsSync(name)) throw new TypeError(`${name} is there already, and nothing was written: move it away, or run this in another folder`);
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text, { flag: 'wx', mode: 0o600 });
}

function environment(merchant: KeyPair, doku: KeyPair, secretKey: string): string {
  return [
    '# Written by allo-kit keygen --simulator. The keys are for the simulator alone.',
    line('DOKU_ENV', 'simulator'),
    line('DOKU_BASE_URL', `http://127.0.0.1:${simulatorPort}`),
    line('DOKU_CLIENT_ID', clientId),
    line('DOKU_SECRET_KEY', secretKey),
    line('DOKU_PRIVATE_KEY', merchant.privateKey),
    line('DOKU_PUBLIC_KEY', doku.publicKey),
    line('ALLO_PUBLIC_URL', shopUrl),
    encryptionKeyLine(),
    line('ALLO_DATABASE_URL', 'file:./simulator.db'),
    '',
  ].join('\n');
}

function whatToRun(secretKey: string): string {
  return `Written: .env, ${merchantKeyFile} and ${dokuKeyFile}. Keep .env and simulator* out of your repository.

The simulator, in a terminal of its own:

  npx --no-install allo-kit simulator --client-id ${clientId} --secret-key ${secretKey} \\
    --merchant-public-key ${merchantKeyFile} --private-key ${dokuKeyFile} --port ${simulatorPort} --state simulator.json \\
    --token-url ${shopUrl}/allo/doku/authorization/v1/access-token/b2b \\
    --payment-notification-url ${shopUrl}/allo/doku/notifications/payment \\
    --binding-notification-url ${shopUrl}/allo/doku/notifications/binding

When your server runs with this .env (node --env-file=.env ...) on port 3000:

  npx --no-install allo-kit doctor
`;
}
