/**
 * Counting within a window that slides: exact, in this process alone, and never larger than it was told to be.
 *
 * @module
 */

/** So many in any stretch of so many seconds. */
export interface Limit {
  count: number;
  perSeconds: number;
}

export interface SlidingWindowOptions extends Limit {
  /** Epoch milliseconds. */
  now(): number;
  /** How many keys are kept in mind. */
  mostKeys: number;
  /**
   * What becomes of a new key when there is no room: `refuse` it, or `forget` the key that was used the longest
   * time ago, which then counts from zero.
   */
  whenFull: 'refuse' | 'forget';
}

export interface SlidingWindow {
  /** How long `key` has to wait for a place, in milliseconds; 0 if there is one. */
  waitMs(key: string): number;
  /** Whether `key` is a new one for which there is no room. */
  isFull(key: string): boolean;
  /** How many places `key` has left, and in how many milliseconds the next one comes back; 0 if all are there. */
  left(key: string): { places: number; nextMs: number };
  /** Uses one place; answers how to give it back, which may be done once. */
  take(key: string): () => void;
  /** How many keys are kept in mind. */
  size(): number;
}

export function createSlidingWindow({ count, perSeconds, now, mostKeys, whenFull }: SlidingWindowOptions): SlidingWindow {
  const windowMs = perSeconds * 1000;
  /** Each key's places in the order they were taken; the keys in the order of their last one. */
  const taken = new Map<string, readonly number[]>();

  // What lies in the future was written before the clock was set back, and must not lock anybody out until then.
  const counts = (at: number): boolean => at <= now() && now() - at < windowMs;
  const placesOf = (key: string): number[] => (taken.get(key) ?? []).filter(counts);
  const freeIn = (at: number): number => at + windowMs - now();

  const forgetEnded = (): void => {
    for (const [key, places] of taken) {
      if (counts(places.at(-1) ?? -Infinity)) return;
      taken.delete(key);
    }
  };

  const forgetOldest = (): void => {
    for (const key of taken.keys()) {
      if (taken.size < mostKeys) return;
      taken.delete(key);
    }
  };

  const isFull = (key: string): boolean => !taken.has(key) && taken.size >= mostKeys;

  const waitForRoom = (key: string): number => {
    const [oldest] = taken.values();
    return isFull(key) && whenFull === 'refuse' ? freeIn(oldest?.at(-1) ?? now()) : 0;
  };

  const giveBack = (key: string, at: number): void => {
    const held = [...(taken.get(key) ?? [])];
    const index = held.indexOf(at);
    if (index < 0) return;
    held.splice(index, 1);
    if (held.length === 0) taken.delete(key);
    else taken.set(key, held);
  };

  return {
    waitMs(key) {
      forgetEnded();
      const blocking = placesOf(key).at(-count);
      return blocking === undefined ? waitForRoom(key) : freeIn(blocking);
    },
    isFull,
    left(key) {
      const places = placesOf(key);
      const [oldest] = places;
      return { places: Math.max(0, count - places.length), nextMs: oldest === undefined ? 0 : freeIn(oldest) };
    },
    take(key) {
      const at = now();
      const places = [...placesOf(key), at];
      taken.delete(key);
      forgetOldest();
      taken.set(key, places);
      return () => giveBack(key, at);
    },
    size: () => taken.size,
  };
}
