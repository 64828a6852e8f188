import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { AlloOptions } from '../../packages/server/src/allo.ts';
import { bareAddress, visitorOf } from '../../packages/server/src/routes/address.ts';
import { identifyDevice, identifyVisitor } from '../../packages/server/src/routes/device.ts';
import { assertBooksAgree } from './support/books.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { createWorld, linkAccount, linkedShopper, phoneOf, placeOrder } from './support/world.ts';
import type { Answer, Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: World;
let number = 0;
const fresh = (name: string): string => `${name}-${(number += 1)}`;

before(async () => {
  world = await createWorld({ allo: { limits: {}, trustedProxies: 1 }, simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
});
afterEach(() => {
  world.simulator.faults.clear();
  assertBooksAgree(world);
});
after(() => world.close());

const asked = (operation: string): number => world.simulator.requests().filter((request) => request.operation === operation).length;

/** Begins to link, as somebody whose address the shop's own proxy tells. */
const linkFrom = (shopper: Shopper, phone: string, address?: string): Promise<Answer<object>> =>
  shopper.post('/account/link', { phone, returnTo: '/shop' }, address === undefined ? {} : { 'x-forwarded-for': address });

/** What was refused says when it may be asked again, and had no effect at the bank or in the ledger. */
async function assertLimited(work: () => Promise<Answer<object>>): Promise<number> {
  const before = { rows: world.ledger().links.length + world.ledger().payments.length, calls: world.simulator.requests().length };
  const { status, headers, body } = await work();
  assert.equal(status, 429);
  assert.partialDeepStrictEqual(body, { code: 'RATE_LIMITED', status: 429, retryable: true });
  assert.deepEqual({ rows: world.ledger().links.length + world.ledger().payments.length, calls: world.simulator.requests().length }, before);
  const seconds = Number(headers.get('retry-after'));
  assert.ok(Number.isInteger(seconds) && seconds > 0);
  return seconds;
}

describe('starting to link', () => {
  test('three times an hour for a customer, then again exactly when the answer says', async () => {
    const ayu = world.shopper(fresh('ayu'));
    for (let time = 0; time < 3; time += 1) assert.equal((await ayu.link(phoneOf(fresh('ayu')))).status, 201);
    const seconds = await assertLimited(() => ayu.link(phoneOf(fresh('ayu'))));
    await world.simulator.advance((seconds - 1) * 1000);
    await assertLimited(() => ayu.link(phoneOf(fresh('ayu'))));
    await world.simulator.advance(1000);
    assert.equal((await ayu.link(phoneOf(fresh('ayu')))).status, 201);
  });

  test('one phone is rung five times a day, whoever asks', async () => {
    const phone = phoneOf(fresh('citra'));
    for (let time = 0; time < 5; time += 1) assert.equal((await world.shopper(fresh('stranger')).link(phone)).status, 201);
    const rung = asked('binding');
    for (let time = 0; time < 20; time += 1) await assertLimited(() => world.shopper(fresh('stranger')).link(phone));
    await world.pass(23 * hourMs, 2 * hourMs);
    await assertLimited(() => world.shopper(fresh('stranger')).link(phone.replace(/^0/, '+62')));
    assert.equal(asked('binding'), rung);
    await world.pass(hourMs + 1);
    assert.equal((await world.shopper(fresh('stranger')).link(phone)).status, 201);
  });

  test('ten times an hour from one address, and one subscriber’s IPv6 network is one address', async () => {
    const start = (address: string) => linkFrom(world.shopper(fresh('guest')), phoneOf(fresh('guest')), address);
    for (let time = 0; time < 10; time += 1) assert.equal((await start('203.0.113.7')).status, 201);
    await assertLimited(() => start('203.0.113.7'));
    await assertLimited(() => start('::ffff:203.0.113.7'));
    assert.equal((await start('203.0.113.8')).status, 201);
    for (let time = 0; time < 10; time += 1) assert.equal((await start(`2001:db8:1:2::${time}`)).status, 201);
    await assertLimited(() => start('2001:0db8:0001:0002:ffff::1'));
    assert.equal((await start('2001:db8:1:3::1')).status, 201);
  });

  test('an address that a visitor made up before the proxy’s own is not believed', async () => {
    const start = (claimed: string) => linkFrom(world.shopper(fresh('guest')), phoneOf(fresh('guest')), `${claimed}, 203.0.113.20`);
    for (let time = 0; time < 10; time += 1) assert.equal((await start(`198.51.100.${time}`)).status, 201);
    await assertLimited(() => start('198.51.100.99'));
  });

  test('an address is the same with its port, in brackets and in quotes', async () => {
    const start = (address: string) => linkFrom(world.shopper(fresh('guest')), phoneOf(fresh('guest')), address);
    for (let time = 0; time < 10; time += 1) assert.equal((await start(`203.0.113.30:${40_000 + time}`)).status, 201);
    for (const written of ['203.0.113.30', '203.0.113.30:1', '"203.0.113.30:2"', '[::ffff:203.0.113.30]:3']) await assertLimited(() => start(written));
    for (let time = 0; time < 10; time += 1) assert.equal((await start(`"[2001:db8:7:7::${time}]:${40_000 + time}"`)).status, 201);
    for (const written of ['2001:db8:7:7::99', '[2001:db8:7:7::99]', '[2001:db8:7:7::99]:443', '"[2001:db8:7:7::99]"']) await assertLimited(() => start(written));
  });

  test('all visitors behind a proxy that nobody told us of are not one visitor', async () => {
    const start = () => linkFrom(world.shopper(fresh('guest')), phoneOf(fresh('guest')), '10.1.2.3');
    for (let time = 0; time < 12; time += 1) assert.equal((await start()).status, 201);
  });

  test('asking again for the page that is open already is no new start', async () => {
    const dewi = world.shopper(fresh('dewi'));
    const pages = new Set<string>();
    for (let time = 0; time < 8; time += 1) pages.add((await dewi.link()).body.url);
    assert.equal(pages.size, 1);
  });

  test('a refusal under one limit uses up no place under another', async () => {
    const eka = world.shopper(fresh('eka'));
    for (let time = 0; time < 3; time += 1) assert.equal((await eka.link(phoneOf(fresh('eka')))).status, 201);
    const phone = phoneOf(fresh('eka'));
    for (let time = 0; time < 6; time += 1) await assertLimited(() => eka.link(phone));
    assert.equal((await world.shopper(fresh('eka')).link(phone)).status, 201);
  });

  test('a start that the bank never heard of does not count', async () => {
    const fitri = world.shopper(fresh('fitri'));
    world.simulator.faults.add({ on: 'b2b', effect: 'error-before-commit' });
    await world.pass(16 * minuteMs);
    for (let time = 0; time < 4; time += 1) assert.equal((await fitri.link()).body.code, 'BANK_UNAVAILABLE');
    world.simulator.faults.clear();
    assert.equal((await fitri.link()).status, 201);
  });

  test('in all, whoever asks, so many an hour; the log says so', async () => {
    await world.restart({ limits: { linksInAll: { count: 2, perSeconds: 3600 } } });
    for (let time = 0; time < 2; time += 1) assert.equal((await world.shopper(fresh('guest')).link()).status, 201);
    await assertLimited(() => world.shopper(fresh('guest')).link());
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.startsWith('links are refused')));
    await world.restart();
  });

  test('tells each client how its own limits stand, and nothing of others', async () => {
    const hana = world.shopper(fresh('hana'));
    const phone = phoneOf(fresh('hana'));
    for (const left of [2, 1, 0]) {
      const { headers } = await linkFrom(hana, phoneOf(fresh('hana')), '203.0.113.77');
      assert.equal(headers.get('ratelimit-policy'), '"links-per-customer";q=3;w=3600, "links-per-address";q=10;w=3600');
      assert.equal(headers.get('ratelimit'), `"links-per-customer";r=${left};t=${3600 - (2 - left) * 60}, "links-per-address";r=${left + 7};t=${3600 - (2 - left) * 60}`);
      await world.simulator.advance(minuteMs);
    }
    const refused = await linkFrom(hana, phone, '203.0.113.77');
    assert.deepEqual([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit')?.split(',')[0]], [429, '3420', '"links-per-customer";r=0;t=3420']);
    assert.equal((await hana.account()).headers.get('ratelimit'), null, 'what is not limited says nothing of limits');
    assert.equal((await hana.balance()).headers.get('ratelimit'), '"balances-per-customer";r=10;t=0');
    assert.equal((await hana.pay(fresh('no-such-order'))).headers.get('ratelimit-policy'), '"payments-per-customer";q=5;w=60');
  });

  test('who is linked is told so, however often', async () => {
    const gita = world.shopper(fresh('gita'));
    await linkAccount(world, gita);
    for (let time = 0; time < 5; time += 1) assert.equal((await gita.link()).body.code, 'ALREADY_LINKED');
  });
});

describe('asking for the balance', () => {
  test('is one inquiry for as many as ask within five seconds, and a new one after', async () => {
    const hana = await linkedShopper(world, fresh('hana'));
    const before = asked('balance');
    const answers = await Promise.all(Array.from({ length: 12 }, () => hana.balance()));
    assert.equal(new Set(answers.map(({ status, body }) => `${status} ${body.asOf}`)).size, 1);
    assert.equal(asked('balance'), before + 1);
    await world.simulator.advance(5_000);
    await hana.balance();
    assert.equal(asked('balance'), before + 2);
  });

  test('is never answered with another customer’s', async () => {
    const [indah, joko] = [await linkedShopper(world, fresh('indah')), await linkedShopper(world, fresh('joko'))];
    const before = asked('balance');
    await Promise.all([indah.balance(), joko.balance()]);
    assert.equal(asked('balance'), before + 2);
  });

  test('is an inquiry again once the account was unlinked and linked anew', async () => {
    const kartika = await linkedShopper(world, fresh('kartika'));
    await kartika.balance();
    await kartika.unlink();
    assert.equal((await kartika.balance()).body.code, 'NOT_LINKED');
    await linkAccount(world, kartika);
    const before = asked('balance');
    await kartika.balance();
    assert.equal(asked('balance'), before + 1);
  });

  test('shows at once what a payment took', async () => {
    const lestari = await linkedShopper(world, fresh('lestari'));
    const available = async (): Promise<number> => Number((await lestari.balance()).body.instruments[0]?.available.value);
    const held = await available();
    const { body } = await lestari.pay(placeOrder(world, fresh('order'), '10000.00'));
    await world.simulator.approve(body.action?.url ?? '');
    await world.settled();
    assert.equal(await available(), held - 10_000);
  });

  test('after a failure asks the bank again', async () => {
    const maya = await linkedShopper(world, fresh('maya'));
    world.simulator.faults.add({ on: 'balance', effect: 'error-before-commit', times: 1 });
    assert.equal((await maya.balance()).body.code, 'BANK_UNAVAILABLE');
    assert.equal((await maya.balance()).status, 200);
  });

  test('ten inquiries a minute for a customer', async () => {
    const nadia = await linkedShopper(world, fresh('nadia'));
    for (let time = 0; time < 10; time += 1) {
      assert.equal((await nadia.balance()).status, 200);
      await world.simulator.advance(5_000);
    }
    assert.equal(await assertLimited(() => nadia.balance()), 10);
    await world.simulator.advance(10_000);
    assert.equal((await nadia.balance()).status, 200);
  });

  test('an inquiry that the bank never heard of does not count, however often it is away', async () => {
    const [olga, puspa] = [await linkedShopper(world, fresh('olga')), await linkedShopper(world, fresh('puspa'))];
    world.simulator.faults.add({ on: 'balance', effect: 'error-before-commit' });
    for (let time = 0; time < 5; time += 1) assert.equal((await olga.balance()).body.code, 'BANK_UNAVAILABLE');
    const before = asked('balance');
    for (let time = 0; time < 15; time += 1) assert.equal((await puspa.balance()).body.code, 'BANK_UNAVAILABLE');
    assert.equal(asked('balance'), before);
    world.simulator.faults.clear();
    await world.simulator.advance(1_000);
    const { status, headers } = await puspa.balance();
    assert.deepEqual([status, headers.get('ratelimit')], [200, '"balances-per-customer";r=9;t=60']);
    assert.equal((await olga.balance()).headers.get('ratelimit'), '"balances-per-customer";r=4;t=59', 'hers were sent');
  });
});

describe('paying', () => {
  test('five new payments a minute for a customer; the sixth is not begun and its key stays good', async () => {
    const oki = await linkedShopper(world, fresh('oki'));
    for (let time = 0; time < 5; time += 1) assert.equal((await oki.pay(placeOrder(world, fresh('order')))).status, 201);
    const [order, key] = [placeOrder(world, fresh('order')), randomUUID()];
    const seconds = await assertLimited(() => oki.pay(order, key));
    await world.simulator.advance(seconds * 1000);
    assert.equal((await oki.pay(order, key)).status, 201);
    assert.equal((await oki.pay(placeOrder(world, fresh('order')), key)).body.code, 'IDEMPOTENCY_KEY_REUSED');
  });

  test('asking again under the same key is no new payment, and is answered also when the places are gone', async () => {
    const putri = await linkedShopper(world, fresh('putri'));
    const [order, key] = [placeOrder(world, fresh('order')), randomUUID()];
    const { paymentId } = (await putri.pay(order, key)).body;
    for (let time = 0; time < 8; time += 1) assert.equal((await putri.pay(order, key)).body.paymentId, paymentId);
    for (let time = 0; time < 4; time += 1) await putri.pay(placeOrder(world, fresh('order')));
    await assertLimited(() => putri.pay(placeOrder(world, fresh('order'))));
    assert.equal((await putri.pay(order, key)).body.paymentId, paymentId);
  });

  test('a second tab that meets the order’s own payment uses up no place', async () => {
    const ratna = await linkedShopper(world, fresh('ratna'));
    const order = placeOrder(world, fresh('order'));
    const { paymentId } = (await ratna.pay(order)).body;
    for (let time = 0; time < 8; time += 1) assert.equal((await ratna.pay(order)).body.paymentId, paymentId);
    for (let time = 0; time < 4; time += 1) assert.equal((await ratna.pay(placeOrder(world, fresh('order')))).status, 201);
  });

  test('sixty new keys a minute, also for an order whose payment stands; one more is not kept, and those that were are answered', async () => {
    const salma = await linkedShopper(world, fresh('salma'));
    const [order, first, last] = [placeOrder(world, fresh('order')), randomUUID(), randomUUID()];
    const { paymentId } = (await salma.pay(order, first)).body;
    for (let key = 2; key <= 60; key += 1) assert.equal((await salma.pay(order)).body.paymentId, paymentId);
    const seconds = await assertLimited(() => salma.pay(order, last));
    assert.equal((await salma.pay(order, first)).body.paymentId, paymentId);
    await world.simulator.advance(seconds * 1000);
    assert.equal((await salma.pay(placeOrder(world, fresh('order')), last)).status, 201, 'the refused key was good for anything');
  });

  test('a burst of fifty begins five', async () => {
    const sari = await linkedShopper(world, fresh('sari'));
    const orders = Array.from({ length: 50 }, () => placeOrder(world, fresh('order')));
    const before = asked('payment');
    const statuses = await Promise.all(orders.map(async (order) => (await sari.pay(order)).status));
    assert.deepEqual([201, 429].map((status) => statuses.filter((one) => one === status).length), [5, 45]);
    assert.equal(asked('payment'), before + 5);
  });

  test('one customer’s haste is not another’s', async () => {
    const [tari, umar] = [await linkedShopper(world, fresh('tari')), await linkedShopper(world, fresh('umar'))];
    for (let time = 0; time < 5; time += 1) await tari.pay(placeOrder(world, fresh('order')));
    assert.equal((await umar.pay(placeOrder(world, fresh('order')))).status, 201);
  });
});

describe('DOKU’s side', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const forgeToken = (address: string): Promise<Response> => fetch(`${world.url}/allo/doku/authorization/v1/access-token/b2b`, {
    method: 'POST', body: '{"grantType":"client_credentials"}', headers: { 'content-type': 'application/json', ...from(address) },
  });

  test('the token endpoint refuses an address ten times a minute in earnest, and then in short and without a word in the log', async () => {
    const logged = () => world.log.filter(({ message }) => message === 'a token request was refused').length;
    const before = logged();
    for (let time = 0; time < 10; time += 1) assert.equal((await forgeToken('203.0.113.50')).status, 401);
    const refused = await forgeToken('203.0.113.50');
    assert.equal(refused.status, 429);
    assert.equal(((await refused.json()) as { responseCode: string }).responseCode, '4297300');
    assert.equal(refused.headers.get('retry-after'), '60');
    assert.equal(logged(), before + 10);
    assert.equal((await forgeToken('203.0.113.51')).status, 401);
  });

  test('refused notifications of one address get 429 after ten, and fill no log', async () => {
    const doku = createDokuSender(world.url, world.simulator.now);
    const token = await doku.token();
    const forge = () => doku.send({ body: JSON.stringify(paymentNotice('nobody')), token, secretKey: 'SK-SOMEBODYELSE00000000', headers: from('203.0.113.60') });
    const logged = () => world.log.filter(({ message }) => message === 'a notification was refused').length;
    const before = logged();
    for (let time = 0; time < 10; time += 1) assert.equal((await forge()).status, 401);
    for (let time = 0; time < 30; time += 1) {
      const { status, body } = await forge();
      assert.deepEqual([status, body.responseCode], [429, '4295600']);
    }
    assert.equal(logged(), before + 10);
  });

  test('what DOKU signed is taken, also from an address whose places others have used up', async () => {
    const vina = await linkedShopper(world, fresh('vina'));
    const doku = createDokuSender(world.url, world.simulator.now);
    const token = await doku.token();
    const { body } = await vina.pay(placeOrder(world, fresh('order')));
    const reference = world.ledger().payments.find(({ id }) => id === body.paymentId)?.reference ?? '';
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await world.simulator.approve(body.action?.url ?? '');
    for (let time = 0; time < 12; time += 1) await doku.send({ body: '{}', token, secretKey: 'SK-SOMEBODYELSE00000000', headers: from('203.0.113.70') });
    const genuine = await doku.send({ body: JSON.stringify(paymentNotice(reference)), token, headers: from('203.0.113.70') });
    assert.equal(genuine.status, 200);
    assert.equal((await vina.payment(body.paymentId)).body.status, 'paid');
  });
});

describe('the option `limits`', () => {
  const refuses = (limits: unknown, message: RegExp): void => {
    assert.throws(() => createAllo({ ...world.alloOptions, limits: limits as AlloOptions['limits'] }), { name: 'TypeError', message });
  };

  test('names what is wrong with it', () => {
    refuses({ linksPerMoon: 'off' }, /limits\.linksPerMoon is not known/);
    refuses({ linksPerPhone: { count: 0, perSeconds: 60 } }, /limits\.linksPerPhone is not right/);
    refuses({ paymentsPerCustomer: { count: 2.5, perSeconds: 60 } }, /limits\.paymentsPerCustomer is not right/);
  });

  test('changes one limit and switches another off', async () => {
    const other = await createWorld({ allo: { limits: { paymentsPerCustomer: { count: 1, perSeconds: 30 }, linksPerCustomer: 'off' } } });
    const wati = other.shopper('wati');
    for (let time = 0; time < 5; time += 1) assert.equal((await wati.link(phoneOf(fresh('wati')))).status, 201);
    await linkAccount(other, wati);
    assert.equal((await wati.pay(placeOrder(other, 'one'))).status, 201);
    const { status, headers } = await wati.pay(placeOrder(other, 'two'));
    assert.deepEqual([status, headers.get('retry-after')], [429, '30']);
    await other.close();
  });
});

test('an address counts as a visitor only if it is one', () => {
  const nobodies = [undefined, '', 'unknown', '127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.9', '172.20.1.1', '192.168.1.5', '169.254.1.1', '100.64.0.10', 'fd00::1', 'fe80::1', '203.0.113.7:1234'];
  assert.deepEqual(nobodies.filter((address) => visitorOf(address) !== undefined), []);
  assert.deepEqual(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2400:cb00:1::1'].map(visitorOf), ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2400:cb00:1:0::/64']);
});

test('visitors whose IPv4 address a translator wrote into IPv6 are visitors of their own, and the same as without it', () => {
  const written = {
    '64:ff9b::203.0.113.7': '203.0.113.7', '64:ff9b::cb00:7107': '203.0.113.7', '64:FF9B:0:0:0:0:198.51.100.20': '198.51.100.20', '64:ff9b::8.0.0.1': '8.0.0.1',
    '64:ff9b::10.0.0.9': undefined, '64:ff9b::': undefined,
    '64:ff9b:1::203.0.113.7': '64:ff9b:1:0::/64', '64:ff9b::1:203.0.113.7': '64:ff9b:0:0::/64', '64:ff9c::203.0.113.7': '64:ff9c:0:0::/64', '2001:db8::203.0.113.7': '2001:db8:0:0::/64',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(written).map((each) => [each, visitorOf(each)])), written);
});

test('what proxies write around an address is not the address', () => {
  const written = {
    '203.0.113.9': '203.0.113.9', '203.0.113.9:4711': '203.0.113.9', '"203.0.113.9"': '203.0.113.9', '"203.0.113.9:4711"': '203.0.113.9',
    '2001:db8::1': '2001:db8::1', '[2001:db8::1]': '2001:db8::1', '[2001:db8::1]:443': '2001:db8::1', '"[2001:db8::1]"': '2001:db8::1', '"[2001:db8::1]:443"': '2001:db8::1',
    '"2001:db8::1"': '2001:db8::1', '::ffff:203.0.113.9': '::ffff:203.0.113.9', unknown: 'unknown', '': '', '"': '"', '""': '', '[]:1': '', '203.0.113.9:': '203.0.113.9:', '203.0.113.9:x': '203.0.113.9:x',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(written).map((each) => [each, bareAddress(each)])), written);
});

test('the bank and the limits are told the address that the proxy wrote, however it wrote it', () => {
  const options = { secure: true, trustedProxies: 1, newId: () => '0'.repeat(32) };
  const seen = (forwarded: string) => {
    const request = new Request('https://shop.example/', { headers: { 'x-forwarded-for': `198.51.100.7:1, ${forwarded}` } });
    return [identifyDevice(request, { ip: '10.0.0.9' }, options).device.ipAddress, identifyVisitor(request, { ip: '10.0.0.9' }, options)];
  };
  assert.deepEqual(seen('203.0.113.99:4711'), ['203.0.113.99', '203.0.113.99']);
  assert.deepEqual(seen('"[2001:db8::1]:443"'), ['100.64.0.10', '2001:db8:0:0::/64']);
  assert.deepEqual(seen('10.0.0.7:4711'), ['100.64.0.10', undefined]);
});
