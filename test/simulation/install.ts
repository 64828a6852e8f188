/**
 * Puts the simulation's stand-ins in the place of the modules that reach outside the process, the database of the
 * product and Node's timers for those who import them, and of the one that reads RSA keys.
 */
import { registerHooks } from 'node:module';

const here = new URL('./', import.meta.url).href;
const standIns: ReadonlyMap<string, string> = new Map([
  [new URL('../../packages/server/src/open-store.ts', import.meta.url).href, new URL('./open-store.ts', import.meta.url).href],
  [new URL('../../packages/server/src/keys.ts', import.meta.url).href, new URL('./keys.ts', import.meta.url).href],
  ['node:timers/promises', new URL('./timers.ts', import.meta.url).href],
]);

export function installSimulation(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const standIn = context.parentURL?.startsWith(here) === true ? undefined : standIns.get(resolved.url);
      return standIn === undefined ? resolved : { ...resolved, url: standIn };
    },
  });
}
