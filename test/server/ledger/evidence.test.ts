import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { PaymentFailure } from '../../../packages/server/src/contract.ts';
import type { ChargeStatus } from '../../../packages/server/src/ledger/bank.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import type { PaymentRow, PaymentState } from '../../../packages/server/src/store/rows.ts';
import type { Commit } from '../../../packages/server/src/store/store.ts';
import { createBench, dayMs, hourMs, minuteMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { paid } from '../support/scripted-bank.ts';

const { settleWindowMs, bankPageMs, reviewAfterMs, checkNotBeforeMs } = defaultTiming;
const openStates = ['sending', 'requires_action', 'pending', 'unknown'] as const;
const unpaidStates = ['failed', 'not_executed', 'expired', 'cancelled'] as const;
/** Nothing the bank says of the charge is for these; but that it gave back what people look at, or what we are giving back, is. */
const deafStates = ['created', 'refunding', 'refunded', 'review'] as const;
const asked = { source: 'inquiry', text: 'status 200' } as const;
const toldUs = { source: 'notification', text: 'latest 00' } as const;

let bench: Bench;

beforeEach(() => { bench = createBench(); });
afterEach(() => bench.close());

const levels = (): string[] => bench.log.map(({ level }) => level);
const told = async () => (await bench.told()).map((event) => ({ type: event.type, ...('failure' in event && { failure: event.failure }) }));

/** A payment that was sent a while after it was begun, and what became of it by what the bank said. */
async function after(change: Partial<PaymentRow>, status: ChargeStatus, evidence: typeof asked | typeof toldUs = asked): Promise<PaymentRow> {
  const { id } = await bench.paymentIn({ state: 'unknown', createdAt: bench.now() - hourMs, updatedAt: bench.now() - minuteMs, sentAt: bench.now() - 2 * minuteMs, nextAt: bench.now() - 1, ...change });
  await applyStatus(bench.ctx, id, status, evidence);
  return bench.payment(id);
}

/** As a payment ends without money. */
const unpaidAs = (state: PaymentState, failure: PaymentFailure) => ({ state, failure, nextAt: null, paidAt: null });

describe('"paid"', () => {
  for (const state of openStates) {
    test(`of a payment that is "${state}" settles it`, async () => {
      const payment = await after({ state }, paid, toldUs);
      assert.partialDeepStrictEqual(payment, { state: 'succeeded', paidAt: bench.now(), failure: null, nextAt: null });
      assert.deepEqual(await told(), [{ type: 'payment.paid' }]);
      assert.deepEqual(await bench.trail('payments', payment.id), [`${state} → succeeded: notification: latest 00`]);
      assert.deepEqual(levels(), []);
    });
  }

  for (const state of unpaidStates) {
    test(`of a payment that was given up ("${state}") settles it too: nobody else has paid the order; the log says so`, async () => {
      const payment = await after({ state, failure: 'EXPIRED', nextAt: null }, paid);
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['warn', { paymentId: payment.id, was: state }]]);
      assert.partialDeepStrictEqual(payment, { state: 'succeeded', paidAt: bench.now(), failure: null, nextAt: null });
      assert.deepEqual(await told(), [{ type: 'payment.paid' }]);
    });

    test(`of a payment that was given up ("${state}") comes late, if somebody has: to be looked at now, and told`, async () => {
      const late = await bench.paymentIn({ state: 'unknown', orderId: 'order', sentAt: bench.now() });
      await bench.ctx.store.commit({ changes: [{ table: 'payments', id: late.id, from: ['unknown'], to: state, set: { nextAt: null, failure: 'EXPIRED' }, cause: 'test' }] });
      await bench.paymentIn({ state: 'succeeded', orderId: 'order' });
      await applyStatus(bench.ctx, late.id, paid, asked);
      assert.partialDeepStrictEqual(await bench.payment(late.id), { state: 'late_success', paidAt: bench.now(), nextAt: bench.now() });
      assert.deepEqual(await told(), [{ type: 'payment.late' }]);
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: late.id }]]);
    });
  }

  test('of a payment that was given up, said at two servers at once, is its order\'s, and nobody is called', async () => {
    const { id } = await bench.paymentIn({ state: 'expired', orderId: 'order', sentAt: bench.now() - minuteMs, failure: 'EXPIRED', nextAt: null });
    await Promise.all([bench.ctx, bench.another()].map((server) => applyStatus(server, id, paid, toldUs)));
    assert.deepEqual([(await bench.payment(id)).state, await told(), levels()], ['succeeded', [{ type: 'payment.paid' }], ['warn']]);
  });

  for (const [name, amount] of [['more', { value: '10000.01', currency: 'IDR' }], ['less', { value: '9999.99', currency: 'IDR' }], ['something else', { value: '10000.00', currency: 'USD' }], ['nobody knows how much', undefined]] as const) {
    for (const state of [...openStates, ...unpaidStates]) {
      test(`of ${name} is for people, the payment being "${state}"`, async () => {
        const payment = await after({ state }, { status: 'paid', ...(amount && { amount }) });
        assert.partialDeepStrictEqual(payment, { state: 'review', paidAt: null, nextAt: null });
        assert.deepEqual(await told(), [{ type: 'payment.review' }]);
        assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id }]]);
      });
    }
  }

  test('of a payment that is paid says nothing new; one that was to be asked about is final again', async () => {
    const settled = await after({ state: 'succeeded', nextAt: null }, paid);
    assert.equal(settled.version, 1);
    const doubted = await after({ state: 'succeeded', nextAt: bench.now() + minuteMs }, paid, toldUs);
    assert.partialDeepStrictEqual(doubted, { state: 'succeeded', nextAt: null, version: 2 });
    assert.deepEqual([await told(), levels()], [[], []]);
  });
});

describe('another amount of a payment that is paid', () => {
  for (const [name, amount] of [['less', { value: '1.00', currency: 'IDR' }], ['in another currency', { ...paid.amount, currency: 'USD' }], ['unsaid', undefined]] as const) {
    test(`(${name}) changes nothing of it, and people hear of it`, async () => {
      for (const [nextAt, evidence] of [[null, toldUs], [bench.now(), asked]] as const) {
        const payment = await after({ state: 'succeeded', nextAt }, { status: 'paid', ...(amount && { amount }) }, evidence);
        assert.deepEqual([payment.state, payment.nextAt, await told()], ['succeeded', null, []]);
        assert.deepEqual(bench.log.splice(0).map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, by: evidence.source }]]);
      }
    });
  }
});

describe('silence about a payment that is paid', () => {
  test('changes nothing where nobody doubted it: a sweep asks about thousands of them', async () => {
    const payment = await after({ state: 'succeeded', nextAt: null }, { status: 'no-answer' });
    assert.deepEqual([payment.version, payment.nextAt, levels()], [1, null, []]);
  });

  test('after the bank contradicted itself, is met by ever rarer questions, for about a day; then people hear of it', async () => {
    const { id } = await after({ state: 'succeeded', nextAt: null, checks: 7 }, { status: 'failed' }, toldUs);
    const doubted = await bench.payment(id);
    assert.deepEqual([doubted.nextAt, doubted.checks, levels()], [bench.now() + minuteMs, 0, ['warn']]);
    const pauses: number[] = [];
    for (let payment = doubted; payment.nextAt !== null; payment = await bench.payment(id)) {
      pauses.push(payment.nextAt - bench.now());
      bench.passUntil(payment.nextAt);
      await applyStatus(bench.ctx, id, { status: 'no-answer' }, asked);
    }
    assert.deepEqual(pauses.slice(0, 6), [1, 1, 1.5, 3, 5, 10].map((minutes) => minutes * minuteMs));
    assert.deepEqual([pauses.length, pauses.at(-1), levels()], [31, hourMs, ['warn', 'error']]);
    assert.deepEqual([(await bench.payment(id)).state, await told()], ['succeeded', []]);
  });
});

describe('news of a payment that', () => {
  const news: ChargeStatus[] = [paid, { ...paid, status: 'refunded' }, { status: 'failed' }, { status: 'cancelled' }, { status: 'open' }, { status: 'not-found' }, { status: 'no-answer' }];

  for (const state of deafStates) {
    test(`is "${state}" changes nothing of it`, async () => {
      for (const status of news.filter((said) => said.status !== 'refunded' || !['review', 'refunding'].includes(state))) {
        const payment = await after({ state, sentAt: bench.now() - 2 * reviewAfterMs, notFoundCount: 9 }, status);
        assert.deepEqual([payment.state, payment.version, payment.nextAt], [state, 1, bench.now() - 1], status.status);
      }
      assert.deepEqual([await told(), levels()], [[], state === 'review' ? ['error'] : []], 'only people who look at it have to know that it was paid');
    });
  }

  for (const state of unpaidStates) {
    test(`is "${state}", and of no money, changes nothing of it`, async () => {
      for (const status of news.slice(2)) assert.deepEqual([(await after({ state }, status, toldUs)).version, status.status], [1, status.status]);
      assert.deepEqual([await told(), levels()], [[], []]);
    });
  }

  test('is not there is nobody\'s', () => applyStatus(bench.ctx, 'none', paid, asked));

  test('was taken late changes nothing of it, but that it was given back', async () => {
    for (const status of news.filter((said) => said.status !== 'refunded')) assert.deepEqual([(await after({ state: 'late_success' }, status, toldUs)).version, status.status], [1, status.status]);
    assert.deepEqual([await told(), levels()], [[], []]);
  });

  for (const state of [...openStates, ...unpaidStates, 'succeeded', 'refunding', 'late_success', 'review'] as const) {
    test(`is "${state}", and was given back elsewhere, ends it`, async () => {
      for (const evidence of [asked, toldUs]) {
        assert.partialDeepStrictEqual(await after({ state, failure: 'DECLINED' }, { ...paid, status: 'refunded' }, evidence), { state: 'refunded', nextAt: null, failure: null });
        assert.deepEqual([await told(), levels()], [[{ type: 'payment.refunded' }], []]);
      }
    });
  }

  test('was given back elsewhere, but not as much of it as was paid, is for people, too: the rest is the shopper\'s', async () => {
    const payment = await after({ state: 'succeeded' }, { status: 'refunded', amount: { value: '1.00', currency: 'IDR' } }, toldUs);
    assert.deepEqual([payment.state, await told()], ['refunded', [{ type: 'payment.refunded' }]]);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, by: 'notification' }]]);
    await after({ state: 'succeeded' }, { status: 'refunded' }, asked);
    assert.equal(bench.log.length, 1, 'an amount that is not said is no other one');
  });

  for (const [state, waits] of [['succeeded', 'manual'], ['review', 'manual'], ['review', 'review']] as const) {
    test(`is "${state}", and was given back elsewhere, leaves nothing for people to transfer, whose refund was "${waits}"`, async () => {
      const payment = await bench.paymentIn({ state });
      const refund = await bench.refundIn(payment, { state: waits });
      await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, toldUs);
      assert.partialDeepStrictEqual(await bench.refund(refund.id), { state: 'succeeded', refundedAt: bench.now(), byHand: null, nextAt: null });
      assert.deepEqual([(await bench.payment(payment.id)).state, await told(), levels()], ['refunded', [{ type: 'payment.refunded' }], []]);
      await assert.rejects(confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' }), { code: 'PAYMENT_NOT_REFUNDABLE' });
    });
  }

  for (const waits of ['manual', 'review'] as const) {
    test(`was transferred by hand ("${waits}"), and was given back by the bank as well, is for people: the money went back twice`, async () => {
      const payment = await bench.paymentIn({ state: waits === 'manual' ? 'succeeded' : 'review' });
      await bench.refundIn(payment, { state: waits });
      const refund = await confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' });
      await bench.told();
      await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, toldUs);
      assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, by: 'notification' }]]);
      assert.deepEqual([(await bench.payment(payment.id)).state, await bench.refund(refund.id), await told()], ['refunded', refund, []]);
    });
  }

  test('was given back by the bank, and is so again, is no news', async () => {
    const payment = await bench.paymentIn({ state: 'refunded' });
    await bench.refundIn(payment, { state: 'succeeded' });
    await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, toldUs);
    assert.deepEqual([await told(), levels()], [[], []]);
  });

  for (const state of ['created', 'sending', 'pending', 'unknown'] as const) {
    test(`is being given back by us ("${state}"), and was given back elsewhere, ends that too: the bank will refuse ours`, async () => {
      const payment = await bench.paymentIn({ state: 'refunding' });
      const refund = await bench.refundIn(payment, { state, nextAt: bench.now() });
      await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, toldUs);
      assert.partialDeepStrictEqual(await bench.refund(refund.id), { state: 'succeeded', refundedAt: bench.now(), byHand: null, nextAt: null });
      assert.deepEqual([(await bench.payment(payment.id)).state, await told(), levels()], ['refunded', [{ type: 'payment.refunded' }], []]);
    });
  }

  test('is paid, and was given back elsewhere, keeps the refund that the bank refused', async () => {
    const payment = await bench.paymentIn({ state: 'succeeded' });
    const refund = await bench.refundIn(payment, { state: 'failed' });
    await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, toldUs);
    assert.deepEqual([(await bench.payment(payment.id)).state, (await bench.refund(refund.id)).state], ['refunded', 'failed']);
  });

  test('was given up, taken and given back, of which the second was heard first, is not paid by the first', async () => {
    const { id } = await after({ state: 'not_executed', nextAt: null }, { ...paid, status: 'refunded' }, toldUs);
    await applyStatus(bench.ctx, id, paid, toldUs);
    assert.equal((await bench.payment(id)).state, 'refunded');
    assert.deepEqual(await told(), [{ type: 'payment.refunded' }]);
  });

  for (const state of openStates) {
    test(`is "${state}", and was cancelled, ends it`, async () => {
      assert.partialDeepStrictEqual(await after({ state, pageExpiresAt: 0 }, { status: 'cancelled' }), unpaidAs('cancelled', 'CANCELLED'));
      assert.deepEqual(await told(), [{ type: 'payment.failed', failure: 'CANCELLED' }]);
    });
  }
});

describe('"failed"', () => {
  const cases: [name: string, closesIn: number | null, said: PaymentFailure | undefined, state: PaymentState, failure: PaymentFailure][] = [
    ['for a reason, the page being open', 1, 'INSUFFICIENT_FUNDS', 'failed', 'INSUFFICIENT_FUNDS'],
    ['for a reason, the page being closed', -1, 'INSUFFICIENT_FUNDS', 'failed', 'INSUFFICIENT_FUNDS'],
    ['for no reason, the page being open', 1, undefined, 'failed', 'DECLINED'],
    ['for no reason, the page just having closed', 0, undefined, 'expired', 'EXPIRED'],
    ['for no reason, and nobody knows when the page closes', null, undefined, 'failed', 'DECLINED'],
    ['since its time is over, whatever we think', 1, 'EXPIRED', 'expired', 'EXPIRED'],
  ];
  for (const [name, closesIn, said, state, failure] of cases) {
    test(name, async () => {
      const pageExpiresAt = closesIn === null ? null : bench.now() + closesIn;
      const payment = await after({ state: 'requires_action', pageExpiresAt }, { status: 'failed', ...(said && { failure: said }) });
      assert.partialDeepStrictEqual(payment, unpaidAs(state, failure));
      assert.deepEqual(await told(), [{ type: 'payment.failed', failure }]);
    });
  }

  for (const state of ['sending', 'pending', 'unknown'] as const) {
    test(`of a payment that is "${state}" has no page that could have run out`, async () => {
      assert.partialDeepStrictEqual(await after({ state, pageExpiresAt: bench.now() - 1 }, { status: 'failed' }), unpaidAs('failed', 'DECLINED'));
      assert.partialDeepStrictEqual(await after({ state }, { status: 'failed', failure: 'EXPIRED' }), unpaidAs('failed', 'EXPIRED'));
    });
  }
});

describe('what the bank says of a paid payment against its own word', () => {
  const denials: ChargeStatus[] = [{ status: 'failed' }, { status: 'cancelled' }, { status: 'open' }, { status: 'not-found' }];

  test('by notification is a reason to ask, a minute later', async () => {
    for (const status of denials) {
      const payment = await after({ state: 'succeeded', nextAt: null }, status, toldUs);
      assert.partialDeepStrictEqual(payment, { state: 'succeeded', nextAt: bench.now() + checkNotBeforeMs });
      assert.deepEqual(bench.log.splice(0).map(({ level, fields }) => [level, fields]), [['warn', { paymentId: payment.id, said: status.status }]]);
    }
    assert.deepEqual(await told(), []);
  });

  test('when asked is a matter for people, and changes nothing', async () => {
    for (const status of denials) {
      const payment = await after({ state: 'succeeded' }, status);
      assert.partialDeepStrictEqual(payment, { state: 'succeeded', nextAt: null, version: 2 });
      assert.deepEqual(bench.log.splice(0).map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, said: status.status }]]);
    }
    assert.equal((await after({ state: 'succeeded', nextAt: null }, { status: 'open' })).version, 1);
    assert.deepEqual(await told(), []);
  });

  test('and silence is neither: it is asked again', async () => {
    assert.partialDeepStrictEqual(await after({ state: 'succeeded' }, { status: 'no-answer' }), { state: 'succeeded', nextAt: bench.now() + checkNotBeforeMs });
    assert.deepEqual([await told(), levels()], [[], []]);
  });
});

describe('a payment of which the bank has nothing final to say', () => {
  const stays: [state: PaymentState, status: ChargeStatus['status'], then: PaymentState][] = [
    ['requires_action', 'open', 'requires_action'], ['requires_action', 'not-found', 'requires_action'], ['requires_action', 'no-answer', 'requires_action'],
    ['pending', 'open', 'pending'], ['pending', 'not-found', 'pending'], ['pending', 'no-answer', 'pending'],
    ['unknown', 'open', 'pending'], ['unknown', 'not-found', 'unknown'], ['unknown', 'no-answer', 'unknown'],
    ['sending', 'open', 'pending'],
  ];
  for (const [state, status, then] of stays) {
    test(`("${status}") is "${then}" after "${state}", and is asked about again`, async () => {
      const payment = await after({ state, checks: 2, notFoundCount: 1 }, { status });
      const isSilent = status === 'no-answer';
      assert.partialDeepStrictEqual(payment, {
        state: then, checks: isSilent ? 2 : 3, notFoundCount: isSilent ? 1 : status === 'open' ? 0 : 2, nextAt: bench.now() + (isSilent ? 3 : 5) * minuteMs,
      });
      assert.deepEqual([await told(), levels()], [[], []]);
    });
  }

  for (const status of ['not-found', 'no-answer'] as const) {
    test(`("${status}") is left to who is sending it, while somebody is`, async () => {
      assert.partialDeepStrictEqual(await after({ state: 'sending' }, { status }), { state: 'sending', version: 1, notFoundCount: 0 });
      assert.deepEqual([await told(), levels()], [[], []]);
    });
  }

  test('is asked about a minute after it was sent, not sooner', async () => {
    const sentAt = bench.now() + hourMs;
    assert.equal((await after({ sentAt }, { status: 'open' })).nextAt, sentAt + checkNotBeforeMs);
  });

  test('counts a silence as one question, however many there were', async () => {
    assert.partialDeepStrictEqual(await after({ checks: 0 }, { status: 'no-answer' }), { checks: 1, nextAt: bench.now() + 1.5 * minuteMs });
    assert.partialDeepStrictEqual(await after({ checks: 1 }, { status: 'no-answer' }), { checks: 1, nextAt: bench.now() + 1.5 * minuteMs });
  });

  test('is asked about just after its page closed, if that is sooner than planned, and once', async () => {
    const planned = bench.now() + 1.5 * minuteMs;
    for (const [closesIn, next] of [[minuteMs, bench.now() + minuteMs + 1000], [1, bench.now() + 1001], [0, planned], [-1, planned], [hourMs, planned]] as const) {
      const payment = await after({ state: 'requires_action', pageExpiresAt: bench.now() + closesIn }, { status: 'open' });
      assert.equal(payment.nextAt, next, `closes in ${closesIn} ms`);
    }
    assert.equal((await after({ state: 'requires_action', pageExpiresAt: null }, { status: 'open' })).nextAt, planned);
  });

  for (const state of openStates) {
    test(`a day after it was sent, is for people ("${state}")`, async () => {
      for (const status of ['open', 'not-found', 'no-answer'] as const) {
        assert.partialDeepStrictEqual(await after({ state, sentAt: bench.now() - reviewAfterMs }, { status }), { state: 'review', nextAt: null });
        assert.deepEqual(await told(), [{ type: 'payment.review' }]);
      }
    });
  }

  test('a day after it was begun, but sent a moment later, is not for people yet', async () => {
    assert.equal((await after({ createdAt: bench.now() - 2 * dayMs, sentAt: bench.now() - reviewAfterMs + 1 }, { status: 'open' })).state, 'pending');
    assert.equal((await after({ createdAt: bench.now() - reviewAfterMs, sentAt: null }, { status: 'open' })).state, 'review', 'what has no time of sending was sent when it was begun');
  });
});

describe('a payment that the bank does not know', () => {
  const denied = { status: 'not-found' } as const;
  /** Long since for all that could count. */
  const long = () => ({ notFoundCount: 2, sentAt: bench.now() - bankPageMs - settleWindowMs });

  test('for the third time, and for long enough, never arrived', async () => {
    assert.partialDeepStrictEqual(await after(long(), denied), unpaidAs('not_executed', 'BANK_UNAVAILABLE'));
    assert.deepEqual(await told(), [{ type: 'payment.failed', failure: 'BANK_UNAVAILABLE' }]);
  });

  const notYet: [name: string, change: () => Partial<PaymentRow>, status: ChargeStatus][] = [
    ['for the second time', () => ({ ...long(), notFoundCount: 1 }), denied],
    ['an instant too early', () => ({ ...long(), sentAt: bench.now() - bankPageMs - settleWindowMs + 1 }), denied],
    ['though it had taken it on', () => ({ ...long(), state: 'pending', pageExpiresAt: bench.now() - settleWindowMs }), denied],
    ['though it had opened a page', () => ({ ...long(), state: 'requires_action', pageExpiresAt: bench.now() - settleWindowMs + 1 }), denied],
    ['though it had opened a page, of which nobody knows when it closes', () => ({ ...long(), state: 'requires_action', pageExpiresAt: null }), denied],
    ['for the second time, long after it closed the page that it had opened', () => ({ ...long(), notFoundCount: 1, state: 'requires_action', pageExpiresAt: bench.now() - settleWindowMs }), denied],
    ['until now: this time it does', () => ({ ...long(), notFoundCount: 9 }), { status: 'open' }],
    ['until now: this time it says nothing', () => ({ ...long(), notFoundCount: 9 }), { status: 'no-answer' }],
  ];
  for (const [name, change, status] of notYet) {
    test(`${name}, is asked about again`, async () => {
      const payment = await after(change(), status);
      assert.ok(['unknown', 'pending', 'requires_action'].includes(payment.state), payment.state);
      assert.notEqual(payment.nextAt, null);
      assert.deepEqual(await told(), []);
    });
  }

  test('however often it says so at once, has not been denied more than once: a list, and old news, are asked about beside the reconciler', async () => {
    const { id } = await after({ ...long(), notFoundCount: 0 }, denied);
    for (let times = 0; times < 5; times += 1) await applyStatus(bench.ctx, id, denied, asked);
    assert.partialDeepStrictEqual(await bench.payment(id), { state: 'unknown', notFoundCount: 1 });
    for (const notFoundCount of [2, 3]) {
      bench.pass(checkNotBeforeMs / 2 - 1);
      await applyStatus(bench.ctx, id, denied, asked);
      assert.equal((await bench.payment(id)).notFoundCount, notFoundCount - 1);
      bench.pass(1);
      await applyStatus(bench.ctx, id, denied, asked);
      assert.equal((await bench.payment(id)).state, notFoundCount === 3 ? 'not_executed' : 'unknown');
    }
    assert.deepEqual(await told(), [{ type: 'payment.failed', failure: 'BANK_UNAVAILABLE' }]);
  });

  test('long after it closed the page that it had opened, has expired', async () => {
    const payment = await after({ ...long(), state: 'requires_action', pageExpiresAt: bench.now() - settleWindowMs }, denied);
    assert.partialDeepStrictEqual(payment, unpaidAs('expired', 'EXPIRED'));
    assert.deepEqual(await told(), [{ type: 'payment.failed', failure: 'EXPIRED' }]);
  });
});

describe('two who say something of the same payment at once', () => {
  /** Somebody else is faster, so many times. */
  function contested(times: number): { bench: Bench; tries: () => number } {
    let tries = 0;
    const inner = createBench();
    const store = {
      ...inner.ctx.store,
      async commit(commit: Commit): Promise<boolean> {
        tries += 1;
        for (const { id } of tries <= times ? commit.changes : []) await inner.ctx.store.commit({ changes: [{ table: 'payments', id, from: ['unknown'], to: 'unknown', cause: 'faster' }] });
        return inner.ctx.store.commit(commit);
      },
    };
    return { bench: { ...inner, ctx: { ...inner.ctx, store } }, tries: () => tries };
  }

  for (const times of [1, 4]) {
    test(`the slower looks again, ${times} times if need be, and is heard`, async () => {
      const { bench: busy } = contested(times);
      const { id } = await busy.paymentIn({ state: 'unknown', sentAt: busy.now() });
      await applyStatus(busy.ctx, id, paid, asked);
      assert.equal((await busy.payment(id)).state, 'succeeded');
      await busy.close();
    });
  }

  test('who is always slower gives up, and says so', async () => {
    const { bench: busy, tries } = contested(100);
    const { id } = await busy.paymentIn({ state: 'unknown', sentAt: busy.now() });
    await assert.rejects(applyStatus(busy.ctx, id, paid, asked), /kept changing/);
    assert.deepEqual([tries(), (await busy.payment(id)).state], [5, 'unknown']);
    await busy.close();
  });
});
