/**
 * What the fuzzers found that one request alone does not show. Single requests are in `regressions.json`.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDokuSender, paymentNotice } from '../server/support/doku.ts';
import { createWorld, linkAccount, linkedShopper, placeOrder } from '../server/support/world.ts';

test('a bank that is silent when the page of a link has closed is asked once a minute, not without a pause', { timeout: 20_000 }, async (t) => {
  const world = await createWorld();
  t.after(() => world.close());
  assert.equal((await world.shopper('budi').link()).status, 201);
  world.simulator.faults.set({ down: 'drop' });
  await world.pass(10 * 60_000, 60_000);
  const [link] = world.ledger().links;
  assert.ok((link?.next_at ?? 0) > world.simulator.now(), 'the next look lies ahead');
  world.simulator.faults.clear();
  await world.pass(2 * 60_000, 60_000);
  assert.deepEqual(world.ledger().links.map(({ state, failure }) => [state, failure]), [['abandoned', 'expired']]);
});

test('a customer whose number the merchant keeps in another form is asked for one, and sees the account all the same', async (t) => {
  const world = await createWorld({ allo: { customer: () => ({ id: 'dewi', phone: '+1 202 555 0100' }) } });
  t.after(() => world.close());
  const dewi = world.shopper('dewi');
  assert.deepEqual((await dewi.account()).body, { status: 'unlinked', phoneRequired: true });
  assert.equal((await dewi.link('')).body.code, 'PHONE_REQUIRED');
  await linkAccount(world, dewi);
  assert.equal((await dewi.unlink()).body.status, 'unlinked');
});

test('an order whose cancelled payment took another amount after all is for people, and nobody pays it anew', async (t) => {
  const world = await createWorld();
  t.after(() => world.close());
  const budi = await linkedShopper(world, 'budi');
  const { paymentId, action } = (await budi.pay(placeOrder(world, 'order-1'))).body;
  await world.simulator.cancel(action?.url ?? '');
  assert.equal((await budi.payment(paymentId)).body.status, 'cancelled');
  const [payment] = world.ledger().payments;
  const news = JSON.stringify(paymentNotice(payment?.reference ?? '', { value: '1.00' }));
  assert.equal((await createDokuSender(world.url, world.simulator.now).send({ body: news })).status, 200);
  const again = (await budi.pay('order-1')).body;
  assert.deepEqual([again.paymentId, again.status], [paymentId, 'review']);
});
