/**
 * Programs that a test run starts, in a folder of their own. They end by their pid when told to, and at the latest
 * with this process, however it is ended.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface Program {
  isAlive(): boolean;
  /** The first line it writes to its file descriptor 3. Fails if the program ends instead. */
  firstLine(): Promise<string>;
}

export interface OwnProcesses {
  /** Empty in the beginning, deleted in the end. */
  readonly folder: string;
  start(command: string, args: string[], env?: NodeJS.ProcessEnv): Program;
  /** Ends all of them, the last one first. */
  end(): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function ownProcesses(): OwnProcesses {
  const folder = mkdtempSync(join(tmpdir(), 'allo-browser-'));
  const children: ChildProcess[] = [];
  const endNow = (): void => {
    for (const child of children) child.kill();
    removeFolder(folder);
  };
  process.once('exit', endNow);
  for (const signal of signals) process.once(signal, exitOnSignal);
  return {
    folder,
    start(command, args, env = process.env) {
      const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
      children.push(child);
      return programOf(child, command);
    },
    async end() {
      process.off('exit', endNow);
      for (const signal of signals) process.off(signal, exitOnSignal);
      for (const child of children.splice(0).reverse()) await endChild(child);
      removeFolder(folder);
    },
  };
}

/** Without this, a signal would end us before anybody is told. */
const exitOnSignal = (): never => process.exit(1);

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

function programOf(child: ChildProcess, command: string): Program {
  // A program that is not there has no pid; who waits for it is told by the two below.
  child.on('error', () => undefined);
  return {
    isAlive: () => !hasEnded(child),
    async firstLine() {
      let text = '';
      // The pipe stays open: who writes on is ended by a pipe that is closed.
      for await (const more of (child.stdio[3] as Readable).setEncoding('utf8').iterator({ destroyOnReturn: false })) {
        text += String(more);
        if (text.includes('\n')) return text.trim();
      }
      throw new Error(`${command} did not start`);
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** What these programs have started may still write for a moment. */
function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
