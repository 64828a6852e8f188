import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAuditReplays } from './support/audit.ts';
import { tamper } from './support/books.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

describe('the audit trail', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
    const budi = await linkedShopper(world, 'budi');
    const { paymentId } = await payInFull(world, budi, placeOrder(world, 'order-1'));
    await world.allo.refund(paymentId);
    await budi.unlink();
    await world.settled();
  });
  after(() => world.close());

  test('replays to the state of every row', () => {
    assertAuditReplays(world.databasePath);
  });

  // Each accident, and what undoes it.
  const accidents: readonly [string, string, string, RegExp][] = [
    ['a state that was changed behind its back', "UPDATE payments SET state = 'succeeded'", "UPDATE payments SET state = 'refunded'", /leads elsewhere/],
    ['a version that was', 'UPDATE links SET version = version + 1', 'UPDATE links SET version = version - 1', /leads elsewhere/],
    ['a step that is not listed', "UPDATE audit SET to_state = 'failed' WHERE table_name = 'payments' AND to_state = 'refunded'", "UPDATE audit SET to_state = 'refunded' WHERE table_name = 'payments' AND to_state = 'failed'", /refunding → failed is not listed/],
    ['a step that is missing', "UPDATE audit SET row_id = 'x' || row_id WHERE table_name = 'refunds' AND version = 2", "UPDATE audit SET row_id = substr(row_id, 2) WHERE table_name = 'refunds' AND version = 2", /the trails of refunds are not those of its rows/],
    ['a beginning in the middle', "UPDATE audit SET from_state = 'pending' WHERE table_name = 'payments' AND version = 1", "UPDATE audit SET from_state = NULL WHERE table_name = 'payments' AND version = 1", /does not go on where the trail was/],
  ];
  for (const [name, accident, repair, complaint] of accidents) {
    test(`gives away ${name}`, () => {
      tamper(world.databasePath, accident);
      try {
        assert.throws(() => assertAuditReplays(world.databasePath), complaint);
      } finally {
        tamper(world.databasePath, repair);
      }
      assertAuditReplays(world.databasePath);
    });
  }
});
