/**
 * The merchant-level bank token in the database, sealed, so that all processes share one and none mints a second
 * while a first is good, or while another process is at it.
 *
 * @module
 */

import type { AccessTokenStore, StoredAccessToken } from './snap/access-token.ts';
import { sharedTokenPlace } from './store/places.ts';
import type { Seal } from './store/seal.ts';
import type { SharedToken, Store } from './store/store.ts';
import { takeTurn } from './store/turns.ts';

/** @param name One token per client and environment. */
export function createSharedAccessToken(store: Store, seal: Seal, name: string): AccessTokenStore {
  const place = sharedTokenPlace(name);

  /** What cannot be opened, since its encryption key is gone, is as good as absent: the next token takes its place. */
  const open = async (shared: SharedToken | undefined): Promise<StoredAccessToken | undefined> => {
    const accessToken = shared && (await seal.open(shared.sealed, place).catch(() => undefined));
    return shared && accessToken !== undefined ? { accessToken, issuedAt: shared.issuedAt, expiresAt: shared.expiresAt } : undefined;
  };

  return {
    async read() {
      return open(await store.readToken(name));
    },
    async swap(previous, { accessToken, issuedAt, expiresAt }) {
      const held = await store.readToken(name);
      if ((await open(held))?.accessToken !== previous?.accessToken) return false;
      return store.swapToken(name, held, { sealed: await seal.close(accessToken, place), issuedAt, expiresAt });
    },
    claim: () => takeTurn(store, `mint/${name}`),
  };
}
