/**
 * By which processes on one database do something one after the other. Must never be all that keeps a thing from being done
 * twice: a turn can be taken over from a process that is slow, and not dead.
 *
 * @module
 */

import type { Store } from './store.ts';

export interface Turn {
  /** Whether it was taken over from a process that may still be at its work. */
  isTakenOver: boolean;
  /** Whether nobody has taken it over. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Whoever has not released its turn after so long has died, or is too slow to wait for: it can be taken over. */
const turnMs = 3_000;

/** How long each count has stood still, as this process has seen it. */
const watched = new WeakMap<Store, Map<string, { count: number; since: number }>>();

const isTaken = (count: number): boolean => count % 2 === 1;

/**
 * Answers a turn, or undefined while another process has it. A count goes up with each turn that is taken, and with each
 * release: odd while a process has it. Each process itself watches how long the count has stood still, so that no instant
 * is compared between clocks, which differ from server to server.
 *
 * @param name one of few: what was watched is kept, and the count in the database
 */
export async function takeTurn(store: Store, name: string): Promise<Turn | undefined> {
  const count = await store.count(name);
  if (isTaken(count) && stoodStillMs(store, name, count) < turnMs) return undefined;
  const ours = isTaken(count) ? count + 2 : count + 1;
  if (!(await store.swapCount(name, count, ours))) return undefined;
  return {
    isTakenOver: isTaken(count),
    isHeld: async () => (await store.count(name)) === ours,
    release: async () => {
      await store.swapCount(name, ours, ours + 1);
    },
  };
}

function stoodStillMs(store: Store, name: string, count: number): number {
  const counts = watched.get(store) ?? new Map<string, { count: number; since: number }>();
  watched.set(store, counts);
  const seen = counts.get(name);
  const since = seen?.count === count ? seen.since : performance.now();
  counts.set(name, { count, since });
  return performance.now() - since;
}
