import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import { encryptionKey, merchantKeys, secretKey } from './support/credentials.ts';
import { createWorld } from './support/world.ts';
import type { World } from './support/world.ts';

describe('a start', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  test('says once what holds here, and no secret', () => {
    const said = world.log.filter(({ message }) => message === 'allo-kit is ready');
    assert.deepEqual(said.map(({ fields }) => fields), [{
      environment: 'simulator', profile: 'merchant-allo-v1.0', path: '/allo', database: 'sqlite', limits: 'off', refundRoute: true, unlinkAsks: false,
      trustedOrigins: [], trustedProxies: 0, pageHosts: [], reconciles: 'when told',
    }]);
    const text = JSON.stringify(said);
    for (const secret of [secretKey, encryptionKey, merchantKeys.privateKey.slice(100, 140)]) assert.ok(!text.includes(secret));
  });

  test('asks nobody', () => {
    assert.equal(world.simulator.requests().length, 0);
  });

  test('adds no listener to the merchant\'s process', async () => {
    const count = (): number[] => process.eventNames().map((name) => process.listenerCount(name));
    const before = count();
    const other = createAllo(world.alloOptions);
    assert.deepEqual(count(), before);
    await other.close();
  });

  test('is refused in a page, where everybody could read what it is given', (t) => {
    const page = globalThis as { window?: unknown; document?: unknown };
    t.after(() => {
      delete page.window;
      delete page.document;
    });
    Object.assign(page, { window: globalThis, document: {} });
    assert.throws(() => createAllo(world.alloOptions), /^TypeError: createAllo holds secrets and must never be in a page/);
  });
});
