import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ChargeStatus } from '../../../packages/server/src/ledger/bank.ts';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import { compare, sweep, sweepGivenUp } from '../../../packages/server/src/ledger/sweep.ts';
import type { ListedMovement } from '../../../packages/server/src/ledger/sweep.ts';
import type { PaymentRow, PaymentState } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, hourMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, paid, silence } from '../support/scripted-bank.ts';

const always = { fromMs: 0, toMs: 8e15 };
const amount = { value: '10000.00', currency: 'IDR' } as const;
const everyState: readonly PaymentState[] = [
  'created', 'sending', 'requires_action', 'pending', 'unknown', 'succeeded', 'refunding', 'refunded', 'late_success', 'failed', 'cancelled', 'expired', 'not_executed', 'review',
];
const givenUp = ['failed', 'cancelled', 'expired', 'not_executed'] as const;

let bench: Bench;
/** What the bank says of a payment, by its number; of the others it says nothing. */
let said: Map<string, ChargeStatus>;

beforeEach(() => {
  bench = createBench();
  said = new Map();
  bench.saysAlways('chargeStatus', (reference) => {
    const status = said.get(reference);
    return status === undefined ? silence : done(status);
  });
});
afterEach(() => bench.close());

const asked = (): unknown[] => bench.asked.map(({ given: [reference] }) => reference);

/** A payment in this state, of which the bank says this. */
async function known(state: PaymentState, status?: ChargeStatus, change: Partial<PaymentRow> = {}): Promise<PaymentRow> {
  const payment = await bench.paymentIn({ state, sentAt: bench.now(), ...change });
  if (status !== undefined) said.set(payment.reference, status);
  return payment;
}

describe('a sweep', () => {
  test('asks about what is settled and may yet be something else, and about nothing else', async () => {
    const all = await Promise.all(everyState.map((state) => known(state, paid)));
    for (const state of ['succeeded', ...givenUp] as const) await known(state, paid, { nextAt: bench.now() });
    const report = await sweep(bench.ctx, always);
    const settled = all.filter(({ state }) => ['succeeded', ...givenUp].includes(state));
    assert.deepEqual(new Set(asked()), new Set(settled.map(({ reference }) => reference)));
    assert.deepEqual([report.asked, report.unanswered, report.denied], [5, 0, []]);
    assert.deepEqual(new Set(report.changed), new Set(settled.filter(({ state }) => state !== 'succeeded').map(({ id }) => id)));
  });

  test('tells apart what changed, what is denied, what is as it was, and what was not answered', async () => {
    const [back, denied] = [await known('succeeded', { ...paid, status: 'refunded' }), await known('succeeded', { status: 'not-found' })];
    for (const [state, status] of [['succeeded', paid], ['failed', { status: 'failed' }], ['expired', { status: 'not-found' }]] as const) await known(state, status);
    for (const state of ['succeeded', 'failed'] as const) await known(state);
    assert.deepEqual(await sweep(bench.ctx, always), { asked: 7, unanswered: 2, changed: [back.id], denied: [denied.id] });
  });

  test('goes on behind each fifty, to the last', async () => {
    for (const count of [0, 1, 49, 50, 51, 100, 101]) {
      const many = createBench();
      many.saysAlways('chargeStatus', done(paid));
      for (let index = 0; index < count; index += 1) await many.paymentIn({ state: 'succeeded', sentAt: many.now() });
      assert.equal((await sweep(many.ctx, always)).asked, count);
      assert.equal(new Set(many.asked.map(({ given: [reference] }) => reference)).size, count);
      assert.equal((await compare(many.ctx, [], always)).length, count);
      await many.close();
    }
  });

  test('ends where it is when the server is about to stop', async () => {
    for (let index = 0; index < 3; index += 1) await known('succeeded', paid);
    bench.says('chargeStatus', () => {
      bench.setClosing(true);
      return done(paid);
    });
    assert.equal((await sweep(bench.ctx, always)).asked, 1);
  });
});

describe('the sweep of what was given up', () => {
  /** The first to ask learns when it is its turn: a day later. */
  const firstOfAll = async (): Promise<void> => {
    await sweepGivenUp(bench.ctx);
    bench.pass(dayMs);
  };

  test('is made of the two days that ended a day ago, and of nothing that is paid; the log says how it went', async () => {
    await firstOfAll();
    const at = (agoMs: number) => ({ sentAt: bench.now() - agoMs });
    const within = [await known('expired', paid, at(dayMs + 1)), await known('failed', { status: 'failed' }, at(3 * dayMs)), await known('cancelled', undefined, at(2 * dayMs)), await known('not_executed', undefined, at(2 * dayMs))];
    await known('expired', paid, at(dayMs));
    await known('expired', paid, at(3 * dayMs + 1));
    await known('succeeded', paid, at(2 * dayMs));
    await sweepGivenUp(bench.ctx);
    assert.deepEqual(new Set(asked()), new Set(within.map(({ reference }) => reference)));
    assert.deepEqual(bench.log.filter(({ level }) => level !== 'warn').map(({ level, fields }) => [level, fields]), [['info', { asked: 4, unanswered: 2, changed: 1 }]]);
  });

  test('is made once a day', async () => {
    await firstOfAll();
    for (let hours = 0; hours < 48; hours += 1) {
      await sweepGivenUp(bench.ctx);
      bench.pass(hourMs);
    }
    assert.equal(bench.log.length, 2);
  });

  test('troubles the database for its turn once an hour; not for longer because the clock was set back', async () => {
    let turns = 0;
    const ctx = { ...bench.ctx, store: { ...bench.ctx.store, claimChore: () => Promise.resolve((turns += 1) === 0) } };
    const turnsAfter = async (ms: number): Promise<number> => {
      bench.pass(ms);
      await sweepGivenUp(ctx);
      return turns;
    };
    assert.deepEqual([await turnsAfter(0), await turnsAfter(0), await turnsAfter(hourMs - 1), await turnsAfter(1), await turnsAfter(hourMs - 1)], [1, 1, 1, 2, 2]);
    assert.deepEqual([await turnsAfter(-dayMs), await turnsAfter(1), await turnsAfter(hourMs)], [3, 3, 4]);
    assert.deepEqual(bench.log, []);
  });
});

const listed = ({ reference }: PaymentRow, change: Partial<ListedMovement> = {}): ListedMovement => ({ kind: 'payment', reference, amount, ...change });
const compared = async (movements: ListedMovement[], period = always): Promise<[string, string | undefined][]> =>
  (await compare(bench.ctx, movements, period)).map(({ what, paymentId }) => [what, paymentId]);

describe('a list of movements', () => {
  test('with a payment that took money here agrees, and nobody is asked', async () => {
    const taken = await Promise.all((['succeeded', 'refunding', 'refunded', 'late_success', 'review'] as const).map((state) => known(state)));
    const movements = taken.flatMap((payment) => [listed(payment), ...(payment.state === 'refunded' ? [listed(payment, { kind: 'refund' })] : [])]);
    assert.deepEqual(await compared(movements), []);
    assert.deepEqual([asked(), bench.log], [[], []]);
  });

  for (const state of [...givenUp, 'unknown'] as const) {
    test(`with a payment that is "${state}" here is a reason to ask, and no more`, async () => {
      const [truly, not, silent] = [await known(state, paid), await known(state, { status: 'not-found' }), await known(state)];
      assert.deepEqual(await compared([truly, not, silent].map((payment) => listed(payment))), [['not-paid', not.id], ['not-paid', silent.id]]);
      assert.deepEqual(asked(), [truly, not, silent].map(({ reference }) => reference));
      assert.equal((await bench.payment(truly.id)).state, 'succeeded');
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [...(state === 'unknown' ? [] : [['warn', { paymentId: truly.id, was: state }]]), ['error', { differences: 2 }]]);
    });
  }

  for (const state of ['created', 'sending', 'requires_action', 'pending'] as const) {
    test(`with a payment that is "${state}" here is held against it to the end, whatever the bank says of that one`, async () => {
      const [unknown, silent] = [await known(state, { status: 'not-found' }), await known(state)];
      assert.deepEqual(await compared([unknown, silent].map((payment) => listed(payment))), [['not-paid', unknown.id], ['not-paid', silent.id]]);
      assert.deepEqual([(await bench.payment(unknown.id)).state, (await bench.payment(silent.id)).state], [state, state]);
    });
  }

  test('with a refund agrees if the money went back here too; if not, the bank is asked', async () => {
    const [back, elsewhere, not] = [await known('refunded'), await known('succeeded', { ...paid, status: 'refunded' }), await known('succeeded', paid)];
    const movements = [back, elsewhere, not].flatMap((payment) => [listed(payment), listed(payment, { kind: 'refund' })]);
    assert.deepEqual(await compared(movements), [['not-refunded', not.id]]);
    assert.deepEqual(asked(), [elsewhere.reference, not.reference]);
  });

  test('with a refund of what a person was to transfer and did, does not agree: the money went back twice; it does with what the person found out at the bank', async () => {
    const [transferred, foundOut] = [await known('succeeded'), await known('review')];
    await bench.refundIn(transferred, { state: 'manual' });
    await bench.refundIn(foundOut, { state: 'review' });
    for (const { id } of [transferred, foundOut]) await confirmManualRefund(bench.ctx, id, { by: 'Sari' });
    const movements = [transferred, foundOut].flatMap((payment) => [listed(payment), listed(payment, { kind: 'refund' })]);
    assert.deepEqual(await compared(movements), [['not-refunded', transferred.id]]);
    assert.deepEqual(asked(), []);
  });

  test('with what nobody here knows, with another amount, and with the same twice, is wrong there, and nobody is asked', async () => {
    const [twice, other, foreign] = [await known('refunded'), await known('expired'), await known('succeeded')];
    const movements = [
      listed(twice), listed(twice, { kind: 'refund' }), listed(twice, { amount: { value: '1.00', currency: 'IDR' } }), listed(twice, { kind: 'refund' }),
      listed(other, { amount: { value: '10000.01', currency: 'IDR' } }), listed(foreign), { ...listed(foreign), reference: 'nobody\'s' },
    ];
    assert.deepEqual(await compare(bench.ctx, movements, always), [
      { what: 'listed-twice', reference: twice.reference }, { what: 'listed-twice', reference: twice.reference },
      { what: 'other-amount', reference: other.reference, paymentId: other.id }, { what: 'not-in-ledger', reference: 'nobody\'s' },
    ]);
    assert.deepEqual(asked(), []);
  });

  test('lacks what took money here within the period, unless that is for people or may yet go back', async () => {
    const early = await known('succeeded', paid, { sentAt: 5 });
    const all = await Promise.all(everyState.map((state) => known(state)));
    const expected = all.filter(({ state }) => ['succeeded', 'refunding', 'refunded'].includes(state)).map(({ id }): [string, string] => ['not-listed', id]);
    expected.push(...all.filter(({ state }) => state === 'refunded').map(({ id }): [string, string] => ['refund-not-listed', id]));
    assert.deepEqual(new Set((await compared([], { fromMs: 6, toMs: 8e15 })).map((one) => one.join())), new Set(expected.map((one) => one.join())));
    assert.deepEqual(await compared([], { fromMs: 0, toMs: 6 }), [['not-listed', early.id]]);
    assert.deepEqual(await compared([listed(early, { kind: 'refund' })], { fromMs: 0, toMs: 6 }), [['not-refunded', early.id], ['not-listed', early.id]], 'a refund is no payment');
  });

  test('lacks a refund that the bank said it had done within the period, and did not do', async () => {
    const refunds = { early: { state: 'succeeded', refundedAt: 5 }, lacking: { state: 'succeeded', refundedAt: 6 }, there: { state: 'succeeded', refundedAt: 7 }, failed: { state: 'failed', refundedAt: null }, byHand: { state: 'succeeded', refundedAt: 6, byHand: 1 }, late: { state: 'succeeded', refundedAt: 8 } } as const;
    const payments = new Map<string, PaymentRow>();
    for (const [name, refund] of Object.entries(refunds)) {
      const payment = await known('refunded', undefined, { sentAt: 1 });
      payments.set(name, payment);
      await bench.refundIn(payment, refund);
    }
    const there = payments.get('there') ?? assert.fail();
    assert.deepEqual(await compared([listed(there, { kind: 'refund' })], { fromMs: 6, toMs: 8 }), [['refund-not-listed', payments.get('lacking')?.id]]);
    assert.deepEqual(asked(), []);
  });

  test('lacks what the bank said it had given back by itself', async () => {
    const { id } = await known('succeeded');
    bench.pass(hourMs);
    await applyStatus(bench.ctx, id, { ...paid, status: 'refunded' }, { source: 'notification', text: '04' });
    const payment = await bench.payment(id);
    assert.deepEqual(await compared([listed(payment)], { fromMs: bench.now(), toMs: 8e15 }), [['refund-not-listed', id]]);
    assert.deepEqual(await compared([listed(payment), listed(payment, { kind: 'refund' })], { fromMs: bench.now(), toMs: 8e15 }), []);
    assert.deepEqual(await compared([listed(payment)], { fromMs: bench.now() + 1, toMs: 8e15 }), []);
  });
});

/** Monday, at midnight. A payment of the week before that somebody gives back in DOKU's dashboard on Monday at ten; DOKU sends no word of it. */
async function givenBackOnMonday(): Promise<{ payment: PaymentRow; monday: number }> {
  const payment = await bench.paidPayment({ sentAt: bench.now() });
  bench.pass(7 * dayMs);
  const monday = bench.now();
  said.set(payment.reference, { ...paid, status: 'refunded' });
  return { payment, monday };
}

describe('a shop that holds the list of each day against the ledger in the following night, and learns of a refund', () => {
  const byList = ({ payment, monday }: { payment: PaymentRow; monday: number }): Promise<[string, string | undefined][]> =>
    compared([listed(payment, { kind: 'refund' })], { fromMs: monday, toMs: monday + dayMs });
  const ofTuesday = async (monday: number): Promise<[string, string | undefined][]> => {
    bench.pass(dayMs);
    return compared([], { fromMs: monday + dayMs, toMs: monday + 2 * dayMs });
  };

  test('by that list, is not told a day later that it is in none', async () => {
    const given = await givenBackOnMonday();
    bench.pass(dayMs + 3 * hourMs);
    assert.deepEqual(await byList(given), []);
    assert.equal((await bench.payment(given.payment.id)).state, 'refunded');
    assert.deepEqual(await ofTuesday(given.monday), []);
  });

  test('by that list, for which people were asked to transfer, neither', async () => {
    const given = await givenBackOnMonday();
    await bench.refundIn(given.payment, { state: 'manual' });
    bench.pass(dayMs + 3 * hourMs);
    assert.deepEqual(await byList(given), []);
    assert.deepEqual(await ofTuesday(given.monday), []);
  });

  test('by the sweep of that night, neither', async () => {
    const given = await givenBackOnMonday();
    bench.pass(dayMs + 2 * hourMs);
    assert.deepEqual((await sweep(bench.ctx, always)).changed, [given.payment.id]);
    bench.pass(hourMs);
    assert.deepEqual(await byList(given), []);
    assert.deepEqual(await ofTuesday(given.monday), []);
  });
});
