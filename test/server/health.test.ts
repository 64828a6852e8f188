import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { assertLogKeepsSecrets, tamper } from './support/books.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, phoneOf, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

const minuteMs = 60_000;

interface Health {
  status: number;
  body: { status?: string; reasons?: string[]; code?: string };
}

/** Asked as a load balancer asks: without a cookie or a header of ours. */
async function health(world: World, which: 'live' | 'ready'): Promise<Health> {
  const response = await fetch(`${world.url}/allo/health/${which}`);
  return { status: response.status, body: (await response.json()) as Health['body'] };
}

const ready: Health = { status: 200, body: { status: 'ready' } };
const live: Health = { status: 200, body: { status: 'live' } };

describe('health', () => {
  test('is well before the first request, also while DOKU is down', async () => {
    const world = await createWorld();
    world.simulator.faults.set({ down: 'drop' });
    assert.deepEqual([await health(world, 'live'), await health(world, 'ready')], [live, ready]);
    world.simulator.faults.clear();
    await world.close();
  });

  test('is told to a load balancer that names no host, as HAProxy does by HTTP/1.0', async () => {
    const world = await createWorld();
    const asked = async (request: string): Promise<string> => {
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
      socket.write(request);
      return text(socket);
    };
    for (const request of ['GET /allo/health/ready HTTP/1.0\r\n\r\n', 'GET /allo/health/ready HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n']) {
      assert.match(await asked(request), /^HTTP\/1\.1 200 OK\r\n[^]*\{"status":"ready"\}/);
    }
    await world.close();
  });

  test('is degraded while DOKU does not answer, and well again when it does', async () => {
    const world = await createWorld();
    const budi = world.shopper('budi');
    world.simulator.faults.add({ on: 'binding', effect: 'error-before-commit', times: 5 });
    for (let time = 0; time < 5; time += 1) await budi.link();
    assert.deepEqual(await health(world, 'ready'), { status: 200, body: { status: 'degraded', reasons: ['bank-away'] } });
    await world.simulator.advance(5_000);
    await linkAccount(world, budi);
    assert.deepEqual(await health(world, 'ready'), ready);
    await world.close();
  });

  test('is degraded once the outcome of a payment is unknown for more than twenty minutes', async () => {
    const world = await createWorld();
    const budi = await linkedShopper(world, 'budi');
    world.simulator.faults.add({ on: 'payment', effect: 'drop-before-commit', times: 1 });
    world.simulator.faults.add({ on: 'status', effect: 'answer-before-commit', responseCode: '5005500' });
    await budi.pay(placeOrder(world, 'one'));
    await world.pass(20 * minuteMs, minuteMs);
    assert.ok(!(await health(world, 'ready')).body.reasons?.includes('payments-unknown'));
    await world.pass(minuteMs);
    assert.ok((await health(world, 'ready')).body.reasons?.includes('payments-unknown'));
    world.simulator.faults.clear();
    await world.pass(20 * minuteMs, minuteMs);
    assert.deepEqual(await health(world, 'ready'), ready);
    await world.close();
  });

  test('is not ready without its database, nor while it stops, and alive all the same', async () => {
    const world = await createWorld();
    tamper(world.databasePath, 'ALTER TABLE payments RENAME TO payments_away');
    const { status, body } = await health(world, 'ready');
    assert.deepEqual([status, body.code], [503, 'STORE_UNAVAILABLE']);
    assert.deepEqual(await health(world, 'live'), live);
    tamper(world.databasePath, 'ALTER TABLE payments_away RENAME TO payments');
    await world.allo.close();
    assert.equal((await health(world, 'ready')).status, 503);
    assert.deepEqual(await health(world, 'live'), live);
    await world.restart();
    await world.close();
  });
});

describe('figures', () => {
  test('tell what happened, without a word of whom it happened to', async () => {
    const figures: { name: string; value: number; attributes: Readonly<Record<string, string>> }[] = [];
    const world = await createWorld({ allo: {
      onMetric: (name, value, attributes) => void figures.push({ name, value, attributes }), limits: { linksPerCustomer: { count: 1, perSeconds: 60 } },
    } });
    const budi = await linkedShopper(world, 'budi');
    await payInFull(world, budi, placeOrder(world, 'order-1'));
    await createDokuSender(world.url, world.simulator.now).send({ body: JSON.stringify(paymentNotice('x')), secretKey: 'SK-SOMEBODYELSE00000000' });
    await fetch(`${world.url}/allo/doku/authorization/v1/access-token/b2b`, { method: 'POST', body: '{}' });
    const ayu = world.shopper('ayu');
    await ayu.link();
    await ayu.link(phoneOf('somebody'));
    const told = new Set(figures.map(({ name, attributes }) => [name, ...Object.values(attributes)].join(' ')));
    for (const line of [
      'allo.transitions links active', 'allo.transitions payments sending', 'allo.transitions payments succeeded', 'allo.bank.requests charge done',
      'allo.bank.requests exchange done', 'allo.notifications.refused payment signature', 'allo.notifications.refused token client-key', 'allo.limits.refused linksPerCustomer', 'allo.payments.unknown_age',
    ]) assert.ok(told.has(line), `${line} is missing`);
    const words = [...told].join('\n');
    for (const { id, reference, customer_id, order_id } of world.ledger().payments) {
      for (const secret of [id, reference, customer_id, order_id, phoneOf('budi')]) assert.ok(!words.includes(secret), secret);
    }
    assertLogKeepsSecrets(figures.map(({ name, attributes }) => ({ level: 'metric', message: name, fields: attributes })));
    await world.close();
  });

  test('that nobody can take do no harm', async () => {
    const world = await createWorld({ allo: {
      onMetric: () => {
        throw new Error('no room');
      },
    } });
    await payInFull(world, await linkedShopper(world, 'budi'), placeOrder(world, 'order-1'));
    assert.equal(world.log.filter(({ message }) => message === 'onMetric failed').length, 1);
    await world.close();
  });

  test('that nobody can take do no harm where that turns out later, either', async () => {
    const sendsThem: (...figure: unknown[]) => unknown = () => Promise.reject(new Error('no room'));
    const world = await createWorld({ allo: { onMetric: sendsThem } });
    await payInFull(world, await linkedShopper(world, 'budi'), placeOrder(world, 'order-1'));
    assert.equal(world.log.filter(({ message }) => message === 'onMetric failed').length, 1);
    await world.close();
  });
});
