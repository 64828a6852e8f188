import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { openStore } from '../../packages/server/src/open-store.ts';
import { resealDatabase } from '../../packages/server/src/reseal-command.ts';
import { resealAll } from '../../packages/server/src/store/reseal.ts';
import { createSeal } from '../../packages/server/src/store/seal.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { encryptionKey as oldKey } from './support/credentials.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';
import { aLink } from './store/rows.ts';

const newKey = Buffer.alloc(32, 8).toString('base64');
const both = `${newKey},${oldKey}`;
const keyIds = async (...keys: [string, ...string[]]): Promise<readonly string[]> => {
  const [first, ...rest] = keys.map((key) => new Uint8Array(Buffer.from(key, 'base64')));
  return first === undefined ? [] : createSeal([first, ...rest]).keyIds();
};

describe('a new encryption key', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const environment = (encryptionKey: string): Record<string, string> => {
    const { environment: name, clientId, secretKey, privateKey, publicKey, baseUrl } = world.dokuOptions;
    return {
      DOKU_ENV: name ?? '', DOKU_CLIENT_ID: clientId ?? '', DOKU_SECRET_KEY: secretKey ?? '', DOKU_PRIVATE_KEY: privateKey ?? '', DOKU_PUBLIC_KEY: publicKey ?? '',
      DOKU_BASE_URL: baseUrl ?? '', ALLO_PUBLIC_URL: world.url, ALLO_ENCRYPTION_KEY: encryptionKey, ALLO_DATABASE_URL: `file:${world.databasePath}`,
    };
  };

  test('takes the place of the old one while customers stay linked, and nothing needs the old one afterwards', async () => {
    const shoppers = [await linkedShopper(world, 'budi'), await linkedShopper(world, 'siti')];
    await world.restart({ encryptionKey: both });
    const lines: string[] = [];
    assert.equal(await resealDatabase(environment(both), (line) => lines.push(line)), true, 'beside the server, which goes on');
    assert.deepEqual(lines, ['sealed anew: 5; under the newest key already: 0', 'nothing is left under an older key: leave the older ones out']);
    assert.deepEqual(await world.allo.reseal(), { current: 5, resealed: 0, changed: 0, unreadable: 0 }, 'a second run finds nothing to do');
    await world.restart({ encryptionKey: newKey });
    for (const [index, shopper] of shoppers.entries()) {
      assert.equal((await shopper.balance()).status, 200);
      await payInFull(world, shopper, placeOrder(world, `after-${index}`));
    }
    const [oldId = ''] = await keyIds(oldKey);
    const rows = JSON.stringify(world.ledger().links);
    assert.ok(!rows.includes(`"${oldId}.`));
    await world.restart({ encryptionKey: oldKey });
    assert.equal((await shoppers[0]?.balance())?.status, 500, 'the old key opens nothing any more');
    await world.restart({ encryptionKey: newKey });
  });

  test('tells what nobody can read, and leaves it as it is', async () => {
    const otherKey = Buffer.alloc(32, 9).toString('base64');
    const before = readFileSync(world.databasePath);
    const lines: string[] = [];
    assert.equal(await resealDatabase(environment(otherKey), (line) => lines.push(line)), false);
    assert.match(lines.join('\n'), /so that nobody can read them: 5; put the previous key behind the new one/);
    assert.ok(readFileSync(world.databasePath).equals(before));
  });

  test('does not make a new token of one that the bank refused', async () => {
    const rini = await linkedShopper(world, 'rini');
    await world.restart({
      encryptionKey: `${oldKey},${newKey}`,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (/payment-host-to-host$/.test(addressOf(input))) await world.allo.reseal();
        return response;
      },
    });
    world.simulator.revokeTokens('customer');
    const { body } = await rini.pay(placeOrder(world, 'resealed-meanwhile'));
    assert.equal(body.status, 'requires-action', body.failure);
    await rini.comeBack(await world.simulator.approve(body.action?.url ?? ''));
    await world.settled();
    assert.equal((await rini.payment(body.paymentId)).body.status, 'paid');
  });
});

describe('sealing anew', () => {
  const [one, two] = [1, 2].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  const under = (...keys: [Uint8Array<ArrayBuffer>, ...Uint8Array<ArrayBuffer>[]]) => createSeal(keys);

  async function storeWithLinks(count: number): Promise<{ store: Store; ids: string[] }> {
    const store = openStore({ kind: 'sqlite', path: ':memory:' }, Date.now);
    const links = Array.from({ length: count }, (_, index) => aLink({ customerId: `customer-${index}` }));
    for (const link of links) await store.insertLink({ ...link, tokenSealed: await under(one).close(`token-${link.id}`, `links/${link.id}/token`) });
    return { store, ids: links.map(({ id }) => id) };
  }
  const tokenOf = async (store: Store, id: string, seal = under(two)): Promise<string> => seal.open((await store.link(id))?.tokenSealed ?? '', `links/${id}/token`);

  test('that was cut off is taken up where it was', async () => {
    const { store, ids } = await storeWithLinks(10);
    let left = 4;
    const dying: Store = { ...store, replaceSealed: (value, sealed) => ((left -= 1) < 0 ? Promise.reject(new Error('the process died')) : store.replaceSealed(value, sealed)) };
    await assert.rejects(resealAll(dying, under(two, one)));
    assert.deepEqual(await resealAll(store, under(two, one)), { current: 4, resealed: 6, changed: 0, unreadable: 0 });
    for (const id of ids) assert.equal(await tokenOf(store, id), `token-${id}`);
    await store.close();
  });

  test('never writes over what a server wrote meanwhile', async () => {
    const { store, ids: [id = ''] } = await storeWithLinks(1);
    const seal = under(two, one);
    const newer = await seal.close('renewed', `links/${id}/token`);
    const raced: Store = {
      ...store,
      async replaceSealed(value, sealed) {
        await store.commit({ changes: [{ table: 'links', id, from: ['initiated'], to: 'initiated', set: { tokenSealed: newer }, cause: 'renewed' }] });
        return store.replaceSealed(value, sealed);
      },
    };
    assert.deepEqual(await resealAll(raced, seal), { current: 0, resealed: 0, changed: 1, unreadable: 0 });
    assert.equal(await tokenOf(store, id), 'renewed');
    await store.close();
  });
});
