/**
 * Every notification many times over, in any order, to two instances on one database: each payment is paid once and
 * told once. Between the copies comes what was true before, and says nothing any more.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Ledger } from '../server/support/books.ts';
import { paymentNotice } from '../server/support/doku.ts';
import { copyLedger } from '../server/support/ledger-copy.ts';
import { queryPostgres, startPostgres } from '../server/support/postgres.ts';
import { createWorld, linkedShopper, placeOrder } from '../server/support/world.ts';
import type { World } from '../server/support/world.ts';
import { deliver, fetchToken, inParallel, write } from './support/doku-pen.ts';
import { count, createDice, seed, tell } from './support/plan.ts';

const payments = count(50, 1000);
const copies = count(40, 1000);
const atOnce = 16;

/** One in so many is of the time before: DOKU says "pending" of what is paid. */
const oneIsOld = 10;

/** Payments that the bank has taken, and of which it has said nothing yet. */
async function takenPayments(world: World): Promise<{ paymentId: string; reference: string }[]> {
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing' });
  const budi = await linkedShopper(world, 'budi');
  const taken: { paymentId: string; reference: string }[] = [];
  await inParallel(payments, 8, async (index) => {
    const { paymentId, action } = (await budi.pay(placeOrder(world, `order-${index}`))).body;
    const atBank = world.simulator.payments().find(({ pageUrl }) => pageUrl === action?.url) ?? assert.fail('the bank does not know it');
    await world.simulator.approve(action?.url ?? '');
    taken.push({ paymentId, reference: atBank.partnerReferenceNo });
  });
  return taken;
}

/** The numbers 0 … `length` − 1 in another order. */
function shuffledNumbers(length: number): Uint32Array {
  const numbers = Uint32Array.from({ length }, (_, index) => index);
  const dice = createDice(seed);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(dice() * (last + 1));
    [numbers[last], numbers[other]] = [numbers[other] ?? 0, numbers[last] ?? 0];
  }
  return numbers;
}

async function flood(context: TestContext, database?: string): Promise<void> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const world = await createWorld({ simulator: { openingBalance: { BALANCE: 1_000_000_000_000 } }, allo: { log: quiet, ...(database !== undefined && { database }) } });
  const other = createAllo({ ...world.alloOptions, fetch });
  const instances = [world.allo, other] as const;
  context.after(async () => {
    await other.close();
    if (database !== undefined) await copyLedger(database, world.databasePath);
    await world.close();
  });
  const taken = await takenPayments(world);
  const tokens = [await fetchToken(world.allo, world.url, world.simulator.now(), 1), await fetchToken(other, world.url, world.simulator.now(), 2)];
  const order = shuffledNumbers(payments * copies);
  const answers = new Map<string, number>();
  await inParallel(order.length, atOnce, async (index) => {
    const number = order[index] ?? 0;
    const { reference } = taken[number % payments] ?? assert.fail();
    const body = JSON.stringify(paymentNotice(reference, { status: Math.floor(number / payments) % oneIsOld === 3 ? '03' : '00' }));
    const letter = write(body, { token: tokens[index % 2] ?? '', sentAt: world.simulator.now() - (number % 200) * 1000 });
    const answer = await deliver(instances[Math.floor(number / payments) % 2] ?? other, world.url, letter);
    answers.set(String(answer?.status), (answers.get(String(answer?.status)) ?? 0) + 1);
  });
  assert.deepEqual(Object.fromEntries(answers), { 200: payments * copies });
  await Promise.all(instances.map((instance) => instance.reconcile()));
  const { events, notifications } = await ledgerOf(world, database);
  const paid = events.filter(({ type }) => type === 'payment.paid').map(({ subject_id }) => subject_id);
  assert.deepEqual(paid.toSorted(), taken.map(({ paymentId }) => paymentId).toSorted(), 'one event for each payment');
  const told = world.events.flatMap((event) => (event.type === 'payment.paid' ? [event.paymentId] : []));
  assert.deepEqual(told.toSorted(), paid.toSorted(), 'each told once');
  const ofPayments = notifications.filter(({ status }) => /^\d\d$/.test(status));
  assert.equal(ofPayments.reduce((sum, { times }) => sum + times, 0), payments * copies, 'every copy was taken down');
  tell(context, { payments, 'notifications in all': payments * copies, events: paid.length });
}

/** From the database itself, whichever it is. */
async function ledgerOf(world: World, database: string | undefined): Promise<Pick<Ledger, 'events' | 'notifications'>> {
  if (database === undefined) return world.ledger();
  const [events, notifications] = [await queryPostgres(database, 'SELECT * FROM events'), await queryPostgres(database, 'SELECT * FROM notifications')];
  return { events, notifications } as unknown as Ledger;
}

const postgres = await startPostgres();
const skip = 'reason' in postgres ? postgres.reason : false;

describe(`${payments.toLocaleString('en')} payments, ${copies.toLocaleString('en')} notifications of each, two instances`, () => {
  test('are one event each on SQLite', { timeout: 7_200_000 }, (context) => flood(context));

  test('are one event each on PostgreSQL', { timeout: 7_200_000, skip }, async (context) => {
    assert.ok(!('reason' in postgres));
    await flood(context, await postgres.createDatabase());
  });
});

if (!('reason' in postgres)) after(() => postgres.close());
