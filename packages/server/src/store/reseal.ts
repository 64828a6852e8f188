/**
 * Sealing everything anew under the newest key, so that older keys can be left out. Can be ended at any moment and
 * begun again, beside servers that go on working: a value that somebody else wrote meanwhile is left as it is.
 *
 * @module
 */

import type { Seal } from './seal.ts';
import type { SealedPage, SealedValue, Store } from './store.ts';

/** How many sealed values there are of each kind, and what became of them. */
export interface ResealReport {
  /** Under the newest key already. */
  current: number;
  /** Sealed anew. */
  resealed: number;
  /** Written by somebody else meanwhile; the next run looks at them again. */
  changed: number;
  /** Under a key that was not given, or damaged: nobody can read them. Their owners have to link again. */
  unreadable: number;
}

/** Rejects only if the database cannot be reached. */
export async function resealAll(store: Store, seal: Seal): Promise<ResealReport> {
  const [newest] = await seal.keyIds();
  const report: ResealReport = { current: 0, resealed: 0, changed: 0, unreadable: 0 };
  for await (const value of sealedValues(store)) {
    const fate = keyIdOf(value.sealed) === newest ? 'current' : await reseal(store, seal, value);
    report[fate] += 1;
  }
  return report;
}

async function reseal(store: Store, seal: Seal, value: SealedValue): Promise<keyof ResealReport> {
  const text = await seal.open(value.sealed, value.place).catch(() => undefined);
  if (text === undefined) return 'unreadable';
  return (await store.replaceSealed(value, await seal.close(text, value.place))) ? 'resealed' : 'changed';
}

/** How many values stand under each of the keys, by its place in the list; `unknown` under none of them. */
export async function countSealed(store: Store, seal: Seal): Promise<{ byKey: number[]; unknown: number }> {
  const ids = await seal.keyIds();
  const byKey = ids.map(() => 0);
  let unknown = 0;
  for await (const { sealed } of sealedValues(store)) {
    const place = ids.indexOf(keyIdOf(sealed));
    if (place < 0) unknown += 1;
    else byKey[place] = (byKey[place] ?? 0) + 1;
  }
  return { byKey, unknown };
}

async function* sealedValues(store: Store): AsyncGenerator<SealedValue> {
  let page: SealedPage = { values: [], next: '' };
  while (page.next !== undefined) {
    page = await store.sealedPage(page.next);
    yield* page.values;
  }
}

/** A sealed text begins with the id of its key. */
const keyIdOf = (sealed: string): string => sealed.split('.')[0] ?? '';
