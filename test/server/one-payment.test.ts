import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import { createWorld, linkAccount, linkedShopper, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const dayMs = 24 * 3_600_000;

/** Confirms the one payment that all these answers stand for, and answers its id. */
async function confirmOne(world: World, shopper: Shopper, answers: readonly { status: number; body: { paymentId: string } }[]): Promise<string> {
  const [paymentId = '', ...others] = new Set(answers.map(({ body }) => body.paymentId));
  assert.deepEqual(others, [], 'all answers stand for one payment');
  const { body } = await shopper.payment(paymentId);
  await shopper.comeBack(await world.simulator.approve(body.action?.url ?? ''));
  await world.settled();
  assert.equal((await shopper.payment(paymentId)).body.status, 'paid');
  return paymentId;
}

const debitsOf = (world: World, orderId: string): number => {
  const references = world.ledger().payments.filter(({ order_id }) => order_id === orderId).map(({ reference }) => reference);
  return world.simulator.journal().filter(({ kind, partnerReferenceNo }) => kind === 'debit' && references.includes(partnerReferenceNo)).length;
};

const sentPayments = (world: World): number => world.simulator.requests().filter(({ operation }) => operation === 'payment').length;

describe('one order, one debit', () => {
  let world: World;
  let budi: Shopper;
  before(async () => {
    world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
    budi = await linkedShopper(world, 'budi');
  });
  after(() => world.close());

  test('ten clicks at once are one payment and one debit', async () => {
    const orderId = placeOrder(world, 'ten-clicks');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => budi.pay(orderId, key)));
    assert.ok(answers.every(({ status }) => status === 201 || status === 202));
    await confirmOne(world, budi, answers);
    assert.equal(debitsOf(world, orderId), 1);
  });

  test('two tabs with keys of their own share one payment', async () => {
    const orderId = placeOrder(world, 'two-tabs');
    const answers = await Promise.all([budi.pay(orderId), budi.pay(orderId)]);
    const later = await budi.pay(orderId);
    await confirmOne(world, budi, [...answers, later]);
    assert.equal(debitsOf(world, orderId), 1);
  });

  test('a reload in the middle, and one after the end, find the payment as it stands', async () => {
    const orderId = placeOrder(world, 'reload');
    const key = randomUUID();
    const first = await budi.pay(orderId, key);
    const reloaded = await budi.pay(orderId, key);
    assert.deepEqual(reloaded.body, first.body);
    const paymentId = await confirmOne(world, budi, [first, reloaded]);
    const sent = sentPayments(world);
    for (const again of [await budi.pay(orderId, key), await budi.pay(orderId)]) {
      assert.equal(again.body.paymentId, paymentId);
      assert.equal(again.body.status, 'paid');
    }
    assert.equal(sentPayments(world), sent, 'nothing was sent to the bank again');
    assert.equal(debitsOf(world, orderId), 1);
  });

  test('64 requests at once for each of several orders are one payment each', async () => {
    const orderIds = ['crowd-1', 'crowd-2', 'crowd-3'].map((orderId) => placeOrder(world, orderId));
    const sent = sentPayments(world);
    const crowds = await Promise.all(orderIds.map((orderId) => {
      const key = randomUUID();
      // Half of them are repetitions, half are tabs with keys of their own.
      return Promise.all(Array.from({ length: 64 }, (_, index) => budi.pay(orderId, index % 2 === 0 ? key : randomUUID())));
    }));
    for (const answers of crowds) await confirmOne(world, budi, answers);
    for (const orderId of orderIds) assert.equal(debitsOf(world, orderId), 1);
    assert.equal(sentPayments(world) - sent, orderIds.length);
  });

  test('several servers on one database are one payment', async () => {
    const orderId = placeOrder(world, 'several-servers');
    const others = Array.from({ length: 3 }, () => createAllo(world.alloOptions));
    const key = randomUUID();
    const request = () => new Request(`${world.url}/allo/payments`, {
      method: 'POST', body: JSON.stringify({ orderId }),
      headers: { 'content-type': 'application/json', 'allo-contract': '1', origin: world.url, 'idempotency-key': key, cookie: 'shop-customer=budi' },
    });
    try {
      const responses = await Promise.all([world.allo, ...others, world.allo, ...others].map((allo) => allo.handler(request())));
      const answers = await Promise.all(responses.map(async (response) => ({ status: response.status, body: (await response.json()) as { paymentId: string } })));
      await confirmOne(world, budi, answers);
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
    assert.equal(debitsOf(world, orderId), 1);
  });

  test('the same key with reordered members and another way back is the same request', async () => {
    const orderId = placeOrder(world, 'reordered');
    const key = randomUUID();
    const first = await budi.pay(orderId, key);
    const again = await budi.post('/payments', { instrument: 'BALANCE', returnTo: '/elsewhere', orderId }, { 'idempotency-key': key });
    assert.equal((again.body as unknown as { paymentId: string }).paymentId, first.body.paymentId);
    await confirmOne(world, budi, [first]);
  });

  test('the same key for another order is refused, and leaves the first as it was', async () => {
    const key = randomUUID();
    const first = await budi.pay(placeOrder(world, 'key-first'), key);
    const reused = await budi.pay(placeOrder(world, 'key-second'), key);
    assert.equal(reused.status, 422);
    assert.equal(reused.body.code, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal(world.ledger().payments.filter(({ order_id }) => order_id === 'key-second').length, 0);
    await confirmOne(world, budi, [first]);
  });

  test('a missing or malformed key is refused before anything is written', async () => {
    const orderId = placeOrder(world, 'no-key');
    for (const key of ['', 'short', 'x'.repeat(256), 'key with blanks in it']) {
      const { status, body } = await budi.pay(orderId, key);
      assert.equal(status, 400);
      assert.equal(body.code, 'IDEMPOTENCY_KEY_REQUIRED');
    }
    assert.equal(world.ledger().payments.filter(({ order_id }) => order_id === orderId).length, 0);
  });

  test('a refused request does not use up its key', async () => {
    const key = randomUUID();
    const siti = world.shopper('siti');
    const orderId = placeOrder(world, 'refused-first');
    assert.equal((await siti.pay(orderId, key)).body.code, 'NOT_LINKED');
    await linkAccount(world, siti);
    const answer = await siti.pay(orderId, key);
    assert.equal(answer.status, 201);
    await confirmOne(world, siti, [answer]);
  });

  test('an order whose amount changed while its payment is open is refused', async () => {
    const orderId = placeOrder(world, 'drift', '10000.00');
    const { body } = await budi.pay(orderId);
    placeOrder(world, 'drift', '20000.00');
    const changed = await budi.pay(orderId);
    assert.equal(changed.status, 409);
    assert.equal(changed.body.code, 'ORDER_CHANGED');
    placeOrder(world, 'drift', '10000.00');
    await confirmOne(world, budi, [{ status: 201, body }]);
  });

  test('an order whose amount changed since the shopper was shown it is refused, before anything is written', async () => {
    const orderId = placeOrder(world, 'shown', '125000.00');
    const key = randomUUID();
    const payShown = async (shown: string) => {
      const { status, body } = await budi.post('/payments', { orderId, shown }, { 'idempotency-key': key });
      return { status, body: body as unknown as { code?: string; paymentId: string } };
    };
    const { amount } = (await budi.order(orderId)).body;
    placeOrder(world, 'shown', '990000.00');
    const changed = await payShown(amount.value);
    assert.deepEqual([changed.status, changed.body.code], [409, 'ORDER_CHANGED']);
    for (const shown of ['', '990000', '990000.0', '990.000,00', '-990000.00', '9e5', '99999999999999999.00']) {
      const { status, body } = await payShown(shown);
      assert.deepEqual([status, body.code], [400, 'INVALID_REQUEST'], shown);
    }
    assert.equal(world.ledger().payments.filter(({ order_id }) => order_id === orderId).length, 0);
    const paid = await payShown('990000.00');
    assert.equal(paid.status, 201, 'the key is not used up');
    assert.equal((await payShown(amount.value)).body.paymentId, paid.body.paymentId, 'what stands for the key is answered as it is');
    await confirmOne(world, budi, [paid]);
  });

  test('what an amount in the request says is not what is taken', async () => {
    const orderId = placeOrder(world, 'own-price', '15000.00');
    const tampered = { orderId, amount: { value: '1.00', currency: 'IDR' }, lines: [], '__proto__': { amount: '1.00' } };
    const { status, body } = await budi.post('/payments', tampered, { 'idempotency-key': randomUUID() });
    assert.equal(status, 201);
    await confirmOne(world, budi, [{ status, body: body as unknown as { paymentId: string } }]);
    assert.equal(world.simulator.journal().at(-1)?.amount, 1_500_000);
  });

  test('a key that comes back on day 31 still stands for the same payment', async () => {
    const orderId = placeOrder(world, 'day-31');
    const key = randomUUID();
    const paymentId = await confirmOne(world, budi, [await budi.pay(orderId, key)]);
    await world.pass(31 * dayMs);
    const again = await budi.pay(orderId, key);
    assert.equal(again.body.paymentId, paymentId);
    assert.equal(again.body.status, 'paid');
    assert.equal((await budi.pay(orderId)).body.paymentId, paymentId, 'and so does another key for the same order');
    assert.equal(debitsOf(world, orderId), 1);
  });
});
