import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createWorld, linkAccount } from './support/world.ts';
import type { World } from './support/world.ts';

for (const profile of ['merchant-allo-v1.0', 'core-v1'] as const) {
  describe(`the whole loop over ${profile}`, () => {
    let world: World;
    before(async () => {
      world = await createWorld();
      await world.restart({ doku: { ...world.dokuOptions, profile } });
    });
    after(() => world.close());

    test('link, balance, pay, notification, refund, unlink', async () => {
      const budi = world.shopper('budi');
      world.orders.set('order-1', { amount: '125000.00' });
      assert.deepEqual((await budi.account()).body, { status: 'unlinked', phoneRequired: true });

      await linkAccount(world, budi);
      const account = (await budi.account()).body;
      assert.equal(account.status, 'linked');
      assert.match(account.phone ?? '', /^0812••••\d{3}$/);
      const [before] = (await budi.balance()).body.instruments;
      assert.equal(before?.type, 'BALANCE');

      const started = (await budi.pay('order-1')).body;
      assert.equal(started.status, 'requires-action');
      const back = await world.simulator.approve(started.action?.url ?? '');
      assert.equal(await budi.comeBack(back), `${world.url}/orders/order-1`);
      await world.settled();
      const paid = (await budi.payment(started.paymentId)).body;
      assert.equal(paid.status, 'paid');
      assert.ok(paid.receipt?.reference);
      assert.equal(world.taken(), 12_500_000);
      const [between] = (await budi.balance()).body.instruments;
      assert.equal(Number(before.available.value) - Number(between?.available.value), 125_000);

      const refunded = await world.allo.refund(started.paymentId, { reason: 'changed his mind' });
      assert.equal(refunded.status, 'refunded');
      assert.equal(refunded.refund?.status, 'done');
      assert.equal(world.taken(), 0);
      assert.deepEqual((await budi.balance()).body.instruments[0], before);

      assert.equal((await budi.unlink()).body.status, 'unlinked');
      await world.settled();
      assert.deepEqual(world.events.map(({ type }) => type), ['account.linked', 'payment.paid', 'payment.refunded', 'account.unlinked']);
      assert.deepEqual(world.log.filter(({ level }) => level === 'error'), []);
    });
  });
}
