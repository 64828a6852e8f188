/**
 * Work that outlives the request that began it: kept so that closing can wait for it, and so that nothing it
 * throws goes unseen or ends the process.
 *
 * @module
 */

import type { Logger } from './ledger/context.ts';
import { isDoneWithin } from './store/in-time.ts';

export interface Background {
  /** Keeps the work until it is done; logs what it throws. */
  run(work: Promise<unknown>): void;
  /** One run at a time; who asks meanwhile gets one more run after it, shared by all who asked. */
  single<Result>(work: () => Promise<Result>): () => Promise<Result>;
  /** Resolves when nothing is under way, or the time is over; tells whether nothing is. */
  idle(limitMs: number): Promise<boolean>;
}

export function createBackground(log: Logger): Background {
  const running = new Set<Promise<unknown>>();

  const run = (work: Promise<unknown>): void => {
    const watched = work
      .catch((error: unknown) => log.error('background work failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
      .finally(() => running.delete(watched));
    running.add(watched);
  };

  return {
    run,
    single,
    async idle(limitMs) {
      const done = async (): Promise<void> => {
        while (running.size > 0) await Promise.all(running);
      };
      return isDoneWithin(limitMs, done());
    },
  };
}

function single<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | undefined;
  let following: Promise<Result> | undefined;
  const start = (): Promise<Result> => {
    following = undefined;
    const begun = work().finally(() => {
      if (current === begun) current = undefined;
    });
    current = begun;
    return begun;
  };
  return () => {
    if (current === undefined) return start();
    following ??= current.then(start, start);
    return following;
  };
}
