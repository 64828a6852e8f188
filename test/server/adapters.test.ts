import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { Hono } from 'hono';
import { toExpress } from '../../packages/server/src/adapters/express.ts';
import { toFastify } from '../../packages/server/src/adapters/fastify.ts';
import { toNode } from '../../packages/server/src/adapters/node.ts';
import type { Allo } from '../../packages/server/src/allo.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

/** How a merchant mounts it. Each also serves a route of the shop's own, `POST /own`, that answers its body. */
const mounts: Readonly<Record<string, (allo: Allo) => RequestListener>> = {
  'plain node:http': (allo) => {
    const answer = toNode(allo);
    return (request, response) => void answer(request, response);
  },
  'Express, before express.json()': (allo) => express().use('/allo', toExpress(allo)).use(express.json()).post('/own', (request, response) => void response.json(request.body)),
  'Express, after express.json()': (allo) => express().use(express.json()).use('/allo', toExpress(allo)).post('/own', (request, response) => void response.json(request.body)),
  'Express, at the root before express.json()': (allo) => express().use(toExpress(allo)).use(express.json()).post('/own', (request, response) => void response.json(request.body)),
  'Express, at the root after express.json()': (allo) => express().use(express.json()).use(toExpress(allo)).post('/own', (request, response) => void response.json(request.body)),
  'Express, after express.raw()': (allo) => express().use(express.raw({ type: '*/*' })).use('/allo', toExpress(allo)),
  'Express, after express.text()': (allo) => express().use(express.text({ type: '*/*' })).use('/allo', toExpress(allo)),
  'Express, after a parser that keeps the bytes': (allo) => express()
    .use(express.json({ verify: (request, _, bytes) => void Object.assign(request, { rawBody: bytes }) })).use('/allo', toExpress(allo)),
  'Express, after a parser that keeps the bytes as a text': (allo) => express()
    .use(express.json({ verify: (request, _, bytes) => void Object.assign(request, { rawBody: bytes.toString() }) })).use('/allo', toExpress(allo)),
  Fastify: (allo) => fastifyListener((app) => app.register(toFastify(allo))),
  'Fastify, at a prefix that is the base path': (allo) => fastifyListener((app) => app.register(toFastify(allo), { prefix: '/allo' })),
  'Fastify, behind a prefix\'s own plugins': (allo) => fastifyListener((app) => app.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    await scope.register(toFastify(allo));
  })),
  Hono: (allo) => {
    const app = new Hono().all('/allo/*', (c) => allo.handler(c.req.raw));
    const answer = getRequestListener((request) => app.fetch(request), { overrideGlobalObjects: false });
    return (request, response) => void answer(request, response);
  },
  'Express, inside a router': (allo) => express().use('/', express.Router().use('/allo', toExpress(allo))),
};

/** Fastify answers from the listener it would give to its own server. */
function fastifyListener(mount: (app: FastifyInstance) => unknown): RequestListener {
  const app = fastify();
  mount(app);
  const ready = app.ready();
  return (request, response) => void ready.then(() => app.routing(request, response));
}

/** Parsers that leave nothing but the parsed value: what was spelled in another way cannot be seen any more. */
const forgetsSpelling = /after express\.json\(\)$/;

for (const [name, mount] of Object.entries(mounts)) {
  describe(name, () => {
    let world: World;
    before(async () => {
      world = await createWorld({ mount });
    });
    after(() => world.close());

    test('the whole loop: link, balance, pay, notification, refund, unlink', async () => {
      const budi = await linkedShopper(world, 'budi');
      assert.equal((await budi.balance()).status, 200);
      const paid = await payInFull(world, budi, placeOrder(world, 'order-1'));
      assert.equal((await world.allo.refund(paid.paymentId)).status, 'refunded');
      assert.equal((await budi.unlink()).body.status, 'unlinked');
      assert.deepEqual(world.simulator.notifications().map(({ kind, state, attempts }) => [kind, state, attempts[0]?.httpStatus]), [
        ['binding', 'delivered', 200], ['payment', 'delivered', 200],
      ]);
    });

    test('a notification in another spelling is verified, or settled by an inquiry where the bytes are gone', async () => {
      const siti = await linkedShopper(world, 'siti');
      const { body } = await siti.pay(placeOrder(world, 'order-2'));
      world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
      await world.simulator.approve(body.action?.url ?? '');
      const reference = world.simulator.journal().at(-1)?.partnerReferenceNo ?? '';
      const spelled = JSON.stringify(paymentNotice(reference), null, 1).replace('Success', 'Suk\\u0073es');
      const { status } = await createDokuSender(world.url, world.simulator.now).send({ body: spelled });
      assert.equal(status, forgetsSpelling.test(name) ? 401 : 200);
      await world.simulator.advance(120_000);
      await world.allo.reconcile();
      assert.equal((await siti.payment(body.paymentId)).body.status, 'paid');
    });

    test('a notification whose length is not said before is taken like any other', async () => {
      const dewi = await linkedShopper(world, 'dewi');
      const { body } = await dewi.pay(placeOrder(world, 'order-of-dewi'));
      world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
      await world.simulator.approve(body.action?.url ?? '');
      const reference = world.simulator.journal().at(-1)?.partnerReferenceNo ?? '';
      const doku = createDokuSender(world.url, world.simulator.now);
      assert.deepEqual((await doku.send({ body: JSON.stringify(paymentNotice(reference)), isChunked: true })).body.responseCode, '2005600');
      assert.equal((await dewi.payment(body.paymentId)).body.status, 'paid');
    });

    test('a forged notification is refused', async () => {
      const answer = await createDokuSender(world.url, world.simulator.now).send({ body: '{"originalPartnerReferenceNo":"x"}', secretKey: 'SK-SOMEBODYELSE00000000' });
      assert.equal(answer.status, 401);
    });

    test('a body that is too long, and one that is no JSON, are refused', async () => {
      const headers = { 'content-type': 'application/json', 'allo-contract': '1', origin: world.url, cookie: 'shop-customer=budi', 'idempotency-key': 'x'.repeat(20) };
      const statusOf = async (body: string): Promise<number> => (await fetch(`${world.url}/allo/payments`, { method: 'POST', headers, body })).status;
      assert.equal(await statusOf(JSON.stringify({ orderId: 'x'.repeat(20_000) })), 413);
      assert.equal(await statusOf('{no json'), 400);
      const chunks = { method: 'POST', headers, body: new Blob([JSON.stringify({ orderId: 'x'.repeat(20_000) })]).stream(), duplex: 'half' };
      assert.equal((await fetch(`${world.url}/allo/payments`, chunks as RequestInit)).status, 413);
    });

    test('the query and encoded letters arrive as they were sent', async () => {
      const rini = world.shopper('rini');
      placeOrder(world, 'order/3 é?', '10000.00');
      const { status, body } = await rini.order(encodeURIComponent('order/3 é?'));
      assert.deepEqual([status, body.orderId], [200, 'order/3 é?']);
    });
  });
}

describe('beside the shop\'s own routes', () => {
  for (const name of Object.keys(mounts).filter((mounted) => /express\.json\(\)$/.test(mounted))) {
    test(`${name}: the shop's routes get their bodies`, async () => {
      const world = await createWorld({ mount: mounts[name] ?? assert.fail() });
      try {
        const response = await fetch(`${world.url}/own`, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
        assert.deepEqual(await response.json(), { a: 1 });
        assert.equal((await fetch(`${world.url}/allowance`)).headers.get('allo-contract'), null, 'a path that only begins like ours is not ours');
      } finally {
        await world.close();
      }
    });
  }
});
