import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertBooksAgree, assertNothingOpen } from './support/books.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;

let world: World;
let budi: Shopper;
let office: Shopper;
let number = 0;

const payNew = (shopper = budi) => payInFull(world, shopper, placeOrder(world, `order-${(number += 1)}`));
const refundsOf = (reference: string): number => world.simulator.journal().filter((entry) => entry.kind === 'refund' && entry.partnerReferenceNo === reference).length;
const referenceOf = (paymentId: string): string => world.ledger().payments.find(({ id }) => id === paymentId)?.reference ?? '';
const eventsOf = (paymentId: string): string[] => world.events.flatMap((event) => ('paymentId' in event && event.paymentId === paymentId ? [event.type] : []));

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
  office = world.shopper('office');
  office.cookies.set('shop-office', 'yes');
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
});
after(() => world.close());

describe('a refund', () => {
  test('gives the whole amount back, and asked for again answers the one that stands', async () => {
    const { paymentId } = await payNew();
    const first = await office.refund(paymentId);
    assert.deepEqual([first.status, first.body.status, first.body.refund?.status], [200, 'refunded', 'done']);
    const again = await office.refund(paymentId);
    assert.deepEqual(again.body.refund, first.body.refund);
    assert.deepEqual((await world.allo.refund(paymentId)).refund, first.body.refund);
    assert.equal(refundsOf(referenceOf(paymentId)), 1);
    await world.settled();
    assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'payment.refunded']);
    assert.equal((await budi.pay((await budi.payment(paymentId)).body.orderId)).body.paymentId, paymentId, 'a refunded order is not paid again');
  });

  test('asked for fifty times at once is one refund', async () => {
    const { paymentId } = await payNew();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 ? world.allo.refund(paymentId) : office.refund(paymentId).then(({ body }) => body))));
    assert.equal(new Set(answers.map(({ refund }) => refund?.reference)).size, 1);
    assert.equal(refundsOf(referenceOf(paymentId)), 1);
    assert.equal(world.simulator.requests().filter(({ operation, reference }) => operation === 'refund' && reference === referenceOf(paymentId)).length, 1);
    await world.settled();
  });

  for (const effect of ['drop-before-commit', 'drop-after-commit', 'error-before-commit', 'error-after-commit', 'garbled-after-commit'] as const) {
    test(`${effect}: not known at first, found or sent again under the same reference, done once`, async () => {
      const { paymentId } = await payNew();
      world.simulator.faults.add({ on: 'refund', effect, times: 1 });
      const asked = (await office.refund(paymentId)).body;
      assert.deepEqual([asked.status, asked.refund?.status], ['refunding', 'processing']);
      assert.deepEqual((await office.refund(paymentId)).body.refund, asked.refund, 'meanwhile it is not sent again');
      await world.pass(20 * minuteMs, minuteMs / 2);
      const done = (await budi.payment(paymentId)).body;
      assert.deepEqual([done.status, done.refund?.status, done.refund?.reference], ['refunded', 'done', asked.refund?.reference]);
      assert.equal(refundsOf(referenceOf(paymentId)), 1);
      assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'payment.refunded']);
      assertNothingOpen(world.databasePath);
    });
  }

  test('that the bank takes on for later is done when the bank says so', async () => {
    const { paymentId } = await payNew();
    world.simulator.faults.add({ on: 'refund', effect: 'answer-after-commit', responseCode: '2025800', times: 1 });
    assert.equal((await office.refund(paymentId)).body.refund?.status, 'processing');
    await world.pass(5 * minuteMs, minuteMs);
    assert.equal((await budi.payment(paymentId)).body.refund?.status, 'done');
  });

  test('that the bank refuses leaves the payment paid, and can be asked for again', async () => {
    const { paymentId } = await payNew();
    world.simulator.faults.add({ on: 'refund', effect: 'answer-before-commit', responseCode: '4035815', times: 1 });
    const refused = (await office.refund(paymentId)).body;
    assert.deepEqual([refused.status, refused.refund?.status], ['paid', 'failed']);
    await world.settled();
    assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'refund.failed']);
    const again = (await office.refund(paymentId)).body;
    assert.equal(again.status, 'refunded');
    assert.notEqual(again.refund?.reference, refused.refund?.reference, 'a refused number is never used again');
    assert.equal(refundsOf(referenceOf(paymentId)), 1);
  });

  test('with a customer token that ended in the middle is sent once more', async () => {
    const { paymentId } = await payNew();
    world.simulator.revokeTokens('customer');
    assert.equal((await office.refund(paymentId)).body.status, 'refunded');
  });

  test('while the bank cannot be reached fails at once, and works when it is back', async () => {
    const { paymentId } = await payNew();
    await world.restart({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })) });
    assert.equal((await office.refund(paymentId)).body.refund?.status, 'failed');
    await world.restart();
    assert.equal((await office.refund(paymentId)).body.status, 'refunded');
  });
});

describe('a refund after the customer unlinked', () => {
  test('is a matter for people: the payment stays paid; linked again, the bank does it', async () => {
    const siti = await linkedShopper(world, 'siti');
    const { paymentId } = await payNew(siti);
    await siti.unlink();
    const manual = (await office.refund(paymentId)).body;
    assert.deepEqual([manual.status, manual.refund?.status], ['paid', 'manual']);
    assert.equal((await office.refund(paymentId)).body.refund?.status, 'manual', 'asked again it stays so');
    await world.settled();
    assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'refund.manual']);
    assertNothingOpen(world.databasePath);
    await linkAccount(world, siti);
    assert.equal((await office.refund(paymentId)).body.status, 'refunded');
    assert.equal(refundsOf(referenceOf(paymentId)), 1);
  });

  test('in the bank\'s app, unknown to us, is the same', async () => {
    const rini = await linkedShopper(world, 'rini');
    const { paymentId } = await payNew(rini);
    world.simulator.unlinkInApp('rini');
    const manual = (await office.refund(paymentId)).body;
    assert.deepEqual([manual.status, manual.refund?.status], ['paid', 'manual']);
    await world.settled();
    assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'refund.manual']);
  });
});

describe('what cannot be refunded', () => {
  test('a payment that is not final', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit', times: 1 });
    const unknown = (await budi.pay(placeOrder(world, 'not-final-1'))).body;
    const open = (await budi.pay(placeOrder(world, 'not-final-2'))).body;
    for (const { paymentId } of [unknown, open]) {
      const { status, body } = await office.refund(paymentId);
      assert.deepEqual({ status, code: body.code, retryable: body.retryable }, { status: 409, code: 'PAYMENT_NOT_FINAL', retryable: true });
    }
    await world.pass(20 * minuteMs, minuteMs / 2);
  });

  test('a payment that took no money', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'insufficient-funds', times: 1 });
    const { body: failed } = await budi.pay(placeOrder(world, 'no-money'));
    const { status, body } = await office.refund(failed.paymentId);
    assert.deepEqual({ status, code: body.code }, { status: 409, code: 'PAYMENT_NOT_REFUNDABLE' });
  });

  test('without permission: the same answer whether the payment exists or not, and nothing sent', async () => {
    const { paymentId } = await payNew();
    const sent = world.simulator.requests().length;
    const [own, foreign, none] = await Promise.all([budi.refund(paymentId), world.shopper('nobody').refund(paymentId), budi.refund('no-such-payment')]);
    for (const { status, body } of [own, foreign, none]) assert.deepEqual([status, body.code], [403, 'FORBIDDEN']);
    assert.deepEqual({ ...own.body, requestId: '' }, { ...none.body, requestId: '' });
    assert.equal((await office.refund('no-such-payment')).status, 403);
    assert.equal(world.simulator.requests().length, sent);
  });

  test('from the browser at all, if the merchant does not say who may', async () => {
    const { paymentId } = await payNew();
    await world.restart({ authorizeRefund: undefined });
    assert.equal((await office.refund(paymentId)).status, 404);
    await assert.rejects(world.allo.refund('no-such-payment'), { name: 'AlloServerError', code: 'NOT_FOUND', status: 404 });
    assert.equal((await world.allo.refund(paymentId)).status, 'refunded');
    await world.restart();
  });
});

test('a look at a refund that somebody else had begun, begins no other when that one has failed', async () => {
  const [held, asked] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const slow: typeof fetch = async (input, init) => {
    if ((input instanceof Request ? input.url : String(input)).endsWith('/refund')) {
      asked.resolve(undefined);
      await held.promise;
    }
    return fetch(input, init);
  };
  await world.restart({ fetch: slow });
  const { paymentId } = await payNew();
  world.simulator.faults.add({ on: 'refund', effect: 'answer-before-commit', responseCode: '4035806', times: 1 });
  const one = office.refund(paymentId, 'key-of-one-tab-0123456789');
  await asked.promise;
  const look = () => office.refund(paymentId, 'key-of-another-0123456789');
  assert.deepEqual((await look()).body.status, 'refunding');
  held.resolve(undefined);
  assert.equal((await one).body.refund?.status, 'failed');
  await world.settled();
  assert.partialDeepStrictEqual((await look()).body, { status: 'paid', refund: { status: 'failed' } });
  assert.equal(refundsOf(referenceOf(paymentId)), 0);
  assert.deepEqual(eventsOf(paymentId), ['payment.paid', 'refund.failed']);
});
