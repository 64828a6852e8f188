/** The merchant's own token: how many of them many servers on one database fetch, whatever becomes of the one that began. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { createSharedAccessToken } from '../../../packages/server/src/shared-access-token.ts';
import { AccessTokenError, createAccessTokens } from '../../../packages/server/src/snap/access-token.ts';
import type { AccessTokens } from '../../../packages/server/src/snap/access-token.ts';
import type { RequestToken } from '../../../packages/server/src/snap/token-request.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { times } from './conformance-world.ts';
import type { World } from './conformance-world.ts';

const minute = 60_000;
const name = 'sandbox/BRN-1';

/** As many servers as there are clocks, each with a connection of its own to one database, and a DOKU that counts. */
interface Fleet {
  mints: number;
  /** How long DOKU takes for the next ones, by how many there were before. */
  answerAfterMs: (before: number) => number;
  /** It gives none. */
  isAway: boolean;
  clock: { now: number };
  servers: AccessTokens[];
  stores: Store[];
}

function createFleet({ database, clock }: World, clocksAheadMs: readonly number[]): Fleet {
  const seal = createSeal([Buffer.alloc(32, 7)]);
  const fleet: Fleet = { mints: 0, answerAfterMs: () => 100, isAway: false, clock, servers: [], stores: [] };
  const requestToken: RequestToken = async (request) => {
    const before = fleet.mints++;
    await pause(fleet.answerAfterMs(before), undefined, { ref: false });
    if (fleet.isAway) return { outcome: 'not-sent', cause: new Error('down') };
    const body = request.read({ accessToken: `token-${before + 1}`, expiresIn: 900 });
    return body === undefined ? { outcome: 'unknown' } : { outcome: 'success', responseCode: '2007300', body };
  };
  for (const aheadMs of clocksAheadMs) {
    const now = (): number => clock.now + aheadMs;
    const store = openStore(database.address, now);
    fleet.stores.push(store);
    fleet.servers.push(createAccessTokens({ requestToken, path: '/token', store: createSharedAccessToken(store, seal, name), now }));
  }
  return fleet;
}

const minutesApart = [-5, -4, -2, -1, 0, 2, 4, 6].map((minutes) => minutes * minute);

/** How long a payment may wait for another server's token: one claim that comes to nothing, and time for a busy machine. */
const longestWaitMs = 7_000;

/** How many tokens the fleet fetches for 25 calls to each server at once, and how many different ones they then have. */
async function mintsOf({ fleet, servers = fleet.servers }: { fleet: Fleet; servers?: AccessTokens[] }, call: (server: AccessTokens) => Promise<string>) {
  const before = fleet.mints;
  const given = await Promise.all(servers.map((server) => times(25, () => call(server))));
  return { mints: fleet.mints - before, tokens: new Set(given.flat()) };
}

async function withFleet(world: World, clocksAheadMs: readonly number[], work: (fleet: Fleet) => Promise<void>): Promise<void> {
  const fleet = createFleet(world, clocksAheadMs);
  try {
    await work(fleet);
  } finally {
    await Promise.all(fleet.stores.map((store) => store.close()));
  }
}

/** One server begins to fetch the token, and the others want it, too: while it dies, or takes its time. */
async function othersWait(fleet: Fleet): Promise<{ first: Promise<string>; tookMs: number; tokens: Set<string> }> {
  const [slow, ...servers] = fleet.servers;
  assert.ok(slow);
  const before = fleet.mints;
  const first = slow.get();
  while (fleet.mints === before) await pause(5);
  const askedAt = performance.now();
  const { tokens } = await mintsOf({ fleet, servers }, (server) => server.get());
  return { first, tookMs: performance.now() - askedAt, tokens };
}

export function describeMinting(world: () => World): void {
  describe("the merchant's token", () => {
    for (const size of [2, 4, 8]) {
      it(`is fetched once by ${size} servers: at the first start, when it ends, and when DOKU refuses it`, () => withFleet(world(), Array.from<number>({ length: size }).fill(0), async (fleet) => {
        assert.deepEqual(await mintsOf({ fleet }, (server) => server.get()), { mints: 1, tokens: new Set(['token-1']) });
        fleet.clock.now += 12 * minute;
        assert.deepEqual(await mintsOf({ fleet }, (server) => server.get()), { mints: 1, tokens: new Set(['token-2']) });
        assert.deepEqual(await mintsOf({ fleet }, (server) => server.renew('token-2')), { mints: 1, tokens: new Set(['token-3']) });
      }));
    }

    it('is fetched twice at most by 8 servers whose clocks are minutes apart', () => withFleet(world(), minutesApart, async (fleet) => {
      assert.deepEqual(await mintsOf({ fleet }, (server) => server.get()), { mints: 1, tokens: new Set(['token-1']) });
      fleet.clock.now += 30 * minute;
      const { mints, tokens } = await mintsOf({ fleet }, (server) => server.get());
      assert.deepEqual([mints, tokens.size], [1, 1]);
      const [refused = ''] = tokens;
      assert.equal((await mintsOf({ fleet }, (server) => server.renew(refused))).mints, 1);
    }));

    for (const [what, answerAfterMs] of [['dies', 2 ** 31 - 1], ['is slow', 5_000]] as const) {
      it(`is fetched twice at most by 8 servers of which the first ${what}, and keeps nobody waiting for longer than seconds`, () => withFleet(world(), minutesApart, async (fleet) => {
        fleet.answerAfterMs = (before) => (before === 0 ? answerAfterMs : 100);
        const { first, tookMs, tokens } = await othersWait(fleet);
        assert.deepEqual([fleet.mints, tokens], [2, new Set(['token-2'])]);
        assert.ok(tookMs < longestWaitMs, `${tookMs} ms`);
        if (what === 'is slow') assert.equal(await first, 'token-2', 'what it got in the end is not put in the place of the later one');
        assert.deepEqual(await mintsOf({ fleet, servers: fleet.servers.slice(1) }, (server) => server.get()), { mints: 0, tokens });
      }));
    }

    it('is fetched at once by the next server when the first was given none', () => withFleet(world(), minutesApart, async (fleet) => {
      fleet.isAway = true;
      await Promise.all(fleet.servers.map((server) => assert.rejects(server.get(), AccessTokenError)));
      fleet.isAway = false;
      const askedAt = performance.now();
      assert.equal((await mintsOf({ fleet }, (server) => server.get())).mints, 1);
      assert.ok(performance.now() - askedAt < 2_000, 'no claim is left behind');
    }));

    it('is not fetched while the database is away', () => withFleet(world(), [0], async (fleet) => {
      await fleet.stores[0]?.close();
      await assert.rejects(mintsOf({ fleet }, (server) => server.get()), StoreError);
      assert.equal(fleet.mints, 0);
    }));
  });
}
