/**
 * Two tabs and more, on two servers: however often an order is paid at the same moment, under a key of its own each time,
 * it is one payment, one debit and one event (reliability R4).
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { toNode } from '../../packages/server/src/adapters/node.ts';
import { createAllo } from '../../packages/server/src/allo.ts';
import { copyLedger } from '../server/support/ledger-copy.ts';
import { startPostgres } from '../server/support/postgres.ts';
import { createShopper } from '../server/support/shopper.ts';
import type { Shopper } from '../server/support/shopper.ts';
import { createWorld, linkedShopper, placeOrder } from '../server/support/world.ts';
import type { World } from '../server/support/world.ts';
import { inParallel } from './support/doku-pen.ts';
import { count, createDice, seed, tell } from './support/plan.ts';

const orders = count(60, 10_000);
const mostTabs = 8;
const atOnce = 4;
const customers = ['budi', 'siti', 'ayu'] as const;

/** A second server on the same database, behind an address of its own; answers the same browser there. */
async function startAnother(context: TestContext, world: World): Promise<(like: Shopper, customerId: string) => Shopper> {
  const http = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const allo = createAllo({ ...world.alloOptions, fetch, publicUrl: url });
  const listener = toNode(allo);
  context.after(async () => {
    await allo.close();
    http.closeAllConnections();
    http.close();
  });
  return (like, customerId) => {
    const shopper = createShopper(url, customerId);
    for (const [name, value] of like.cookies) shopper.cookies.set(name, value);
    return shopper;
  };
}

async function openTabs(context: TestContext, database?: string): Promise<void> {
  const world = await createWorld({ simulator: { openingBalance: { BALANCE: 1_000_000_000_000 } }, allo: database === undefined ? {} : { database } });
  const there = await startAnother(context, world);
  context.after(async () => {
    if (database !== undefined) await copyLedger(database, world.databasePath);
    await world.close();
  });
  const browsers: (readonly Shopper[])[] = [];
  for (const customerId of customers) {
    const shopper = await linkedShopper(world, customerId);
    browsers.push([shopper, there(shopper, customerId)]);
  }
  world.simulator.configure({ autoConfirm: 'after-answer' });
  const paid = new Set<string>();
  const dice = createDice(seed);
  const figures = { orders, tabs: 0 };
  await inParallel(orders, atOnce, async (index) => {
    const orderId = placeOrder(world, `order-${index}`);
    const servers = browsers[index % browsers.length] ?? assert.fail();
    const tabs = Array.from({ length: 2 + Math.floor(dice() * (mostTabs - 1)) }, (_, tab) => servers[tab % 2] ?? assert.fail());
    const answers = await Promise.all(tabs.map((tab) => tab.pay(orderId)));
    assert.deepEqual(answers.filter(({ status }) => status >= 300), [], orderId);
    const [paymentId = '', ...more] = new Set(answers.map(({ body }) => body.paymentId));
    assert.deepEqual(more, [], `${orderId} has more than one payment`);
    paid.add(paymentId);
    figures.tabs += tabs.length;
  });
  await world.settled();
  const debits = world.simulator.journal().filter(({ kind }) => kind === 'debit').map(({ partnerReferenceNo }) => partnerReferenceNo);
  assert.deepEqual([debits.length, new Set(debits).size, paid.size], [orders, orders, orders], 'each order is debited once');
  const told = world.events.flatMap((event) => (event.type === 'payment.paid' ? [event.paymentId] : []));
  assert.deepEqual(told.toSorted(), [...paid].toSorted(), 'each is told once');
  tell(context, figures);
}

const postgres = await startPostgres();

describe(`${orders.toLocaleString('en')} orders, each paid in 2 to ${mostTabs} tabs at once, two servers`, () => {
  test('are one payment each on SQLite', { timeout: 7_200_000 }, (context) => openTabs(context));

  test('are one payment each on PostgreSQL', { timeout: 7_200_000, skip: 'reason' in postgres ? postgres.reason : false }, async (context) => {
    assert.ok(!('reason' in postgres));
    await openTabs(context, await postgres.createDatabase());
  });
});

if (!('reason' in postgres)) after(() => postgres.close());
