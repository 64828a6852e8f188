/** Money is taken from the instrument that the shopper chose, and given back to it: through routes, ledger and SNAP, by the bank's own books. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Payment } from '../../packages/server/src/contract.ts';
import { createWorld, linkedShopper, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

describe('the instrument', () => {
  let world: World;
  let budi: Shopper;
  before(async () => {
    world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000, POINT: 100_000_000, PAYLATER: 100_000_000 } } });
    budi = await linkedShopper(world, 'budi');
  });
  after(() => world.close());

  const held = async (): Promise<Record<string, number>> => {
    await world.pass(10_000);
    return Object.fromEntries((await budi.balance()).body.instruments.map(({ type, available }) => [type, Number(available.value)]));
  };

  for (const instrument of ['BALANCE', 'POINT', 'PAYLATER'] as const) {
    test(`${instrument} is what money is taken from, and given back to`, async () => {
      const orderId = placeOrder(world, `order-${instrument}`);
      const earlier = await held();
      const { body } = await budi.post('/payments', { orderId, instrument }, { 'idempotency-key': randomUUID() });
      const payment = body as unknown as Payment;
      await world.simulator.approve(payment.action?.url ?? '');
      await world.settled();
      assert.deepEqual(await held(), { ...earlier, [instrument]: (earlier[instrument] ?? 0) - 125_000 });
      await world.allo.refund(payment.paymentId);
      await world.settled();
      assert.deepEqual(await held(), earlier);
    });
  }
});
