/**
 * The merchant-level bank token in the database, sealed, so that all processes share one and none mints a second
 * while a first is good, or while another process is at it.
 *
 * @module
 */

import type { AccessTokenStore, MintingClaim, StoredAccessToken } from './snap/access-token.ts';
import { sharedTokenPlace } from './store/places.ts';
import type { Seal } from './store/seal.ts';
import type { SharedToken, Store } from './store/store.ts';

/** Whoever has not minted after so long has died, or is too slow to wait for: its claim can be taken over. */
const claimMs = 3_000;

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
    claim: createMintingClaims(store, `mint/${name}`),
  };
}

const isTaken = (count: number): boolean => count % 2 === 1;

/**
 * A count that goes up with each claim and each release: odd while a process has it. Each process itself watches how long
 * the count has stood still, so that no instant is compared between clocks, which differ from server to server.
 */
function createMintingClaims(store: Store, name: string): () => Promise<MintingClaim | undefined> {
  let watched = { count: 0, since: 0 };
  return async () => {
    const count = await store.count(name);
    if (count !== watched.count) watched = { count, since: performance.now() };
    if (isTaken(count) && performance.now() - watched.since < claimMs) return undefined;
    const ours = isTaken(count) ? count + 2 : count + 1;
    if (!(await store.swapCount(name, count, ours))) return undefined;
    return {
      isHeld: async () => (await store.count(name)) === ours,
      release: async () => {
        await store.swapCount(name, ours, ours + 1);
      },
    };
  };
}
