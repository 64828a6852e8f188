import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Allo } from '../../packages/server/src/allo.ts';
import type { MetricName } from '../../packages/server/src/ledger/metrics.ts';
import { assertNothingOpen, tamper } from './support/books.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;

/** How large a file this process may write; 0 is a full disk, undefined lifts it. Answers false where that cannot be done. */
function limitFileSize(bytes: number | undefined): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const asked = (world: World, operation: string): number => world.simulator.requests().filter((request) => request.operation === operation).length;
const rowOf = (world: World, paymentId: string) => world.ledger().payments.find(({ id }) => id === paymentId) ?? assert.fail('no such payment');

describe('a full disk', { skip: limitFileSize(undefined) ? false : 'prlimit is not there' }, () => {
  let world: World;
  let budi: Shopper;
  before(async () => {
    world = await createWorld();
    budi = await linkedShopper(world, 'budi');
  });
  after(async () => {
    limitFileSize(undefined);
    await world.close();
  });

  test('begins nothing at the bank, takes no notification, and loses nothing of what goes on there', async () => {
    const { body: open } = await budi.pay(placeOrder(world, 'open'));
    const before = { payments: asked(world, 'payment'), bindings: asked(world, 'binding'), refunds: asked(world, 'refund') };
    limitFileSize(0);
    placeOrder(world, 'new');
    for (const answer of [await budi.pay('new'), await world.shopper('siti').link(), await budi.unlink()]) {
      assert.deepEqual([answer.status, answer.body.code], [503, 'STORE_UNAVAILABLE']);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    }
    await world.simulator.approve(open.action?.url ?? '');
    await world.simulator.settled();
    assert.deepEqual(world.simulator.notifications().filter(({ kind }) => kind === 'payment').map(({ attempts }) => attempts.at(-1)?.httpStatus), [503]);
    assert.equal((await fetch(`${world.url}/allo/health/live`)).status, 200);
    assert.deepEqual({ payments: asked(world, 'payment'), bindings: asked(world, 'binding'), refunds: asked(world, 'refund') }, before);
    limitFileSize(undefined);
    await world.pass(5 * minuteMs, minuteMs);
    assert.equal((await budi.payment(open.paymentId)).body.status, 'paid');
    await payInFull(world, budi, 'new');
    assertNothingOpen(world.databasePath);
  });
});

describe('a process that was frozen while it held a payment or a refund', () => {
  let world: World;
  let other: Allo;
  let budi: Shopper;
  /** Lets the answer through to the frozen process. */
  let thaw: () => void;

  before(async () => {
    world = await createWorld();
    budi = await linkedShopper(world, 'budi');
  });
  after(() => world.close());

  /** From now on the first process gets no answer to such a request, until it thaws; another goes on beside it. */
  async function freeze(address: RegExp): Promise<void> {
    const { promise: thawed, resolve } = Promise.withResolvers<undefined>();
    await world.restart({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (address.test(addressOf(input))) await thawed;
        return response;
      },
      timing: { browserWaitMs: 1 },
    });
    thaw = () => resolve(undefined);
    other = createAllo({ ...world.alloOptions, fetch });
  }

  const passForOther = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await world.simulator.advance(minuteMs);
      await other.reconcile();
    }
  };
  const eventsOf = (paymentId: string): string[] => world.events.flatMap((event) => ('paymentId' in event && event.paymentId === paymentId ? [event.type] : []));

  test('comes too late with its answer: the payment is what the other found out', async () => {
    await freeze(/payment-host-to-host$/);
    const { body } = await budi.pay(placeOrder(world, 'frozen'));
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    const atBank = () => world.simulator.payments().find(({ partnerReferenceNo }) => partnerReferenceNo === rowOf(world, body.paymentId).reference);
    await until(() => atBank() !== undefined);
    await world.simulator.approve(atBank()?.pageUrl ?? '');
    assert.equal(rowOf(world, body.paymentId).state, 'sending');
    await passForOther(5);
    assert.equal(rowOf(world, body.paymentId).state, 'succeeded');
    thaw();
    await world.restart();
    assert.equal(rowOf(world, body.paymentId).state, 'succeeded');
    assert.equal((await budi.pay('frozen')).body.paymentId, body.paymentId);
    assert.deepEqual(eventsOf(body.paymentId), ['payment.paid']);
    await other.close();
  });

  test('and with that of a refund: it was done once, and told once', async () => {
    const paid = await payInFull(world, budi, placeOrder(world, 'frozen-refund'));
    await freeze(/refund$/);
    const refund = world.allo.refund(paid.paymentId);
    await until(() => world.simulator.journal().some(({ kind }) => kind === 'refund'));
    assert.equal(world.ledger().refunds.find(({ payment_id }) => payment_id === paid.paymentId)?.state, 'sending');
    await passForOther(5);
    assert.equal(rowOf(world, paid.paymentId).state, 'refunded');
    thaw();
    assert.equal((await refund).status, 'refunding', 'it has not waited for the bank');
    await world.restart();
    assert.equal(rowOf(world, paid.paymentId).state, 'refunded');
    assert.equal(world.simulator.journal().filter(({ kind }) => kind === 'refund').length, 1);
    assert.deepEqual(eventsOf(paid.paymentId), ['payment.paid', 'payment.refunded']);
    await other.close();
  });
});

describe('a backup that was restored', () => {
  let world: World;
  const figures: MetricName[] = [];
  before(async () => {
    world = await createWorld({ allo: { onMetric: (name) => void figures.push(name) } });
  });
  after(() => world.close());

  /** Copies the database while nobody uses it. */
  async function copyDatabase(from: string, to: string): Promise<void> {
    await world.allo.close();
    for (const ending of ['-wal', '-shm']) rmSync(`${to}${ending}`, { force: true });
    assert.equal(existsSync(`${from}-wal`), false, 'closing left nothing beside the file');
    copyFileSync(from, to);
    await world.restart();
  }

  test('settles what it holds open; invents nothing of what it does not know, and says so', async () => {
    const { databasePath } = world;
    const [backup, newest] = [`${databasePath}.backup`, `${databasePath}.newest`];
    const budi = await linkedShopper(world, 'budi');
    const { body: open } = await budi.pay(placeOrder(world, 'before-the-backup'));
    await copyDatabase(databasePath, backup);
    await budi.comeBack(await world.simulator.approve(open.action?.url ?? ''));
    await world.settled();
    const later = await payInFull(world, budi, placeOrder(world, 'after-the-backup'));
    const { reference } = rowOf(world, later.paymentId);
    await copyDatabase(databasePath, newest);

    await copyDatabase(backup, databasePath);
    assert.equal((await budi.payment(open.paymentId)).body.status, 'requires-action', 'so much the backup knows');
    await world.pass(5 * minuteMs, minuteMs);
    assert.equal((await budi.payment(open.paymentId)).body.status, 'paid');
    assert.equal(world.events.filter((event) => event.type === 'payment.paid' && event.paymentId === open.paymentId).length, 2, 'told anew');

    const answer = await createDokuSender(world.url, world.simulator.now).send({ body: JSON.stringify(paymentNotice(reference)) });
    assert.deepEqual([answer.status, answer.body.responseCode], [404, '4045601'], 'so that DOKU says it again');
    assert.equal(world.ledger().notifications.find((entry) => entry.reference === reference)?.matched, 0);
    assert.ok(figures.includes('allo.notifications.orphaned'));
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.includes('not in the ledger')));
    assert.equal((await budi.payment(later.paymentId)).status, 404);

    await copyDatabase(newest, databasePath);
    world.events.splice(0);
    const again = await createDokuSender(world.url, world.simulator.now).send({ body: JSON.stringify(paymentNotice(reference)) });
    assert.equal(again.status, 200, 'with the ledger back, it is known again');
    assert.equal((await budi.payment(later.paymentId)).body.status, 'paid');
  });
});

describe('a row that cannot be read', () => {
  test('holds up no other, is told to the log each time, and goes on once it can be read', async () => {
    const world = await createWorld();
    const [budi, siti] = [world.shopper('budi'), world.shopper('siti')];
    const pages = [(await budi.link()).body.url, (await siti.link()).body.url];
    const [{ id, auth_code_sealed: sealed } = {}] = world.ledger().links.filter(({ customer_id }) => customer_id === 'budi') as unknown as { id: string; auth_code_sealed: string }[];
    tamper(world.databasePath, `UPDATE links SET auth_code_sealed = 'x.y.z' WHERE id = '${id}'`);
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 2 });
    for (const page of pages) await world.simulator.approve(page);
    await world.pass(4 * 60_000, 60_000);
    assert.equal((await siti.account()).body.status, 'linked');
    assert.equal((await budi.account()).body.status, 'linking');
    assert.ok(world.log.some(({ level, message, fields }) => level === 'error' && message.startsWith('a row could not be settled') && fields?.['rowId'] === id));
    tamper(world.databasePath, `UPDATE links SET auth_code_sealed = '${sealed}' WHERE id = '${id}'`);
    await world.pass(4 * 60_000, 60_000);
    assert.equal((await budi.account()).body.status, 'linked');
    await world.close();
  });
});
