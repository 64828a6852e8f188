import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Allo, AlloOptions } from '../../packages/server/src/allo.ts';
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

  test('says that it works by itself where, and only where, a timer runs', async (t) => {
    const { mock } = t.mock.method(globalThis, 'setInterval');
    for (const [reconcileEveryMs, says] of [[undefined, 'by itself'], [60_000, 'by itself'], [0, 'when told']] as const) {
      const said: unknown[] = [];
      const before = mock.callCount();
      const log = { ...silent, info: (_message: string, fields: Record<string, unknown> = {}) => void said.push(fields['reconciles']) };
      const other = createAllo({ ...world.alloOptions, log, reconcileEveryMs });
      assert.deepEqual([said, mock.callCount() - before], [[says], says === 'by itself' ? 1 : 0]);
      await other.close();
    }
  });
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('an option', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  const start = (options: unknown): Allo => createAllo(options as AlloOptions);
  const refuses = (name: string, value: unknown, form: RegExp): void => {
    assert.throws(() => start({ ...world.alloOptions, [name]: value }), (error) => {
      assert.ok(error instanceof TypeError && error.message.startsWith(`${name} is not right: it should be `), `${name} ${inspect(value)}: ${String(error)}`);
      assert.match(error.message, form);
      return true;
    });
  };

  test('is needed: without any, the start says which', () => {
    for (const nothing of [undefined, null, 'sandbox', []]) {
      assert.throws(() => start(nothing), { name: 'TypeError', message: 'createAllo needs an object with at least the functions customer, order and onEvent' });
    }
    for (const name of ['customer', 'order', 'onEvent']) {
      assert.throws(() => start({ ...world.alloOptions, [name]: undefined }), { name: 'TypeError', message: `${name} is missing: it should be a function` });
    }
  });

  const wrong: readonly [string, readonly unknown[], RegExp][] = [
    ...['customer', 'order', 'onEvent', 'authorizeRefund', 'authorizeUnlink', 'onMetric', 'now', 'fetch'].map((name): [string, readonly unknown[], RegExp] => [name, [true, 'x', {}, null, 5], /a function$/]),
    ['reconcileEveryMs', ['5000', -1, 0.5, NaN, Infinity, true, null, 2 ** 31], /a whole number of milliseconds, 0 to 2147483647$/],
    ['trustedProxies', ['1', -1, 1.5, true, 'loopback', null], /a whole number, 0 or more$/],
    ['trustedOrigins', ['https://m.shop.example', {}, null, [5], ['*'], ['https://m.shop.example/'], ['m.shop.example']], /an array of origins such as "https:\/\/m\.shop\.example", each without a path$/],
    ['log', [{}, null, 'x', false, { info: () => undefined, warn: () => undefined }], /an object with the functions info, warn and error$/],
    ['limits', ['on', null, false, 5, []], /"off" or an object of limits$/],
    ['bankLimits', ['off', null, 5, []], /an object of limits$/],
    ['timeouts', ['5', null, 5, []], /an object of milliseconds$/],
    ['timing', ['5', null, 5, []], /an object of milliseconds$/],
  ];

  for (const [name, values, form] of wrong) {
    test(`${name} is named where it is not of its form`, () => {
      for (const value of values) refuses(name, value, form);
    });
  }

  test('is named where a member of it is not known', () => {
    for (const name of ['limits', 'bankLimits', 'timeouts', 'timing']) {
      assert.throws(() => start({ ...world.alloOptions, [name]: { foo: 1 } }), { name: 'TypeError', message: new RegExp(`^${name}\\.foo is not known: there are \\w+, `) });
    }
  });

  test('may be left out by undefined', async () => {
    const leftOut = Object.fromEntries(wrong.map(([name]) => [name, undefined]));
    const { customer, order, onEvent } = world.alloOptions;
    await start({ ...world.alloOptions, ...leftOut, customer, order, onEvent, log: silent }).close();
  });
});
