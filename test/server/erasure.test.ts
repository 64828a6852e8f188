import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { retentionMs } from '../../packages/server/src/ledger/retention.ts';
import { copyLedger } from './support/ledger-copy.ts';
import { queryPostgres, startPostgres } from './support/postgres.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, phoneOf, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
const server = await startPostgres();

/** What a database shows to whoever reads it past the product. */
interface Reading {
  /** Every byte of it. */
  text(): Promise<string>;
  /** A row of the customer's link, or of their last payment. */
  row(table: 'links' | 'payments', customerId: string): Promise<Record<string, unknown>>;
}

function readingFiles(world: World): Reading {
  const folder = dirname(world.databasePath);
  return {
    text: () => Promise.resolve(readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1')).join('\n')),
    row: (table, customerId) => Promise.resolve(Object(world.ledger()[table].findLast(({ customer_id }) => customer_id === customerId))),
  };
}

function readingRows(url: string): Reading {
  const tables = ['links', 'payments', 'refunds', 'payment_keys', 'events', 'notifications', 'shared_tokens', 'audit'];
  return {
    text: async () => (await Promise.all(tables.map((table) => queryPostgres(url, `SELECT * FROM ${table}`)))).map((rows) => Buffer.from(JSON.stringify(rows)).toString('latin1')).join('\n'),
    row: async (table, customerId) => (await queryPostgres(url, `SELECT * FROM ${table} WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 1`, [customerId]))[0] ?? {},
  };
}

/** As `text()` spells it: byte by byte. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** Everything that is known of the person and of their access, in each spelling that it has anywhere. */
async function personalData(reading: Reading, shopper: Shopper, customerId: string): Promise<Record<string, string>> {
  const [link, payment] = await Promise.all([reading.row('links', customerId), reading.row('payments', customerId)]);
  const phone = phoneOf(customerId);
  const deviceId = shopper.cookies.get('allo-device') ?? '';
  return {
    'the phone number': phone, 'the phone number as DOKU has it': `62${phone.slice(1)}`, 'the masked number': String(link['phone_mask']), 'the hash of the number': String(link['phone_hash']),
    'the sealed token': String(link['token_sealed']), 'the sealed code': String(link['auth_code_sealed']),
    'the browser': deviceId, 'the hash of the browser': createHash('sha256').update(deviceId).digest('hex'), 'the bank\'s page': String(payment['page_url']),
    'the goods': 'Kopi susu', 'the way through the shop': String(payment['return_to']),
  };
}

const databases = [
  { name: 'an SQLite file', skip: false as string | false },
  { name: 'PostgreSQL', skip: 'reason' in server ? server.reason : (false as string | false) },
];

for (const { name, skip } of databases) {
  describe(`what is kept of a person in ${name}`, { skip }, () => {
    let world: World;
    let reading: Reading;
    let url: string | undefined;
    before(async () => {
      url = name === 'PostgreSQL' && !('reason' in server) ? await server.createDatabase() : undefined;
      world = await createWorld(url === undefined ? {} : { allo: { database: url } });
      reading = url === undefined ? readingFiles(world) : readingRows(url);
    });
    after(async () => {
      await world.allo.close();
      if (url !== undefined) await copyLedger(url, world.databasePath);
      await world.close();
    });

    const assertGone = async (data: Record<string, string>, except: readonly string[] = []): Promise<void> => {
      const text = await reading.text();
      for (const [what, value] of Object.entries(data)) {
        if (!except.includes(what)) assert.ok(!text.includes(bytesOf(value)), `${what} is still there`);
      }
    };

    test('is gone when the customer unlinks, to the last byte; the books keep the payment', async () => {
      const budi = await linkedShopper(world, 'budi');
      const paid = await payInFull(world, budi, placeOrder(world, 'order-with-a-telling-name'));
      const data = await personalData(reading, budi, 'budi');
      const text = await reading.text();
      const never = ['the phone number', 'the phone number as DOKU has it'];
      for (const [what, value] of Object.entries(data)) assert.equal(text.includes(bytesOf(value)), !never.includes(what), `before: ${what}`);
      await budi.unlink();
      await world.pass(2 * hourMs);
      await assertGone(data);
      const row = await reading.row('payments', 'budi');
      assert.deepEqual([row['state'], Number(row['amount_minor']), row['order_id'], row['reference']], ['succeeded', 12_500_000, 'order-with-a-telling-name', paid.receipt?.reference]);
    });

    test('is gone when the customer unlinks in the bank\'s app, but for the masked number that asks to link again', async () => {
      const siti = await linkedShopper(world, 'siti');
      await payInFull(world, siti, placeOrder(world, 'order-2'));
      const data = await personalData(reading, siti, 'siti');
      world.simulator.unlinkInApp('siti');
      assert.equal((await siti.balance()).body.code, 'RELINK_REQUIRED');
      await world.pass(2 * hourMs);
      await assertGone(data, ['the masked number', 'the hash of the browser']);
      assert.match((await siti.account()).body.phone ?? '', /^0812••••\d{3}$/);
      await world.pass(retentionMs.links, dayMs);
      await assertGone(data);
      assert.equal((await siti.account()).body.status, 'relink-required');
    });

    test('is gone when a customer who had unlinked in the bank\'s app, and linked anew, unlinks', async () => {
      const tini = await linkedShopper(world, 'tini');
      const data = await personalData(reading, tini, 'tini');
      world.simulator.unlinkInApp('tini');
      assert.equal((await tini.balance()).body.code, 'RELINK_REQUIRED');
      await linkAccount(world, tini);
      await tini.unlink();
      await world.pass(2 * hourMs);
      await assertGone({ mask: data['the masked number'] ?? '', browser: data['the hash of the browser'] ?? '' });
    });

    test('is gone when a payment ends that was open when the customer unlinked in the bank\'s app; who comes back from its page is led to the shop', async () => {
      const lina = await linkedShopper(world, 'lina');
      const { body } = await lina.pay(placeOrder(world, 'order-of-lina'));
      const { 'the bank\'s page': page = '', 'the browser': browser = '', 'the way through the shop': way = '' } = await personalData(reading, lina, 'lina');
      world.simulator.unlinkInApp('lina');
      assert.equal((await lina.balance()).body.code, 'RELINK_REQUIRED');
      assert.ok((await reading.text()).includes(bytesOf(page)), 'it may still be paid');
      const back = await lina.fillIn(body.action?.url ?? '', { action: 'cancel' });
      await world.pass(2 * hourMs, 5 * 60_000);
      assert.equal((await lina.payment(body.paymentId)).body.status, 'cancelled');
      await assertGone({ page, browser });
      assert.equal((await reading.row('payments', 'lina'))['return_to'], '/');
      assert.notEqual(way, '/');
      assert.equal(await lina.comeBack(back ?? ''), `${world.url}/`);
    });

    test('is gone, too, of an attempt to link that was left behind, when the customer unlinks; what comes of it all the same is taken back', async () => {
      const [phone, laptop] = [world.shopper('nita'), world.shopper('nita')];
      const { body } = await phone.link();
      const { 'the hash of the browser': hash = '' } = await personalData(reading, phone, 'nita');
      await linkAccount(world, laptop);
      assert.ok((await reading.text()).includes(hash));
      await laptop.unlink();
      assert.equal(await phone.comeBack(await world.simulator.approve(body.url)), `${world.url}/`);
      await world.pass(2 * hourMs, 60_000);
      await assertGone({ hash });
      assert.equal((await phone.account()).body.status, 'unlinked');
      assert.ok(!world.simulator.bindings().some(({ custIdMerchant, state }) => custIdMerchant === 'nita' && state === 'ACTIVE'));
    });

    test('is gone when an attempt to link comes to nothing', async () => {
      const rini = world.shopper('rini');
      await rini.link();
      const { 'the masked number': mask = '', 'the hash of the number': hash = '', 'the sealed code': code = '' } = await personalData(reading, rini, 'rini');
      const page = String((await reading.row('links', 'rini'))['page_url']);
      assert.ok((await reading.text()).includes(bytesOf(page)));
      await world.pass(2 * hourMs, 60_000);
      assert.equal((await rini.account()).body.status, 'unlinked');
      await assertGone({ mask, hash, code, page });
    });

    test('while linked, goes out of final payments after a month', async () => {
      const dewi = await linkedShopper(world, 'dewi');
      await payInFull(world, dewi, placeOrder(world, 'order-3'));
      const { 'the bank\'s page': page = '' } = await personalData(reading, dewi, 'dewi');
      await world.pass(retentionMs.shoppers - dayMs, dayMs);
      assert.ok((await reading.text()).includes(bytesOf(page)));
      await world.pass(2 * dayMs, dayMs);
      await assertGone({ page, goods: 'Kopi susu', browser: dewi.cookies.get('allo-device') ?? '' });
      const paymentId = String((await reading.row('payments', 'dewi'))['id']);
      assert.equal((await world.allo.refund(paymentId)).status, 'refunded', 'and it can still be refunded');
    });

    test('an idempotency key that is gone charges nobody a second time', async () => {
      const ayu = await linkedShopper(world, 'ayu');
      const key = randomUUID();
      const { body } = await ayu.pay(placeOrder(world, 'order-4'), key);
      await ayu.comeBack(await world.simulator.approve(body.action?.url ?? ''));
      await world.settled();
      const taken = world.taken();
      await world.pass(retentionMs.keys + dayMs, dayMs);
      assert.ok(!(await reading.text()).includes(key));
      const again = await ayu.pay('order-4', key);
      assert.deepEqual([again.body.paymentId, again.body.status], [body.paymentId, 'paid']);
      assert.equal(world.taken(), taken);
    });

    test('what was told goes after three months, and is not told again', async () => {
      const told = world.told().length;
      await world.pass(retentionMs.events + dayMs, dayMs);
      assert.ok(!(await reading.text()).includes('payment.paid'));
      assert.equal(world.told().length, told);
    });
  });
}

if (!('reason' in server)) after(() => server.close());
