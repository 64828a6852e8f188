/**
 * Waiting for work, but not for ever. In the lowest room that does.
 *
 * @module
 */

/** Tells whether the work is done before `timeMs` are over; else it goes on behind. What it throws in time is thrown. */
export async function isDoneWithin(timeMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: timeUp, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeMs);
  return Promise.race([work.then(() => true), timeUp]).finally(() => clearTimeout(timer));
}
