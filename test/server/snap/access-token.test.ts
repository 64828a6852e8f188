import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { AccessTokenError, createAccessTokens, memoryAccessTokenStore } from '../../../packages/server/src/snap/access-token.ts';
import type { AccessTokens, AccessTokenStore, StoredAccessToken } from '../../../packages/server/src/snap/access-token.ts';
import type { RequestToken } from '../../../packages/server/src/snap/token-request.ts';
import { instant } from './support.ts';

interface World {
  clock: { now: number };
  mints: number;
  /** What the next mints answer beside the token; an Error makes them fail. */
  answer: { expiresIn?: unknown } | Error;
  create: (store: AccessTokenStore) => AccessTokens;
}

function createWorld(answer: World['answer'] = { expiresIn: 900 }): World {
  const world: World = {
    clock: { now: instant },
    mints: 0,
    answer,
    create: (store) => createAccessTokens({ requestToken, path: '/authorization/v1/access-token/b2b', store, now: () => world.clock.now }),
  };
  const requestToken: RequestToken = async (request) => {
    assert.deepEqual(request.body, { grantType: 'client_credentials' });
    world.mints += 1;
    const accessToken = `token-${world.mints}`;
    await new Promise(setImmediate);
    if (world.answer instanceof Error) return { outcome: 'not-sent', cause: world.answer };
    const body = request.read({ accessToken, ...world.answer });
    return body === undefined ? { outcome: 'unknown' } : { outcome: 'success', responseCode: '2007300', body };
  };
  return world;
}

type Swap = (previous: StoredAccessToken | undefined) => boolean;

/** A store into which another writes while this one mints. */
function lostRace(world: World, { winner, isHeld, swap }: { winner: StoredAccessToken | undefined; isHeld: boolean; swap: Swap }): AccessTokenStore {
  const before = world.mints;
  return {
    read: () => Promise.resolve(world.mints === before ? undefined : winner),
    swap: (previous) => Promise.resolve(swap(previous)),
    claim: () => Promise.resolve({ isHeld: () => Promise.resolve(isHeld), release: () => Promise.resolve() }),
  };
}

const times = async <T>(count: number, call: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, call));

describe('get', () => {
  it('mints once for 250 concurrent calls at expiry', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    assert.equal(new Set(await times(250, () => tokens.get())).size, 1);
    assert.equal(world.mints, 1);
    world.clock.now += 900_000;
    assert.deepEqual(new Set(await times(250, () => tokens.get())), new Set(['token-2']));
    assert.equal(world.mints, 2);
  });

  it('mints once for two instances that share a store', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    const instances = [world.create(store), world.create(store)];
    for (let round = 0; round < 5; round++) {
      const before = world.mints;
      const given = await Promise.all(instances.map((tokens) => times(250, () => tokens.get())));
      assert.equal(world.mints - before, 1);
      assert.equal(new Set(given.flat()).size, 1);
      world.clock.now += 900_000;
    }
  });

  it('adopts what another instance has minted', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    await world.create(store).get();
    const claim = (): never => assert.fail('what is there needs no claim');
    assert.equal(await world.create({ ...store, claim }).get(), 'token-1');
    assert.equal(world.mints, 1);
  });

  it('adopts what another instance has minted just before it could claim to', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    const theirs = { accessToken: 'theirs', issuedAt: instant, expiresAt: instant + 900_000 };
    const claim: AccessTokenStore['claim'] = async () => {
      await store.swap(undefined, theirs);
      return store.claim();
    };
    assert.equal(await world.create({ ...store, claim }).get(), 'theirs');
    assert.equal(world.mints, 0);
    assert.ok(await store.claim(), 'no claim is left behind');
  });

  it('takes the winner of a lost race for the store', async () => {
    const world = createWorld();
    const winner: StoredAccessToken = { accessToken: 'winner', issuedAt: instant, expiresAt: instant + 900_000 };
    let swaps = 0;
    assert.equal(await world.create(lostRace(world, { winner, isHeld: false, swap: () => (swaps += 1) > 1 })).get(), 'winner');
    assert.equal(swaps, 1, 'and writes nothing over it');
    assert.equal(await world.create(lostRace(world, { winner, isHeld: true, swap: () => false })).get(), 'winner', 'also where it is lost again');
  });

  it('writes its own over what a slower one wrote whose claim it has taken over: DOKU was asked for it later', async () => {
    const world = createWorld();
    const winner: StoredAccessToken = { accessToken: 'slower', issuedAt: instant, expiresAt: instant + 900_000 };
    const swapped: (string | undefined)[] = [];
    const swap: Swap = (previous) => swapped.push(previous?.accessToken) > 1;
    assert.equal(await world.create(lostRace(world, { winner, isHeld: true, swap })).get(), 'token-1');
    assert.deepEqual(swapped, [undefined, 'slower']);
  });

  it('keeps its own where the winner of a lost race is gone again, or past its time', async () => {
    for (const winner of [undefined, { accessToken: 'stale', issuedAt: 0, expiresAt: instant - 1 }]) {
      const world = createWorld();
      assert.equal(await world.create(lostRace(world, { winner, isHeld: true, swap: () => false })).get(), 'token-1');
    }
  });

  it('asks nobody while its own token is good', async () => {
    const world = createWorld();
    const kept = memoryAccessTokenStore();
    let reads = 0;
    const tokens = world.create({ ...kept, read: () => (reads += 1, kept.read()) });
    await times(5, () => tokens.get());
    const before = reads;
    await times(5, () => tokens.get());
    assert.equal(reads, before);
  });

  it('renews at 80 % of the life and not before', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    await tokens.get();
    world.clock.now += 720_000 - 1;
    assert.equal(await tokens.get(), 'token-1');
    world.clock.now += 1;
    assert.equal(await tokens.get(), 'token-2');
  });

  for (const [expiresIn, lifeMs] of [[900, 900_000], ['900', 900_000], ['600', 600_000], [60, 60_000], [899.9995, 899_999], ['0.0015', 1], [undefined, 900_000], ['soon', 900_000], [0, 900_000], [-5, 900_000], [1e12, 86_400_000], [true, 900_000], [['60'], 900_000], [null, 900_000]] as const) {
    it(`reads expiresIn ${JSON.stringify(expiresIn)} as a life of ${lifeMs} ms`, async () => {
      const world = createWorld({ expiresIn });
      const store = memoryAccessTokenStore();
      await world.create(store).get();
      assert.deepEqual(await store.read(), { accessToken: 'token-1', issuedAt: instant, expiresAt: instant + lifeMs });
    });
  }

  it('goes on with a token past 80 % of its life while DOKU gives no new one, but not past its life', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    await tokens.get();
    world.answer = new Error('down');
    world.clock.now += 899_999;
    assert.equal(await tokens.get(), 'token-1');
    world.clock.now += 1;
    await assert.rejects(tokens.get(), AccessTokenError);
  });

  it('does not go on with one that was found to be refused meanwhile', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    const older = await tokens.get();
    world.answer = new Error('down');
    world.clock.now += 800_000;
    const settled = await Promise.allSettled([tokens.get(), tokens.renew(older)]);
    assert.deepEqual(settled.map(({ status }) => status), ['rejected', 'rejected']);
  });

  it('fails for all who wait, and tries anew for the next', async () => {
    const world = createWorld(new Error('down'));
    const tokens = world.create(memoryAccessTokenStore());
    const settled = await Promise.allSettled(Array.from({ length: 10 }, () => tokens.get()));
    assert.ok(settled.every((each) => each.status === 'rejected' && each.reason instanceof AccessTokenError));
    assert.equal(world.mints, 1);
    world.answer = {};
    assert.equal(await tokens.get(), 'token-2');
  });
});

describe('while another process mints', () => {
  it('waits, and adopts what comes, though its clock calls that old', async () => {
    const world = createWorld();
    const kept = memoryAccessTokenStore();
    const claim = await kept.claim();
    const tokens = world.create(kept);
    const waiting = times(5, () => tokens.get());
    const theirs = { accessToken: 'theirs', issuedAt: instant - 1_200_000, expiresAt: instant - 300_000 };
    await pause(50);
    await kept.swap(undefined, theirs);
    await claim?.release();
    assert.deepEqual(new Set(await waiting), new Set(['theirs']));
    assert.equal(world.mints, 0);
    world.clock.now += 720_000 - 1;
    assert.equal(await tokens.get(), 'theirs', 'its life begins when it came');
    world.clock.now += 1;
    assert.equal(await tokens.get(), 'token-1');
  });

  it('never adopts the token that failed, nor what was there before', async () => {
    const world = createWorld();
    const kept = memoryAccessTokenStore();
    const old = { accessToken: 'old', issuedAt: instant - 900_000, expiresAt: instant };
    await kept.swap(undefined, old);
    const claim = await kept.claim();
    const [get, renew] = [world.create(kept).get(), world.create(kept).renew('failed')];
    await pause(50);
    await kept.swap(old, { accessToken: 'failed', issuedAt: instant - 900_000, expiresAt: instant });
    await pause(150);
    await claim?.release();
    assert.deepEqual(await Promise.all([get, renew]), ['failed', 'token-1'], 'only one of them knows that it failed');
    assert.equal(world.mints, 1);
  });

  it('waits for 8 seconds at most, whoever is at it', async (t) => {
    const world = createWorld();
    const kept = memoryAccessTokenStore();
    await kept.claim();
    let atMs = 0;
    t.mock.method(performance, 'now', () => atMs);
    const waiting = world.create({ ...kept, read: () => (atMs = world.mints === 0 ? atMs + 3_000 : atMs, kept.read()) }).get();
    assert.equal(await waiting, 'token-1');
    assert.equal(atMs, 9_000, 'not at 6 seconds');
    assert.equal((await kept.read())?.accessToken, 'token-1');
    const winner = { accessToken: 'winner', issuedAt: instant, expiresAt: instant + 900_000 };
    const read = (): Promise<StoredAccessToken | undefined> => Promise.resolve(world.mints === 1 ? (atMs += 3_000, undefined) : winner);
    assert.equal(await world.create({ read, swap: () => Promise.resolve(false), claim: () => Promise.resolve(undefined) }).get(), 'winner', 'who has no claim gives way');
  });

  it('leaves no claim behind, and loses no token because one cannot be given back', async () => {
    const world = createWorld(new Error('down'));
    const kept = memoryAccessTokenStore();
    await assert.rejects(world.create(kept).get(), AccessTokenError);
    assert.ok(await kept.claim());
    world.answer = {};
    const stuck: AccessTokenStore = { ...memoryAccessTokenStore(), claim: () => Promise.resolve({ isHeld: () => Promise.resolve(true), release: () => Promise.reject(new Error('down')) }) };
    assert.equal(await world.create(stuck).get(), 'token-2');
  });
});

describe('renew', () => {
  it('mints once for 250 calls that all saw the same token fail', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    const failed = await tokens.get();
    assert.deepEqual(new Set(await times(250, () => tokens.renew(failed))), new Set(['token-2']));
    assert.equal(world.mints, 2);
    assert.equal(await tokens.get(), 'token-2');
  });

  it('adopts before it mints: nobody ends a token that another instance has just made', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    const [one, other] = [world.create(store), world.create(store)];
    const failed = await one.get();
    assert.equal(await other.get(), failed);
    const renewed = await one.renew(failed);
    assert.equal(await other.renew(failed), renewed);
    assert.equal(world.mints, 2);
  });

  it('does not loop between two instances that renew at once', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    const [one, other] = [world.create(store), world.create(store)];
    const failed = await one.get();
    await other.get();
    const renewed = await Promise.all([one.renew(failed), other.renew(failed)]);
    assert.equal(new Set(renewed).size, 1);
    assert.ok(!renewed.includes(failed));
    assert.equal(world.mints, 2);
  });

  it('never gives back the token that failed, even while another call adopts it', async () => {
    const world = createWorld();
    const store = memoryAccessTokenStore();
    const failed = await world.create(store).get();
    const tokens = world.create(store);
    const [adopted, renewed] = await Promise.all([tokens.get(), tokens.renew(failed)]);
    assert.equal(adopted, failed);
    assert.equal(renewed, 'token-2');
  });

  it('does not ask the store if its own token is another one by then', async () => {
    const world = createWorld();
    const kept = memoryAccessTokenStore();
    let reads = 0;
    const tokens = world.create({ ...kept, read: () => (reads += 1, kept.read()) });
    const failed = await tokens.get();
    assert.equal(await tokens.renew(failed), 'token-2');
    const before = reads;
    assert.equal(await tokens.renew(failed), 'token-2');
    assert.equal(reads, before);
  });

  it('keeps a token that is not the one that failed, to go on with while DOKU gives no new one', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    const kept = await tokens.get();
    world.answer = new Error('down');
    world.clock.now += 800_000;
    await assert.rejects(tokens.renew('an older one'), AccessTokenError);
    assert.equal(await tokens.get(), kept);
  });

  it('has calls that begin meanwhile wait for the new token', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    const failed = await tokens.get();
    assert.deepEqual(await Promise.all([tokens.renew(failed), tokens.get()]), ['token-2', 'token-2']);
    assert.equal(world.mints, 2);
  });

  it('never falls back to the token that failed', async () => {
    const world = createWorld();
    const tokens = world.create(memoryAccessTokenStore());
    const failed = await tokens.get();
    world.answer = new Error('down');
    await assert.rejects(tokens.renew(failed), AccessTokenError);
  });
});

describe('an AccessTokenError', () => {
  it('says how DOKU refused, and what broke', () => {
    const refused = new AccessTokenError({ outcome: 'refused', responseCode: '4017300', httpStatus: 401, serviceCode: '73', caseCode: '00', responseMessage: 'Unauthorized' } as never);
    assert.deepEqual([refused.responseCode, refused.message, refused.cause], ['4017300', 'DOKU gave no B2B access token (refused 4017300)', undefined]);
    const cause = new Error('down');
    const unsent = new AccessTokenError({ outcome: 'not-sent', cause });
    assert.deepEqual([unsent.responseCode, unsent.message, unsent.cause], [undefined, 'DOKU gave no B2B access token (not-sent)', cause]);
  });
});

describe('memoryAccessTokenStore', () => {
  it('swaps only what it still holds', async () => {
    const store = memoryAccessTokenStore();
    const [a, b] = ['a', 'b'].map((accessToken) => ({ accessToken, issuedAt: 0, expiresAt: 1 }));
    assert.ok(a && b);
    assert.equal(await store.swap(b, a), false);
    assert.equal(await store.swap(undefined, a), true);
    assert.equal(await store.swap(undefined, b), false);
    assert.deepEqual(await store.read(), a);
    assert.equal(await store.swap({ ...a }, b), true);
    assert.deepEqual(await store.read(), b);
  });
});
