/**
 * Work that goes on after an answer has left. Everything begun here is either awaited or stopped by `close`.
 *
 * @module
 */
export interface Background {
  /** Keeps the promise in sight; its failure is its own affair and is swallowed here. */
  track(work: Promise<unknown>): void;
  /** Resolves when nothing is going on any more, including what the work itself began. */
  idle(): Promise<void>;
  /** Aborted by {@link Background.close}. */
  signal: AbortSignal;
  close(): Promise<void>;
}

export function createBackground(): Background {
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all(running);
  }

  return {
    track(work) {
      const watched: Promise<unknown> = work.catch(() => undefined).finally(() => running.delete(watched));
      running.add(watched);
    },
    idle,
    signal: closing.signal,
    async close() {
      closing.abort();
      await idle();
    },
  };
}

/** Waits real time; ends at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', end);
  });
}
