/**
 * Stands in for the product's `keys.ts`: a tenth of a run would go by in reading the same keys for one life of a server
 * after the other.
 */
import { readOwnKeys as readOwn, readPublicKeys as readPublic } from '../../packages/server/src/keys.ts';
import type { Setting } from '../../packages/server/src/setting.ts';

export * from '../../packages/server/src/keys.ts';

/** Answers what was read of the same text before. */
function once<Rest extends unknown[], Keys>(read: (given: Setting, ...rest: Rest) => Keys): typeof read {
  const known = new Map<string | undefined, Keys>();
  return (given, ...rest) => {
    const keys = known.get(given.value) ?? read(given, ...rest);
    known.set(given.value, keys);
    return keys;
  };
}

export const readOwnKeys = once(readOwn);
export const readPublicKeys = once(readPublic);
