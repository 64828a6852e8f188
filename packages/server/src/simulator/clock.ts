/**
 * The simulator's own time: it can be sped up, frozen and moved forward, and it carries the timers that
 * depend on it (expiry of sessions, late and retried notifications). It must never be read around: nothing
 * else in the simulator asks the machine for the time.
 *
 * @module
 */
import type { ClockOptions } from './options.ts';

export interface SimulatorClock {
  /** Simulated epoch milliseconds: for lives, sessions and retries. */
  now(): number;
  /**
   * What X-TIMESTAMP is written and checked by: the real time, so that moving DOKU's time forward does not
   * put the merchant's clock in the wrong; the simulated time if that was given a start or is frozen.
   */
  wireNow(): number;
  /** Runs `task` once at or after the instant. A task that throws is dropped silently: its owner reports. */
  schedule(atMs: number, task: () => unknown): void;
  /** Moves time forward and runs all that became due, in order of its instant; resolves when those tasks are done. */
  advance(ms: number): Promise<void>;
  speed(): number;
  setSpeed(factor: number): void;
  /** Forgets all timers. */
  close(): void;
}

interface Timer {
  atMs: number;
  task: () => unknown;
}

/** Longest delay that setTimeout takes. */
const longestTimeoutMs = 2_147_483_647;

export function createClock(options: ClockOptions = {}): SimulatorClock {
  const timers: Timer[] = [];
  let base = { simulatedMs: options.startAtMs ?? Date.now(), realMs: performance.now() };
  let factor = options.frozen ? 0 : positive(options.speed ?? 1);
  let alarm: NodeJS.Timeout | undefined;

  const now = (): number => Math.floor(base.simulatedMs + (performance.now() - base.realMs) * factor);
  const isOwn = options.frozen === true || options.startAtMs !== undefined;
  const rebase = (simulatedMs: number): void => {
    base = { simulatedMs, realMs: performance.now() };
  };

  async function runDue(): Promise<void> {
    for (let next = timers[0]; next && next.atMs <= now(); next = timers[0]) {
      timers.shift();
      await finish(next.task);
    }
    wind();
  }

  function wind(): void {
    clearTimeout(alarm);
    const next = timers[0];
    if (!next || factor === 0) return;
    const waitMs = Math.min(Math.max((next.atMs - now()) / factor, 0), longestTimeoutMs);
    alarm = setTimeout(() => void runDue(), Math.ceil(waitMs));
    alarm.unref();
  }

  return {
    now,
    wireNow: () => (isOwn ? now() : Date.now()),
    schedule(atMs, task) {
      const later = timers.findIndex((timer) => timer.atMs > atMs);
      timers.splice(later < 0 ? timers.length : later, 0, { atMs, task });
      wind();
    },
    advance(ms) {
      if (!(ms >= 0)) throw new TypeError('advance: time moves forward only; give milliseconds ≥ 0');
      rebase(now() + ms);
      return runDue();
    },
    speed: () => factor,
    setSpeed(next) {
      rebase(now());
      factor = positive(next);
      wind();
    },
    close() {
      clearTimeout(alarm);
      timers.length = 0;
    },
  };
}

async function finish(task: () => unknown): Promise<void> {
  try {
    await task();
  } catch {
    // the owner of the task reports; the timers of others go on
  }
}

function positive(factor: number): number {
  if (Number.isFinite(factor) && factor > 0) return factor;
  throw new TypeError('speed: simulated seconds per real second, a number above 0, for example 60');
}
