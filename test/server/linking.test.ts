import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertNothingOpen } from './support/books.ts';
import { createWorld, linkAccount, linkedShopper, phoneOf, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;

let world: World;
let number = 0;

/** A customer nobody has seen yet. */
const newcomer = (): { id: string; shopper: Shopper } => {
  const id = `customer-${(number += 1)}`;
  return { id, shopper: world.shopper(id) };
};
const stateOf = (customerId: string): string | undefined => world.ledger().links.filter(({ customer_id }) => customer_id === customerId).at(-1)?.state;
const linkedAtBank = (customerId: string): boolean => world.simulator.bindings().some((binding) => binding.custIdMerchant === customerId && binding.state === 'ACTIVE');
const toldOf = (id: string): string[] => world.events.filter(({ customerId }) => customerId === id).map(({ type }) => type);
const away = (): void => world.simulator.faults.set({ down: 'drop' });

/** Begins to link, and answers the ways back as well: who begins can find them on the bank's page. */
async function overhear(shopper: Shopper, phone?: string): Promise<{ url: string; successUrl: string; failedUrl: string }> {
  const sent: string[] = [];
  await world.restart({ fetch: (input, init) => {
    sent.push(Buffer.from((init?.body ?? '') as Uint8Array).toString());
    return fetch(input, init);
  } });
  const { url } = (await shopper.link(phone)).body;
  await world.restart();
  const [successUrl = '', failedUrl = ''] = ['success', 'failed'].map((name) => new RegExp(`"${name}RegistrationUrl":"([^"]+)"`).exec(sent.join())?.[1]);
  return { url, successUrl, failedUrl };
}

before(async () => {
  world = await createWorld();
});
afterEach(() => world.simulator.faults.clear());
after(() => world.close());

describe('what the shopper does at the bank', () => {
  test('OTP and PIN link the account', async () => {
    const { id, shopper } = newcomer();
    const { url } = (await shopper.link()).body;
    assert.equal((await shopper.account()).body.status, 'linking');
    assert.equal(await shopper.fillIn(url, { otp: '123456' }), undefined);
    const back = await shopper.fillIn(url, { pin: '111111' });
    assert.equal(await shopper.comeBack(back ?? ''), `${world.url}/shop`);
    await until(async () => (await shopper.account()).body.status === 'linked');
    assert.deepEqual(toldOf(id), ['account.linked']);
  });

  test('three wrong OTPs: not linked, with a reason, and the next attempt works', async () => {
    const { shopper } = newcomer();
    const { url } = (await shopper.link()).body;
    await shopper.fillIn(url, { otp: '000001' });
    await shopper.fillIn(url, { otp: '000002' });
    const back = await shopper.fillIn(url, { otp: '000003' });
    await shopper.comeBack(back ?? '');
    await until(async () => (await shopper.account()).body.status === 'unlinked');
    assert.equal((await shopper.account()).body.lastFailure, 'not-completed');
    await linkAccount(world, shopper);
  });

  test('a cancelled page: not linked, even if no notification comes', async () => {
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    const { shopper } = newcomer();
    const { url } = (await shopper.link()).body;
    const back = await shopper.fillIn(url, { action: 'cancel' });
    await shopper.comeBack(back ?? '');
    const { status, lastFailure } = (await shopper.account()).body;
    assert.deepEqual({ status, lastFailure }, { status: 'unlinked', lastFailure: 'not-completed' });
  });

  test('a page nobody finishes expires', async () => {
    const { id, shopper } = newcomer();
    await shopper.link();
    await world.pass(8 * minuteMs, minuteMs);
    const { status, lastFailure } = (await shopper.account()).body;
    assert.deepEqual({ status, lastFailure }, { status: 'unlinked', lastFailure: 'expired' });
    assert.deepEqual(toldOf(id), []);
    assertNothingOpen(world.databasePath);
  });

  test('a shopper who never comes back is linked all the same', async () => {
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    const { shopper } = newcomer();
    await world.simulator.approve((await shopper.link()).body.url);
    await world.pass(2 * minuteMs, minuteMs);
    assert.equal((await shopper.account()).body.status, 'linked');
  });

  test('clicking again while the page is open answers the same page; two tabs at once make one link', async () => {
    const { id, shopper } = newcomer();
    const first = (await shopper.link()).body;
    assert.deepEqual((await shopper.link()).body, first);
    const other = newcomer();
    const tabs = await Promise.all([other.shopper.link(), other.shopper.link()]);
    assert.ok(tabs.some(({ status }) => status === 201));
    assert.equal(world.ledger().links.filter(({ customer_id, state }) => customer_id === other.id && state === 'redirected').length, 1);
    assert.equal(stateOf(id), 'redirected');
    await world.pass(8 * minuteMs, minuteMs);
  });

  test('an account that is linked already is not linked twice', async () => {
    const { id } = newcomer();
    const shopper = await linkedShopper(world, id);
    const { status, body } = await shopper.link();
    assert.deepEqual({ status, code: body.code }, { status: 409, code: 'ALREADY_LINKED' });
  });

  test('a number that is no Indonesian mobile number is refused before the bank is asked', async () => {
    const { shopper } = newcomer();
    const asked = world.simulator.requests().length;
    for (const phone of ['12345', '+1 202 555 0100', 'x'.repeat(20), '08']) assert.equal((await shopper.link(phone)).body.code, 'INVALID_PHONE');
    assert.equal((await shopper.link('')).body.code, 'PHONE_REQUIRED');
    assert.equal(world.simulator.requests().length, asked);
  });
});

describe('conflicts and outages', () => {
  test('a phone that another customer has linked is a conflict, and says nothing of that customer', async () => {
    const holder = newcomer();
    await linkedShopper(world, holder.id);
    const { id, shopper } = newcomer();
    const { status, body } = await shopper.link(phoneOf(holder.id));
    assert.deepEqual({ status, code: body.code }, { status: 409, code: 'ACCOUNT_CONFLICT' });
    assert.ok(!JSON.stringify(body).includes(holder.id));
    assert.equal((await shopper.account()).body.lastFailure, 'conflict');
    assert.equal(linkedAtBank(id), false);
  });

  test('a bank that is away: 503, and the next attempt works', async () => {
    const { shopper } = newcomer();
    away();
    const { status, body } = await shopper.link();
    assert.deepEqual({ status, code: body.code, retryable: body.retryable }, { status: 503, code: 'BANK_UNAVAILABLE', retryable: true });
    assert.equal((await shopper.account()).body.lastFailure, 'unavailable');
    world.simulator.faults.clear();
    await linkAccount(world, shopper);
  });

  test('a bank that is away when the shopper comes back: confirmed later, by itself', async () => {
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    const { shopper } = newcomer();
    const back = await world.simulator.approve((await shopper.link()).body.url);
    away();
    await shopper.comeBack(back);
    assert.equal((await shopper.account()).body.status, 'linking');
    await world.pass(2 * minuteMs, minuteMs / 6);
    world.simulator.faults.clear();
    await world.pass(2 * minuteMs, minuteMs / 6);
    assert.equal((await shopper.account()).body.status, 'linked');
  });

  test('a bank that says of a cancelled page only that something is wrong with the question: another attempt can be made once that page is long closed', async () => {
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    const { shopper } = newcomer();
    const back = await shopper.fillIn((await shopper.link()).body.url, { action: 'cancel' });
    world.simulator.faults.add({ on: 'b2b2c', effect: 'answer-before-commit', responseCode: '4037400', responseMessage: 'Transaction Expired' });
    await shopper.comeBack(back ?? '');
    assert.equal((await shopper.link()).body.code, 'BANK_UNAVAILABLE', 'it may yet turn out to be linked');
    await world.pass(8 * minuteMs, minuteMs / 6);
    assert.equal((await shopper.link()).status, 201);
    world.simulator.faults.clear();
    await world.pass(90 * minuteMs, minuteMs);
    assertNothingOpen(world.databasePath);
  });

  for (const [name, fault] of [
    ['lost', { on: 'binding', effect: 'missing', times: 1 }],
    ['late', { on: 'binding', effect: 'late', delayMs: 3 * minuteMs, times: 1 }],
    ['sent twice', { on: 'binding', effect: 'duplicate', times: 1 }],
  ] as const) {
    test(`a binding notification that is ${name} changes nothing about the link`, async () => {
      world.simulator.faults.addToNotifications(fault);
      const { id, shopper } = newcomer();
      await linkAccount(world, shopper);
      await world.pass(5 * minuteMs, minuteMs);
      assert.equal((await shopper.account()).body.status, 'linked');
      assert.deepEqual(toldOf(id), ['account.linked']);
    });
  }

  test('a binding that is confirmed before its own answer links the account', async () => {
    world.simulator.faults.add({ on: 'binding', effect: 'confirm-before-answer', times: 1 });
    const { shopper } = newcomer();
    await shopper.link();
    await world.pass(2 * minuteMs, minuteMs);
    assert.equal((await shopper.account()).body.status, 'linked');
  });
});

describe('a page that is left behind', () => {
  const bindingsOf = (id: string): string[] => world.simulator.bindings().filter(({ custIdMerchant }) => custIdMerchant === id).map(({ state }) => state);

  /** Begins on one device, and anew on another; answers the page of the first. */
  async function beginTwice(id: string): Promise<{ page: string; phone: Shopper }> {
    const page = (await world.shopper(id).link()).body.url;
    const phone = world.shopper(id);
    assert.notEqual((await phone.link()).body.url, page);
    return { page, phone };
  }

  for (const [name, news] of [['with its notification', {}], ['without a notification', { on: 'binding', effect: 'missing', times: 1 }]] as const) {
    test(`for one on another device, and finished after all, ${name}: its link is taken back, and the other page works`, async () => {
      if ('on' in news) world.simulator.faults.addToNotifications(news);
      const { id } = newcomer();
      const { page, phone } = await beginTwice(id);
      await world.simulator.approve(page);
      await world.settled();
      await world.pass(9 * minuteMs, minuteMs);
      assert.equal(linkedAtBank(id), false, 'nobody could end that link');
      assert.deepEqual(toldOf(id), []);
      await linkAccount(world, phone);
      assert.deepEqual(bindingsOf(id).at(-1), 'ACTIVE');
      await world.pass(30 * minuteMs, minuteMs);
      assertNothingOpen(world.databasePath);
    });
  }

  test('while the other one is finished, too: the shop and the bank agree in the end', async () => {
    const { id } = newcomer();
    const { page, phone } = await beginTwice(id);
    await linkAccount(world, phone);
    await world.simulator.approve(page);
    await world.pass(9 * minuteMs, minuteMs);
    await phone.balance();
    assert.equal((await phone.account()).body.status === 'linked', linkedAtBank(id));
    assertNothingOpen(world.databasePath);
  });

  test('and finished while the bank cannot be asked: taken back as soon as it answers', async () => {
    const { id } = newcomer();
    const { page } = await beginTwice(id);
    await world.simulator.approve(page);
    away();
    await world.pass(40 * minuteMs, minuteMs);
    assert.equal(linkedAtBank(id), true);
    world.simulator.faults.clear();
    await world.pass(90 * minuteMs, minuteMs);
    assert.equal(linkedAtBank(id), false);
    assertNothingOpen(world.databasePath);
  });

  test('by somebody who says that it failed, and finished afterwards: its link is taken back', async () => {
    const { id, shopper } = newcomer();
    const { url, failedUrl } = await overhear(shopper);
    await shopper.comeBack(failedUrl);
    assert.equal((await shopper.account()).body.lastFailure, 'not-completed');
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    await world.simulator.approve(url);
    await world.pass(9 * minuteMs, minuteMs);
    assert.equal(linkedAtBank(id), false);
    assert.equal((await shopper.account()).body.status, 'unlinked');
    assertNothingOpen(world.databasePath);
  });
});

describe('the way back', () => {
  test('in the browser of somebody else: refused, nothing linked, and nothing of it is left at the bank', async () => {
    const attacker = newcomer();
    const victim = newcomer();
    const { url } = (await attacker.shopper.link(phoneOf(victim.id))).body;
    const back = await world.simulator.approve(url);
    assert.equal(await victim.shopper.comeBack(back), `${world.url}/`);
    await world.settled();
    await world.pass(10 * minuteMs, minuteMs);
    assert.equal((await attacker.shopper.account()).body.status, 'unlinked');
    assert.equal((await attacker.shopper.balance()).body.code, 'NOT_LINKED');
    assert.equal((await victim.shopper.account()).body.status, 'unlinked');
    assert.equal(await attacker.shopper.comeBack(back), `${world.url}/shop`);
    assert.equal((await attacker.shopper.account()).body.status, 'unlinked', 'the state was used up');
    assert.equal(linkedAtBank(attacker.id), false, 'the bank still holds the victim\'s account for the attacker');
    await linkAccount(world, victim.shopper);
  });

  test('in another browser of the same customer goes on', async () => {
    const { id, shopper } = newcomer();
    const back = await world.simulator.approve((await shopper.link()).body.url);
    const phone = world.shopper(id);
    assert.equal(await phone.comeBack(back), `${world.url}/shop`);
    await until(async () => (await phone.account()).body.status === 'linked');
  });

  test('replayed by the same shopper leads to the shop and changes nothing', async () => {
    const { id, shopper } = newcomer();
    const back = await world.simulator.approve((await shopper.link()).body.url);
    await shopper.comeBack(back);
    await until(async () => (await shopper.account()).body.status === 'linked');
    assert.equal(await shopper.comeBack(back), `${world.url}/shop`);
    shopper.cookies.delete('shop-customer');
    assert.equal(await shopper.comeBack(back), `${world.url}/shop`, 'signed out meanwhile');
    assert.equal(stateOf(id), 'active');
    assert.deepEqual(toldOf(id), ['account.linked']);
  });

  test('replayed by somebody else within a quarter of an hour undoes the link, and later nothing', async () => {
    for (const [passedMs, state] of [[14 * minuteMs, 'unlinked'], [16 * minuteMs, 'active']] as const) {
      const { id, shopper } = newcomer();
      const back = await world.simulator.approve((await shopper.link()).body.url);
      await shopper.comeBack(back);
      await until(async () => (await shopper.account()).body.status === 'linked');
      await world.pass(passedMs, minuteMs);
      assert.equal(await newcomer().shopper.comeBack(back), `${world.url}/`);
      await world.settled();
      assert.deepEqual([stateOf(id), linkedAtBank(id)], [state, state === 'active']);
    }
  });

  for (const [name, when] of [['before the victim is done', 'early'], ['after the notification linked the account', 'late']] as const) {
    test(`used up by the attacker ${name} protects nothing: the victim's return is refused all the same`, async () => {
      const attacker = newcomer();
      const victim = newcomer();
      const { url, successUrl } = await overhear(attacker.shopper, phoneOf(victim.id));
      if (when === 'early') assert.equal(await attacker.shopper.comeBack(successUrl), `${world.url}/shop`);
      const back = await world.simulator.approve(url);
      await world.settled();
      await until(async () => (await attacker.shopper.account()).body.status === 'linked');
      if (when === 'late') assert.equal(await attacker.shopper.comeBack(successUrl), `${world.url}/shop`);
      assert.equal(await victim.shopper.comeBack(back), `${world.url}/`);
      await world.pass(10 * minuteMs, minuteMs);
      assert.equal((await attacker.shopper.account()).body.status, 'unlinked');
      assert.equal((await attacker.shopper.balance()).body.code, 'NOT_LINKED');
      assert.equal(linkedAtBank(attacker.id), false);
      assert.deepEqual(toldOf(attacker.id), ['account.linked', 'account.unlinked']);
      await linkAccount(world, victim.shopper);
    });
  }

  test('in the same browser, where another customer has signed in: refused', async () => {
    const { id, shopper } = newcomer();
    const { url } = (await shopper.link()).body;
    shopper.cookies.set('shop-customer', newcomer().id);
    assert.equal(await shopper.comeBack(await world.simulator.approve(url)), `${world.url}/`);
    await world.settled();
    await world.pass(10 * minuteMs, minuteMs);
    assert.equal((await world.shopper(id).account()).body.status, 'unlinked');
    assert.equal(linkedAtBank(id), false);
  });

  test('with a state nobody knows leads to the shop\'s front page', async () => {
    const { shopper } = newcomer();
    for (const query of ['', '?state=', '?state=unknown', `?state=${'x'.repeat(3000)}`, '?state[]=1&state=%00']) {
      assert.equal(await shopper.comeBack(`${world.url}/allo/account/return${query}`), `${world.url}/`);
      assert.equal(await shopper.comeBack(`${world.url}/allo/payments/return${query}`), `${world.url}/`);
    }
  });
});
