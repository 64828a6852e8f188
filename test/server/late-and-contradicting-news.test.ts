import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertBooksAgree, assertNothingOpen } from './support/books.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, shuffled } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: World;
let budi: Shopper;
let number = 0;

const newOrder = (amount?: string): string => placeOrder(world, `order-${(number += 1)}`, amount);
const eventsOf = (paymentId: string): string[] => world.events.flatMap((event) => ('paymentId' in event && event.paymentId === paymentId ? [event.type] : []));
const rowOf = (paymentId: string) => world.ledger().payments.find(({ id }) => id === paymentId) ?? assert.fail('no such payment');
const atBank = (paymentId: string) => world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === rowOf(paymentId).reference);
const statusOf = async (paymentId: string): Promise<string> => (await budi.payment(paymentId)).body.status;

/** Long enough for everything to become final by itself. */
const waitForTheEnd = async (): Promise<void> => {
  await world.pass(20 * minuteMs, minuteMs / 2);
  await world.pass(26 * hourMs, hourMs);
};

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
});
after(() => world.close());

describe('notifications and time', () => {
  test('a notification that is faster than the answer settles the payment, and the late answer changes nothing', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'confirm-before-answer', times: 1 });
    const { body } = await budi.pay(newOrder());
    assert.equal(body.status, 'paid');
    await world.settled();
    assert.equal(await statusOf(body.paymentId), 'paid');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
  });

  test('without any notification the status inquiry settles the payment', async () => {
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    const { body } = await budi.pay(newOrder());
    await budi.comeBack(await world.simulator.approve(body.action?.url ?? ''));
    assert.equal(await statusOf(body.paymentId), 'processing');
    await world.pass(2 * minuteMs, minuteMs);
    assert.equal(await statusOf(body.paymentId), 'paid');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
  });

  test('a late notification finds the payment settled, and says nothing new', async () => {
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'late', delayMs: 10 * minuteMs, times: 1 });
    const { body } = await budi.pay(newOrder());
    await world.simulator.approve(body.action?.url ?? '');
    await world.pass(15 * minuteMs, minuteMs);
    assert.equal(await statusOf(body.paymentId), 'paid');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
    assert.equal(world.simulator.notifications().at(-1)?.state, 'delivered');
  });

  test('a hundred copies of two notifications, shuffled and at once, are one event each', async () => {
    const doku = createDokuSender(world.url, world.simulator.now);
    const payments = await Promise.all([1, 2].map(() => budi.pay(newOrder())));
    await Promise.all(payments.map(({ body }) => world.simulator.approve(body.action?.url ?? '')));
    const token = await doku.token();
    const copies = payments.flatMap(({ body }) => Array.from({ length: 100 }, () => JSON.stringify(paymentNotice(rowOf(body.paymentId).reference))));
    const answers = await Promise.all(shuffled(copies, 7).map((body) => doku.send({ body, token })));
    assert.ok(answers.every(({ status, body }) => status === 200 && body.responseCode === '2005600'));
    await world.settled();
    for (const { body } of payments) assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
  });

  test('"pending" after "paid", and "failed" after "paid", change nothing', async () => {
    const doku = createDokuSender(world.url, world.simulator.now);
    const paid = await payInFull(world, budi, newOrder());
    for (const status of ['03', '06', '05']) {
      assert.equal((await doku.send({ body: JSON.stringify(paymentNotice(rowOf(paid.paymentId).reference, { status })) })).status, 200);
      assert.equal(await statusOf(paid.paymentId), 'paid');
    }
    await waitForTheEnd();
    assert.equal(await statusOf(paid.paymentId), 'paid');
    assert.deepEqual(eventsOf(paid.paymentId), ['payment.paid']);
    assertNothingOpen(world.databasePath);
  });

  test('a contradiction is asked about until the bank answers, and a bank that insists is reported', async () => {
    const doku = createDokuSender(world.url, world.simulator.now);
    const paid = await payInFull(world, budi, newOrder());
    await doku.send({ body: JSON.stringify(paymentNotice(rowOf(paid.paymentId).reference, { status: '06' })) });
    world.simulator.faults.set({ down: 'drop' });
    await world.pass(10 * minuteMs, minuteMs);
    assert.notEqual(rowOf(paid.paymentId).next_at, null, 'it is still to be asked about');
    world.simulator.faults.clear();
    world.simulator.faults.add({ on: 'status', effect: 'answer-before-commit', responseCode: '4045501', times: 1 });
    await world.pass(15 * minuteMs, minuteMs);
    assert.equal(await statusOf(paid.paymentId), 'paid');
    assert.equal(rowOf(paid.paymentId).next_at, null);
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.includes('the bank denies a payment')));
  });

  test('another amount than the order has is for people: no event that it was paid', async () => {
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'altered-amount', times: 1 });
    const { body } = await budi.pay(newOrder());
    await world.simulator.approve(body.action?.url ?? '');
    await world.settled();
    assert.equal(await statusOf(body.paymentId), 'review');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.review']);
    assert.equal((await budi.pay(body.orderId)).body.paymentId, body.paymentId, 'nobody pays again');
  });

  for (const [name, amount] of [['one sen more', { value: '125000.01' }], ['another currency', { currency: 'USD' }]] as const) {
    test(`${name} than the order has is for people`, async () => {
      const { body } = await budi.pay(newOrder());
      const doku = createDokuSender(world.url, world.simulator.now);
      await doku.send({ body: JSON.stringify(paymentNotice(rowOf(body.paymentId).reference, amount)) });
      await world.settled();
      assert.deepEqual(eventsOf(body.paymentId), ['payment.review']);
    });
  }

  test('a shopper who cancels at the bank, and one who never goes there, owe nothing', async () => {
    const [cancelled, expired] = [await budi.pay(newOrder()), await budi.pay(newOrder())];
    await budi.comeBack(await world.simulator.cancel(cancelled.body.action?.url ?? ''));
    await world.pass(10 * minuteMs, minuteMs / 2);
    assert.equal(await statusOf(cancelled.body.paymentId), 'cancelled');
    const { status, failure } = (await budi.payment(expired.body.paymentId)).body;
    assert.deepEqual({ status, failure }, { status: 'expired', failure: 'EXPIRED' });
    assert.deepEqual(eventsOf(expired.body.paymentId), ['payment.failed']);
  });

  test('a bank that is away for an hour holds nothing up for longer', async () => {
    const { body } = await budi.pay(newOrder());
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await world.simulator.approve(body.action?.url ?? '');
    world.simulator.faults.set({ down: 'drop' });
    await world.pass(hourMs, 5 * minuteMs);
    assert.equal(await statusOf(body.paymentId), 'processing');
    world.simulator.faults.clear();
    await world.pass(2 * hourMs, 5 * minuteMs);
    assert.equal(await statusOf(body.paymentId), 'paid');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
  });

  test('a bank that denies once a payment for which it had opened a page is not believed', async () => {
    const { body } = await budi.pay(newOrder());
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await world.simulator.approve(body.action?.url ?? '');
    world.simulator.faults.set({ down: 'drop' });
    await world.pass(15 * minuteMs, minuteMs);
    world.simulator.faults.clear();
    world.simulator.faults.add({ on: 'status', effect: 'answer-before-commit', responseCode: '4045501', times: 1 });
    while (world.simulator.faults.current().operations.length > 0) await world.pass(5 * minuteMs);
    assert.equal(await statusOf(body.paymentId), 'processing');
    await world.pass(2 * hourMs, 5 * minuteMs);
    assert.equal(await statusOf(body.paymentId), 'paid');
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
  });
});

describe('a payment that is given up and taken after all', () => {
  /** A payment the bank says it does not know, for as long as it takes to be given up. */
  async function givenUp(orderId: string): Promise<string> {
    world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit', times: 1 });
    const { body } = await budi.pay(orderId);
    world.simulator.faults.add({ on: 'status', effect: 'answer-before-commit', responseCode: '4045501' });
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'late', delayMs: 40 * minuteMs, times: 1 });
    await world.simulator.approve(atBank(body.paymentId)?.pageUrl ?? '');
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal(await statusOf(body.paymentId), 'failed');
    world.simulator.faults.set({ operations: [] });
    return body.paymentId;
  }

  test('is the payment of its order, if that was not paid anew', async () => {
    // The ledger is wrong meanwhile, as it cannot know better; the books agree again at the end.
    const paymentId = await givenUp(newOrder());
    await world.pass(30 * minuteMs, 5 * minuteMs);
    assert.equal(await statusOf(paymentId), 'paid');
    assert.deepEqual(eventsOf(paymentId), ['payment.failed', 'payment.paid']);
  });

  test('is given back, if the order was paid anew', async () => {
    const orderId = newOrder();
    const late = await givenUp(orderId);
    const anew = await payInFull(world, budi, orderId);
    await world.pass(hourMs, 5 * minuteMs);
    assert.equal(await statusOf(anew.paymentId), 'paid');
    assert.equal(await statusOf(late), 'refunded');
    assert.deepEqual(eventsOf(late), ['payment.failed', 'payment.late', 'payment.refunded']);
    assertNothingOpen(world.databasePath);
  });

  test('is its order\'s again, if the shopper gives up the one that was to take its place; nobody pays once more', async () => {
    const orderId = newOrder();
    const late = await givenUp(orderId);
    const { body: anew } = await budi.pay(orderId);
    await createDokuSender(world.url, world.simulator.now).send({ body: JSON.stringify(paymentNotice(rowOf(late).reference)) });
    assert.equal(await statusOf(late), 'review');
    // Who sees the money gone in the bank's app cancels.
    await budi.comeBack(await world.simulator.cancel(anew.action?.url ?? ''));
    assert.equal(await statusOf(anew.paymentId), 'cancelled');
    assert.equal((await budi.order(orderId)).body.payment?.paymentId, late);
    assert.equal((await budi.pay(orderId)).body.paymentId, late, 'the order is charged once more');
    await world.pass(hourMs, 5 * minuteMs);
    assert.equal(await statusOf(late), 'paid');
    assert.deepEqual(eventsOf(late), ['payment.failed', 'payment.late', 'payment.paid']);
    assertNothingOpen(world.databasePath);
  });

  test('is given back, if the payment that took its place is a matter for people: nobody pays twice until they have decided', async () => {
    const orderId = newOrder();
    const late = await givenUp(orderId);
    const { body: anew } = await budi.pay(orderId);
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'altered-amount', times: 1 });
    await world.simulator.approve(anew.action?.url ?? '');
    await world.pass(hourMs, 5 * minuteMs);
    assert.equal(await statusOf(anew.paymentId), 'review');
    assert.equal(await statusOf(late), 'refunded');
    assert.deepEqual(eventsOf(late), ['payment.failed', 'payment.late', 'payment.refunded']);
    assertNothingOpen(world.databasePath);
  });
});
