/**
 * The merchant-level bank token in the database, sealed, so that all processes share one and none mints a second
 * while a first is good.
 *
 * @module
 */

import type { AccessTokenStore, StoredAccessToken } from './snap/access-token.ts';
import type { Seal } from './store/seal.ts';
import type { SharedToken, Store } from './store/store.ts';

/** @param name One token per client and environment. */
export function createSharedAccessToken(store: Store, seal: Seal, name: string): AccessTokenStore {
  const place = `shared_tokens/${name}`;

  const open = async (shared: SharedToken | undefined): Promise<StoredAccessToken | undefined> => shared && {
    accessToken: await seal.open(shared.sealed, place), issuedAt: shared.issuedAt, expiresAt: shared.expiresAt,
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
  };
}
