/**
 * `allo-kit reseal`: after `ALLO_ENCRYPTION_KEY` became `new,old`, seals under the new key what stands under the old
 * one. Prints counts alone.
 *
 * @module
 */

import { readConfig } from './config.ts';
import { openStore } from './open-store.ts';
import { resealAll } from './store/reseal.ts';
import { createSeal } from './store/seal.ts';

export const usage = `allo-kit reseal: seal tokens and authorisation codes anew under the newest encryption key

  npx --no-install allo-kit reseal

  With ALLO_ENCRYPTION_KEY="new,old" in the environment, or in the file .env of this folder. Servers on the same
  database may go on working, if all of them have both keys in this order.
  Can be stopped and begun again. When it says that nothing is left under an older key, leave the older one out.
`;

/** Prints what became of every sealed value; answers whether all of them stand under the newest key now. */
export async function resealDatabase(env: Readonly<Record<string, string | undefined>>, print: (line: string) => void): Promise<boolean> {
  const config = readConfig({ env });
  const store = openStore(config.database, Date.now);
  try {
    const { current, resealed, changed, unreadable } = await resealAll(store, createSeal(config.encryptionKeys));
    print(`sealed anew: ${resealed}; under the newest key already: ${current}`);
    if (changed > 0) print(`changed by a server meanwhile: ${changed}; run this again`);
    if (unreadable > 0) print(`under a key that is not given, so that nobody can read them: ${unreadable}; put the previous key behind the new one`);
    if (changed + unreadable === 0) print('nothing is left under an older key: leave the older ones out');
    return changed + unreadable === 0;
  } finally {
    await store.close();
  }
}
