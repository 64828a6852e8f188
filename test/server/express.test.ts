/**
 * Express alone: mounted where it can answer nothing, and the shop's session on its way to `customer()`.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import express from 'express';
import type { Request as ExpressRequest } from 'express';
import { toExpress } from '../../packages/server/src/adapters/express.ts';
import type { Allo } from '../../packages/server/src/allo.ts';
import type { Customer } from '../../packages/server/src/routes/merchant.ts';
import { createWorld } from './support/world.ts';

async function listen(t: TestContext, app: RequestListener): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('where it is mounted', () => {
  const handlerAt = (basePath: string): Allo => ({ basePath, handler: async () => new Response('ours') }) as unknown as Allo;

  /** What each path is answered, and what the process was warned of meanwhile. */
  async function ask(t: TestContext, app: express.Express, paths: string[]): Promise<{ answers: string[]; warnings: Error[] }> {
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    t.after(() => process.off('warning', listener));
    app.use((_request, response) => void response.send('the shop\'s'));
    const url = await listen(t, app);
    const answers: string[] = [];
    for (const path of paths) answers.push(await (await fetch(`${url}${path}`)).text());
    await new Promise(setImmediate);
    return { answers, warnings: warnings.filter(({ name }) => name === 'AlloWarning') };
  }

  test('elsewhere than the base path it hands on, and says so once', async (t) => {
    const { answers, warnings } = await ask(t, express().use('/pay', toExpress(handlerAt('/allo'))), ['/pay/account', '/pay/allo/account', '/allo/account']);
    assert.deepEqual(answers, ['the shop\'s', 'the shop\'s', 'the shop\'s']);
    assert.deepEqual(warnings.map(({ message }) => message), [
      'toExpress is mounted at /pay, where it can answer nothing: the handler is at /allo. Mount it there, or correct ALLO_PUBLIC_URL or basePath',
    ]);
  });

  test('below its base path it answers an address in full, too, as a proxy may send it', async (t) => {
    for (const app of [express().use('/allo', toExpress(handlerAt('/allo'))), express().use(toExpress(handlerAt('/allo')))]) {
      const ask = async (target: string): Promise<string> => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.write(`GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`);
        return text(socket);
      };
      const url = await listen(t, app.use((_request, response) => void response.send('the shop\'s')));
      for (const target of ['http://shop.example/allo/account', 'https://shop.example/allo/account?a=1', 'http://shop.example/allo?a=1']) assert.match(await ask(target), /\bours\b/, target);
      for (const target of ['http://shop.example/other', 'http://shop.example?/allo/account', 'http://shop.example']) assert.match(await ask(target), /the shop's$/, target);
    }
  });

  const fine: readonly (readonly [string, string, express.Express])[] = [
    ['at the base path', '/allo/account', express().use('/allo', toExpress(handlerAt('/allo')))],
    ['at the root', '/allo/account', express().use(toExpress(handlerAt('/allo')))],
    ['above the base path', '/api/allo/account', express().use('/api', toExpress(handlerAt('/api/allo')))],
    ['below the base path', '/allo/account', express().use('/allo/account', toExpress(handlerAt('/allo')))],
    ['in a router', '/api/allo/account', express().use('/api', express.Router().use('/allo', toExpress(handlerAt('/api/allo'))))],
  ];
  for (const [name, path, app] of fine) {
    test(`${name} it answers, and warns of nothing`, async (t) => {
      const { answers, warnings } = await ask(t, app, [path, path.toUpperCase(), '/other']);
      assert.deepEqual([answers, warnings], [['ours', 'the shop\'s', 'the shop\'s'], []]);
    });
  }
});

describe('a session of Express reaches customer() as the README says', () => {
  const asking = new AsyncLocalStorage<Customer | null>();
  /** As Passport does: asynchronously, and it leaves its own mark on the request. */
  const signIn: express.RequestHandler = (request, _response, next) => {
    Object.assign(request, { user: /shop-customer=(\w+)/.exec(request.headers.cookie ?? '')?.[1] });
    setTimeout(next, 1);
  };
  const customerOf = (request: ExpressRequest & { user?: string }): Customer | null => (request.user === undefined ? null : { id: request.user });
  const remember: express.RequestHandler = (request, _response, next) => asking.run(customerOf(request), next);
  const apps: Record<string, (allo: Allo) => express.Express> = {
    'before express.json()': (allo) => express().use(signIn).use('/allo', remember, toExpress(allo)).use(express.json()),
    'after express.json()': (allo) => express().use(signIn, express.json()).use('/allo', remember, toExpress(allo)),
    'with express.json() in between': (allo) => express().use(signIn, remember, express.json()).use('/allo', toExpress(allo)),
  };

  for (const [name, app] of Object.entries(apps)) {
    test(name, async () => {
      const world = await createWorld({ mount: app, allo: { customer: () => asking.getStore() ?? null } });
      try {
        const siti = world.shopper('siti');
        const budi = world.shopper('budi');
        const [linking, unlinked] = await Promise.all([siti.link(), budi.account()]);
        assert.equal(linking.status, 201);
        assert.equal(unlinked.body.status, 'unlinked');
        assert.equal((await siti.account()).body.status, 'linking');
        assert.equal((await fetch(`${world.url}/allo/account`)).status, 401);
      } finally {
        await world.close();
      }
    });
  }
});
