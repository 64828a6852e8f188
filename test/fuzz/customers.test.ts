/**
 * An interleaving is one order in which two customers' requests begin and DOKU's answers to them arrive. Each has a
 * script of one to three things to do; a word over A, B and AB says whose turn it is: to send the next request, or to
 * get the answer that DOKU keeps back (AB: both at once). A turn ends when that customer's request is answered or
 * waits for DOKU again, so the word alone decides what happens.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { Allo } from '../../packages/server/src/allo.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from '../server/support/credentials.ts';
import { count, seed, tell } from './support/plan.ts';
import { balanceOf, createSmallDoku, phoneNumbers, smallDokuUrl } from './support/small-doku.ts';

const interleavings = count(2_500, 10_000);
const shop = 'http://shop.test';
const folder = mkdtempSync(join(tmpdir(), 'allo-'));
const amounts: Readonly<Record<string, string>> = { 'ayu-pays': '11000.00', 'bima-pays': '22000.00', 'ayu-links': '33000.00', 'bima-links': '44000.00' };
const payerActs = ['balance', 'balance', 'balance', 'pay', 'order', 'account', 'payment', 'end tokens'] as const;
const linkerActs = ['link', 'balance', 'unlink', 'account'] as const;
type Act = (typeof payerActs)[number] | (typeof linkerActs)[number];
type Turn = 'A' | 'B' | 'AB';
interface Script {
  customerId: string;
  acts: readonly Act[];
}

let nowMs = Date.UTC(2026, 10, 22);
const doku = createSmallDoku(() => nowMs);
let allo: Allo;
const done = new Map<string, number>();
let overlaps = 0;

/** One customer's browser: what they have so far. */
const customers = new Map(Object.keys(phoneNumbers).map((id, index) => [id, {
  id, cookie: `shop-customer=${id}; allo-device=${String(index + 1).repeat(32)}`, orders: 0, paymentId: '', others: othersMarks(id),
}]));
type Customer = NonNullable<ReturnType<typeof customers.get>>;

/** What may never be in an answer to this customer: ids, orders, pages and tokens carry the id of their owner. */
function othersMarks(customerId: string): string[] {
  return Object.keys(phoneNumbers).filter((id) => id !== customerId)
    .flatMap((id) => [id, balanceOf(id), amounts[id] ?? '', `••••${phoneNumbers[id]?.slice(-3)}`]);
}

function customerOf(id: string): Customer {
  return customers.get(id) ?? assert.fail(`there is no ${id}`);
}

async function ask(customer: Customer, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = {
    cookie: customer.cookie, origin: shop, 'allo-contract': '1', 'content-type': 'application/json', 'idempotency-key': `key-of-${customer.id}-order-${customer.orders}`,
  };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await allo.handler(new Request(path.startsWith('http') ? path : `${shop}/allo${path}`, init), { ip: '203.0.113.7' });
  const text = await response.text();
  for (const mark of customer.others) assert.ok(!text.includes(mark), `${customer.id} was answered something of another: ${mark}`);
  assert.ok(response.status < 500, `${customer.id} ${path}: ${text}`);
  const name = `${path.split('/')[1]} ${response.status < 400 ? 'done' : 'refused'}`;
  done.set(name, (done.get(name) ?? 0) + 1);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

const acts: Record<Act, (customer: Customer) => Promise<unknown>> = {
  balance: async (customer) => {
    const { instruments } = await ask(customer, '/balance');
    if (instruments !== undefined) assert.deepEqual(instruments, [{ type: 'BALANCE', available: { value: balanceOf(customer.id), currency: 'IDR' } }]);
  },
  pay: async (customer) => {
    customer.orders += 1;
    const orderId = `${customer.id}-order-${customer.orders}`;
    const payment = await ask(customer, '/payments', { orderId });
    assert.deepEqual([payment['orderId'], payment['status'], payment['amount']], [orderId, 'requires-action', { value: amounts[customer.id], currency: 'IDR' }]);
    customer.paymentId = String(payment['paymentId']);
  },
  order: (customer) => ask(customer, `/orders/${customer.id}-order-${customer.orders}`),
  account: (customer) => ask(customer, '/account'),
  payment: (customer) => ask(customer, `/payments/${customer.paymentId}`),
  'end tokens': (customer) => Promise.resolve(doku.endTokens(customer.id)),
  link: async (customer) => {
    const { url } = await ask(customer, '/account/link', { phone: phoneNumbers[customer.id] });
    if (typeof url === 'string') await ask(customer, doku.approve(url));
  },
  unlink: (customer) => ask(customer, '/account/unlink', {}),
};

/** One side of an interleaving, moved on turn by turn. */
interface Side {
  isBusy: boolean;
  isOver(): boolean;
  failure: unknown;
  /** Ends the turn. */
  quiet: () => void;
  turn(): Promise<void>;
}

function createSide({ customerId, acts: script }: Script): Side {
  const rest = [...script];
  const side: Side = { isBusy: false, isOver: () => rest.length === 0 && !side.isBusy, failure: undefined, quiet: () => undefined, turn };
  async function turn(): Promise<void> {
    if (side.isOver()) return;
    const quiet = new Promise<void>((resolve) => { side.quiet = resolve; });
    if (!side.isBusy) begin();
    else assert.ok(doku.release(customerId), 'a busy side waits for DOKU');
    await quiet;
  }
  function begin(): void {
    const act = rest.shift();
    if (act === undefined) return;
    side.isBusy = true;
    const work = doku.actingFor(customerId, () => acts[act](customerOf(customerId)));
    void work.catch((error: unknown) => { side.failure ??= error; }).finally(() => {
      side.isBusy = false;
      side.quiet();
    });
  }
  return side;
}

async function interleave(a: Script, b: Script, word: readonly Turn[]): Promise<void> {
  const [sideA, sideB] = [createSide(a), createSide(b)];
  doku.onHeld = (customerId) => (customerId === a.customerId ? sideA : sideB).quiet();
  const turns: Record<Turn, () => Promise<unknown>> = { A: sideA.turn, B: sideB.turn, AB: () => Promise.all([sideA.turn(), sideB.turn()]) };
  // Longer than a balance is kept: each inquiry is really made.
  nowMs += 6000;
  const take = async (turn: Turn): Promise<void> => {
    await turns[turn]();
    if (sideA.isBusy && sideB.isBusy) overlaps += 1;
  };
  for (const turn of word) await take(turn);
  while (!sideA.isOver() || !sideB.isOver()) await take('AB');
  assert.deepEqual([sideA.failure, sideB.failure], [undefined, undefined]);
  assert.deepEqual(doku.crossings, []);
}

const scriptOf = (name: string): fc.Arbitrary<Script> => fc.oneof(
  { weight: 3, arbitrary: fc.record({ customerId: fc.constant(`${name}-pays`), acts: fc.array(fc.constantFrom(...payerActs), { minLength: 1, maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ customerId: fc.constant(`${name}-links`), acts: fc.array(fc.constantFrom(...linkerActs), { minLength: 1, maxLength: 3 }) }) },
);

before(async () => {
  allo = createAllo({
    doku: { environment: 'simulator', clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: dokuKeys.publicKey, baseUrl: smallDokuUrl },
    publicUrl: shop, encryptionKey, database: `file:${join(folder, 'allo.db')}`, reconcileEveryMs: 0, limits: 'off', env: {}, now: () => nowMs, fetch: doku.fetch,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    customer: (request) => ({ id: /shop-customer=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '' }),
    // A merchant who forgot to ask whose order it is: the kit itself must not mix them up.
    order: (orderId, { id }) => ({ orderId, amount: { value: amounts[id] ?? '', currency: 'IDR' }, lines: [] }),
    onEvent: () => undefined,
  });
  const start = (name: string): Script => ({ customerId: `${name}-pays`, acts: ['link', 'pay'] });
  await interleave(start('ayu'), start('bima'), []);
});
after(async () => {
  await allo.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`in ${interleavings} interleavings of two customers, no token, balance, payment or order of one reaches the other`, async (t) => {
  await fc.assert(
    fc.asyncProperty(scriptOf('ayu'), scriptOf('bima'), fc.array(fc.constantFrom<Turn>('A', 'B', 'AB'), { maxLength: 10 }), interleave),
    { numRuns: interleavings, seed, endOnFailure: false },
  );
  tell(t, { interleavings, overlaps });
  // What did not happen proves nothing.
  for (const name of ['balance done', 'payments done', 'account done', 'orders done']) assert.ok((done.get(name) ?? 0) > interleavings / 10, `${name}: ${done.get(name)}`);
  for (const operation of ['b2b2c', 'registration-account-binding', 'registration-account-unbinding']) assert.ok((doku.calls.get(operation) ?? 0) > interleavings / 100, operation);
  assert.ok(overlaps > interleavings / 4, `requests of both were under way at once ${overlaps} times`);
});

test('the same check notices when one customer\'s token is used for the other', async () => {
  const answer = await doku.actingFor('ayu-pays', () => {
    const work = doku.fetch(`${smallDokuUrl}/balance-inquiry`, { body: Buffer.from('{}'), headers: { 'authorization-customer': 'Bearer token-of-another' } });
    doku.release('ayu-pays');
    return work;
  });
  assert.equal(answer.status, 401);
  assert.equal(doku.crossings.splice(0).length, 1);
});
