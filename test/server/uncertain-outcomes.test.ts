import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { OperationEffect } from '../../packages/server/src/simulator/index.ts';
import { assertBooksAgree, assertNothingOpen } from './support/books.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: World;
let budi: Shopper;
let number = 0;

const newOrder = (amount?: string): string => placeOrder(world, `order-${(number += 1)}`, amount);
const eventsOf = (paymentId: string): string[] => world.events.flatMap((event) => ('paymentId' in event && event.paymentId === paymentId ? [event.type] : []));
const rowOf = (paymentId: string) => world.ledger().payments.find(({ id }) => id === paymentId) ?? assert.fail('no such payment');
const debits = (paymentId: string): number => world.simulator.journal().filter(({ kind, partnerReferenceNo }) => kind === 'debit' && partnerReferenceNo === rowOf(paymentId).reference).length;
const atBank = (paymentId: string) => world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === rowOf(paymentId).reference);
const statusOf = async (paymentId: string): Promise<string> => (await budi.payment(paymentId)).body.status;

/** Long enough for everything to become final by itself. */
const waitForTheEnd = async (): Promise<void> => {
  await world.pass(20 * minuteMs, minuteMs / 2);
  await world.pass(26 * hourMs, hourMs);
};

before(async () => {
  world = await createWorld({
    simulator: { openingBalance: { BALANCE: 100_000_000_000 } },
    // One trouble after another: each is looked at as if it were the only one.
    allo: { bankLimits: { failuresToClose: 1_000 } },
  });
  budi = await linkedShopper(world, 'budi');
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
});
after(() => world.close());

describe('an answer that never came', () => {
  const lost: readonly OperationEffect[] = ['drop-after-commit', 'error-after-commit', 'garbled-after-commit'];
  const neverDone: readonly OperationEffect[] = ['drop-before-commit', 'error-before-commit'];

  for (const effect of lost) {
    test(`${effect}: the shopper sees "processing", and the money that was taken anyway is found`, async () => {
      world.simulator.faults.add({ on: 'payment', effect, times: 1 });
      const { status, body } = await budi.pay(newOrder());
      assert.equal(status, 202);
      assert.equal(body.status, 'processing');
      world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
      await world.simulator.approve(atBank(body.paymentId)?.pageUrl ?? '');
      await world.pass(10 * minuteMs, minuteMs / 2);
      assert.equal(await statusOf(body.paymentId), 'paid');
      assert.equal(debits(body.paymentId), 1);
      assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
      assertNothingOpen(world.databasePath);
    });

    test(`${effect}, and nobody confirms at the bank: the payment fails and the order can be paid anew`, async () => {
      world.simulator.faults.add({ on: 'payment', effect, times: 1 });
      const orderId = newOrder();
      const { body } = await budi.pay(orderId);
      await waitForTheEnd();
      assert.equal(await statusOf(body.paymentId), 'failed');
      assert.deepEqual(eventsOf(body.paymentId), ['payment.failed']);
      const anew = await payInFull(world, budi, orderId);
      assert.notEqual(anew.paymentId, body.paymentId);
    });
  }

  for (const effect of neverDone) {
    test(`${effect}: a payment the bank denies often and long enough has failed, not sooner`, async () => {
      world.simulator.faults.add({ on: 'payment', effect, times: 1 });
      const orderId = newOrder();
      const { body } = await budi.pay(orderId);
      await world.pass(14 * minuteMs, minuteMs / 2);
      assert.equal(await statusOf(body.paymentId), 'processing', 'until ten minutes after its page would have closed, a "not found" proves nothing');
      assert.equal((await budi.pay(orderId)).body.paymentId, body.paymentId, 'no second payment is offered meanwhile');
      await world.pass(2 * minuteMs, minuteMs / 2);
      const { status, failure } = (await budi.payment(body.paymentId)).body;
      assert.deepEqual({ status, failure }, { status: 'failed', failure: 'BANK_UNAVAILABLE' });
      assert.equal(world.simulator.requests().filter(({ operation, reference }) => operation === 'payment' && reference === rowOf(body.paymentId).reference).length, 1, 'it was sent once');
      await payInFull(world, budi, orderId);
    });
  }

  test('three denials in a row prove nothing before the settle window is over', async () => {
    await world.restart({ timing: { checkDelaysMs: [minuteMs], checkNotBeforeMs: minuteMs / 2 } });
    world.simulator.faults.add({ on: 'payment', effect: 'drop-before-commit', times: 1 });
    const { body } = await budi.pay(newOrder());
    await world.pass(14.5 * minuteMs, minuteMs / 4);
    const denied = world.simulator.requests().filter(({ operation, reference }) => operation === 'status' && reference === rowOf(body.paymentId).reference);
    assert.ok(denied.length >= 3);
    assert.equal(await statusOf(body.paymentId), 'processing');
    await world.restart();
    await waitForTheEnd();
    assert.equal(await statusOf(body.paymentId), 'failed');
  });

  test('one denial proves nothing, however late it comes', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'drop-before-commit', times: 1 });
    const { body } = await budi.pay(newOrder());
    world.simulator.faults.set({ down: 'drop' });
    await world.pass(30 * minuteMs, minuteMs);
    world.simulator.faults.clear();
    const denials = (): number => world.simulator.requests().filter(({ operation, reference }) => operation === 'status' && reference === rowOf(body.paymentId).reference).length;
    while (denials() === 0) await world.pass(5 * minuteMs);
    assert.equal(await statusOf(body.paymentId), 'processing');
    await waitForTheEnd();
    assert.equal(await statusOf(body.paymentId), 'failed');
  });

  test('a slow bank: the shopper is told "processing" and gets the page later', async () => {
    const bank = Promise.withResolvers<undefined>();
    await world.restart({ timing: { browserWaitMs: 1 }, fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (addressOf(input).includes('payment-host-to-host')) await bank.promise;
      return response;
    } });
    const { status, body } = await budi.pay(newOrder());
    assert.equal(status, 202);
    // Told before it was even sent, on a slow machine.
    await until(async () => (await statusOf(body.paymentId)) === 'processing');
    bank.resolve(undefined);
    await until(async () => (await statusOf(body.paymentId)) === 'requires-action');
    const { action } = (await budi.payment(body.paymentId)).body;
    await budi.comeBack(await world.simulator.approve(action?.url ?? ''));
    await world.settled();
    assert.equal(await statusOf(body.paymentId), 'paid');
    await world.restart();
  });

  test('a conflict on the first sending is no failure: the number may be in use', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'answer-after-commit', responseCode: '4095401', times: 1 });
    const { body } = await budi.pay(newOrder());
    assert.equal(body.status, 'processing');
    await world.simulator.approve(atBank(body.paymentId)?.pageUrl ?? '');
    await world.settled();
    assert.equal(await statusOf(body.paymentId), 'paid');
  });

  test('an answer about another payment is no answer', async () => {
    await world.restart({ fetch: async (input, init) => {
      const response = await fetch(input, init);
      const text = await response.text();
      return new Response(text.replace(/("partnerReferenceNo":")./, '$1_'), { status: response.status, headers: response.headers });
    } });
    const { body } = await budi.pay(newOrder());
    assert.equal(body.status, 'processing');
    assert.equal(body.action, undefined, 'nobody is sent to the page of another payment');
    await world.restart();
    await world.simulator.approve(atBank(body.paymentId)?.pageUrl ?? '');
    await world.settled();
    assert.equal(await statusOf(body.paymentId), 'paid');
  });

  test('a code nobody knows is no failure', async () => {
    for (const responseCode of ['4035499', '4045418', '4295400', '5045400', '5035477']) {
      world.simulator.faults.add({ on: 'payment', effect: 'answer-after-commit', responseCode, times: 1 });
      const { body } = await budi.pay(newOrder());
      assert.equal(body.status, 'processing', responseCode);
      await world.simulator.approve(atBank(body.paymentId)?.pageUrl ?? '');
    }
    await world.settled();
  });
});

describe('a refusal that proves that nothing was executed', () => {
  const refusals = [
    ['insufficient-funds', 'INSUFFICIENT_FUNDS'],
    ['limit-exceeded', 'LIMIT_EXCEEDED'],
  ] as const;

  for (const [effect, failure] of refusals) {
    test(`${effect}: failed at once with its reason, and the order can be paid anew`, async () => {
      world.simulator.faults.add({ on: 'payment', effect, times: 1 });
      const orderId = newOrder();
      const { body } = await budi.pay(orderId);
      assert.deepEqual({ status: body.status, failure: body.failure }, { status: 'failed', failure });
      await payInFull(world, budi, orderId);
    });

    test(`${effect} found after the PIN: failed with its reason`, async () => {
      world.simulator.faults.add({ on: 'payment', effect: `${effect}-at-bank`, times: 1 });
      const { body } = await budi.pay(newOrder());
      await budi.comeBack(await world.simulator.approve(body.action?.url ?? ''));
      await world.settled();
      const ended = (await budi.payment(body.paymentId)).body;
      assert.deepEqual({ status: ended.status, failure: ended.failure }, { status: 'failed', failure });
      assert.deepEqual(eventsOf(body.paymentId), ['payment.failed']);
    });
  }

  test('a bank that cannot be reached at all: failed at once, paid at the next try', async () => {
    const orderId = newOrder();
    await world.restart({ fetch: () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })) });
    const { body } = await budi.pay(orderId);
    assert.deepEqual({ status: body.status, failure: body.failure }, { status: 'failed', failure: 'BANK_UNAVAILABLE' });
    await world.restart();
    await payInFull(world, budi, orderId);
  });

  test('a B2B token that ended in the middle is renewed once, under the same reference', async () => {
    world.simulator.revokeTokens('b2b');
    const paid = await payInFull(world, budi, newOrder());
    const sendings = world.simulator.requests().filter(({ operation, reference }) => operation === 'payment' && reference === paid.receipt?.reference);
    assert.deepEqual(sendings.map(({ verdict }) => verdict), ['refused', 'answered']);
  });

  test('a customer token that ended in the middle is renewed once, under the same reference', async () => {
    world.simulator.revokeTokens('customer');
    const paid = await payInFull(world, budi, newOrder());
    const sendings = world.simulator.requests().filter(({ operation, reference }) => operation === 'payment' && reference === paid.receipt?.reference);
    assert.deepEqual(sendings.map(({ verdict }) => verdict), ['refused', 'answered']);
  });

  test('a bank that goes on refusing tokens is asked three times, no more', async () => {
    world.simulator.faults.add({ on: 'payment', effect: 'customer-token-invalid' });
    const siti = await linkedShopper(world, 'siti');
    const { body } = await siti.pay(newOrder());
    assert.deepEqual({ status: body.status, failure: body.failure }, { status: 'failed', failure: 'RELINK_REQUIRED' });
    const { reference } = rowOf(body.paymentId);
    assert.equal(world.simulator.requests().filter((entry) => entry.operation === 'payment' && entry.reference === reference).length, 3);
    assert.equal((await siti.account()).body.status, 'relink-required');
    await world.pass(minuteMs);
    const standing = world.simulator.bindings().filter(({ custIdMerchant, state }) => custIdMerchant === 'siti' && state === 'ACTIVE');
    assert.deepEqual(standing, [], 'a link that nobody uses is not left at the bank');
    assertNothingOpen(world.databasePath);
  });
});
