import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { AlloEvent } from '../../packages/server/src/index.ts';
import { assertBooksAgree, assertNothingOpen, tamper } from './support/books.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let world: World;
let budi: Shopper;
let number = 0;

const newOrder = (): string => placeOrder(world, `order-${(number += 1)}`);
const rowOfOrder = (orderId: string) => world.ledger().payments.find(({ order_id }) => order_id === orderId) ?? assert.fail('no such payment');
const atBank = (orderId: string) => world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === rowOfOrder(orderId).reference);
const eventsOf = (orderId: string): string[] => world.events.flatMap((event) => ('orderId' in event && event.orderId === orderId ? [event.type] : []));

/** A dead process keeps what it had in hand for 90 seconds (reliability R85), by the clock of the world. */
async function assertTakenUp(operation: string): Promise<void> {
  const asked = (): number => world.simulator.requests().filter((entry) => entry.operation === operation).length;
  const [before, diedAt] = [asked(), world.simulator.now()];
  while (asked() === before && world.simulator.now() < diedAt + hourMs) await world.pass(5_000);
  const waitedMs = world.simulator.now() - diedAt;
  assert.ok(waitedMs >= 85_000 && waitedMs <= 100_000, `${operation} after ${waitedMs} ms`);
}

/** Asks for something whose answer will never come, since the process dies of it. */
const unanswered = (work: Promise<unknown>): void => void work.catch(() => undefined);

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
});
after(() => world.close());

describe('a process that dies while it pays', () => {
  test('before anything was sent: the intent runs out, and the order can be paid anew', async () => {
    await world.pass(15 * dayMs);
    const orderId = newOrder();
    // The token has run out, so a new one is asked for before the payment is claimed.
    const reached = world.network.stopAt(/b2b2c$/, 'before-sending');
    unanswered(budi.pay(orderId));
    await reached;
    assert.equal(rowOfOrder(orderId).state, 'created');
    world.crash();
    await world.pass(5 * minuteMs, minuteMs);
    assert.equal((await budi.order(orderId)).body.payment?.status, 'expired');
    assert.deepEqual(eventsOf(orderId), ['payment.failed']);
    await payInFull(world, budi, orderId);
  });

  test('an intent that ran out while its token was being renewed is not sent after all', async () => {
    await world.pass(15 * dayMs);
    const orderId = newOrder();
    world.simulator.faults.add({ on: 'b2b2c', effect: 'delay-before-commit', delayMs: 300, times: 1 });
    const answer = budi.pay(orderId);
    await until(() => world.ledger().payments.some(({ order_id }) => order_id === orderId));
    await world.pass(3 * minuteMs);
    assert.equal((await answer).body.status, 'expired');
    const { reference } = rowOfOrder(orderId);
    assert.ok(!world.simulator.requests().some((entry) => entry.operation === 'payment' && entry.reference === reference));
    await payInFull(world, budi, orderId);
  });

  test('before the first byte: not known to the bank for long enough, so it failed', async () => {
    const orderId = newOrder();
    const reached = world.network.stopAt(/payment-host-to-host$/, 'before-sending');
    unanswered(budi.pay(orderId));
    await reached;
    assert.equal(rowOfOrder(orderId).state, 'sending');
    world.crash();
    assert.equal((await budi.pay(orderId)).body.status, 'processing', 'another click pays nothing');
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal((await budi.order(orderId)).body.payment?.status, 'failed');
    assert.deepEqual(eventsOf(orderId), ['payment.failed']);
    assertNothingOpen(world.databasePath);
    await payInFull(world, budi, orderId);
  });

  test('between the bank\'s answer and the commit: what the bank did is found, and told once', async () => {
    const orderId = newOrder();
    const reached = world.network.stopAt(/payment-host-to-host$/, 'after-answer');
    unanswered(budi.pay(orderId));
    await reached;
    world.crash();
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await world.simulator.approve(atBank(orderId)?.pageUrl ?? '');
    await assertTakenUp('status');
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
    assert.deepEqual(eventsOf(orderId), ['payment.paid']);
  });

  test('between the bank\'s answer and the commit, and the notification comes to the next process', async () => {
    const orderId = newOrder();
    const reached = world.network.stopAt(/payment-host-to-host$/, 'after-answer');
    unanswered(budi.pay(orderId));
    await reached;
    world.crash();
    await world.simulator.approve(atBank(orderId)?.pageUrl ?? '');
    await world.settled();
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
    assert.deepEqual(eventsOf(orderId), ['payment.paid']);
  });

  test('while the shopper is at the bank: the way back and the notification find the next process', async () => {
    const orderId = newOrder();
    const { action } = (await budi.pay(orderId)).body;
    world.crash();
    assert.equal(await budi.comeBack(await world.simulator.approve(action?.url ?? '')), `${world.url}/orders/${orderId}`);
    await world.settled();
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
  });

  test('while nobody knows how the payment stands, and in the middle of a status inquiry', async () => {
    const orderId = newOrder();
    world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit', times: 1 });
    await budi.pay(orderId);
    assert.equal(rowOfOrder(orderId).state, 'unknown');
    world.crash();
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await world.simulator.approve(atBank(orderId)?.pageUrl ?? '');
    const reached = world.network.stopAt(/debit\/status$/, 'after-answer');
    unanswered(world.pass(2 * minuteMs));
    await reached;
    world.crash();
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
    assert.deepEqual(eventsOf(orderId), ['payment.paid']);
  });

  test('a restart in good order loses nothing at any of these places', async () => {
    const orderId = newOrder();
    const { paymentId, action } = (await budi.pay(orderId)).body;
    await world.restart();
    await world.simulator.approve(action?.url ?? '');
    await world.restart();
    await world.settled();
    assert.equal((await budi.payment(paymentId)).body.status, 'paid');
    assert.deepEqual(eventsOf(orderId), ['payment.paid']);
  });
});

describe('events', () => {
  test('an event that could not be told before the process died is told by the next, under the same id', async () => {
    const tried: string[] = [];
    const orderId = newOrder();
    await world.restart({ onEvent: (event) => {
      tried.push(event.id);
      throw new Error('the shop is away');
    } });
    const { action } = (await budi.pay(orderId)).body;
    await world.simulator.approve(action?.url ?? '');
    await until(() => tried.length > 0);
    world.crash();
    await world.pass(2 * hourMs, 10 * minuteMs);
    assert.deepEqual(eventsOf(orderId), ['payment.paid']);
    assert.ok(world.events.some(({ id }) => id === tried[0]));
  });

  test('a merchant that never answers an event holds up neither payments nor other events', async () => {
    const heard: AlloEvent[] = [];
    await world.restart({
      timing: { eventWaitMs: 20 },
      onEvent: (event) => {
        heard.push(event);
        return heard.length === 1 ? new Promise(() => undefined) : undefined;
      },
    });
    const orderIds = [newOrder(), newOrder()];
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 2 });
    for (const orderId of orderIds) await world.simulator.approve((await budi.pay(orderId)).body.action?.url ?? '');
    await world.pass(20 * minuteMs, minuteMs / 2);
    for (const orderId of orderIds) assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
    assert.equal(new Set(heard.map(({ id }) => id)).size, 2);
    assert.equal(heard.length, 3, 'the one that was not taken is told again');
    await world.restart();
  });

  test('a merchant that is slow to hear holds up no inquiry, and hears the rest afterwards', async () => {
    const heard: string[] = [];
    const { promise: isHeard, resolve: hear } = Promise.withResolvers<undefined>();
    await world.restart({
      reconcileEveryMs: 10,
      onEvent: async (event) => {
        heard.push('orderId' in event ? event.orderId : '');
        await isHeard;
      },
    });
    const approve = async (orderId: string): Promise<string> => world.simulator.approve((await budi.pay(orderId)).body.action?.url ?? '');
    const isPaid = async (orderId: string): Promise<boolean> => (await budi.order(orderId)).body.payment?.status === 'paid';
    const [first, second, third] = [newOrder(), newOrder(), newOrder()];
    for (const orderId of [first, second]) {
      await approve(orderId);
      await until(() => isPaid(orderId));
    }
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await approve(third);
    await world.simulator.advance(2 * minuteMs);
    await until(() => isPaid(third));
    assert.ok(!heard.includes(third));
    hear(undefined);
    await until(() => [first, second, third].every((orderId) => heard.includes(orderId)));
    await world.restart();
  });

  test('a database that refuses the commit after the bank\'s answer for too long: 503, and the reconciler finds the payment', async () => {
    const orderId = newOrder();
    await world.restart({ timing: { answerKeptMs: 0 } });
    tamper(world.databasePath, `CREATE TRIGGER full BEFORE UPDATE ON payments WHEN OLD.state = 'sending' BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const { status, body } = await budi.pay(orderId);
    assert.equal(status, 503);
    assert.equal(body.code, 'STORE_UNAVAILABLE');
    tamper(world.databasePath, 'DROP TRIGGER full');
    await world.simulator.approve(atBank(orderId)?.pageUrl ?? '');
    await world.settled();
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
    await world.restart();
  });

  test('a database that refuses the intent: 503, and the bank is not called', async () => {
    const orderId = newOrder();
    tamper(world.databasePath, `CREATE TRIGGER full BEFORE INSERT ON payments BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const sent = world.simulator.requests().length;
    const { status } = await budi.pay(orderId);
    assert.equal(status, 503);
    assert.equal(world.simulator.requests().length, sent);
    tamper(world.databasePath, 'DROP TRIGGER full');
    await payInFull(world, budi, orderId);
  });
});

describe('a process that dies while it refunds', () => {
  for (const when of ['before-sending', 'after-answer'] as const) {
    test(`${when}: the refund is done once, under one reference`, async () => {
      const { paymentId, orderId } = await payInFull(world, budi, newOrder());
      const reached = world.network.stopAt(/refund$/, when);
      unanswered(world.allo.refund(paymentId));
      await reached;
      world.crash();
      assert.equal((await budi.payment(paymentId)).body.status, 'refunding');
      await assertTakenUp('status');
      await world.pass(20 * minuteMs, minuteMs / 2);
      assert.equal((await budi.payment(paymentId)).body.status, 'refunded');
      assert.deepEqual(eventsOf(orderId), ['payment.paid', 'payment.refunded']);
      assertNothingOpen(world.databasePath);
    });
  }

  test('before it was claimed: the next process sends it', async () => {
    const { paymentId } = await payInFull(world, budi, newOrder());
    await world.pass(15 * dayMs);
    const reached = world.network.stopAt(/b2b2c$/, 'before-sending');
    unanswered(world.allo.refund(paymentId));
    await reached;
    world.crash();
    await world.pass(5 * minuteMs, minuteMs);
    assert.equal((await budi.payment(paymentId)).body.status, 'refunded');
  });
});

describe('a process that dies while it links or unlinks', () => {
  test('before the bank\'s answer to the start is kept: the shopper starts anew', async () => {
    const siti = world.shopper('siti');
    const reached = world.network.stopAt(/registration-account-binding$/, 'after-answer');
    unanswered(siti.link());
    await reached;
    world.crash();
    await world.pass(5 * minuteMs, minuteMs);
    const { status, lastFailure } = (await siti.account()).body;
    assert.deepEqual({ status, lastFailure }, { status: 'unlinked', lastFailure: 'unavailable' });
    await linkAccount(world, siti);
  });

  for (const when of ['before-sending', 'after-answer'] as const) {
    test(`in the exchange for the token, ${when}: the next process exchanges again`, async () => {
      const rini = world.shopper(`rini-${when}`);
      const { body } = await rini.link();
      const reached = world.network.stopAt(/b2b2c$/, when);
      await world.simulator.approve(body.url);
      await reached;
      world.crash();
      await assertTakenUp('b2b2c');
      assert.equal((await rini.account()).body.status, 'linked');
      assert.equal((await rini.balance()).status, 200);
    });

    test(`in the unlinking, ${when}: the next process goes on until the bank has done it`, async () => {
      const rini = world.shopper(`rini-${when}`);
      const reached = world.network.stopAt(/unbinding$/, when);
      unanswered(rini.unlink());
      await reached;
      world.crash();
      await assertTakenUp('unbinding');
      await world.pass(hourMs, minuteMs);
      assert.equal((await rini.account()).body.status, 'unlinked');
      assert.ok(!world.simulator.bindings().some(({ custIdMerchant, state }) => custIdMerchant === `rini-${when}` && state === 'ACTIVE'));
      assert.equal(world.events.filter(({ type, customerId }) => type === 'account.unlinked' && customerId === `rini-${when}`).length, 1);
      assertNothingOpen(world.databasePath);
    });
  }
});
