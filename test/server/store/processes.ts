/** Starts other processes on a database, and lets them begin at the same moment. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../packages/server/src/config.ts';
import type { Job, Report } from './worker.ts';

const workerPath = fileURLToPath(new URL('worker.ts', import.meta.url));

const complaints = new WeakMap<ChildProcess, string[]>();

export async function startWorker(database: Config['database'], job: Job): Promise<ChildProcess> {
  const worker = fork(workerPath, [JSON.stringify({ database, job })], { silent: true });
  const lines: string[] = [];
  complaints.set(worker, lines);
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  await messageOf(worker);
  return worker;
}

/** Runs the jobs, each in a process of its own, at the same time; answers their reports in order. */
export async function runTogether(database: Config['database'], jobs: readonly Job[]): Promise<Report[]> {
  const workers = await Promise.all(jobs.map((job) => startWorker(database, job)));
  const reports = workers.map((worker) => messageOf(worker));
  for (const worker of workers) worker.send('go');
  return (await Promise.all(reports)) as Report[];
}

async function messageOf(worker: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  // `close` comes when all it said has been read.
  const died = once(worker, 'close', { signal: gone.signal }).then(() => {
    throw new Error(`a process ended without a word\n${complaints.get(worker)?.join('') ?? ''}`);
  });
  const said = once(worker, 'message', { signal: gone.signal }).then(([message]) => message as unknown);
  try {
    return await Promise.race([said, died]);
  } finally {
    died.catch(() => undefined);
    said.catch(() => undefined);
    gone.abort();
  }
}
