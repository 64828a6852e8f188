/**
 * What the merchant's own functions answer, right and wrong: whatever it is, a shopper is told no more than a problem, the
 * log says what should be answered, and nothing is written or sent on the strength of it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { AlloOptions } from '../../packages/server/src/allo.ts';
import type { Customer, MerchantOrder } from '../../packages/server/src/index.ts';
import { createWorld, linkedShopper, phoneOf, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const price = { value: '125000.00', currency: 'IDR' } as const;
const line = { name: 'Kopi susu', price, quantity: 1 };

let world: World;
let budi: Shopper;

before(async () => {
  world = await createWorld();
  budi = await linkedShopper(world, 'budi');
});
after(() => world.close());

/** What no type would let through comes from JavaScript, or from a database. */
const answering = (answers: { customer?: unknown; order?: unknown }): Promise<void> => world.restart({
  ...('customer' in answers && { customer: () => answers.customer as Customer }),
  ...('order' in answers && { order: () => answers.order as MerchantOrder }),
});

/** Does all of it; each is answered 500 without a word of why, the log has the sentence, and nothing came of it. */
async function assertNoEffect(sentence: RegExp, requests: readonly (() => Promise<{ status: number; body: { code: string; detail?: string } }>)[]): Promise<void> {
  const rows = (): string => JSON.stringify([world.ledger().links, world.ledger().payments]);
  const [rowsBefore, sentBefore, loggedBefore] = [rows(), world.simulator.requests().length, world.log.length];
  for (const request of requests) {
    const { status, body } = await request();
    assert.deepEqual([status, body.code, body.detail], [500, 'INTERNAL_ERROR', undefined]);
  }
  const logged = world.log.slice(loggedBefore).filter(({ level }) => level === 'error');
  assert.equal(logged.length, requests.length);
  for (const { fields } of logged) assert.match(String(fields?.['error']), sentence);
  assert.deepEqual([rows(), world.simulator.requests().length], [rowsBefore, sentBefore]);
}

describe('customer()', () => {
  for (const nobody of [null, undefined]) {
    test(`that answers ${nobody} says that nobody is signed in`, async () => {
      await answering({ customer: nobody });
      assert.equal((await budi.account()).status, 401);
      assert.equal((await budi.link()).status, 401);
    });
  }

  const wrong: readonly [string, unknown, RegExp][] = [
    ['a number', 42, /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['false', false, /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['a list', [{ id: 'ani' }], /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['no id', {}, /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['an id that is a number', { id: 42 }, /TypeError: customer\(\) has to answer null or \{ id \}: a text of 1 to 64/],
    ['an empty id', { id: '' }, /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['an id that DOKU does not take', { id: 'auth0|66f' }, /TypeError: customer\(\) has to answer null or \{ id \}/],
    ['a phone that is a number', { id: 'ani', phone: 81_234_567_890 }, /TypeError: customer\(\) has to answer "phone" as a text, or leave it out/],
    ['a name that is a number', { id: 'ani', name: 5 }, /TypeError: customer\(\) has to answer "name" as a text, or leave it out/],
    ['an e-mail address that is an object', { id: 'ani', email: {} }, /TypeError: customer\(\) has to answer "email" as a text, or leave it out/],
  ];

  for (const [name, customer, sentence] of wrong) {
    test(`that answers ${name} begins nothing`, async () => {
      await answering({ customer });
      placeOrder(world, 'of-nobody');
      await assertNoEffect(sentence, [() => budi.account(), () => budi.link(phoneOf('ani')), () => budi.pay('of-nobody'), () => budi.unlink()]);
    });
  }

  test('may answer null for what is not known of somebody', async () => {
    await answering({ customer: { id: 'ani', phone: null, name: null, email: undefined } });
    assert.equal((await budi.account()).body.phoneRequired, true);
    assert.equal((await budi.link(phoneOf('ani'))).status, 201);
    assert.ok(world.simulator.bindings().some((binding) => JSON.stringify(binding).includes('ani')));
  });

  test('is given back to the merchant\'s own functions with all that the merchant knows', async () => {
    class Member {
      readonly #orders = ['of-a-member'];
      readonly id = 'budi';
      ordered(orderId: string): boolean {
        return this.#orders.includes(orderId);
      }
    }
    placeOrder(world, 'of-a-member');
    const order: AlloOptions['order'] = (orderId, customer) => (customer instanceof Member && customer.ordered(orderId) ? { orderId, amount: { value: '5000.00', currency: 'IDR' }, lines: [] } : null);
    await world.restart({ customer: () => new Member(), order });
    assert.equal((await budi.order('of-a-member')).status, 200);
    assert.equal((await budi.order('of-another')).status, 404);
  });

  describe('that answers a session which changes hands while the request is answered', () => {
    const otherId = /TypeError: what customer\(\) answered has another id by now/;

    for (const [name, phone] of [['', phoneOf('budi')], [' (the merchant\'s functions get a copy of it, for something is null)', null]] as const) {
      test(`has no order shown or paid that was looked up for one of them and answered for the other${name}`, async () => {
        for (const request of [() => budi.order('of-siti'), () => budi.pay('of-siti')]) {
          const session = { id: 'budi', phone };
          /** As merchants write it: the order is fetched, and then it is looked whose it is. */
          const order: AlloOptions['order'] = async (orderId) => {
            await Promise.resolve();
            session.id = 'siti';
            return session.id === 'siti' ? { orderId, amount: price, lines: [line] } : null;
          };
          await world.restart({ customer: () => session, order });
          await assertNoEffect(otherId, [request]);
        }
      });

      test(`has no account unlinked on the strength of what the other one may${name}`, async () => {
        const session = { id: 'budi', phone };
        const authorizeUnlink: AlloOptions['authorizeUnlink'] = async () => {
          await Promise.resolve();
          session.id = 'siti';
          return session.id === 'siti';
        };
        await world.restart({ customer: () => session, authorizeUnlink });
        await assertNoEffect(otherId, [() => budi.unlink()]);
      });
    }

    test('asks no function of the merchant\'s for somebody else than who was asking', async () => {
      let asked = 0;
      /** Another each time it is looked at. */
      const customer: AlloOptions['customer'] = () => {
        const ids = ['budi', 'siti'];
        return { get id() { return ids.length > 1 ? ids.shift() ?? '' : ids[0] ?? ''; } };
      };
      const order = (): null => {
        asked += 1;
        return null;
      };
      await world.restart({ customer, order, authorizeUnlink: () => (asked += 1) > 0 });
      await assertNoEffect(otherId, [() => budi.order('some'), () => budi.pay('some'), () => budi.unlink()]);
      assert.deepEqual([asked, (await budi.account()).body.status], [0, 'linked']);
    });

    test('is looked at for phone, name and e-mail address once', async () => {
      const looks: string[] = [];
      const look = (member: string, value: string): string | null => (looks.push(member) > 3 ? null : value);
      const customer: AlloOptions['customer'] = () => ({
        id: 'rara', get phone() { return look('phone', phoneOf('rara')); }, get name() { return look('name', 'Rara'); }, get email() { return look('email', 'rara@shop.example'); },
      });
      await world.restart({ customer });
      const before = world.ledger().links.length;
      assert.equal((await world.shopper('rara').link('')).status, 201);
      const owners = world.ledger().links.slice(before).map(({ customer_id }) => customer_id);
      assert.deepEqual([looks.toSorted(), owners], [['email', 'name', 'phone'], ['rara']]);
    });
  });
});

describe('order()', () => {
  for (const nothing of [null, undefined]) {
    test(`that answers ${nothing} says that there is no such order`, async () => {
      await answering({ order: nothing });
      assert.equal((await budi.order('some')).body.code, 'ORDER_NOT_FOUND');
      assert.equal((await budi.pay('some')).body.code, 'ORDER_NOT_FOUND');
    });
  }

  const whole = { orderId: 'some', amount: price, lines: [line] };
  const amountForm = /TypeError: order\(\) has to answer "amount" as \{ value, currency: "IDR" \}/;
  const wrong: readonly [string, unknown, RegExp][] = [
    ['a text', 'some', /TypeError: order\(\) has to answer null or \{ orderId, amount, lines \}/],
    ['a list', [whole], /TypeError: order\(\) has to answer null or \{ orderId, amount, lines \}/],
    ['an order id that is a number', { ...whole, orderId: 7 }, /TypeError: order\(\) has to answer "orderId" as a text/],
    ['another order', { ...whole, orderId: 'other' }, /TypeError: order\(\) was asked for some and answered another order/],
    ['an amount that is a number', { ...whole, amount: 125_000 }, amountForm],
    ['an amount that is a text', { ...whole, amount: '125000.00' }, amountForm],
    ['no amount', { orderId: 'some', lines: [] }, amountForm],
    ['an amount without sen', { ...whole, amount: { value: '125000', currency: 'IDR' } }, amountForm],
    ['an amount whose value is a number', { ...whole, amount: { value: 125_000, currency: 'IDR' } }, amountForm],
    ['an amount in another currency', { ...whole, amount: { value: '12.00', currency: 'USD' } }, amountForm],
    ['an amount that nobody can count', { ...whole, amount: { value: `${'9'.repeat(16)}.00`, currency: 'IDR' } }, amountForm],
    ['an amount below Rp 1', { ...whole, amount: { value: '0.99', currency: 'IDR' } }, /TypeError: order\(\) has to answer an "amount" of at least Rp 1/],
    ['no lines', { orderId: 'some', amount: price }, /TypeError: order\(\) has to answer "lines" as an array of .*, which may be empty/],
    ['lines that are an object', { ...whole, lines: { 0: line } }, /TypeError: order\(\) has to answer "lines" as an array/],
    ['a line that is a text', { ...whole, lines: [line, 'Kopi'] }, /TypeError: order\(\) has to answer "lines\[1\]" as \{ name, price, quantity \}/],
    ['a line without a name', { ...whole, lines: [{ price, quantity: 1 }] }, /TypeError: order\(\) has to answer "lines\[0\]\.name" as a text/],
    ['a line without a price', { ...whole, lines: [{ name: 'Kopi', quantity: 1 }] }, /TypeError: order\(\) has to answer "lines\[0\]\.price" as \{ value, currency: "IDR" \}/],
    ['a quantity that is a text', { ...whole, lines: [{ ...line, quantity: '1' }] }, /TypeError: order\(\) has to answer "lines\[0\]\.quantity" as a whole number of 1 or more/],
    ['half a quantity', { ...whole, lines: [{ ...line, quantity: 0.5 }] }, /TypeError: order\(\) has to answer "lines\[0\]\.quantity"/],
    ['a quantity of none', { ...whole, lines: [{ ...line, quantity: 0 }] }, /TypeError: order\(\) has to answer "lines\[0\]\.quantity"/],
  ];

  for (const [name, order, sentence] of wrong) {
    test(`that answers ${name} has nothing paid`, async () => {
      await answering({ order });
      await assertNoEffect(sentence, [() => budi.order('some'), () => budi.pay('some')]);
    });
  }

  test('that answers another order has no more than the beginning of a long id logged', async () => {
    await answering({ order: whole });
    const before = world.log.length;
    assert.equal((await budi.pay('x'.repeat(2000))).status, 500);
    const [logged] = world.log.slice(before).filter(({ level }) => level === 'error');
    assert.match(String(logged?.fields?.['error']), /was asked for x{64} and answered another order/);
  });

  test('may answer no lines at all, or lines that nobody may change', async () => {
    await answering({ order: { ...whole, orderId: 'without-lines', lines: [] } });
    assert.deepEqual((await budi.order('without-lines')).body.lines, []);
    assert.equal((await budi.pay('without-lines')).status, 201);
    const frozen: MerchantOrder = Object.freeze({ orderId: 'frozen', amount: price, lines: Object.freeze([]) });
    await world.restart({ order: () => frozen });
    assert.equal((await budi.pay('frozen')).status, 201);
  });

  test('tells the page what the contract has, and nothing else that the merchant keeps with an order', async () => {
    await answering({ order: { ...whole, margin: '40 %', amount: { ...price, net: 1 }, lines: [{ ...line, boughtFor: '9000.00' }] } });
    assert.deepEqual((await budi.order('some')).body, whole);
  });
});

describe('what a function throws that is no Error', () => {
  const thrown: readonly [string, unknown, RegExp][] = [
    ['an object', { status: 401 }, /what was thrown is no Error: \[object Object\]/],
    ['an object that is no text', Object.create(null), /what was thrown is no Error: \[object Object\]/],
    ['a text', 'nobody is signed in', /what was thrown is no Error: nobody is signed in/],
    ['an answer', new Response(null, { status: 401 }), /what was thrown is no Error: \[object Response\]/],
    ['nothing', undefined, /what was thrown is no Error: \[object Undefined\]/],
    ['an Error of another realm', runInNewContext('new TypeError("no session")'), /what was thrown is no Error: TypeError: no session\n +at /],
  ];

  for (const [name, value, sentence] of thrown) {
    test(`${name} is answered and logged like an Error`, async () => {
      await world.restart({ customer: () => { throw value; } });
      await assertNoEffect(sentence, [() => budi.account(), () => budi.link(), () => budi.unlink()]);
      const answer = await world.allo.handler(new Request(`${world.url}/allo/account`));
      assert.deepEqual(['content-type', 'cache-control', 'x-content-type-options'].map((header) => answer.headers.get(header)), ['application/problem+json', 'no-store', 'nosniff']);
      await world.restart({ order: () => { throw value; } });
      await assertNoEffect(sentence, [() => budi.order('some'), () => budi.pay('some')]);
    });
  }
});

test('onEvent may answer anything: an event is told once it has', async () => {
  const told: string[] = [];
  await world.restart({ onEvent: (event) => told.push(event.type) });
  await linkedShopper(world, 'wati');
  assert.deepEqual(told, ['account.linked']);
  await world.restart({ onEvent: () => Promise.resolve({ rows: 1 }) });
  await linkedShopper(world, 'tari');
  assert.ok(!world.log.some(({ message }) => message.startsWith('onEvent failed')));
});
