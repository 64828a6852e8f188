/**
 * Many seeds, spread over processes.
 */
import { fork } from 'node:child_process';
import type { Mutant } from '../faults/mutants/active.ts';
import type { Outcome } from './simulate.ts';
import type { Batch } from './worker.ts';

export interface FleetOptions {
  seeds: Iterable<string>;
  /** Told of each run; answers true to end the fleet before all seeds are through. */
  onOutcome(outcome: Outcome): boolean;
  /** A mistake that the product is to have. */
  mutant?: Mutant;
  /** Default 2. */
  processes?: number;
}

const seedsPerBatch = 20;

/** Resolves when all seeds are through, or `onOutcome` has had enough. Rejects if a process ends by itself. */
export async function runFleet({ seeds, onOutcome, mutant, processes = 2 }: FleetOptions): Promise<void> {
  const rest = seeds[Symbol.iterator]();
  const fleet = { isOver: false };

  const nextBatch = (): string[] => {
    const batch: string[] = [];
    for (let next = fleet.isOver ? undefined : rest.next(); next?.done === false; next = batch.length < seedsPerBatch ? rest.next() : undefined) batch.push(next.value);
    return batch;
  };

  const work = (): Promise<void> => new Promise((resolve, reject) => {
    const env = { ...process.env, LAB_MUTANT: mutant ?? '' };
    const child = fork(new URL('./worker.ts', import.meta.url), { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let isDone = false;
    child.on('message', (outcomes: Outcome[]) => {
      for (const outcome of outcomes) if (onOutcome(outcome)) fleet.isOver = true;
      const batch: Batch = { seeds: nextBatch() };
      isDone = batch.seeds.length === 0;
      if (isDone) child.disconnect();
      else child.send(batch);
    });
    child.on('error', reject);
    child.on('exit', (code) => (isDone ? resolve() : reject(new Error(`a simulating process ended with ${code}`))));
  });

  await Promise.all(Array.from({ length: processes }, work));
}
