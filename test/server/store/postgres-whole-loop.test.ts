import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { toNode } from '../../../packages/server/src/adapters/node.ts';
import { createAllo } from '../../../packages/server/src/allo.ts';
import type { Allo } from '../../../packages/server/src/allo.ts';
import { examine } from '../../../packages/server/src/doctor.ts';
import { assertNothingOpen } from '../support/books.ts';
import { encryptionKey } from '../support/credentials.ts';
import { copyLedger } from '../support/ledger-copy.ts';
import { queryPostgres, startPostgres } from '../support/postgres.ts';
import { createShopper } from '../support/shopper.ts';
import type { Shopper } from '../support/shopper.ts';
import { createWorld, linkAccount, placeOrder, until } from '../support/world.ts';
import type { World } from '../support/world.ts';

const server = await startPostgres();

/** A second process of the merchant's, behind an address of its own. */
interface Instance {
  allo: Allo;
  /** The same browser, seen by this instance. */
  shopper(like: Shopper, customerId: string): Shopper;
  close(): Promise<void>;
}

async function startInstance(world: World): Promise<Instance> {
  const life: { listener?: ReturnType<typeof toNode> } = {};
  const http: Server = createServer((request, response) => void life.listener?.(request, response)).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}`;
  const allo = createAllo({ ...world.alloOptions, fetch, publicUrl: url });
  life.listener = toNode(allo);
  return {
    allo,
    shopper(like, customerId) {
      const shopper = createShopper(url, customerId);
      for (const [name, value] of like.cookies) shopper.cookies.set(name, value);
      return shopper;
    },
    async close() {
      await allo.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

describe('the whole loop on PostgreSQL, by two instances', { skip: 'reason' in server ? server.reason : false }, () => {
  let url: string;
  let world: World;
  let other: Instance;
  before(async () => {
    assert.ok(!('reason' in server));
    url = await server.createDatabase();
    world = await createWorld({ allo: { database: url } });
    other = await startInstance(world);
  });
  after(async () => {
    await other.close();
    await copyLedger(url, world.databasePath);
    assertNothingOpen(world.databasePath);
    await world.close();
  });

  const debits = (): number => world.simulator.journal().filter(({ kind }) => kind === 'debit').length;
  const reconcileBoth = () => Promise.all([world.allo.reconcile(), other.allo.reconcile()]);

  test('link, balance, pay, notification, refund, unlink', async () => {
    const here = world.shopper('budi');
    await linkAccount(world, here);
    const there = other.shopper(here, 'budi');
    assert.equal((await there.account()).body.status, 'linked');
    const [balance] = (await there.balance()).body.instruments;
    assert.ok(balance);

    placeOrder(world, 'order-1');
    const answers = await Promise.all([here, there, here, there, here, there].map((shopper) => shopper.pay('order-1')));
    const [paymentId = '', ...more] = new Set(answers.map(({ body }) => body.paymentId));
    assert.deepEqual(more, []);
    const started = (await there.payment(paymentId)).body;
    await here.comeBack(await world.simulator.approve(started.action?.url ?? ''));
    await world.simulator.settled();
    await reconcileBoth();
    for (const shopper of [here, there]) assert.equal((await shopper.payment(paymentId)).body.status, 'paid');
    assert.equal(debits(), 1);
    assert.equal(world.taken(), 12_500_000);

    const refunds = await Promise.all([world.allo.refund(paymentId), other.allo.refund(paymentId), world.allo.refund(paymentId)]);
    assert.equal(new Set(refunds.map((payment) => payment.paymentId)).size, 1);
    await world.pass(120_000);
    await reconcileBoth();
    for (const shopper of [here, there]) assert.equal((await shopper.payment(paymentId)).body.status, 'refunded');
    assert.equal(world.taken(), 0);
    assert.deepEqual((await here.balance()).body.instruments[0], balance);

    assert.equal((await there.unlink()).body.status, 'unlinked');
    assert.equal((await here.account()).body.status, 'unlinked');
    await world.simulator.settled();
    await reconcileBoth();
    assert.deepEqual(world.told(), ['account.linked', 'payment.paid', 'payment.refunded', 'account.unlinked']);
    assert.deepEqual(world.log.filter(({ level }) => level === 'error'), []);
  });

  test('what no text of PostgreSQL can hold is refused before it is asked', async () => {
    const here = world.shopper('nul');
    const office = world.shopper('nul');
    office.cookies.set('shop-office', 'yes');
    const codeOf = async (answer: Promise<{ body: unknown }>): Promise<unknown> => ((await answer).body as { code?: string }).code;
    for (const id of ['%00', 'a%00b']) {
      assert.equal(await codeOf(here.payment(id)), 'NOT_FOUND');
      assert.equal(await codeOf(here.order(id)), 'ORDER_NOT_FOUND');
      assert.equal(await codeOf(office.refund(id)), 'FORBIDDEN');
    }
    world.orders.set('a\u0000b', { amount: '1000.00' });
    assert.equal(await codeOf(here.pay('a\u0000b')), 'INVALID_REQUEST');
    assert.equal(await codeOf(here.link('0812\u00001234567')), 'INVALID_REQUEST');
    const { allo } = world;
    const { id: known } = (await queryPostgres(url, 'SELECT id FROM payments LIMIT 1'))[0] as { id: string };
    const calls: readonly (() => Promise<unknown>)[] = [
      () => allo.refund('a\u0000b'), () => allo.refund(known, { reason: 'a\u0000b' }), () => allo.confirmManualRefund('a\u0000b'), () => allo.unlink('a\u0000b'),
    ];
    for (const call of calls) await assert.rejects(call(), TypeError, String(call));
  });

  test('a server whose database has become a standby is not ready until it can write again', async () => {
    const readiness = async (): Promise<number> => (await fetch(`${world.url}/allo/health/ready`)).status;
    const begins = (how: string) => queryPostgres(new URL('/postgres', url).href, `ALTER DATABASE "${new URL(url).pathname.slice(1)}" ${how}`);
    const doctorsWord = async (): Promise<string> => {
      const { clientId = '', secretKey = '', privateKey = '', publicKey = '', baseUrl = '' } = world.dokuOptions;
      const lines: string[] = [];
      await examine({
        DOKU_ENV: 'simulator', DOKU_CLIENT_ID: clientId, DOKU_SECRET_KEY: secretKey, DOKU_PRIVATE_KEY: privateKey, DOKU_PUBLIC_KEY: publicKey,
        DOKU_BASE_URL: baseUrl, ALLO_PUBLIC_URL: world.url, ALLO_ENCRYPTION_KEY: encryptionKey, ALLO_DATABASE_URL: url,
      }, (line) => void lines.push(line));
      return lines.find((line) => / database: /.test(line)) ?? '';
    };
    assert.equal(await readiness(), 200);
    await begins('SET default_transaction_read_only = on');
    await queryPostgres(url, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    await until(async () => (await world.shopper('andi').account()).status === 200);
    assert.equal(await readiness(), 503);
    assert.match(await doctorsWord(), /^FAIL {2}database: the database could not do its work: cannot execute UPDATE in a read-only transaction$/);
    await begins('RESET default_transaction_read_only');
    await until(async () => (await readiness()) === 200);
    assert.match(await doctorsWord(), /^ok {4}database: PostgreSQL/);
  });

  test('one instance settles what the other was doing when it died', async () => {
    const here = world.shopper('siti');
    await linkAccount(world, here);
    const there = other.shopper(here, 'siti');
    placeOrder(world, 'order-2');
    const taken = debits();
    const answered = world.network.stopAt(/payment-host-to-host$/, 'after-answer');
    const unanswered = here.pay('order-2');
    await answered;
    world.crash();
    const [held] = await queryPostgres(url, "SELECT id, state, reference FROM payments WHERE order_id = 'order-2'");
    assert.equal(held?.['state'], 'sending');
    assert.equal((await there.pay('order-2')).body.paymentId, held['id'], 'the other does not send it again');
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    const atBank = world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === held['reference']);
    await world.simulator.approve(atBank?.pageUrl ?? '');
    for (let minutes = 0; minutes < 20; minutes += 1) {
      await world.simulator.advance(60_000);
      await other.allo.reconcile();
    }
    assert.equal((await there.payment(String(held['id']))).body.status, 'paid');
    assert.equal(debits() - taken, 1);
    assert.equal(world.told().filter((type) => type === 'payment.paid').length, 2, 'one for each order');
    await unanswered;
  });
});

if (!('reason' in server)) after(() => server.close());
