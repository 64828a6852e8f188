/**
 * The merchant's server processes behind one address: started, killed without warning, started again.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MerchantSettings } from './merchant-process.ts';
import type { Mutant } from './mutants/active.ts';

const program = fileURLToPath(new URL('./merchant-process.ts', import.meta.url));

interface Life {
  child: ChildProcess;
  /** While it listens. */
  port?: number;
}

export interface Merchants {
  /** A port of one that listens, a different one each time; undefined while none does. */
  port(): number | undefined;
  /** SIGKILL to one of them (which one is the caller's choice), and another in its place. Resolves when that listens. */
  kill(which: number): Promise<void>;
  /** Those that are there now. */
  processes(): readonly ChildProcess[];
  /** How often each of them was killed. */
  kills(): readonly number[];
  /** SIGTERM to all; answers their exit codes. */
  stop(): Promise<(number | null)[]>;
  /** SIGKILL to all that are left. */
  abandon(): void;
}

export interface MerchantsOptions {
  settings: MerchantSettings;
  /** How many. */
  count: number;
  /** A mistake that all of them are to have. */
  mutant?: Mutant | undefined;
  /** Flags of Node's for them. */
  nodeFlags?: readonly string[] | undefined;
  /** Told what they write to standard error and standard output. */
  onOutput(text: string): void;
}

export async function startMerchants(options: MerchantsOptions): Promise<Merchants> {
  const lives: Life[] = [];
  let turn = 0;
  const killed = Array.from({ length: options.count }, () => 0);
  for (let index = 0; index < options.count; index += 1) lives.push(await start(options));
  return {
    port() {
      const ports = lives.flatMap(({ port }) => port ?? []);
      return ports[(turn += 1) % ports.length];
    },
    async kill(which) {
      const index = which % lives.length;
      const life = lives[index];
      if (life === undefined || !isAlive(life)) return;
      const ended = once(life.child, 'exit');
      life.child.kill('SIGKILL');
      delete life.port;
      await ended;
      killed[index] = (killed[index] ?? 0) + 1;
      lives[index] = await start(options);
    },
    processes: () => lives.map(({ child }) => child),
    kills: () => killed,
    stop: () => Promise.all(lives.map(stop)),
    abandon: () => lives.forEach(({ child }) => child.kill('SIGKILL')),
  };
}

const isAlive = ({ child }: Life): boolean => child.exitCode === null && child.signalCode === null;

async function start({ settings, mutant, nodeFlags = [], onOutput }: MerchantsOptions): Promise<Life> {
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [...nodeFlags], stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...(mutant && { LAB_MUTANT: mutant }) } });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  const life: Life = { child };
  child.once('exit', () => delete life.port);
  const said: unknown[] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error('a merchant process ended as it began')))]);
  life.port = (said[0] as { port: number }).port;
  return life;
}

async function stop(life: Life): Promise<number | null> {
  if (!isAlive(life)) return life.child.exitCode;
  // Not before all that it wrote was heard.
  const ended = once(life.child, 'close');
  life.child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  return code;
}
