import assert from 'node:assert/strict';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { tamper } from './support/books.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

let world: World;
let budi: Shopper;
let number = 0;
const order = (): string => placeOrder(world, `order-${(number += 1)}`);
const paymentOf = (orderId: string) => world.ledger().payments.find(({ order_id }) => order_id === orderId);

/** A way to DOKU on which the answers to payments wait. */
function createHeldNetwork() {
  const answered = new EventTarget();
  const { promise: released, resolve: letGo } = Promise.withResolvers<undefined>();
  const held: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input instanceof Request ? input.url : input).includes('payment-host-to-host')) return response;
    answered.dispatchEvent(new Event('answer'));
    await released;
    return response;
  };
  return { fetch: held, answered: () => once(answered, 'answer'), letGo: () => letGo(undefined) };
}

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
});
after(() => world.close());

describe('closing', () => {
  test('refuses what is new with 503, and finishes what is under way', async () => {
    const network = createHeldNetwork();
    await world.restart({ fetch: network.fetch, timing: { browserWaitMs: 60_000 } });
    const [begun, late] = [order(), order()];
    const answered = network.answered();
    const paying = budi.pay(begun);
    await answered;
    const closed = world.allo.close();
    for (const { status, body, headers } of [await budi.pay(late), await budi.account()]) {
      assert.deepEqual([status, body.code, headers.get('retry-after')], [503, 'STORE_UNAVAILABLE', '5']);
    }
    for (const [path, responseCode] of [['notifications/payment', '5035600'], ['notifications/binding', '5030700'], ['authorization/v1/access-token/b2b', '5037300']] as const) {
      const answer = await fetch(`${world.url}/allo/doku/${path}`, { method: 'POST', body: '{}' });
      const [{ status, headers }, body] = [answer, await answer.json() as { responseCode?: string }];
      assert.deepEqual([status, headers.get('content-type'), headers.get('retry-after'), body.responseCode], [503, 'application/json', '5', responseCode]);
      assert.match(headers.get('x-timestamp') ?? '', /\+07:00$/);
    }
    await assert.rejects(world.allo.refund('any'), { code: 'STORE_UNAVAILABLE' });
    network.letGo();
    const { status, body } = await paying;
    assert.deepEqual([status, body.status], [201, 'requires-action']);
    await closed;
    assert.equal(paymentOf(begun)?.state, 'requires_action');
    assert.equal(paymentOf(late), undefined);
    assert.equal(world.allo.close(), closed, 'closing twice is closing once');
    await world.restart();
  });

  test('does not wait for ever, and what was not done is taken up by the next process', async () => {
    const network = createHeldNetwork();
    await world.restart({ fetch: network.fetch, timing: { closeWaitMs: 50, browserWaitMs: 10 } });
    const orderId = order();
    const answered = network.answered();
    const paying = budi.pay(orderId);
    await answered;
    assert.equal((await paying).status, 202);
    await world.restart();
    network.letGo();
    const failed = () => world.log.find(({ message }) => message === 'background work failed');
    await until(() => failed() !== undefined);
    assert.match(String(failed()?.fields?.['error']), /^StoreError: the database could not do its work: database is not open$/m, 'also says why');
    assert.ok(world.log.some(({ message }) => message.startsWith('closed with work under way')));
    await world.simulator.approve(world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === paymentOf(orderId)?.reference)?.pageUrl ?? '');
    await world.pass(20 * 60_000, 30_000);
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
  });

  test('ends all the same if the database cannot be closed, says so, and has lost nothing', async (t) => {
    const orderId = order();
    await payInFull(world, budi, orderId);
    const { close } = DatabaseSync.prototype;
    const failing = t.mock.method(DatabaseSync.prototype, 'close', function (this: DatabaseSync) {
      close.call(this);
      throw new Error('the disk is gone');
    });
    await world.allo.close();
    assert.equal(failing.mock.callCount(), 1);
    failing.mock.restore();
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.startsWith('the database was not closed in good order')));
    await world.restart();
    assert.equal((await budi.order(orderId)).body.payment?.status, 'paid');
  });
});

describe('a database that is away', () => {
  const away = (moment: string): void => tamper(world.databasePath, `CREATE TRIGGER away BEFORE ${moment} BEGIN SELECT RAISE(ABORT, 'away'); END`);
  const back = (): void => tamper(world.databasePath, 'DROP TRIGGER away');

  test('when DOKU answers a payment: the shopper is told “processing”, and the answer is written when it is back', async () => {
    await world.restart({ timing: { browserWaitMs: 50 } });
    away(`UPDATE ON payments WHEN OLD.state = 'sending'`);
    const orderId = order();
    const asked = world.simulator.requests().length;
    const { status, body } = await budi.pay(orderId);
    assert.deepEqual([status, body.status], [202, 'processing']);
    // On a slow machine the browser may have been told before it was sent.
    await until(() => world.simulator.requests().slice(asked).some(({ operation }) => operation === 'payment'));
    assert.equal(paymentOf(orderId)?.state, 'sending');
    back();
    await until(() => paymentOf(orderId)?.state === 'requires_action');
    assert.ok((await budi.payment(body.paymentId)).body.action !== undefined, 'the bank’s page was not lost');
    const operations = world.simulator.requests().slice(asked).map(({ operation }) => operation).filter((operation) => operation !== 'b2b');
    assert.deepEqual(operations, ['payment'], 'nobody asked the bank again');
    await world.restart();
  });

  test('when DOKU answers a refund: it is refunded once, without another question', async () => {
    const { paymentId } = await payInFull(world, budi, order());
    away(`UPDATE ON refunds WHEN OLD.state = 'sending'`);
    const refunding = world.allo.refund(paymentId);
    await until(() => world.simulator.requests().at(-1)?.operation === 'refund');
    back();
    assert.equal((await refunding).status, 'refunded');
    assert.equal(world.simulator.requests().filter(({ operation }) => operation === 'refund').length, 1);
  });

  test('altogether: 503 for everybody, the process lives, and goes on when it is back', async () => {
    const tables = ['links', 'payments', 'notifications'] as const;
    for (const table of tables) tamper(world.databasePath, `ALTER TABLE ${table} RENAME TO ${table}_away`);
    const asked = world.simulator.requests().length;
    for (const { status, body, headers } of [await budi.account(), await budi.balance(), await budi.pay(order()), await budi.unlink()]) {
      assert.deepEqual([status, body.code, body.retryable, headers.get('retry-after')], [503, 'STORE_UNAVAILABLE', true, '5']);
    }
    await assert.rejects(world.allo.reconcile());
    assert.equal(world.simulator.requests().length, asked, 'DOKU was not called');
    for (const table of tables) tamper(world.databasePath, `ALTER TABLE ${table}_away RENAME TO ${table}`);
    await payInFull(world, budi, order());
  });
});
