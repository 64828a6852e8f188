import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Bank, BankAnswer } from '../../packages/server/src/ledger/bank.ts';
import { guardBank } from '../../packages/server/src/ledger/guarded-bank.ts';
import type { OperationFault } from '../../packages/server/src/simulator/index.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, phoneOf, placeOrder } from './support/world.ts';
import type { Shopper, World, WorldOptions } from './support/world.ts';

const minuteMs = 60_000;
const probeEveryMs = 1_000;

async function inWorld(options: WorldOptions, work: (world: World, shopper: Shopper) => Promise<void>): Promise<void> {
  const world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } }, ...options });
  await work(world, await linkedShopper(world, 'budi'));
  world.simulator.faults.clear();
  await world.close();
}

const asked = (world: World, operation: string): number => world.simulator.requests().filter((request) => request.operation === operation).length;
let number = 0;
const order = (world: World): string => placeOrder(world, `order-${(number += 1)}`);

/** Lets one operation fail as often as it takes. */
async function tire(world: World, on: OperationFault['on'], attempt: () => Promise<unknown>): Promise<void> {
  world.simulator.faults.add({ on, effect: 'error-before-commit' });
  for (let time = 0; time < 5; time += 1) await attempt();
}

describe('payments while DOKU is away', () => {
  test('are refused after five failures in a row, before anything is written or sent', () => inWorld({}, async (world, budi) => {
    await tire(world, 'payment', () => budi.pay(order(world)));
    const before = { rows: world.ledger().payments.length, calls: asked(world, 'payment') };
    for (let time = 0; time < 10; time += 1) {
      const { status, body, headers } = await budi.pay(order(world));
      assert.deepEqual([status, body.code, body.retryable, headers.get('retry-after')], [503, 'BANK_UNAVAILABLE', true, '1']);
    }
    assert.deepEqual({ rows: world.ledger().payments.length, calls: asked(world, 'payment') }, before);
  }));

  test('leave the key good: asked again when DOKU is back, it pays', () => inWorld({}, async (world, budi) => {
    await tire(world, 'payment', () => budi.pay(order(world)));
    const [late, key] = [order(world), randomUUID()];
    assert.equal((await budi.pay(late, key)).status, 503);
    world.simulator.faults.clear();
    await world.simulator.advance(probeEveryMs);
    assert.equal((await budi.pay(late, key)).status, 201);
  }));

  test('are tried one at a time, and no faster than every second', () => inWorld({}, async (world, budi) => {
    await tire(world, 'payment', () => budi.pay(order(world)));
    for (let time = 0; time < 3; time += 1) {
      await world.simulator.advance(probeEveryMs);
      const before = { rows: world.ledger().payments.length, calls: asked(world, 'payment') };
      const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await budi.pay(order(world))).status));
      assert.equal(statuses.filter((status) => status === 503).length, 9);
      assert.deepEqual({ rows: world.ledger().payments.length, calls: asked(world, 'payment') }, { rows: before.rows + 1, calls: before.calls + 1 });
    }
  }));

  test('go on for everybody with the first answer', () => inWorld({}, async (world, budi) => {
    await tire(world, 'payment', () => budi.pay(order(world)));
    world.simulator.faults.clear();
    await world.simulator.advance(probeEveryMs);
    assert.equal((await budi.pay(order(world))).status, 201);
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await budi.pay(order(world))).status));
    assert.deepEqual([...new Set(statuses)], [201]);
  }));

  test('are not held up by a no of the bank, however often it says so', () => inWorld({}, async (world, budi) => {
    world.simulator.faults.add({ on: 'payment', effect: 'insufficient-funds' });
    for (let time = 0; time < 12; time += 1) assert.equal((await budi.pay(order(world))).body.failure, 'INSUFFICIENT_FUNDS');
  }));

  test('do not mind that another operation is away', () => inWorld({}, async (world, budi) => {
    await tire(world, 'binding', async () => assert.equal((await world.shopper(`guest-${(number += 1)}`).link()).status, 503));
    const calls = asked(world, 'binding');
    assert.equal((await world.shopper('another').link()).status, 503);
    assert.equal(asked(world, 'binding'), calls);
    assert.equal(world.ledger().links.some(({ customer_id }) => customer_id === 'another'), false);
    assert.equal((await budi.pay(order(world))).status, 201);
  }));
});

describe('those who ask and never get as far as DOKU keep nobody from it once it is back:', () => {
  const unhurried: WorldOptions = { allo: { limits: {} } };

  /** Second by second somebody asks, then another; within five of them the other is served. */
  async function assertServed(world: World, ask: (second: number) => Promise<unknown>, isServed: (second: number) => Promise<boolean>): Promise<void> {
    world.simulator.faults.clear();
    for (let second = 1; second <= 5; second += 1) {
      await world.simulator.advance(probeEveryMs);
      await ask(second);
      if (await isServed(second)) return;
    }
    assert.fail('nobody else was served');
  }

  test('who pays more often than may be', () => inWorld(unhurried, async (world, budi) => {
    const siti = await linkedShopper(world, 'siti');
    await tire(world, 'payment', () => budi.pay(order(world)));
    await assertServed(world,
      async () => assert.equal((await budi.pay(order(world))).body.code, 'RATE_LIMITED'),
      async () => (await siti.pay(order(world))).status === 201);
  }));

  test('who begins to link more often than may be', () => inWorld(unhurried, async (world) => {
    const mallory = world.shopper('mallory');
    let starts = 0;
    await tire(world, 'binding', () => ((starts += 1) > 3 ? world.shopper(`guest-of-${starts}`) : mallory).link());
    await assertServed(world,
      async () => assert.equal(((await mallory.link(phoneOf('mallory'))).body as { code?: string }).code, 'RATE_LIMITED'),
      async (second) => (await world.shopper(`guest-after-${second}`).link()).status === 201);
  }));

  test('who asks, under ever new keys, for a payment that stands', () => inWorld({}, async (world, budi) => {
    const siti = await linkedShopper(world, 'siti');
    const standing = order(world);
    assert.equal((await budi.pay(standing)).status, 201);
    await tire(world, 'payment', () => siti.pay(order(world)));
    await assertServed(world, () => budi.pay(standing), async () => (await siti.pay(order(world))).status === 201);
  }));
});

test('a refund while DOKU is away is refused before it begins, and the payment stays paid', () => inWorld({}, async (world, budi) => {
  budi.cookies.set('shop-office', 'yes');
  const paid: string[] = [];
  for (let time = 0; time < 6; time += 1) paid.push((await payInFull(world, budi, order(world))).paymentId);
  await tire(world, 'refund', () => budi.refund(paid.shift() ?? ''));
  const [last = ''] = paid;
  const { status, body } = await budi.refund(last);
  assert.deepEqual([status, body.code], [503, 'BANK_UNAVAILABLE']);
  await assert.rejects(world.allo.refund(last), { code: 'BANK_UNAVAILABLE' });
  assert.equal(world.ledger().refunds.some(({ payment_id }) => payment_id === last), false);
  assert.equal((await budi.payment(last)).body.status, 'paid');
  world.simulator.faults.clear();
  await world.simulator.advance(probeEveryMs);
  assert.equal((await budi.refund(last)).body.status, 'refunded');
}));

test('status is asked for more slowly while DOKU is away, but never not at all, and the first answer settles', () => inWorld({}, async (world, budi) => {
  world.simulator.faults.add({ on: 'payment', effect: 'confirm-before-answer', times: 1 });
  world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit' });
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing' });
  world.simulator.faults.add({ on: 'status', effect: 'error-before-commit' });
  for (let time = 0; time < 4; time += 1) await budi.pay(order(world));
  const counts: number[] = [];
  for (let time = 0; time < 12; time += 1) {
    const before = asked(world, 'status');
    await world.pass(5 * minuteMs, 30_000);
    counts.push(asked(world, 'status') - before);
  }
  assert.ok(counts.every((count) => count > 0 && count <= (5 * minuteMs) / probeEveryMs), counts.join(', '));
  world.simulator.faults.clear();
  const before = world.ledger().payments.length;
  await world.pass(20 * minuteMs, 30_000);
  assert.equal(world.ledger().payments.filter(({ state }) => state !== 'unknown').length, before);
}));

test('no more than so many requests are under way, so many more wait, and the next is refused unwritten', async () => {
  let [underWay, most] = [0, 0];
  const { promise: refusedEnough, resolve: letGo } = Promise.withResolvers<undefined>();
  const held: typeof fetch = async (input, init) => {
    if (!addressOf(input).includes('payment-host-to-host')) return fetch(input, init);
    most = Math.max(most, (underWay += 1));
    await refusedEnough;
    return fetch(input, init).finally(() => (underWay -= 1));
  };
  await inWorld({ allo: { bankLimits: { mostAtOnce: 2, mostWaiting: 3 }, fetch: held } }, async (world, budi) => {
    let refused = 0;
    await Promise.all(Array.from({ length: 12 }, async () => {
      const { status } = await budi.pay(order(world));
      if (status === 503 && (refused += 1) === 7) letGo(undefined);
    }));
    assert.deepEqual({ refused, written: world.ledger().payments.length, most }, { refused: 7, written: 5, most: 2 });
    assert.equal((await budi.pay(order(world))).status, 201);
  });
});

describe('repeating', () => {
  const unlimited = { failuresToClose: 1_000_000, probeEveryMs, mostAtOnce: 10_000, mostWaiting: 0 };
  const device = { id: 'device', ipAddress: '203.0.113.7' };
  const money = { value: '1.00', currency: 'IDR' } as const;

  /** A bank that never answers, and counts how often it is asked. */
  function silentBank() {
    const calls = new Map<string, number>();
    const ask = (name: string) => (): Promise<BankAnswer<never>> => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return Promise.resolve({ outcome: 'unknown', evidence: 'silence' });
    };
    const names = ['link', 'exchange', 'balance', 'charge', 'chargeStatus', 'refund', 'unlink'];
    const bank = Object.fromEntries(names.map((name) => [name, ask(name)])) as unknown as Bank;
    return { calls, bank: guardBank(bank, { limits: unlimited, now: () => 0, random: () => 0, onChange: () => undefined, onAnswer: () => undefined }) };
  }

  test('asks at most a tenth more than was asked for', async () => {
    const { calls, bank } = silentBank();
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? bank.chargeStatus('r', null, money) : bank.exchange('code'))));
    const sent = [...calls.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(sent > 1_000 && sent <= 1_100, `${sent} requests`);
  });

  test('never happens to what changes something', async () => {
    const { calls, bank } = silentBank();
    await Promise.all(Array.from({ length: 100 }, () => bank.chargeStatus('r', null, money)));
    const order = { reference: 'r', orderId: 'o', amount: money, lines: [], device, notAfter: Infinity, successUrl: '', failedUrl: '' };
    await bank.charge('t', { ...order, instrument: 'BALANCE' });
    await bank.refund('t', { ...order, paymentReference: 'p', paymentExternalId: null, reason: '' });
    await bank.link({ ...order, customerId: 'c', phone: '62', browser: { os: 'ios', model: 'm' } });
    await bank.unlink('t', device);
    assert.deepEqual(['charge', 'refund', 'link', 'unlink'].map((name) => calls.get(name)), [1, 1, 1, 1]);
  });
});

test('a limit of the bank that is no number is named', () => inWorld({}, async (world) => {
  assert.throws(() => createAllo({ ...world.alloOptions, bankLimits: { mostAtOnce: 0 } }), { name: 'TypeError', message: /bankLimits\.mostAtOnce/ });
  return Promise.resolve();
}));
