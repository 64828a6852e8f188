/**
 * Ends server processes with SIGKILL: so many times spread over the run, each at a moment that hurts.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Merchants } from './merchants.ts';
import type { Chance } from './random.ts';

/**
 * - `answered`: the bank has just answered a call, and the answer is still on its way
 * - `acknowledged`: a notification was just taken
 * - `any`: whenever
 */
export type Moment = 'answered' | 'acknowledged' | 'any';

/** How often which moment is chosen: weights, out of about 100. */
export type Moments = Readonly<Record<Moment, number>>;

/** All of them. */
export const allMoments: Moments = { answered: 40, acknowledged: 35, any: 25 };

export interface Killer {
  /** One line of the simulator's log: something has just happened at the bank. */
  see(line: string): void;
  /** So many orders are done; a kill may be due. */
  progress(ordersDone: number): void;
  /** All orders are done: the kills that are left follow now. Resolves when the last victim has been replaced. */
  finish(): Promise<void>;
}

export interface KillerOptions {
  merchants: () => Merchants | undefined;
  orders: number;
  kills: number;
  moments: Moments;
  chance: Chance;
}

/** A moment that does not come is not waited for longer than this, in real milliseconds. */
const longestWaitMs = 1_500;

export function createKiller({ merchants, orders, kills, moments, chance }: KillerOptions): Killer {
  let planned = 0;
  let due: { moment: Moment; skip: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let killing: Promise<void> = Promise.resolve();
  let done = 0;
  /** All instances in turn. */
  let turn = chance.between(0, 1_000);
  /** Until the last victim has been replaced. */
  let isBusy = false;

  function strike(): void {
    clearTimeout(timer);
    due = undefined;
    isBusy = true;
    killing = (merchants()?.kill(turn++) ?? Promise.resolve()).then(() => {
      isBusy = false;
      plan();
    });
  }

  /** The next kill, if the run has come far enough for it. */
  function plan(): void {
    if (isBusy || due !== undefined || planned >= kills || done < (planned * orders) / kills) return;
    planned += 1;
    const moment = chance.weighted(moments);
    due = { moment, skip: chance.between(0, 3) };
    timer = setTimeout(strike, moment === 'any' ? chance.between(0, 400) : longestWaitMs);
  }

  return {
    see(line) {
      if (due === undefined || !momentsOf(line).includes(due.moment)) return;
      if (due.skip > 0) due.skip -= 1;
      else strike();
    },
    progress(ordersDone) {
      done = ordersDone;
      plan();
    },
    async finish() {
      done = orders;
      while (planned < kills || due !== undefined) {
        plan();
        await pause(20);
      }
      await killing;
    },
  };
}

function momentsOf(line: string): Moment[] {
  if (/^(payment|status|b2b2c|refund) /.test(line)) return ['answered'];
  return /^notification .*: 200$/.test(line) ? ['acknowledged'] : [];
}
