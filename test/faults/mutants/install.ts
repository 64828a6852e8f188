/**
 * Puts stand-ins in the place of modules of the product, without a line of the product knowing: whoever imports
 * the store, the bank or the signature check gets the one of this folder, which wraps the real one.
 */
import { registerHooks } from 'node:module';

const product = new URL('../../../packages/server/src/', import.meta.url);

/** What is replaced, and by which file here. */
const standIns: ReadonlyMap<string, string> = new Map([
  [new URL('open-store.ts', product).href, new URL('./open-store.ts', import.meta.url).href],
  [new URL('routes/bank.ts', product).href, new URL('./bank.ts', import.meta.url).href],
  [new URL('snap/signature.ts', product).href, new URL('./signature.ts', import.meta.url).href],
]);
const here = new URL('./', import.meta.url).href;

export function installMutant(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const standIn = context.parentURL?.startsWith(here) === true ? undefined : standIns.get(resolved.url);
      return standIn === undefined ? resolved : { ...resolved, url: standIn };
    },
  });
}
