import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertBooksAgree, assertLogKeepsSecrets, tamper } from './support/books.ts';
import { clientId, dokuKeys, merchantKeys } from './support/credentials.ts';
import { createDokuSender, jakartaTime, paymentNotice } from './support/doku.ts';
import type { DokuSender, HandmadeNotification } from './support/doku.ts';
import { createWorld, linkedShopper, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: World;
let budi: Shopper;
let doku: DokuSender;
let number = 0;

interface Open {
  paymentId: string;
  reference: string;
  /** The bank takes the money; its own notification is lost. */
  confirm(): Promise<unknown>;
}

/** A payment that is open at the bank, and of which DOKU says nothing by itself. */
async function openPayment(): Promise<Open> {
  const { paymentId, action } = (await budi.pay(placeOrder(world, `order-${(number += 1)}`))).body;
  const reference = world.ledger().payments.find(({ id }) => id === paymentId)?.reference ?? '';
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
  return { paymentId, reference, confirm: () => world.simulator.approve(action?.url ?? '') };
}

const statusOf = async ({ paymentId }: Open): Promise<string> => (await budi.payment(paymentId)).body.status;
const eventsOf = ({ paymentId }: Open): string[] => world.events.flatMap((event) => ('paymentId' in event && event.paymentId === paymentId ? [event.type] : []));
const notice = (reference: string, more: Parameters<typeof paymentNotice>[1] = {}): string => JSON.stringify(paymentNotice(reference, more));

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
  doku = createDokuSender(world.url, world.simulator.now);
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
  assertLogKeepsSecrets(world.log);
});
after(() => world.close());

describe('a forged or altered notification', () => {
  const forgeries: readonly [string, string, (body: string) => Partial<HandmadeNotification>][] = [
    ['signed with another key', 'signature', () => ({ secretKey: 'SK-SOMEBODYELSE00000000' })],
    ['whose amount was altered', 'signature', (body) => ({ body: body.replace('125000.00', '125000.01'), signedBody: body })],
    ['whose reference was altered by one letter', 'signature', (body) => ({ body: body.replace(/("originalPartnerReferenceNo":")./, '$1X'), signedBody: body })],
    ['with a byte after its end', 'format', (body) => ({ body: `${body}x` })],
    ['signed for another path', 'signature', () => ({ signedPath: '/allo/doku/notifications/binding' })],
    ['signed for the path without the mount', 'signature', () => ({ signedPath: '/doku/notifications/payment' })],
    ['whose signature is in lower case', 'signature', () => ({ headers: { 'x-signature': 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh==' } })],
    ['without a signature', 'signature', () => ({ headers: { 'x-signature': '' } })],
    ['with a token of nobody', 'token', () => ({ token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln' })],
    ['with an unsigned token', 'token', () => ({ token: `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.` })],
    ['without a token', 'token', () => ({ headers: { authorization: '' } })],
    ['of another partner', 'partner-id', () => ({ headers: { 'x-partner-id': 'BRN-0000-0000000000000' } })],
    // A token is good for its own quarter of an hour alone, so what is too old fails there already.
    ['from yesterday', 'token', () => ({ sentAt: world.simulator.now() - 14 * hourMs })],
    ['from the future', 'timestamp', () => ({ sentAt: world.simulator.now() + 6 * minuteMs })],
    ['that names a key twice', 'format', (body) => ({ body: body.replace('{', '{"latestTransactionStatus":"06",') })],
  ];

  for (const [name, check, forge] of forgeries) {
    test(`${name} is refused, changes nothing, and is logged by the check that failed`, async () => {
      const payment = await openPayment();
      const body = notice(payment.reference);
      const before = world.log.length;
      const answer = await doku.send({ body, token: await doku.token(), ...forge(body) });
      assert.equal(answer.status, 401);
      assert.match(answer.body.responseCode ?? '', /^40156/);
      assert.equal(await statusOf(payment), 'requires-action');
      const [line] = world.log.slice(before).filter(({ message }) => message === 'a notification was refused');
      assert.equal(line?.fields?.['check'], check);
      assert.equal(world.ledger().notifications.some(({ reference }) => reference === payment.reference), false);
    });
  }

  test('is answered the same, whatever is wrong with it', async () => {
    const { reference } = await openPayment();
    const body = notice(reference);
    const [key, path] = [await doku.send({ body, secretKey: 'SK-SOMEBODYELSE00000000' }), await doku.send({ body, signedPath: '/elsewhere' })];
    assert.deepEqual(key, path);
  });
});

describe('a token request', () => {
  /** As DOKU makes it, but for what the test says. */
  async function ask({ clientKey = clientId, timestamp = jakartaTime(world.simulator.now() - 250_000), key = dokuKeys.privateKey, body = '{"grantType":"client_credentials"}' } = {}): Promise<number> {
    const signature = createSign('RSA-SHA256').update(`${clientKey}|${timestamp}`).sign(key, 'base64');
    const headers = { 'content-type': 'application/json', 'x-client-key': clientKey, 'x-timestamp': timestamp, 'x-signature': signature };
    return (await fetch(`${world.url}/allo/doku/authorization/v1/access-token/b2b`, { method: 'POST', body, headers })).status;
  }
  const refusals = () => world.log.filter(({ message }) => message === 'a token request was refused').map(({ level, fields }) => [level, fields?.['kind'], fields?.['check']]);

  const forgeries: readonly [string, number, string, () => Parameters<typeof ask>[0]][] = [
    ['in another merchant\'s name', 401, 'client-key', () => ({ clientKey: 'BRN-0000-0000000000000' })],
    ['of another time', 401, 'timestamp', () => ({ timestamp: jakartaTime(world.simulator.now() - 5 * minuteMs - 1000) })],
    ['of no time', 400, 'timestamp', () => ({ timestamp: 'now' })],
    ['signed with another key, as all of DOKU\'s are where DOKU_PUBLIC_KEY is wrong', 401, 'signature', () => ({ key: merchantKeys.privateKey })],
    ['signed with another key at the edge of the time', 401, 'signature', () => ({ key: merchantKeys.privateKey, timestamp: jakartaTime(world.simulator.now() - 5 * minuteMs + 1000) })],
    ['that asks for something else', 400, 'format', () => ({ body: '{"grantType":"password"}' })],
  ];

  for (const [name, status, check, forge] of forgeries) {
    test(`${name} is refused, and logged once by the check that failed`, async () => {
      const before = refusals().length;
      assert.equal(await ask(forge()), status);
      assert.deepEqual(refusals().slice(before), [['warn', 'token', check]]);
    });
  }

  test('that DOKU makes is not logged; made again later, it is', async () => {
    const before = refusals().length;
    const timestamp = jakartaTime(world.simulator.now());
    assert.equal(await ask({ timestamp }), 200);
    assert.equal(refusals().length, before);
    await world.simulator.advance(minuteMs);
    assert.equal(await ask({ timestamp }), 401);
    assert.deepEqual(refusals().slice(before), [['warn', 'token', 'signature']]);
  });
});

describe('a genuine notification', () => {
  test('is believed, and a replay of it is harmless', async () => {
    const payment = await openPayment();
    await payment.confirm();
    const token = await doku.token();
    const same = { body: notice(payment.reference), token };
    for (let times = 0; times < 3; times += 1) assert.deepEqual((await doku.send(same)).body.responseCode, '2005600');
    assert.equal(await statusOf(payment), 'paid');
    await world.settled();
    assert.deepEqual(eventsOf(payment), ['payment.paid']);
    assert.equal(world.ledger().notifications.find(({ reference }) => reference === payment.reference)?.times, 3);
  });

  const spellings: readonly [string, (body: string) => string][] = [
    ['spaced JSON', (body) => JSON.stringify(JSON.parse(body), null, 2)],
    ['escaped letters', (body) => body.replace('Success', '\\u0053uccess').replaceAll('/', '\\/')],
    ['letters outside ASCII', (body) => body.replace('Success', 'Sukses ✓ é')],
    ['members in another order', (body) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).reverse()))],
    ['members nobody knows', (body) => body.replace('{', '{"__proto__":{"latestTransactionStatus":"06"},"constructor":1,"more":[{}],')],
  ];

  for (const [name, respell] of spellings) {
    test(`in ${name} is accepted, over the bytes as sent and over their compact form`, async () => {
      for (const sign of [(body: string) => body, (body: string) => JSON.stringify(JSON.parse(body))]) {
        const payment = await openPayment();
        await payment.confirm();
        const body = respell(notice(payment.reference));
        // JSON.parse takes `__proto__` for the prototype, which is not what was sent.
        const signedBody = name === 'members nobody knows' ? body : sign(body);
        assert.equal((await doku.send({ body, signedBody })).status, 200);
        assert.equal(await statusOf(payment), 'paid');
      }
    });
  }

  test('that is old is only a hint: what DOKU says now is believed', async () => {
    const payment = await openPayment();
    const token = await doku.token();
    const sentAt = world.simulator.now();
    await world.simulator.advance(hourMs);
    const old = { body: notice(payment.reference), token, sentAt };
    assert.equal((await doku.send(old)).status, 200);
    await world.settled();
    assert.notEqual(await statusOf(payment), 'paid', 'the bank session has run out meanwhile');
    assert.deepEqual(eventsOf(payment), ['payment.failed']);
  });

  test('that is old, and of which DOKU cannot be asked, is not acknowledged, so that it comes again', async () => {
    const payment = await openPayment();
    await payment.confirm();
    const token = await doku.token();
    const sentAt = world.simulator.now();
    await world.simulator.advance(hourMs);
    world.simulator.faults.set({ down: 'drop' });
    const old = { body: notice(payment.reference), token, sentAt };
    assert.equal((await doku.send(old)).status, 500);
    world.simulator.faults.clear();
    assert.equal((await doku.send(old)).status, 200);
    assert.equal(await statusOf(payment), 'paid');
  });

  test('of a payment nobody knows is kept, logged, and not acknowledged', async () => {
    const reference = 'A'.repeat(32);
    const answer = await doku.send({ body: notice(reference) });
    assert.deepEqual([answer.status, answer.body.responseCode], [404, '4045601']);
    assert.equal(world.ledger().notifications.find((record) => record.reference === reference)?.matched, 0);
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.includes('not in the ledger')));
  });

  for (const [name, body, code] of [
    ['no object', '[]', '4015600'],
    ['no JSON', 'paid', '4015600'],
    ['no reference', '{"latestTransactionStatus":"00","amount":{"value":"1.00","currency":"IDR"}}', '4005602'],
    ['a status nobody knows', JSON.stringify({ ...paymentNotice('B'.repeat(32)), latestTransactionStatus: '99' }), '4005601'],
    ['an amount that is a number', JSON.stringify({ ...paymentNotice('B'.repeat(32)), amount: 125_000 }), '4005601'],
    ['an amount in exponents', JSON.stringify(paymentNotice('B'.repeat(32), { value: '1e5' })), '4005601'],
    ['a reference that is a list', JSON.stringify({ ...paymentNotice('B'.repeat(32)), originalPartnerReferenceNo: ['B'] }), '4005601'],
  ] as const) {
    test(`with ${name} is refused in SNAP form and changes nothing`, async () => {
      const answer = await doku.send({ body });
      assert.equal(answer.body.responseCode, code);
      assert.equal(answer.status, Number(code.slice(0, 3)));
    });
  }

  test('says nothing about whose payment it is: another customer in it is not looked at', async () => {
    const payment = await openPayment();
    await payment.confirm();
    const body = JSON.stringify({ ...paymentNotice(payment.reference), additionalInfo: { custIdMerchant: 'siti', channel: 'X' } });
    assert.equal((await doku.send({ body })).status, 200);
    await world.settled();
    assert.equal(world.events.find((event) => 'paymentId' in event && event.paymentId === payment.paymentId)?.customerId, 'budi');
  });
});

describe('the acknowledgement', () => {
  for (const table of ['notifications', 'payments', 'events', 'audit'] as const) {
    test(`is not given while the table of ${table} cannot be written, and the notification works when it comes again`, async () => {
      const payment = await openPayment();
      await payment.confirm();
      const moment = table === 'payments' ? 'UPDATE' : 'INSERT';
      tamper(world.databasePath, `CREATE TRIGGER full BEFORE ${moment} ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      const refused = await doku.send({ body: notice(payment.reference) });
      assert.deepEqual([refused.status, refused.body.responseCode], [503, '5035600']);
      assert.match(String(world.log.findLast(({ message }) => message.startsWith('a notification could not be taken'))?.fields?.['error']), /disk full/);
      tamper(world.databasePath, 'DROP TRIGGER full');
      assert.equal(await statusOf(payment) === 'paid', false);
      assert.equal((await doku.send({ body: notice(payment.reference) })).status, 200);
      await world.settled();
      assert.deepEqual(eventsOf(payment), ['payment.paid']);
    });
  }

  test('carries a timestamp, and the service code of its kind', async () => {
    const body = JSON.stringify({ originalExternalId: '1'.repeat(20), additionalInfo: { status: 'SUCCESS', custIdMerchant: 'x', authCode: 'y' } });
    const answer = await doku.send({ kind: 'binding', body });
    assert.deepEqual([answer.status, answer.body.responseCode], [404, '4040701']);
  });
});

describe("what does not come as far as DOKU's routes", () => {
  const services = [['token', '73', '/doku/authorization/v1/access-token/b2b'], ['payment', '56', '/doku/notifications/payment'], ['binding', '07', '/doku/notifications/binding']] as const;

  async function assertSnap(asked: Promise<Response>, responseCode: string): Promise<Headers> {
    const answer = await asked;
    const { status, headers } = answer;
    const json = await answer.json() as Record<string, unknown>;
    assert.equal(status, Number(responseCode.slice(0, 3)));
    assert.equal(headers.get('content-type'), 'application/json');
    assert.match(headers.get('x-timestamp') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/);
    assert.deepEqual(Object.keys(json), ['responseCode', 'responseMessage']);
    assert.equal(json['responseCode'], responseCode);
    return headers;
  }

  for (const [name, service, path] of services) {
    test(`is answered in SNAP's form, too: ${name}`, async () => {
      const url = `${world.url}/allo${path}`;
      await assertSnap(fetch(url, { method: 'POST', body: 'x'.repeat(65 * 1024) }), `413${service}00`);
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) assert.equal((await assertSnap(fetch(url, { method }), `405${service}01`)).get('allow'), 'POST');
      const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
      await assertSnap(world.allo.handler(new Request(url, { method: 'POST', body: broken, duplex: 'half' } as RequestInit)), `400${service}00`);
    });
  }

  test('has the form of a payment where there is no route', async () => {
    for (const path of ['', '/', '/nothing', '/notifications/payment/', '/notifications/refund']) {
      for (const method of ['GET', 'POST']) await assertSnap(fetch(`${world.url}/allo/doku${path}`, { method }), '4045600');
    }
  });

  test('says no more where we are at fault', async () => {
    const request = new Request(`${world.url}/allo/doku/authorization/v1/access-token/b2b`, { method: 'POST' });
    const get = (name: string): string | null => (name === 'x-client-key' ? assert.fail('SELECT * FROM secrets') : null);
    Object.defineProperty(request, 'headers', { value: { has: () => false, get } });
    await assertSnap(world.allo.handler(request), '5007300');
    assert.ok(world.log.some(({ level, message, fields }) => level === 'error' && message === 'request failed' && String(fields?.['error']).includes('SELECT')));
  });
});
