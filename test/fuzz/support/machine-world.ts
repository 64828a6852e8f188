/**
 * One run's world, and the model beside it: what shoppers have been shown so far. After each command the world is
 * held against the model; at the end, the ledger against the bank.
 */
import assert from 'node:assert/strict';
import type { Payment, PaymentStatus } from '../../../packages/server/src/contract.ts';
import { assertBooksAgree, assertLogKeepsSecrets, assertNothingOpen } from '../../server/support/books.ts';
import { createWorld, linkAccount, placeOrder } from '../../server/support/world.ts';
import type { Shopper, World } from '../../server/support/world.ts';
import { deliver, fetchToken, write } from './doku-pen.ts';

export const customers = ['budi', 'siti'] as const;
export type Customer = (typeof customers)[number];
export const ordersEach = 3;
export const priceOf = (order: number): string => `${order + 1}25000.00`;
export const orderOf = (customer: Customer, order: number): string => `${customer}-${order}`;

export interface Model {
  /** Payments by id: whose, for which order, and what was shown of them last. */
  seen: Map<string, { customer: Customer; orderId: string; status: PaymentStatus }>;
  /** Which payment began under which key. */
  keys: Map<string, { orderId: string; paymentId: string }>;
  /** References of which DOKU has said something false. */
  doubtful: Set<string>;
}

const unpaid: readonly PaymentStatus[] = ['failed', 'cancelled', 'expired'];
const late: readonly PaymentStatus[] = ['paid', 'review', 'refunding', 'refunded'];
const open: readonly PaymentStatus[] = ['requires-action', 'processing'];

/** What a shopper may be shown after what. */
const mayFollow: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  created: ['created', ...open, ...unpaid, ...late],
  'requires-action': [...open, ...unpaid, ...late],
  processing: [...open, ...unpaid, ...late],
  failed: ['failed', ...late], cancelled: ['cancelled', ...late], expired: ['expired', ...late],
  paid: late, refunding: late, review: late,
  refunded: ['refunded'],
};

export interface MachineWorld {
  world: World;
  shoppers: Record<Customer, Shopper>;
  /** Counts what was done, for the report. */
  did(name: string): void;
  /** The bank's pages that are open. */
  pages(): string[];
  /** DOKU says something of a payment, with its signature. */
  say(reference: string, status: string, value: string): Promise<void>;
  /** Time passes until nothing is open any more; nothing goes wrong meanwhile. */
  rest(): Promise<void>;
  statesOfPayments(): string[];
  /** Compares the books for the last time. */
  close(): Promise<void>;
  /** Lets go of everything, whatever happened. */
  end(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export async function createMachineWorld(done: Map<string, number>): Promise<{ model: Model; real: MachineWorld }> {
  const world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  const shoppers = { budi: world.shopper('budi'), siti: world.shopper('siti') };
  for (const customer of customers) {
    await linkAccount(world, shoppers[customer]);
    for (let order = 0; order < ordersEach; order += 1) placeOrder(world, orderOf(customer, order), priceOf(order), customer);
  }
  let asked = 0;
  let isClosed = false;
  const model: Model = { seen: new Map(), keys: new Map(), doubtful: new Set() };
  const real: MachineWorld = {
    world,
    shoppers,
    did: (name) => void done.set(name, (done.get(name) ?? 0) + 1),
    pages: () => [...world.simulator.payments(), ...world.simulator.bindings()].flatMap(({ pageUrl }) => (pageUrl === undefined ? [] : [pageUrl])),
    async say(reference, status, value) {
      const nowMs = world.simulator.now();
      const token = await fetchToken(world.allo, world.url, nowMs, (asked += 1) % 280);
      const body = JSON.stringify({ originalPartnerReferenceNo: reference, latestTransactionStatus: status, amount: { value, currency: 'IDR' } });
      const answer = await deliver(world.allo, world.url, write(body, { token, sentAt: nowMs }));
      assert.equal(answer?.status, 200, answer?.text);
    },
    async rest() {
      world.simulator.faults.clear();
      await world.pass(20 * minuteMs, 2 * minuteMs);
      await world.pass(30 * hourMs, hourMs);
    },
    statesOfPayments: () => world.ledger().payments.map(({ state }) => state),
    async close() {
      await look(model, real);
      assertAtRest(model, world);
      isClosed = true;
      await world.close();
    },
    async end() {
      // What broke has been thrown already; this only lets go.
      if (!isClosed) await world.close().catch(() => undefined);
    },
  };
  return { model, real };
}

/** Every payment that was shown once is shown again, and may have gone on, but not back. */
export async function look(model: Model, { shoppers, world }: MachineWorld): Promise<void> {
  for (const [paymentId, { customer }] of model.seen) {
    const { status, body } = await shoppers[customer].payment(paymentId);
    assert.equal(status, 200, JSON.stringify(body));
    show(model, customer, body);
  }
  const moved = world.simulator.journal().map(({ kind, partnerReferenceNo }) => `${kind} ${partnerReferenceNo}`);
  assert.equal(new Set(moved).size, moved.length, `the bank did the same twice: ${moved.join(', ')}`);
}

/** Takes down what was shown of a payment. */
export function show(model: Model, customer: Customer, payment: Payment): void {
  const { paymentId, orderId, status, amount } = payment;
  const before = model.seen.get(paymentId);
  assert.equal(amount.value, priceOf(Number(orderId.split('-')[1])), 'another amount than the order has');
  if (before !== undefined) {
    assert.deepEqual([orderId, customer], [before.orderId, before.customer], 'a payment changed hands');
    assert.ok(mayFollow[before.status].includes(status), `${paymentId} was ${before.status}, and now is ${status}`);
  }
  model.seen.set(paymentId, { customer, orderId, status });
}

/** What the ledger may say of a payment that the bank has ended so. */
const verdicts: Readonly<Record<string, readonly string[]>> = {
  'nothing of it': ['failed', 'not_executed', 'expired'],
  CANCELED: ['cancelled', 'failed', 'expired', 'not_executed'],
  FAILED: ['failed', 'expired', 'cancelled', 'not_executed'],
  SUCCESS: ['succeeded'],
  REFUNDED: ['refunded'],
};

function assertAtRest({ seen, doubtful }: Model, world: World): void {
  const { payments, refunds, events } = world.ledger();
  const atBank = new Map(world.simulator.payments().map(({ partnerReferenceNo, state }) => [partnerReferenceNo, state]));
  for (const { id, reference, state } of payments) {
    const truth = atBank.get(reference) ?? 'nothing of it';
    const stuck = refunds.some((refund) => refund.payment_id === id && ['manual', 'review', 'failed'].includes(refund.state));
    const isKnownDoubt = state === 'review' && (doubtful.has(reference) || stuck);
    assert.ok(isKnownDoubt || verdicts[truth]?.includes(state), `the bank has ${truth} of ${reference}, the ledger ${state}`);
  }
  assert.equal(payments.length, new Set([...seen.keys(), ...payments.map(({ id }) => id)]).size, 'a payment that was shown is not in the ledger');
  for (const { orderId } of seen.values()) assertPaidAtMostOnce(orderId, world, refunds);
  const twice = events.map(({ subject_id, type }) => `${type} ${subject_id}`).filter((one, index, all) => all.indexOf(one) !== index);
  assert.deepEqual(twice, [], 'the same event twice');
  const told = new Set(world.events.map(({ id }) => id));
  assert.deepEqual(events.filter(({ id }) => !told.has(id)).map(({ type }) => type), [], 'an event that nobody was told of');
  assertNothingOpen(world.databasePath);
  assertBooksAgree(world);
  assertLogKeepsSecrets(world.log);
}

/** One debit more than refunds at most; another only where people have it before them. */
function assertPaidAtMostOnce(orderId: string, world: World, refunds: ReturnType<World['ledger']>['refunds']): void {
  const payments = world.ledger().payments.filter(({ order_id }) => order_id === orderId);
  const journal = world.simulator.journal().filter(({ partnerReferenceNo }) => payments.some(({ reference }) => reference === partnerReferenceNo));
  const net = journal.reduce((sum, { kind }) => sum + (kind === 'debit' ? 1 : -1), 0);
  const beforePeople = payments.filter(({ id, state }) => state === 'review' || refunds.some((refund) => refund.payment_id === id && refund.state === 'manual')).length;
  assert.ok(net <= 1 + beforePeople, `${orderId} was paid ${net} times`);
}
