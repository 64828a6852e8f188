/**
 * How often somebody may ask for what costs money or tells a secret (reliability R64–R67). A limit refuses before
 * anything is written or sent; whoever is refused has used up nothing, not even an idempotency key.
 *
 * Counted in this process: with several processes on one database each counts for itself. A count in the database
 * would cost every flood a transaction, and the database is what a flood must not reach; so much the more that what is
 * at stake is a number of SMS, not money: N processes let through N times as many.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import { createSlidingWindow } from './sliding-window.ts';
import type { Limit, SlidingWindow, SlidingWindowOptions } from './sliding-window.ts';

/** Why each is there. Starts and inquiries that the bank never heard of do not count, nor do repetitions. */
export const defaultLimits = {
  /** Every start to link sends an SMS, which somebody pays for. */
  linksPerCustomer: { count: 3, perSeconds: 3600 },
  /** Nobody's telephone is to be rung by strangers; counted over all customers, by a keyed hash of the number. */
  linksPerPhone: { count: 5, perSeconds: 86_400 },
  /** All links of this process: whoever gets around the other limits does not get around this one. Tells the log. */
  linksInAll: { count: 1000, perSeconds: 3600 },
  /** One visitor with many accounts at the shop. */
  linksPerAddress: { count: 10, perSeconds: 3600 },
  /** Inquiries at the bank; answers out of the cache do not count. */
  balancesPerCustomer: { count: 10, perSeconds: 60 },
  /** New payments; probing a stolen account takes many. */
  paymentsPerCustomer: { count: 5, perSeconds: 60 },
  /** New idempotency keys: each is a row for a month, also for an order whose payment stands already. */
  paymentKeysPerCustomer: { count: 60, perSeconds: 60 },
  /** Requests to our token endpoint that DOKU did not sign. */
  refusedTokensPerAddress: { count: 10, perSeconds: 60 },
  /** Notifications that DOKU did not sign. */
  refusedNotificationsPerAddress: { count: 10, perSeconds: 60 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof defaultLimits;

/** Limits in place of the defaults, some or all of them switched off. */
export type LimitOptions = 'off' | Readonly<Partial<Record<LimitName, Limit | 'off'>>>;

/** Whose places are wanted, by limit; a limit whose subject is not known does not apply. */
export type Subjects = Readonly<Partial<Record<LimitName, string | undefined>>>;

/** How one limit stands for somebody. */
export interface Standing extends Limit {
  limit: LimitName;
  /** Places left. */
  left: number;
  /** Until the next place comes back; 0 if all are there. */
  nextSeconds: number;
}

export type Taken = { isTaken: true; giveBack(): void } | { isTaken: false; waitMs: number };

export interface RateLimits {
  /** Takes one place under each of the limits, or none under any. */
  tryTake(subjects: Subjects): Taken;
  /** As `tryTake`, but throws `RATE_LIMITED`. Answers how to give the places back, when nothing was asked of the bank after all. */
  take(subjects: Subjects): () => void;
  /** How each of the limits stands, those that do not apply left out. */
  standing(subjects: Subjects): Standing[];
}

const mostKeys = 20_000;

/** About 150 megabytes. */
const mostKeysForLinks = 500_000;

/** Whoever floods the memory must not gain SMS by it; everywhere else he must not lock out the others. */
const whenFull = (name: LimitName): SlidingWindowOptions['whenFull'] => (isForLinks(name) ? 'refuse' : 'forget');

const isForLinks = (name: LimitName): boolean => name.startsWith('links');

/** Where new keys are refused there is room for all that `linksInAll` lets in meanwhile, and more: it is what stops a flood, not the memory. */
function roomFor(name: LimitName, { perSeconds }: Limit, inAll: Limit | 'off'): number {
  if (!isForLinks(name)) return mostKeys;
  if (inAll === 'off') return mostKeysForLinks;
  const stretches = Math.ceil(perSeconds / inAll.perSeconds) + 1;
  return Math.min(mostKeysForLinks, Math.max(mostKeys, stretches * inAll.count));
}

interface Counted extends Limit {
  window: SlidingWindow;
  /** When it was last told that the memory is full, so that it is told once. */
  told: SlidingWindow;
}

/**
 * Throws a `TypeError` that names the limit which is malformed.
 *
 * @param onRefused told of each refusal
 * @param onFull told, once in the time that the limit counts over, that its memory refuses new ones, not the limit itself
 */
export function createRateLimits(
  options: LimitOptions, now: () => number, onRefused: (limit: LimitName) => void, onFull: (limit: LimitName) => void = () => undefined,
): RateLimits {
  const windows = createWindows(options, now);

  const applying = (subjects: Subjects) => [...windows].flatMap(([limit, { window, told, ...policy }]) => {
    const key = subjects[limit];
    return key === undefined ? [] : [{ limit, window, told, key, policy }];
  });

  const tryTake = (subjects: Subjects): Taken => {
    const wanted = applying(subjects).map((each) => ({ ...each, waitMs: each.window.waitMs(each.key) }));
    const longest = wanted.toSorted((one, other) => other.waitMs - one.waitMs)[0];
    if (longest !== undefined && longest.waitMs > 0) {
      onRefused(longest.limit);
      if (longest.window.isFull(longest.key) && longest.told.waitMs(longest.limit) === 0) {
        longest.told.take(longest.limit);
        onFull(longest.limit);
      }
      return { isTaken: false, waitMs: longest.waitMs };
    }
    const places = wanted.map(({ window, key }) => window.take(key));
    return { isTaken: true, giveBack: () => places.forEach((giveBack) => giveBack()) };
  };

  return {
    tryTake,
    take(subjects) {
      const taken = tryTake(subjects);
      if (taken.isTaken) return taken.giveBack;
      throw new AlloServerError('RATE_LIMITED', { retryAfterSeconds: toSeconds(taken.waitMs) });
    },
    standing: (subjects) => applying(subjects).map(({ limit, window, key, policy }) => {
      const { places, nextMs } = window.left(key);
      return { limit, ...policy, left: places, nextSeconds: nextMs === 0 ? 0 : toSeconds(nextMs) };
    }),
  };
}

/** Whole seconds for `Retry-After`, never too few. */
export const toSeconds = (waitMs: number): number => Math.max(1, Math.ceil(waitMs / 1000));

function createWindows(options: LimitOptions, now: () => number): Map<LimitName, Counted> {
  const windows = new Map<LimitName, Counted>();
  const limitOf = (name: LimitName): Limit | 'off' => (options === 'off' ? 'off' : (options[name] ?? defaultLimits[name]));
  for (const name of limitNames(options)) {
    const limit = limitOf(name);
    if (limit === 'off') continue;
    assertLimit(name, limit);
    const window = createSlidingWindow({ ...limit, now, mostKeys: roomFor(name, limit, limitOf('linksInAll')), whenFull: whenFull(name) });
    const told = createSlidingWindow({ count: 1, perSeconds: limit.perSeconds, now, mostKeys: 1, whenFull: 'forget' });
    windows.set(name, { ...limit, window, told });
  }
  return windows;
}

function limitNames(options: LimitOptions): LimitName[] {
  const names = Object.keys(defaultLimits) as LimitName[];
  const unknown = options === 'off' ? undefined : Object.keys(options).find((name) => !Object.hasOwn(defaultLimits, name));
  if (unknown !== undefined) throw new TypeError(`limits.${unknown} is not known: there are ${names.join(', ')}`);
  return names;
}

function assertLimit(name: LimitName, { count, perSeconds }: Limit): void {
  if ([count, perSeconds].every((number) => Number.isSafeInteger(number) && number > 0)) return;
  throw new TypeError(`limits.${name} is not right: it should be "off" or { count, perSeconds }, whole numbers of 1 or more`);
}
