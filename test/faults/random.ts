/**
 * Chance that can be had again: the same seed gives the same choices, and each name a stream of its own, so that
 * what one shopper does never shifts what another one draws.
 */
export interface Chance {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** True in `share` of all cases. */
  happens(share: number): boolean;
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** A stream of its own. */
  fork(name: string): Chance;
}

export function createChance(seed: string): Chance {
  let state = hash(seed);
  // mulberry32: 32 bits of state are plenty for a schedule.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    happens: (share) => next() < share,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    weighted: (weights) => pickWeighted(Object.entries(weights) as [keyof typeof weights, number][], next()),
    fork: (name) => createChance(`${seed}/${name}`),
  };
}

function pickWeighted<Name extends string>(entries: [Name, number][], at: number): Name {
  let left = at * entries.reduce((sum, [, weight]) => sum + weight, 0);
  const found = entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1);
  if (found === undefined) throw new TypeError('there is nothing to choose from');
  return found[0];
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
