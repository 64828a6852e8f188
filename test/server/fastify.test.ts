/**
 * Fastify alone: a prefix that leads elsewhere than to the handler, and one that leads a part of the way.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { toFastify } from '../../packages/server/src/adapters/fastify.ts';
import type { Allo } from '../../packages/server/src/index.ts';

const handlerAt = (basePath: string): Allo => ({ basePath, handler: (request: Request) => Promise.resolve(new Response(new URL(request.url).pathname)) }) as unknown as Allo;

test('a prefix where the handler can answer nothing stops the start, by name', async () => {
  for (const prefix of ['/pay', '/all', '/allo/v1']) {
    const app = fastify();
    void app.register(toFastify(handlerAt('/allo')), { prefix });
    await assert.rejects(async () => app.ready(), new TypeError(
      `toFastify is registered at the prefix ${prefix}, where it can answer nothing: the handler is at /allo. Register it without a prefix, or correct ALLO_PUBLIC_URL or basePath`,
    ));
  }
});

test('prefixes that lead to the base path, or a part of the way, are as good as none', async () => {
  for (const prefixes of [[], ['/shop'], ['/shop/allo'], ['/shop', '/allo']]) {
    const app = fastify();
    const [outer = '', inner = ''] = prefixes;
    void app.register(async (scope) => {
      await scope.register(toFastify(handlerAt('/shop/allo')), { prefix: inner });
    }, { prefix: outer });
    for (const url of ['/shop/allo', '/shop/allo/account']) {
      const { statusCode, body } = await app.inject({ method: 'GET', url });
      assert.deepEqual([statusCode, body], [200, url], `${prefixes.join(' ')} ${url}`);
    }
    assert.equal((await app.inject({ method: 'GET', url: '/shop/allow' })).statusCode, 404);
    await app.close();
  }
});
