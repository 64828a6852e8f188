import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertNothingOpen } from './support/books.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;

let world: World;
let number = 0;

/** A customer nobody has seen yet. */
const newcomer = (): { id: string; shopper: Shopper } => {
  const id = `customer-${(number += 1)}`;
  return { id, shopper: world.shopper(id) };
};
const linkedAtBank = (customerId: string): boolean => world.simulator.bindings().some((binding) => binding.custIdMerchant === customerId && binding.state === 'ACTIVE');
const toldOf = (id: string): string[] => world.events.filter(({ customerId }) => customerId === id).map(({ type }) => type);
const away = (): void => world.simulator.faults.set({ down: 'drop' });

before(async () => {
  world = await createWorld();
});
afterEach(() => world.simulator.faults.clear());
after(() => world.close());

describe('links that end', () => {
  test('unlinked in the bank\'s app: the next look at the balance says so, and linking again works', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    world.simulator.unlinkInApp(id);
    const { status, body } = await shopper.balance();
    assert.deepEqual({ status, code: body.code }, { status: 409, code: 'RELINK_REQUIRED' });
    assert.equal((await shopper.account()).body.status, 'relink-required');
    await until(() => toldOf(id).includes('account.relink-required'));
    await linkAccount(world, shopper);
    assert.equal((await shopper.balance()).status, 200);
    assert.deepEqual(toldOf(id), ['account.linked', 'account.relink-required', 'account.linked']);
  });

  test('unlinked in the bank\'s app: paying fails without a debit, and says why', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    world.simulator.unlinkInApp(id);
    const { body } = await shopper.pay(placeOrder(world, `order-of-${id}`));
    assert.deepEqual({ status: body.status, failure: body.failure }, { status: 'failed', failure: 'RELINK_REQUIRED' });
    assert.equal((await shopper.pay(placeOrder(world, `second-order-of-${id}`))).body.code, 'RELINK_REQUIRED');
    await linkAccount(world, shopper);
    await payInFull(world, shopper, `order-of-${id}`);
  });

  test('unlinking with an open payment waits for it, and lets no other begin', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    const { body: payment } = await shopper.pay(placeOrder(world, `open-${id}`));
    const asked = (await shopper.unlink()).body;
    assert.deepEqual({ status: asked.status, unlinkRequested: asked.unlinkRequested }, { status: 'linked', unlinkRequested: true });
    assert.equal((await shopper.pay(placeOrder(world, `other-${id}`))).body.code, 'UNLINK_REQUESTED');
    assert.equal((await shopper.link()).body.code, 'UNLINK_REQUESTED');
    await shopper.comeBack(await world.simulator.approve(payment.action?.url ?? ''));
    await world.pass(10 * minuteMs, minuteMs / 2);
    assert.equal((await shopper.payment(payment.paymentId)).body.status, 'paid');
    assert.equal((await shopper.account()).body.status, 'unlinked');
    assert.equal(linkedAtBank(id), false);
    assertNothingOpen(world.databasePath);
  });

  test('unlinking while the bank is away goes on by itself until it is done', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    away();
    assert.equal((await shopper.unlink()).body.unlinkRequested, true);
    assert.equal((await shopper.unlink()).body.unlinkRequested, true, 'asking twice is harmless');
    await world.pass(30 * minuteMs, minuteMs);
    assert.equal((await shopper.account()).body.status, 'linked');
    world.simulator.faults.clear();
    await world.pass(60 * minuteMs, minuteMs);
    assert.equal((await shopper.account()).body.status, 'unlinked');
    assert.equal(linkedAtBank(id), false);
    assert.deepEqual(toldOf(id), ['account.linked', 'account.unlinked']);
  });

  for (const effect of ['drop-after-commit', 'error-after-commit', 'customer-token-invalid', 'unlink'] as const) {
    test(`unlinking, ${effect}: ends unlinked at both sides, told once`, async () => {
      const { id } = newcomer();
      const shopper = await linkedShopper(world, id);
      world.simulator.faults.add({ on: 'unbinding', effect, times: 1 });
      await shopper.unlink();
      await world.pass(10 * minuteMs, minuteMs / 2);
      assert.equal((await shopper.account()).body.status, 'unlinked');
      assert.equal(linkedAtBank(id), false);
      assert.deepEqual(toldOf(id), ['account.linked', 'account.unlinked']);
    });
  }

  test('what was kept for a link is erased when it ends', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    assert.notEqual(world.ledger().links.find(({ customer_id }) => customer_id === id)?.token_sealed, null);
    await shopper.unlink();
    const row = world.ledger().links.find(({ customer_id }) => customer_id === id) ?? {};
    for (const column of ['token_sealed', 'auth_code_sealed', 'phone_hash', 'external_id']) {
      assert.equal((row as Record<string, unknown>)[column], null, column);
    }
    assert.equal((await shopper.unlink()).body.code, 'NOT_LINKED');
    assert.equal((await shopper.balance()).body.code, 'NOT_LINKED');
  });
});
