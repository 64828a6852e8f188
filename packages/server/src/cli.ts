/**
 * `allo-kit`: the command line, a table of subcommands.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { examine, usage as doctorUsage } from './doctor.ts';
import { keygen, usage as keygenUsage } from './keygen.ts';
import { resealDatabase, usage as resealUsage } from './reseal-command.ts';
import { runSimulator, usage as simulatorUsage } from './simulator/command.ts';
import { reasonOf } from './store/store.ts';

interface Command {
  summary: string;
  usage: string;
  run(args: string[]): void | Promise<void>;
}

const print = (text: string): void => void process.stdout.write(text);
const printLine = (line: string): void => print(`${line}\n`);

const commands: Record<string, Command> = {
  doctor: {
    summary: 'try the configuration in the environment and .env',
    usage: doctorUsage,
    run: async () => {
      process.exitCode = (await examine(environment(), printLine)) === 0 ? 0 : 1;
    },
  },
  keygen: {
    summary: 'make fresh keys, as lines for an .env file or all that the simulator needs',
    usage: keygenUsage,
    run: (args) => keygen(args, print),
  },
  reseal: {
    summary: 'seal everything anew under the newest encryption key',
    usage: resealUsage,
    run: async () => {
      process.exitCode = (await resealDatabase(environment(), printLine)) ? 0 : 1;
    },
  },
  simulator: {
    summary: 'run DOKU and the pages of Allo Bank on this machine',
    usage: simulatorUsage,
    run: runSimulator,
  },
};

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  npx --no-install allo-kit ${name.padEnd(12)} ${summary}`);
  return `${lines.join('\n')}\n\n  npx --no-install allo-kit COMMAND --help tells more\n`;
}

/** The environment, with what the file .env of this folder adds to it; what is set already stays. */
function environment(): NodeJS.ProcessEnv {
  if (loadEnvFile()) printLine('.env is read, for what the environment leaves out');
  return process.env;
}

/** Whether there was one. */
function loadEnvFile(): boolean {
  try {
    const file = statSync('.env', { throwIfNoEntry: false });
    if (file === undefined || file.isDirectory()) return false;
    process.loadEnvFile('.env');
    return true;
  } catch (cause) {
    throw new TypeError(`the file .env cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

async function main([name = '--help', ...args]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command && (name === '--help' || name === '-h')) return print(overview());
  if (!command) throw new TypeError(`there is no command "${name}"; "allo-kit --help" lists them.`);
  if (args.includes('--help') || args.includes('-h')) return print(command.usage);
  await command.run(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  // a TypeError is the caller's mistake: one sentence is enough
  const isMistake = error instanceof TypeError;
  process.stderr.write(`allo-kit: ${isMistake ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isMistake ? 2 : 1);
});
