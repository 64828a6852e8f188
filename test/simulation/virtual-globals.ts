/**
 * Puts the simulation's time, chance and network in the place of the platform's, for this process and as long as a
 * simulation runs: whatever asks for them directly, in the product or in a library, gets those that can be repeated.
 */
import type { Chance } from '../faults/random.ts';
import { createInstantCrypto } from './instant-crypto.ts';
import type { Scheduler, Task } from './scheduler.ts';

export interface Virtual {
  scheduler: Scheduler;
  chance: Chance;
  fetch: typeof fetch;
}

let active: Virtual | undefined;

/** The simulation that runs in this process. Throws if there is none. */
export function activeSimulation(): Virtual {
  if (active === undefined) throw new Error('no simulation is running');
  return active;
}

const replace = (target: object, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
};

const later = (run: () => void, delayMs = 0): Task => {
  const { scheduler } = activeSimulation();
  return scheduler.after(delayMs, scheduler.current(), 'timer', run);
};

const cancel = (task: Task | undefined): void => {
  if (task !== undefined) task.isCancelled = true;
};

/** Runs with everything replaced, and puts it back. One at a time in a process. */
export async function withVirtualGlobals<Result>(virtual: Virtual, work: () => Promise<Result>): Promise<Result> {
  if (active !== undefined) throw new Error('a simulation is running already');
  active = virtual;
  const { scheduler, chance } = virtual;
  const startedAt = scheduler.now();
  const replaced: [object, string, unknown][] = [
    [globalThis, 'setTimeout', later], [globalThis, 'clearTimeout', cancel], [globalThis, 'fetch', virtual.fetch],
    [globalThis, 'crypto', createInstantCrypto(() => chance.next())],
    [Date, 'now', () => scheduler.now()], [performance, 'now', () => scheduler.now() - startedAt], [Math, 'random', () => chance.next()],
  ];
  const originals = replaced.map(([target, name]) => Object.getOwnPropertyDescriptor(target, name));
  for (const [target, name, value] of replaced) replace(target, name, value);
  try {
    return await work();
  } finally {
    replaced.forEach(([target, name], index) => {
      const original = originals[index];
      if (original === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, original);
    });
    active = undefined;
  }
}
