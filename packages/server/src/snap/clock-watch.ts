/**
 * How far our clock is from DOKU's, by the `Date` of its answers (reliability R28): DOKU refuses what is stamped too far
 * from its own time, and then nothing works. Must never change a request or an answer.
 *
 * @module
 */

import type { Clock, Fetch } from './types.ts';

/** How our clock stands: from 30 seconds on it is worth a look, from 4 minutes on DOKU is about to refuse everything. */
export type ClockVerdict = 'right' | 'off' | 'wrong';

export interface ClockWatchOptions {
  now: Clock;
  /** Told with each answer that has a date: by how many milliseconds at least our clock is ahead; negative if it is behind. */
  onSkew(skewMs: number): void;
}

/** `Date` has no fraction of a second. */
const resolutionMs = 1_000;

const offMs = 30_000;
const wrongMs = 4 * 60_000;

/** The same `fetch`, watched. */
export function watchClock(fetch: Fetch, { now, onSkew }: ClockWatchOptions): Fetch {
  return async (input, init) => {
    const askedAt = now();
    const response = await fetch(input, init);
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(theirs)) onSkew(leastSkewMs(askedAt, now(), theirs));
    return response;
  };
}

/** DOKU wrote its date at some moment between our two; only what no such moment explains counts. */
function leastSkewMs(askedAt: number, answeredAt: number, theirs: number): number {
  const [least, most] = [askedAt - theirs - resolutionMs, answeredAt - theirs];
  if (least > 0) return least;
  return Math.min(most, 0);
}

export function judgeClock(skewMs: number): ClockVerdict {
  const distanceMs = Math.abs(skewMs);
  if (distanceMs > wrongMs) return 'wrong';
  return distanceMs > offMs ? 'off' : 'right';
}

/** Answers the verdict on a skew if it is another than that before it, the first being `right`. */
export function createClockJudge(): (skewMs: number) => ClockVerdict | undefined {
  let last: ClockVerdict = 'right';
  return (skewMs) => {
    const verdict = judgeClock(skewMs);
    if (verdict === last) return undefined;
    last = verdict;
    return verdict;
  };
}
