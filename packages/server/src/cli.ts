/**
 * `allo-kit`: the command line, a table of subcommands. `keygen` prints secrets on stdout, on purpose; they
 * must never be written anywhere else.
 *
 * @module
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { examine, usage as doctorUsage } from './doctor.ts';
import { resealDatabase, usage as resealUsage } from './reseal-command.ts';
import { runSimulator, usage as simulatorUsage } from './simulator/command.ts';

interface Command {
  summary: string;
  usage: string;
  run(args: string[]): void | Promise<void>;
}

const keygenUsage = `allo-kit keygen: a fresh RSA-2048 key pair and ALLO_ENCRYPTION_KEY, as lines for an .env file

  allo-kit keygen > .env

  Then upload the public key (the comment lines) in DOKU's dashboard, and fill in what is empty.
`;

const commands: Record<string, Command> = {
  doctor: {
    summary: 'try the configuration in the environment',
    usage: doctorUsage,
    run: async () => {
      process.exitCode = (await examine(process.env, (line) => void process.stdout.write(`${line}\n`))) === 0 ? 0 : 1;
    },
  },
  keygen: {
    summary: 'print fresh keys as lines for an .env file',
    usage: keygenUsage,
    run: () => void process.stdout.write(keygen()),
  },
  reseal: {
    summary: 'seal everything anew under the newest encryption key',
    usage: resealUsage,
    run: async () => {
      process.exitCode = (await resealDatabase(process.env, (line) => void process.stdout.write(`${line}\n`))) ? 0 : 1;
    },
  },
  simulator: {
    summary: 'run DOKU and the pages of Allo Bank on this machine',
    usage: simulatorUsage,
    run: runSimulator,
  },
};

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  allo-kit ${name.padEnd(12)} ${summary}`);
  return `${lines.join('\n')}\n\n  allo-kit COMMAND --help lists the options\n`;
}

async function main([name = '--help', ...args]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command && (name === '--help' || name === '-h')) return void process.stdout.write(overview());
  if (!command) throw new TypeError(`there is no command "${name}"; "allo-kit --help" lists them.`);
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(command.usage);
  await command.run(args);
}

/** The lines of an .env file; PEM line breaks are written as \n inside double quotes. */
function keygen(): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return [
    '# The public half of DOKU_PRIVATE_KEY, for DOKU\'s dashboard (Integration > Public Key):',
    ...publicKey.trim().split('\n').map((line) => `#   ${line}`),
    `DOKU_PRIVATE_KEY="${privateKey.trim().replaceAll('\n', '\\n')}"`,
    `ALLO_ENCRYPTION_KEY="${randomBytes(32).toString('base64')}"`,
    '# From DOKU\'s dashboard:',
    'DOKU_ENV="sandbox"',
    'DOKU_CLIENT_ID=""',
    'DOKU_SECRET_KEY=""',
    'DOKU_PUBLIC_KEY=""',
    '# Where shoppers reach your server, for example https://shop.example:',
    'ALLO_PUBLIC_URL=""',
    '# Where the ledger is kept: a file, or postgres://…',
    'ALLO_DATABASE_URL="file:./allo.db"',
    '',
  ].join('\n');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  // a TypeError is the caller's mistake: one sentence is enough
  const isMistake = error instanceof TypeError;
  process.stderr.write(`allo-kit: ${isMistake ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isMistake ? 2 : 1);
});
