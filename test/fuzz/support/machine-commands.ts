/**
 * What anybody can do to the three machines, as commands of fast-check.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { customers, look, orderOf, ordersEach, priceOf, show } from './machine-world.ts';
import type { Customer, MachineWorld, Model } from './machine-world.ts';

type Act = (model: Model, real: MachineWorld) => Promise<void>;

/** After each command everybody looks at what has become of the payments. */
const command = (text: string, act: Act): fc.AsyncCommand<Model, MachineWorld> => ({
  check: () => true,
  async run(model, real) {
    await act(model, real);
    await look(model, real);
    real.did(text.split(' ')[0] ?? text);
  },
  toString: () => text,
});

const customer = fc.constantFrom(...customers);
const order = fc.nat({ max: ordersEach - 1 });
const nth = fc.nat({ max: 20 });
const pick = <Item>(from: readonly Item[], index: number): Item | undefined => from[index % Math.max(from.length, 1)];

/** Why a payment may be refused, and what the account then has to look like. */
const accountOf: Readonly<Record<string, RegExp>> = {
  NOT_LINKED: /"status":"(unlinked|linking)"/, RELINK_REQUIRED: /"status":"relink-required"/, UNLINK_REQUESTED: /"unlinkRequested":true|"status":"unlinked"/,
};

async function pay(model: Model, real: MachineWorld, who: Customer, number: number, key: string): Promise<void> {
  const shopper = real.shoppers[who];
  const orderId = orderOf(who, number);
  const known = model.keys.get(`${who}/${key}`);
  const accountBefore = JSON.stringify((await shopper.account()).body);
  const { status, body } = await shopper.pay(orderId, key);
  if (status < 300) {
    if (known !== undefined) assert.deepEqual([body.orderId, body.paymentId], [known.orderId, known.paymentId], 'one key, two payments');
    const others = Array.from(model.seen).filter(([id, payment]) => payment.orderId === orderId && id !== body.paymentId).map(([id]) => id);
    const isNew = !model.seen.has(body.paymentId);
    show(model, who, body);
    model.keys.set(`${who}/${key}`, { orderId, paymentId: body.paymentId });
    // A second payment of an order begins only where the first has taken no money, or has given it back.
    for (const id of isNew ? others : []) {
      const before = (await shopper.payment(id)).body.status;
      assert.ok(['failed', 'cancelled', 'expired', 'refunded'].includes(before), `${orderId} is being paid again, and was ${before}`);
    }
    return;
  }
  if (known !== undefined && known.orderId !== orderId) assert.equal(body.code, 'IDEMPOTENCY_KEY_REUSED');
  else assert.match(body.code, /^(NOT_LINKED|RELINK_REQUIRED|UNLINK_REQUESTED|BANK_UNAVAILABLE)$/);
  const expected = accountOf[body.code];
  // A link that was being confirmed meanwhile was one thing before and is another after.
  if (expected !== undefined) assert.match(`${accountBefore}\n${JSON.stringify((await shopper.account()).body)}`, expected);
}

/** A key a browser would keep for the order, or one it would make anew. */
const keyOf = (number: number, again: number): string => `key-of-order-${number}-time-${again}`;

const payments = [
  fc.tuple(customer, order, fc.nat({ max: 2 })).map(([who, number, again]) => command(`pay ${who} ${number} ${again}`, (model, real) => pay(model, real, who, number, keyOf(number, again)))),
  fc.tuple(customer, order).map(([who, number]) => command(`pay ${who} ${number} with the key of another order`, (model, real) => pay(model, real, who, number, keyOf((number + 1) % ordersEach, 0)))),
  fc.tuple(customer, order).map(([who, number]) => command(`tabs ${who} ${number}`, async (model, real) => {
    const answers = await Promise.all([0, 1, 2].map((tab) => real.shoppers[who].pay(orderOf(who, number), `key-of-tab-${tab}-${model.keys.size}`)));
    const ids = new Set(answers.flatMap(({ status, body }) => (status < 300 ? [body.paymentId] : [])));
    assert.ok(ids.size <= 1, 'three tabs, several payments');
    for (const { status, body } of answers) if (status < 300) show(model, who, body);
  })),
  fc.tuple(customer, order, fc.constantFrom('before-sending' as const, 'after-answer' as const), fc.constantFrom('payment-host-to-host', 'refund', 'status', 'b2b2c'))
    .map(([who, number, when, operation]) => command(`crash ${when} ${operation}`, (model, real) => crashInside(model, real, who, number, when, operation))),
  fc.tuple(nth, fc.boolean()).map(([index, twice]) => command(`refund ${index}`, async (model, real) => {
    const [id] = pick(Array.from(model.seen).filter(([, { status }]) => status === 'paid'), index) ?? pick([...model.seen], index) ?? [];
    if (id === undefined) return;
    const answers = await Promise.allSettled(Array.from({ length: twice ? 2 : 1 }, () => real.world.allo.refund(id)));
    for (const answer of answers) if (answer.status === 'rejected') assert.match(String((answer.reason as { code?: string }).code), /^(PAYMENT_NOT_FINAL|PAYMENT_NOT_REFUNDABLE|BANK_UNAVAILABLE)$/);
    const references = new Set(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.refund?.reference] : [])));
    assert.ok(references.size <= 1, 'two refunds of one payment');
  })),
];

/** The process dies in the middle of what it asks of DOKU; who waited for it never hears of it again. */
async function crashInside(model: Model, real: MachineWorld, who: Customer, number: number, when: 'before-sending' | 'after-answer', operation: string): Promise<void> {
  const reached = real.world.network.stopAt(new RegExp(`${operation}$`), when);
  const id = Array.from(model.seen).findLast(([, { orderId }]) => orderId === orderOf(who, number))?.[0];
  const work = operation === 'refund' && id !== undefined ? real.world.allo.refund(id) : real.shoppers[who].pay(orderOf(who, number), keyOf(number, 1));
  await Promise.race([reached, work.then(() => undefined, () => undefined)]);
  real.world.crash();
  // The browser is gone with it; its key is not.
  const standing = (await real.shoppers[who].order(orderOf(who, number))).body.payment;
  if (standing !== undefined) show(model, who, standing);
}

const bank = [
  nth.map((index) => command(`approve ${index}`, async (_, real) => {
    const page = pick(real.pages(), index);
    if (page === undefined) return;
    await real.shoppers[customers[index % 2] ?? 'budi'].comeBack(await real.world.simulator.approve(page));
    await real.world.simulator.settled();
  })),
  nth.map((index) => command(`approve ${index} and never come back`, async (_, real) => {
    const page = pick(real.pages(), index);
    if (page !== undefined) await real.world.simulator.approve(page);
  })),
  nth.map((index) => command(`cancel ${index}`, async (_, real) => {
    const page = pick(real.pages(), index);
    if (page !== undefined) await real.world.simulator.cancel(page);
  })),
  fc.constantFrom('missing' as const, 'duplicate' as const, 'late' as const, 'wrong-signature' as const).map((effect) => command(`news ${effect}`, async (_, real) =>
    real.world.simulator.faults.addToNotifications({ on: 'any', effect, times: 1, delayMs: 400_000 }))),
  nth.map((index) => command(`news again ${index}`, async (_, real) => {
    const sent = pick(real.world.simulator.notifications(), index);
    if (sent !== undefined) await real.world.simulator.resend(sent.number);
  })),
  fc.tuple(nth, fc.constantFrom('01', '03', '05', '06')).map(([index, status]) => command(`contradict ${index} ${status}`, async (_, real) => {
    // Of what it never heard of, or before it takes the money after all, DOKU would not contradict itself but lie.
    const isNo = status === '05' || status === '06';
    const atBank = new Set(real.world.simulator.payments().map(({ partnerReferenceNo }) => partnerReferenceNo));
    const payment = pick(real.world.ledger().payments.filter(({ reference, state }) => atBank.has(reference) && (!isNo || state === 'succeeded')), index);
    if (payment !== undefined) await real.say(payment.reference, status, priceOf(Number(payment.order_id.split('-')[1])));
  })),
  nth.map((index) => command(`contradict ${index} with another amount`, async (model, real) => {
    const payment = pick(real.world.ledger().payments, index);
    if (payment === undefined) return;
    model.doubtful.add(payment.reference);
    await real.say(payment.reference, '00', '1.00');
  })),
  fc.tuple(
    fc.constantFrom('payment' as const, 'refund' as const, 'status' as const, 'b2b2c' as const, 'unbinding' as const, 'binding' as const, 'any' as const),
    fc.constantFrom('drop-before-commit' as const, 'drop-after-commit' as const, 'error-before-commit' as const, 'error-after-commit' as const, 'garbled-after-commit' as const, 'confirm-before-answer' as const, 'customer-token-invalid' as const, 'b2b-token-invalid' as const, 'insufficient-funds-at-bank' as const),
  ).map(([on, effect]) => command(`trouble ${on} ${effect}`, async (_, real) => real.world.simulator.faults.add({ on, effect, times: 1 }))),
];

const links = [
  customer.map((who) => command(`unlink ${who}`, async (_, real) => {
    const { status, body } = await real.shoppers[who].unlink();
    if (status >= 300) assert.equal(body.code, 'NOT_LINKED');
  })),
  customer.map((who) => command(`unlink ${who} in the bank's app`, async (_, real) => void real.world.simulator.unlinkInApp(who))),
  customer.map((who) => command(`link ${who}`, async (_, real) => {
    const { status, body } = await real.shoppers[who].link();
    if (status >= 300) assert.match(body.code, /^(ALREADY_LINKED|UNLINK_REQUESTED|BANK_UNAVAILABLE|ACCOUNT_CONFLICT)$/);
    else await real.shoppers[who].comeBack(await real.world.simulator.approve(body.url));
  })),
];

const time = [
  fc.constantFrom(5, 61, 200, 400, 3700).map((seconds) => command(`wait ${seconds}`, (_, real) => real.world.pass(seconds * 1000))),
  fc.constant(command('restart', (_, real) => real.world.restart())),
  fc.constant(command('crash at rest', async (_, real) => real.world.crash())),
];

/** What shoppers mostly do: pay, go to the bank, agree, come back. */
const purchase = fc.tuple(customer, order).map(([who, number]) => command(`buy ${who} ${number}`, async (model, real) => {
  await pay(model, real, who, number, keyOf(number, 0));
  const { action } = (await real.shoppers[who].order(orderOf(who, number))).body.payment ?? {};
  if (action !== undefined && real.pages().includes(action.url)) await real.shoppers[who].comeBack(await real.world.simulator.approve(action.url));
}));

const usual = [payments[0], payments.at(-1), payments.at(-1), bank[0], bank[0], bank[1], time[0], time[0]].filter((one) => one !== undefined);

/** Paying, refunding and waiting come more often than the rest. */
export const commands: readonly fc.Arbitrary<fc.AsyncCommand<Model, MachineWorld>>[] = [...payments, ...bank, ...links, ...time, ...usual, purchase, purchase, purchase];
