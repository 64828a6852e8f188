import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ChargeStatus, RefundOrder } from '../../../packages/server/src/ledger/bank.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import { applyStatus } from '../../../packages/server/src/ledger/evidence.ts';
import { confirmManualRefund } from '../../../packages/server/src/ledger/manual-refund.ts';
import { reconcileRefund, refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { reconcileLate } from '../../../packages/server/src/ledger/taken-late.ts';
import type { PaymentRow, PaymentState, RefundRow, RefundState } from '../../../packages/server/src/store/rows.ts';
import { aPayment, aRefund, instant } from '../store/rows.ts';
import { createBench, dayMs, hourMs, minuteMs, newToken } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, paid, pending, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';

const { leaseMs, settleWindowMs, reviewAfterMs, checkNotBeforeMs } = defaultTiming;
const wish = { reason: 'came back' };
const second = 1000;

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  // The bank is asked whether the money is back already, where it refuses to give it back.
  bench.saysAlways('chargeStatus', done(paid));
});
afterEach(async () => {
  assert.equal(bench.placesTaken(), 0, 'somebody is still at the bank');
  await bench.close();
});

/** A refund that was sent a while after it was asked for, and the payment it belongs to. */
async function sentRefund(change: Partial<RefundRow> = {}, payment?: PaymentRow): Promise<{ payment: PaymentRow; refund: RefundRow }> {
  const of = payment ?? (await bench.paidPayment({ state: 'refunding' }));
  return { payment: of, refund: await bench.refundIn(of, { state: 'unknown', createdAt: bench.now() - hourMs, sentAt: bench.now(), sends: 1, ...change }) };
}

const sendings = (): { token: unknown; order: RefundOrder }[] =>
  bench.asked.filter(({ operation }) => operation === 'refund').map(({ given: [token, order] }) => ({ token, order: order as RefundOrder }));
const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const told = async (): Promise<[string, string][]> => (await bench.told()).map((event) => [event.type, 'paymentId' in event ? event.paymentId : '']);
const states = async ({ payment, refund }: { payment: PaymentRow; refund: RefundRow }): Promise<[PaymentState, RefundState]> =>
  [(await bench.payment(payment.id)).state, (await bench.refund(refund.id)).state];

/** The rows as they are at the moment at which the bank is asked. */
async function rowsWhileAsked(payment: PaymentRow): Promise<{ payment: PaymentRow; refund: RefundRow | undefined }> {
  const seen = Promise.withResolvers<{ payment: PaymentRow; refund: RefundRow | undefined }>();
  bench.saysAlways('refund', async () => {
    seen.resolve({ payment: await bench.payment(payment.id), refund: await bench.ctx.store.refundOfPayment(payment.id) });
    return done({});
  });
  await refundPayment(bench.ctx, payment.id, wish);
  return seen.promise;
}

describe('a refund that is asked for', () => {
  test('of a payment that is not there, is not found', async () => {
    await assert.rejects(refundPayment(bench.ctx, 'none', wish), { code: 'NOT_FOUND' });
  });

  for (const state of ['created', 'sending', 'requires_action', 'pending', 'unknown'] as const) {
    test(`while the payment is "${state}", is for later`, async () => {
      const { id } = await bench.paidPayment({ state });
      await assert.rejects(refundPayment(bench.ctx, id, wish), { code: 'PAYMENT_NOT_FINAL' });
    });
  }

  for (const state of ['failed', 'cancelled', 'expired', 'not_executed', 'review', 'refunding', 'refunded'] as const) {
    test(`of a payment that is "${state}" without a refund of ours, is not to be had`, async () => {
      const payment = await bench.paidPayment({ state });
      await assert.rejects(refundPayment(bench.ctx, payment.id, wish), { code: 'PAYMENT_NOT_REFUNDABLE' });
      assert.equal(await bench.ctx.store.refundOfPayment(payment.id), undefined);
      assert.deepEqual(operations(), []);
    });
  }

  test('of a payment that was given back elsewhere after the bank refused ours, is not to be had', async () => {
    const { payment, refund } = await sentRefund({ state: 'failed' }, await bench.paidPayment({ state: 'refunded' }));
    await assert.rejects(refundPayment(bench.ctx, payment.id, wish), { code: 'PAYMENT_NOT_REFUNDABLE' });
    assert.equal((await bench.ctx.store.refundOfPayment(payment.id))?.id, refund.id);
  });

  for (const state of ['created', 'sending', 'pending', 'unknown', 'succeeded', 'review'] as const) {
    test(`while one is "${state}", is that one, also while the bank is away, and nothing is sent`, async () => {
      const { payment, refund } = await sentRefund({ state });
      bench.setAway(true);
      assert.equal((await refundPayment(bench.ctx, payment.id, wish)).id, refund.id);
      assert.deepEqual(operations(), []);
    });
  }

  test('again under the same key, is the one that the bank refused; under another, or none, a new one', async () => {
    const payment = await bench.paidPayment();
    bench.saysAlways('refund', refusal);
    const refused = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'one' });
    assert.deepEqual([refused.state, refused.requestKey], ['failed', 'one']);
    assert.deepEqual(await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'one' }), refused);
    assert.equal(sendings().length, 1);
    const other = await refundPayment(bench.ctx, payment.id, { ...wish, requestKey: 'two' });
    const without = await refundPayment(bench.ctx, payment.id, wish);
    assert.equal(new Set([refused, other, without].map(({ reference }) => reference)).size, 3);
    assert.equal(without.requestKey, null);
  });

  test('while the bank is away, leaves nothing behind', async () => {
    const payment = await bench.paidPayment();
    bench.setAway(true);
    await assert.rejects(refundPayment(bench.ctx, payment.id, wish), { code: 'BANK_UNAVAILABLE' });
    assert.equal(await bench.ctx.store.refundOfPayment(payment.id), undefined);
    assert.equal((await bench.payment(payment.id)).state, 'succeeded');
    const { payment: waits } = await sentRefund({ state: 'manual', sends: 0, sentAt: null }, await bench.paidPayment());
    await assert.rejects(refundPayment(bench.ctx, waits.id, wish), { code: 'BANK_UNAVAILABLE' });
  });

  test('by two at once, is one', async () => {
    const payment = await bench.paidPayment();
    bench.saysAlways('refund', done({}));
    const [one, other] = await Promise.all([refundPayment(bench.ctx, payment.id, wish), refundPayment(bench.ctx, payment.id, wish)]);
    assert.equal(one.id, other.id);
    assert.equal(sendings().length, 1);
  });

  test('is written down before the bank hears of it: who sends it, since when, and when somebody else looks', async () => {
    const payment = await bench.paidPayment({ nextAt: bench.now() + dayMs });
    const rows = await rowsWhileAsked(payment);
    assert.deepEqual([rows.payment.state, rows.payment.nextAt], ['refunding', null]);
    assert.partialDeepStrictEqual(rows.refund, {
      state: 'sending', sends: 1, sentAt: bench.now(), leaseUntil: bench.now() + leaseMs, nextAt: bench.now() + leaseMs, reason: 'came back', createdAt: bench.now(),
    });
    assert.deepEqual(await bench.trail('payments', payment.id), ['succeeded → refunding: refund', 'refunding → refunded: bank: done']);
    assert.deepEqual(await bench.trail('refunds', rows.refund?.id ?? ''), ['created → sending: send', 'sending → succeeded: bank: done']);
  });

  test('whose process dies over the token, comes back after the lease', async () => {
    const payment = await bench.paidPayment({ linkId: 'x' });
    const link = await bench.ctx.store.latestLink(payment.customerId);
    await bench.ctx.store.commit({ changes: [{ table: 'links', id: link?.id ?? '', from: ['active'], to: 'active', set: { tokenExpiresAt: bench.now(), authCodeSealed: 'sealed with a key that is lost' }, cause: 'test' }] });
    const asked = refundPayment(bench.ctx, payment.id, wish);
    await assert.rejects(asked, /no encryption key/);
    const refund = await bench.ctx.store.refundOfPayment(payment.id);
    assert.deepEqual([refund?.state, refund?.nextAt], ['created', bench.now() + leaseMs]);
  });
});

describe('what the bank is asked', () => {
  test('names both numbers, the amount, the reason, and the shopper\'s device', async () => {
    const payment = await bench.paidPayment({ deviceId: 'phone', ipAddress: '203.0.113.9' });
    bench.saysAlways('refund', done({}));
    const { reference } = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual(sendings(), [{
      token: `token of ${payment.customerId}`,
      order: {
        reference, paymentReference: payment.reference, paymentExternalId: '4711', amount: { value: '10000.00', currency: 'IDR' }, reason: 'came back',
        device: { id: 'phone', ipAddress: '203.0.113.9' }, notAfter: bench.now() + leaseMs,
      },
    }]);
  });

  test('names ours, once the shopper\'s device is forgotten', async () => {
    const payment = await bench.paidPayment({ deviceId: '', ipAddress: '' });
    bench.saysAlways('refund', done({}));
    await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual(sendings()[0]?.order.device, { id: 'allokitserver', ipAddress: '100.64.0.10' });
  });

  test('goes with the token of the customer\'s present link, if the payment\'s own is gone', async () => {
    const payment = await bench.paidPayment({ linkId: 'gone' });
    bench.saysAlways('refund', done({}));
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'succeeded');
    assert.equal(sendings()[0]?.token, `token of ${payment.customerId}`);
  });

  test('goes once more with a new token, if the bank refused the first: the same refund in all else', async () => {
    const payment = await bench.paidPayment();
    await bench.tokenEnds(payment.linkId);
    bench.says('exchange', ...['first', 'second'].map((token) => done({ token, expiresAt: bench.now() + dayMs })));
    bench.saysAlways('refund', (token) => (token === 'second' ? done({}) : tokenRefusal));
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'succeeded');
    assert.deepEqual(sendings().map(({ token }) => token), ['first', 'second']);
    assert.deepEqual(sendings()[0]?.order, sendings()[1]?.order);
  });

  test('goes a third time, if what was kept in the place of the first by then, by another server, is refused, too', async () => {
    const payment = await bench.paidPayment();
    bench.says('refund', async () => {
      await bench.renewedElsewhere(payment.linkId, 'second');
      return tokenRefusal;
    }, tokenRefusal, done({}));
    bench.says('exchange', newToken('third'));
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'succeeded');
    assert.deepEqual(sendings().map(({ token }) => token), [`token of ${payment.customerId}`, 'second', 'third']);
    assert.deepEqual(sendings()[0]?.order, sendings()[2]?.order);
  });

  for (const [name, exchange] of [['is refused', refusal], ['does not come', silence]] as const) {
    test(`goes once, if the new token ${name}`, async () => {
      const payment = await bench.paidPayment();
      bench.saysAlways('exchange', exchange);
      bench.saysAlways('refund', tokenRefusal);
      assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'manual');
      assert.deepEqual(operations(), ['refund', 'exchange', 'chargeStatus']);
    });
  }

  test('goes once, if the customer unlinks in the very moment at which the token is refused', async () => {
    const payment = await bench.paidPayment();
    bench.saysAlways('refund', async () => {
      await bench.unlinks(payment.linkId);
      return tokenRefusal;
    });
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'manual');
    assert.deepEqual(operations(), ['refund', 'chargeStatus']);
  });
});

describe('how the bank answers a refund', () => {
  for (const [said, kept] of [[{ refundedAt: 1_234_567 }, 1_234_567], [{}, undefined]] as const) {
    test(`done, and ${kept === undefined ? 'not when: now' : 'when'}`, async () => {
      const payment = await bench.paidPayment();
      bench.saysAlways('refund', done(said));
      const refund = await refundPayment(bench.ctx, payment.id, wish);
      assert.partialDeepStrictEqual(refund, { state: 'succeeded', refundedAt: kept ?? bench.now(), nextAt: null, leaseUntil: null, failure: null });
      assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'refunded', nextAt: null });
      assert.deepEqual(await told(), [['payment.refunded', payment.id]]);
      assert.deepEqual(await bench.told(), []);
    });
  }

  for (const [answer, state] of [[pending, 'pending'], [silence, 'unknown']] as const) {
    test(`${answer.outcome}: it is asked for a minute after the sending, however long that took`, async () => {
      const payment = await bench.paidPayment();
      bench.saysAlways('refund', () => {
        bench.pass(5 * second);
        return answer;
      });
      const sentAt = bench.now();
      const refund = await refundPayment(bench.ctx, payment.id, wish);
      assert.partialDeepStrictEqual(refund, { state, sentAt, sends: 1, nextAt: sentAt + checkNotBeforeMs, checks: 0 });
      assert.equal((await bench.payment(payment.id)).state, 'refunding');
      assert.deepEqual(await told(), []);
    });
  }

  for (const [name, answer, failure] of [['refused', refusal, 'LIMIT_EXCEEDED'], ['not sent', notSent, 'BANK_UNAVAILABLE']] as const) {
    test(`${name}: the payment is paid as before, and the merchant is told of this refund`, async () => {
      const payment = await bench.paidPayment();
      bench.saysAlways('refund', answer);
      const refund = await refundPayment(bench.ctx, payment.id, wish);
      assert.partialDeepStrictEqual(refund, { state: 'failed', failure, nextAt: null, refundedAt: null });
      assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'succeeded', nextAt: null });
      assert.deepEqual(await told(), [['refund.failed', payment.id]]);
      assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'failed');
      assert.deepEqual(await told(), [['refund.failed', payment.id]], 'of the next one too');
    });
  }

  test('no token any more: it is for people, the payment is paid as before, and the log says so', async () => {
    const payment = await bench.paidPayment();
    bench.saysAlways('refund', tokenRefusal);
    bench.says('exchange', silence);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.partialDeepStrictEqual(refund, { state: 'manual', failure: null, nextAt: null, sends: 1 });
    assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'succeeded', nextAt: null });
    assert.deepEqual(await told(), [['refund.manual', payment.id]]);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['warn', { paymentId: payment.id }]]);
  });

  test('a refusal of what was taken twice leaves it to people, as the order has its payment', async () => {
    const payment = await bench.paidPayment({ state: 'expired' });
    await bench.takesLate(payment, { state: 'succeeded' });
    bench.saysAlways('refund', refusal);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.partialDeepStrictEqual(refund, { state: 'manual', failure: null, nextAt: null });
    assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'review', nextAt: null });
    assert.deepEqual(await told(), [['refund.manual', payment.id]]);
  });
});

describe('a refund that another process has taken up meanwhile', () => {
  /** The first process sends it, after the second has read it and before that has a token; what the second hears of its own is `answer`. */
  async function contested(change: Partial<RefundRow>, answer: typeof silence) {
    const { payment, refund } = await sentRefund({ sends: 0, sentAt: null, nextAt: bench.now(), ...change }, await bench.paidPayment({ state: change.state === 'manual' ? 'succeeded' : 'refunding' }));
    await bench.tokenEnds(payment.linkId);
    const [secondAsks, firstIsSending] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const other = bench.another();
    bench.says('exchange', async () => {
      secondAsks.resolve(undefined);
      await firstIsSending.promise;
      return answer;
    }, newToken());
    const late = refundPayment(other, payment.id, wish).catch(() => undefined);
    const reconciled = change.state === 'manual' ? late : reconcileRefund(other, refund);
    await secondAsks.promise;
    bench.says('refund', async () => {
      firstIsSending.resolve(undefined);
      await reconciled;
      return done({});
    });
    await (change.state === 'manual' ? refundPayment(bench.ctx, payment.id, wish) : reconcileRefund(bench.ctx, refund));
    return { payment, refund };
  }

  for (const state of ['created', 'manual'] as const) {
    test(`is not ended over its sending, by one who has no token for it ("${state}")`, async () => {
      const rows = await contested({ state }, silence);
      assert.deepEqual([await states(rows), await told()], [['refunded', 'succeeded'], [['payment.refunded', rows.payment.id]]]);
    });
  }

  for (const change of [{ state: 'created' }, { state: 'unknown', sends: 1, sentAt: instant - dayMs / 2 }] as const) {
    test(`is not handed to people over its sending, in the log neither ("${change.state}"): they would give it back once more`, async () => {
      bench.saysAlways('chargeStatus', done(paid));
      const rows = await contested(change, refusal);
      assert.deepEqual([await states(rows), bench.log], [['refunded', 'succeeded'], []]);
    });
  }

  test('and ended otherwise, is told to people once the bank gives the money back', async () => {
    const payment = await bench.paidPayment();
    bench.says('refund', async () => {
      const row = await bench.store.refundOfPayment(payment.id);
      await bench.store.commit({ changes: [{ table: 'refunds', id: row?.id ?? '', from: ['sending'], to: 'review', cause: 'test' }] });
      return done({});
    });
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.equal(refund.state, 'review');
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, refundId: refund.id, state: 'review' }]]);
  });
});

describe('what was taken late', () => {
  /** Its order was being paid anew; that came to nothing just when this one was to be given back. */
  const takenLate = async (): Promise<PaymentRow> => {
    const late = await bench.paidPayment({ state: 'expired' });
    await bench.store.commit({ changes: [{ table: 'payments', id: late.id, from: ['expired'], to: 'late_success', set: { nextAt: bench.now() }, cause: 'test' }] });
    return bench.payment(late.id);
  };

  for (const [name, answer, ends, event] of [['refuses to give back', refusal, 'failed', 'refund.failed'], ['cannot be asked to give back', notSent, 'failed', 'refund.failed'], ['gives back to nobody any more', tokenRefusal, 'manual', 'refund.manual']] as const) {
    test(`and the bank ${name}, is its order's, and told so before that`, async () => {
      const payment = await takenLate();
      bench.saysAlways('refund', answer);
      bench.saysAlways('exchange', silence);
      const refund = await refundPayment(bench.ctx, payment.id, wish);
      assert.deepEqual(await states({ payment, refund }), ['succeeded', ends]);
      assert.deepEqual(await told(), [['payment.paid', payment.id], [event, payment.id]]);
    });
  }

  test('is told to be paid once, however often its refund fails', async () => {
    const payment = await takenLate();
    bench.saysAlways('refund', refusal);
    await refundPayment(bench.ctx, payment.id, wish);
    bench.pass(hourMs);
    await told();
    await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual(await told(), [['refund.failed', payment.id]]);
  });
});

describe('what waited for people, was refused by the bank and is tried there once more', () => {
  for (const [name, answer, stands] of [['whose answer is lost', silence, 'unknown'], ['that the bank takes on', pending, 'pending']] as const) {
    test(`${name}, has not failed by what the list says of the time before: nobody is to transfer what the bank may be giving back`, async () => {
      const payment = await bench.paidPayment();
      const refund = await bench.refundIn(payment, { state: 'manual', sends: 0, sentAt: null });
      const failed = { reference: refund.reference, status: 'failed' } as const;
      bench.saysAlways('chargeStatus', done({ ...paid, refunds: [failed] }));
      bench.says('refund', refusal, answer);
      for (const expected of ['manual', stands]) assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, expected);
      bench.pass(minuteMs);
      await reconcileRefund(bench.ctx, await bench.refund(refund.id));
      assert.equal((await bench.refund(refund.id)).state, stands);
      await assert.rejects(confirmManualRefund(bench.ctx, payment.id, {}), { code: 'PAYMENT_NOT_REFUNDABLE' });
      bench.pass(minuteMs);
      bench.saysAlways('chargeStatus', done({ ...paid, refunds: [failed, failed] }));
      await reconcileRefund(bench.ctx, await bench.refund(refund.id));
      assert.equal((await bench.refund(refund.id)).state, 'manual');
    });
  }
});

describe('what was taken twice', () => {
  /** Taken late; its order was paid anew. */
  const takenTwice = async (): Promise<PaymentRow> => {
    const { late } = await bench.takesLate(await bench.paidPayment({ state: 'expired' }), { state: 'succeeded' });
    return late;
  };

  test('and could not be given back for want of a connection, is given back later, by itself; nobody is told before', async () => {
    const late = await takenTwice();
    bench.says('refund', notSent);
    await reconcileLate(bench.ctx, late);
    const waiting = (await bench.ctx.store.refundOfPayment(late.id)) ?? assert.fail();
    assert.partialDeepStrictEqual(waiting, { state: 'created', sends: 0, sentAt: null, nextAt: bench.now() + minuteMs, checks: 1 });
    assert.deepEqual(await told(), []);
    bench.pass(minuteMs);
    bench.says('refund', done({}));
    await reconcileRefund(bench.ctx, waiting);
    assert.deepEqual([(await bench.payment(late.id)).state, await told()], ['refunded', [['payment.refunded', late.id]]]);
  });

  test('and cannot be given back for a day for want of a connection, is for people: it was never sent', async () => {
    const late = await takenTwice();
    bench.saysAlways('refund', notSent);
    await reconcileLate(bench.ctx, late);
    bench.pass(dayMs);
    const refund = (await bench.ctx.store.refundOfPayment(late.id)) ?? assert.fail();
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([await states({ payment: late, refund }), await told()], [['review', 'manual'], [['refund.manual', late.id]]]);
    await confirmManualRefund(bench.ctx, late.id, {});
    assert.deepEqual(await states({ payment: late, refund }), ['refunded', 'succeeded']);
  });

  for (const [name, answer] of [['taken on', pending], ['sent, and not heard of', silence]] as const) {
    test(`and could not be given back at first, then was ${name}, and has failed by what the bank says, is for people at once: it was sent this once`, async () => {
      const late = await takenTwice();
      bench.says('refund', notSent, answer);
      await reconcileLate(bench.ctx, late);
      bench.pass(minuteMs);
      const { id, reference } = (await bench.ctx.store.refundOfPayment(late.id)) ?? assert.fail();
      await reconcileRefund(bench.ctx, await bench.refund(id));
      bench.saysAlways('chargeStatus', done({ ...paid, refunds: [{ reference, status: 'failed' }] }));
      bench.pass(minuteMs);
      await reconcileRefund(bench.ctx, await bench.refund(id));
      assert.deepEqual([(await bench.refund(id)).state, await told()], ['manual', [['refund.manual', late.id]]]);
    });
  }

  test('and is not to be given back by the bank, is transferred by hand and marked so', async () => {
    const late = await takenTwice();
    bench.saysAlways('refund', refusal);
    await reconcileLate(bench.ctx, late);
    assert.equal((await confirmManualRefund(bench.ctx, late.id, {})).state, 'succeeded');
    assert.equal((await bench.payment(late.id)).state, 'refunded');
  });

  test('and waits for people, is given back by the bank once it can be', async () => {
    const late = await takenTwice();
    bench.says('refund', refusal, done({}));
    await reconcileLate(bench.ctx, late);
    assert.equal((await refundPayment(bench.ctx, late.id, wish)).state, 'succeeded');
    assert.equal((await bench.payment(late.id)).state, 'refunded');
  });
});

test('a refusal to the account that is linked now says nothing of the one that paid: it is for people', async () => {
  const payment = await bench.paidPayment();
  await bench.unlinks(payment.linkId);
  await bench.linked({ customerId: payment.customerId });
  bench.saysAlways('refund', refusal);
  const refund = await refundPayment(bench.ctx, payment.id, wish);
  assert.deepEqual([refund.state, await told()], ['manual', [['refund.manual', payment.id]]]);
});

test('so does a refusal to an account that came to be linked while the first token was being refused', async () => {
  const payment = await bench.paidPayment();
  bench.says('refund', async () => {
    await bench.unlinks(payment.linkId);
    await bench.linked({ customerId: payment.customerId });
    return tokenRefusal;
  }, refusal);
  bench.saysAlways('exchange', newToken());
  const refund = await refundPayment(bench.ctx, payment.id, wish);
  assert.deepEqual([refund.state, await told()], ['manual', [['refund.manual', payment.id]]]);
});

test('a browser that asks for a refund waits no longer than for a payment, and the refund goes on behind it', async () => {
  bench = createBench({ timing: { browserWaitMs: 5 } });
  const payment = await bench.paidPayment();
  const asked = Promise.withResolvers<undefined>();
  const answer = Promise.withResolvers<undefined>();
  bench.says('refund', async () => {
    asked.resolve(undefined);
    await answer.promise;
    return done({});
  });
  const shown = await refundPayment(bench.ctx, payment.id, wish);
  // Whether it was on its way by then is the machine's affair.
  assert.ok(['created', 'sending'].includes(shown.state), shown.state);
  await asked.promise;
  assert.deepEqual([(await bench.refund(shown.id)).state, bench.placesTaken()], ['sending', 1]);
  answer.resolve(undefined);
  await Promise.all(bench.background);
  assert.deepEqual([(await bench.payment(payment.id)).state, bench.placesTaken()], ['refunded', 0]);
});

describe('a refund without a token', () => {
  test('for ever, is for people, and no refund is asked of the bank', async () => {
    const payment = await bench.paidPayment();
    await bench.unlinks(payment.linkId);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.partialDeepStrictEqual(refund, { state: 'manual', sends: 0, sentAt: null, failure: null, nextAt: null });
    assert.equal((await bench.payment(payment.id)).state, 'succeeded');
    assert.deepEqual(await told(), [['refund.manual', payment.id]]);
    assert.deepEqual(operations(), ['chargeStatus']);
  });

  test('of a link that is being ended at the bank this very moment, and for want of any, is for people too', async () => {
    const payment = await bench.paidPayment();
    await bench.ctx.store.commit({ changes: [{ table: 'links', id: payment.linkId, from: ['active'], to: 'unlinking', cause: 'test' }] });
    const foreign = await bench.paidPayment({ customerId: 'somebody without a link' });
    for (const { id } of [payment, foreign]) assert.equal((await refundPayment(bench.ctx, id, wish)).state, 'manual');
    assert.deepEqual(operations(), ['chargeStatus', 'chargeStatus']);
  });

  test('for ever, and for people already, stays so and is not told again', async () => {
    const { payment, refund } = await sentRefund({ state: 'manual', sentAt: null, sends: 0 }, await bench.paidPayment());
    await bench.unlinks(payment.linkId);
    assert.deepEqual(await refundPayment(bench.ctx, payment.id, wish), await bench.refund(refund.id));
    assert.deepEqual(await states({ payment, refund }), ['succeeded', 'manual']);
    assert.deepEqual([await told(), bench.log], [[], []]);
  });

  test('for now, has failed, if it was never sent; for people, it stays with them', async () => {
    bench.says('exchange', silence, silence);
    const payment = await bench.paidPayment();
    await bench.tokenEnds(payment.linkId);
    assert.partialDeepStrictEqual(await refundPayment(bench.ctx, payment.id, wish), { state: 'failed', failure: 'BANK_UNAVAILABLE' });
    assert.deepEqual(operations(), ['exchange']);
    assert.deepEqual(await told(), [['refund.failed', payment.id]]);
    const waiting = await bench.paidPayment();
    await bench.tokenEnds(waiting.linkId);
    await bench.refundIn(waiting, { state: 'manual' });
    assert.equal((await refundPayment(bench.ctx, waiting.id, wish)).state, 'manual');
    assert.deepEqual(await told(), []);
  });

  test('for now, keeps its place, if it was sent before', async () => {
    bench.says('exchange', silence);
    const { payment, refund } = await sentRefund();
    await bench.tokenEnds(payment.linkId);
    bench.pass(settleWindowMs);
    bench.saysAlways('chargeStatus', done(paid));
    await reconcileRefund(bench.ctx, refund);
    assert.partialDeepStrictEqual(await bench.refund(refund.id), { state: 'unknown', sends: 1, checks: 1, nextAt: bench.now() + 1.5 * minuteMs });
  });

  test('for ever, and sent before: nobody knows, so it is for people to find out', async () => {
    const { payment, refund } = await sentRefund();
    await bench.unlinks(payment.linkId);
    bench.pass(settleWindowMs);
    bench.saysAlways('chargeStatus', done(paid));
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual(await states({ payment, refund }), ['review', 'review']);
    assert.deepEqual(await told(), [['refund.review', payment.id]]);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, refundId: refund.id }]]);
  });
});

test('a refund that waited for people is sent by the bank once it can be, and the payment is then being refunded', async () => {
  const payment = await bench.paidPayment({ nextAt: bench.now() + dayMs });
  const waiting = await bench.refundIn(payment, { state: 'manual' });
  const rows = await rowsWhileAsked(payment);
  assert.deepEqual([rows.payment.state, rows.refund?.state, rows.refund?.id], ['refunding', 'sending', waiting.id]);
  assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'refunded', nextAt: null });
  assert.deepEqual(await bench.trail('payments', payment.id), ['succeeded → refunding: refund', 'refunding → refunded: bank: done']);
  assert.equal(sendings()[0]?.order.reference, waiting.reference);
});

test('a refund that waited for people, and whose token the bank refuses once more, waits for them still: nothing was given back', async () => {
  const payment = await bench.paidPayment();
  bench.saysAlways('exchange', done({ token: 'refused too', expiresAt: bench.now() + dayMs }));
  bench.saysAlways('refund', tokenRefusal);
  for (let times = 1; times <= 3; times += 1) {
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual(await states({ payment, refund }), ['succeeded', 'manual']);
    assert.equal(sendings().length, 3 * times);
  }
  assert.deepEqual(await told(), [['refund.manual', payment.id]]);
});

for (const [name, isLate] of [['', false], [', of what was taken twice', true]] as const) {
  test(`a refund that waited for people, and of which the bank then never heard, waits for them still${name}: somebody may be at it`, async () => {
    const payment = await bench.paidPayment(isLate ? { state: 'expired' } : {});
    if (isLate) await bench.takesLate(payment, { state: 'succeeded' });
    bench.says('exchange', silence);
    bench.says('refund', tokenRefusal, notSent);
    await refundPayment(bench.ctx, payment.id, wish);
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([await states({ payment, refund }), (await bench.payment(payment.id)).nextAt], [[isLate ? 'review' : 'succeeded', 'manual'], null]);
    assert.deepEqual(await told(), [['refund.manual', payment.id]]);
    assert.equal((await confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' })).byHand, 1);
    assert.deepEqual([(await bench.payment(payment.id)).state, await told()], ['refunded', [['payment.refunded', payment.id]]]);
  });
}

for (const [name, answer] of [['refuses ours', refusal], ['takes no token for it any more', tokenRefusal], ['never gets ours', notSent], ['has done ours', done({})], ['says no more', silence]] as const) {
  test(`a refund of what the bank gives back by itself meanwhile, and says so, and then ${name}, is done, whatever came of ours`, async () => {
    const payment = await bench.paidPayment();
    if (answer === tokenRefusal) bench.says('exchange', refusal);
    bench.says('refund', async () => {
      await applyStatus(bench.ctx, payment.id, { ...paid, status: 'refunded' }, { source: 'notification', text: '04' });
      return answer;
    });
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([await states({ payment, refund }), (await told()).filter(([, id]) => id === payment.id)], [['refunded', 'succeeded'], [['payment.refunded', payment.id]]]);
    assert.deepEqual(bench.log.filter(({ level }) => level === 'error'), []);
  });
}

for (const [name, isLate] of [['', false], [', though its order was paid anew', true]] as const) {
  test(`a refund that the bank refuses because the money is back already${name}, is done: it tells nobody of that who does not ask`, async () => {
    const payment = await bench.paidPayment(isLate ? { state: 'expired' } : {});
    if (isLate) await bench.takesLate(payment, { state: 'succeeded' });
    bench.says('refund', refusal);
    bench.says('chargeStatus', done({ ...paid, status: 'refunded' }));
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([await states({ payment, refund }), await told()], [['refunded', 'succeeded'], [['payment.refunded', payment.id]]]);
  });
}

describe('a refund that waited for people, and that the bank then refuses', () => {
  /** Sari is transferring it, when Rini, who does not know, has the bank try again. */
  async function triedAgain(): Promise<{ payment: PaymentRow; refund: RefundRow }> {
    const payment = await bench.paidPayment();
    const refund = await bench.refundIn(payment, { state: 'manual', sends: 0, sentAt: null });
    await refundPayment(bench.ctx, payment.id, wish);
    return { payment, refund };
  }

  async function assertSariMaySaySo({ payment, refund }: { payment: PaymentRow; refund: RefundRow }): Promise<void> {
    assert.deepEqual(await states({ payment, refund }), ['succeeded', 'manual']);
    await confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' });
    await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([await states({ payment, refund }), sendings().length], [['refunded', 'succeeded'], 1]);
  }

  test('at once, waits for them still', async () => {
    bench.says('refund', refusal);
    await assertSariMaySaySo(await triedAgain());
  });

  test('or so it turns out later, waits for them still', async () => {
    bench.says('refund', silence);
    const { payment, refund } = await triedAgain();
    bench.pass(minuteMs);
    bench.saysAlways('chargeStatus', done({ ...paid, refunds: [{ reference: refund.reference, status: 'failed' }] }));
    await reconcileRefund(bench.ctx, await bench.refund(refund.id));
    await assertSariMaySaySo({ payment, refund });
  });
});

describe('a refund of which the bank says that it was another amount', () => {
  const less = { value: '1.00', currency: 'IDR' };
  const isTold = (payment: PaymentRow): void => assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { paymentId: payment.id, by: 'inquiry' }]]);

  test('is done, and for people, too, when the bank is asked: the rest is the shopper\'s', async () => {
    const rows = await sentRefund();
    bench.says('chargeStatus', done({ status: 'refunded', amount: less }));
    await reconcileRefund(bench.ctx, rows.refund);
    assert.deepEqual([await states(rows), await told()], [['refunded', 'succeeded'], [['payment.refunded', rows.payment.id]]]);
    isTold(rows.payment);
  });

  test('is so, too, if it stands in the list of the payment\'s refunds alone', async () => {
    const rows = await sentRefund();
    bench.says('chargeStatus', done({ ...paid, refunds: [{ reference: rows.refund.reference, status: 'done', amount: less }, { reference: 'of another', status: 'failed' }] }));
    await reconcileRefund(bench.ctx, rows.refund);
    assert.deepEqual(await states(rows), ['refunded', 'succeeded']);
    isTold(rows.payment);
  });

  test('is so, too, if it refused ours, since that one was done', async () => {
    const payment = await bench.paidPayment();
    bench.says('refund', refusal);
    bench.says('chargeStatus', done({ status: 'refunded', amount: less }));
    assert.equal((await refundPayment(bench.ctx, payment.id, wish)).state, 'succeeded');
    isTold(payment);
  });

  test('is no such, if it says none, or the payment\'s', async () => {
    for (const status of [{ status: 'refunded' }, { ...paid, status: 'refunded' }] as const) {
      const rows = await sentRefund();
      bench.says('chargeStatus', done({ ...status, refunds: [{ reference: rows.refund.reference, status: 'done', amount: paid.amount }] }));
      await reconcileRefund(bench.ctx, rows.refund);
    }
    assert.deepEqual(bench.log, []);
  });
});

for (const [name, isLate] of [['', false], [', though its order was paid anew', true]] as const) {
  test(`a refund that the bank refuses while it is giving the money back by itself${name}, is neither over nor for people: they would give it back once more`, async () => {
    const payment = await bench.paidPayment(isLate ? { state: 'expired' } : {});
    if (isLate) await bench.takesLate(payment, { state: 'succeeded' });
    bench.says('refund', refusal);
    bench.says('chargeStatus', done({ ...paid, refunds: [{ reference: 'of the dashboard', status: 'open' }] }), done({ ...paid, status: 'refunded' }));
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([await states({ payment, refund }), await told(), bench.log], [['refunding', 'unknown'], [], []]);
    bench.pass(minuteMs);
    await reconcileRefund(bench.ctx, await bench.refund(refund.id));
    assert.deepEqual([await states({ payment, refund }), await told()], [['refunded', 'succeeded'], [['payment.refunded', payment.id]]]);
  });
}

for (const [name, answer] of [['refuses', refusal], ['refuses the token of', tokenRefusal]] as const) {
  test(`a refund that waited for people, and that the bank ${name} while it is giving the money back by itself, waits for the bank: they would give it back once more`, async () => {
    const payment = await bench.paidPayment();
    const waiting = await bench.refundIn(payment, { state: 'manual' });
    bench.saysAlways('exchange', done({ token: 'refused too', expiresAt: bench.now() + dayMs }));
    bench.saysAlways('refund', answer);
    bench.says('chargeStatus', done({ ...paid, refunds: [{ reference: 'of the dashboard', status: 'open' }] }), done({ ...paid, status: 'refunded' }));
    const refund = await refundPayment(bench.ctx, payment.id, wish);
    assert.deepEqual([refund.id, await states({ payment, refund }), await told(), bench.log], [waiting.id, ['refunding', 'unknown'], [], []]);
    bench.pass(minuteMs);
    await reconcileRefund(bench.ctx, await bench.refund(refund.id));
    assert.deepEqual([await states({ payment, refund }), await told()], [['refunded', 'succeeded'], [['payment.refunded', payment.id]]]);
  });
}

test('a refund that stands at the bank as failed, while it is giving the money back by itself, is not over: the next one would be transferred by hand', async () => {
  const { payment, refund } = await sentRefund();
  const failed = { reference: refund.reference, status: 'failed' } as const;
  bench.says(
    'chargeStatus', done({ ...paid, refunds: [failed, { reference: 'of the dashboard', status: 'open' }] }), done({ ...paid, status: 'refunded', refunds: [failed] }));
  await reconcileRefund(bench.ctx, refund);
  assert.deepEqual([await states({ payment, refund }), await told()], [['refunding', 'unknown'], []]);
  bench.pass(minuteMs);
  await reconcileRefund(bench.ctx, await bench.refund(refund.id));
  assert.deepEqual([await states({ payment, refund }), await told()], [['refunded', 'succeeded'], [['payment.refunded', payment.id]]]);
});

test('a refund that the bank refuses, saying no more when it is asked, has failed', async () => {
  const payment = await bench.paidPayment();
  bench.says('refund', refusal);
  bench.says('chargeStatus', silence);
  const refund = await refundPayment(bench.ctx, payment.id, wish);
  assert.deepEqual([await states({ payment, refund }), operations()], [['succeeded', 'failed'], ['refund', 'chargeStatus']]);
});

test('a payment that was taken late, whose refund the bank refuses because it gave it back by itself, was never paid', async () => {
  const payment = await bench.paidPayment({ state: 'late_success' });
  bench.says('refund', refusal);
  bench.says('chargeStatus', done({ ...paid, status: 'refunded' }));
  await refundPayment(bench.ctx, payment.id, wish);
  assert.deepEqual([(await bench.payment(payment.id)).state, await told()], ['refunded', [['payment.refunded', payment.id]]]);
});

describe('a refund that is due', () => {
  const look = async (change: Partial<RefundRow>, status?: ChargeStatus): Promise<{ payment: PaymentRow; refund: RefundRow }> => {
    const rows = await sentRefund(change);
    if (status !== undefined) bench.saysAlways('chargeStatus', done(status));
    await reconcileRefund(bench.ctx, rows.refund);
    return { ...rows, refund: await bench.refund(rows.refund.id) };
  };

  test('and has no payment is a mistake, and said so', async () => {
    await assert.rejects(reconcileRefund(bench.ctx, aRefund(aPayment().id)), /has no payment/);
  });

  test('and was never sent, is sent; while the bank is away, it waits', async () => {
    bench.setAway(true);
    const { payment, refund } = await look({ state: 'created', sends: 0, sentAt: null });
    assert.deepEqual([await states({ payment, refund }), operations()], [['refunding', 'created'], []]);
    bench.setAway(false);
    bench.saysAlways('refund', done({}));
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([await states({ payment, refund }), operations()], [['refunded', 'succeeded'], ['refund']]);
  });

  test('and was never sent, for nobody can read the token any more, is tried for a day; then it is for people', async () => {
    const payment = await bench.paidPayment({ state: 'refunding' });
    await bench.store.commit({ changes: [{ table: 'links', id: payment.linkId, from: ['active'], to: 'active', set: { tokenSealed: 'sealed with a key that is lost' }, cause: 'test' }] });
    const { refund } = await sentRefund({ state: 'created', sends: 0, sentAt: null, createdAt: bench.now() }, payment);
    bench.pass(reviewAfterMs - 1);
    await assert.rejects(reconcileRefund(bench.ctx, refund), /no encryption key/);
    assert.deepEqual(await states({ payment, refund }), ['refunding', 'created']);
    bench.pass(1);
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([await states({ payment, refund }), await told(), operations()], [['succeeded', 'manual'], [['refund.manual', payment.id]], ['chargeStatus']]);
    await assert.rejects(refundPayment(bench.ctx, payment.id, wish), /no encryption key/);
    assert.equal((await confirmManualRefund(bench.ctx, payment.id, { by: 'Sari' })).byHand, 1);
  });

  test('and was sent by another meanwhile, is not sent again', async () => {
    const { payment, refund } = await sentRefund({ state: 'created', sends: 0, sentAt: null });
    bench.saysAlways('refund', done({}));
    await reconcileRefund(bench.ctx, refund);
    await reconcileRefund(bench.ctx, refund);
    assert.equal(sendings().length, 1);
    const stale = await sentRefund({}, await bench.paidPayment({ state: 'refunding' }));
    await bench.ctx.store.commit({ changes: [{ table: 'refunds', id: stale.refund.id, from: ['unknown'], to: 'unknown', cause: 'somebody else looked' }] });
    bench.pass(settleWindowMs);
    bench.saysAlways('chargeStatus', done(paid));
    await reconcileRefund(bench.ctx, stale.refund);
    assert.equal(sendings().length, 1, payment.id);
  });

  test('and whose sender died, may have been done: the bank is asked at the proper time, not yet', async () => {
    bench.saysAlways('chargeStatus', done(paid));
    const sentAt = bench.now() - 5 * second;
    const { payment, refund } = await look({ state: 'sending', sentAt });
    assert.partialDeepStrictEqual(refund, { state: 'unknown', nextAt: sentAt + checkNotBeforeMs, checks: 0 });
    assert.deepEqual([operations(), await bench.trail('refunds', refund.id), (await bench.payment(payment.id)).state], [[], ['sending → unknown: sender died'], 'refunding']);
  });

  for (const state of ['pending', 'unknown'] as const) {
    test(`and of which the bank says nothing, stays ${state}, and is asked for again later`, async () => {
      bench.says('chargeStatus', silence);
      const { refund, payment } = await look({ state, checks: 1, sentAt: bench.now() - hourMs });
      assert.partialDeepStrictEqual(refund, { state, checks: 2, nextAt: bench.now() + 3 * minuteMs });
      assert.deepEqual(bench.asked, [{ operation: 'chargeStatus', given: [payment.reference, '4711', { value: '10000.00', currency: 'IDR' }] }]);
      assert.deepEqual(await bench.trail('refunds', refund.id), [`${state} → ${state}: silence`]);
    });

    test(`and not to be asked for yet, is asked for again a minute after it was sent (${state})`, async () => {
      bench.says('chargeStatus', silence);
      const { refund } = await look({ state, sentAt: bench.now() + hourMs });
      assert.equal(refund.nextAt, bench.now() + hourMs + checkNotBeforeMs);
    });

    const news: [name: string, status: Omit<ChargeStatus, 'refunds'>, ours: 'done' | 'failed' | 'open' | undefined, ends: [PaymentState, RefundState]][] = [
      ['refunded', { status: 'refunded' }, undefined, ['refunded', 'succeeded']],
      ['paid, and our refund done', paid, 'done', ['refunded', 'succeeded']],
      ['paid, and our refund failed', paid, 'failed', ['succeeded', 'failed']],
      ['paid, and our refund open', paid, 'open', ['refunding', state]],
      ['paid, and knows no refund of ours', paid, undefined, ['refunding', state]],
    ];
    for (const [name, status, ours, ends] of news) {
      test(`and of which the bank says "${name}", is then ${ends.join(', ')}`, async () => {
        const rows = await sentRefund({ state });
        const others = [{ reference: 'of another', status: 'done' as const }];
        bench.saysAlways('chargeStatus', done({ ...status, refunds: ours === undefined ? others : [...others, { reference: rows.refund.reference, status: ours }] }));
        await reconcileRefund(bench.ctx, rows.refund);
        assert.deepEqual(await states(rows), ends);
        const { refundedAt, failure, nextAt } = await bench.refund(rows.refund.id);
        const isOver = ends[0] !== 'refunding';
        assert.deepEqual([refundedAt, failure, nextAt === null], [ends[1] === 'succeeded' ? bench.now() : null, ends[1] === 'failed' ? 'DECLINED' : null, isOver]);
        assert.deepEqual(await told(), isOver ? [[ends[1] === 'failed' ? 'refund.failed' : 'payment.refunded', rows.payment.id]] : []);
        assert.deepEqual(sendings(), []);
      });
    }

    for (const [name, shortMs, ends] of [['a day', 0, 'review'], ['not quite a day', 1, state]] as const) {
      test(`and of which the bank says nothing new for ${name} since it was sent, is then ${ends} (${state})`, async () => {
        const { payment, refund } = await look({ state, sends: 2, sentAt: bench.now() - reviewAfterMs + shortMs }, { ...paid, status: 'open' });
        assert.equal(refund.state, ends);
        assert.equal((await bench.payment(payment.id)).state, ends === 'review' ? 'review' : 'refunding');
        assert.deepEqual(await told(), ends === 'review' ? [['refund.review', payment.id]] : []);
      });
    }
  }

  test('and is older than a day, but was sent just now, is not given up', async () => {
    assert.equal((await look({ createdAt: bench.now() - 2 * dayMs }, paid)).refund.state, 'unknown');
  });

  test('and of which the bank shows no trace for long enough, is sent again under its number: three times in all', async () => {
    bench.saysAlways('chargeStatus', done(paid));
    bench.says('refund', silence, silence);
    const { payment, refund } = await sentRefund();
    for (let sends = 1; sends <= 3; sends += 1) {
      bench.pass(settleWindowMs);
      await reconcileRefund(bench.ctx, await bench.refund(refund.id));
      if (sends < 3) assert.partialDeepStrictEqual(await bench.refund(refund.id), { state: 'unknown', sends: sends + 1, sentAt: bench.now() });
    }
    assert.deepEqual(sendings().map(({ order }) => order.reference), [refund.reference, refund.reference]);
    assert.deepEqual(await states({ payment, refund }), ['review', 'review']);
    assert.deepEqual((await bench.trail('refunds', refund.id)).slice(0, 2), ['unknown → sending: send', 'sending → unknown: silence']);
  });

  const notSentAgain: [name: string, change: Partial<RefundRow>, status: ChargeStatus][] = [
    ['too early by an instant', {}, paid],
    ['the bank took it on', { state: 'pending' }, paid],
    ['the bank says "open"', {}, { ...paid, status: 'open' }],
    ['the bank says "not found"', {}, { status: 'not-found' }],
    ['the bank says another amount', {}, { ...paid, amount: { value: '9999.99', currency: 'IDR' } }],
    ['the bank says no amount', {}, { status: 'paid' }],
  ];
  for (const [name, change, status] of notSentAgain) {
    test(`and may have been done, is not sent again: ${name}`, async () => {
      const agoMs = name.startsWith('too early') ? settleWindowMs - 1 : 2 * settleWindowMs;
      const { refund } = await look({ ...change, sentAt: bench.now() - agoMs }, status);
      assert.deepEqual(sendings(), []);
      assert.partialDeepStrictEqual(refund, { state: change.state ?? 'unknown', checks: 1, nextAt: bench.now() + 1.5 * minuteMs });
    });
  }

  test('and may have been done, is not sent again: the bank is still at it', async () => {
    const { refund } = await sentRefund({ sentAt: bench.now() - 2 * settleWindowMs });
    bench.saysAlways('chargeStatus', done({ ...paid, refunds: [{ reference: refund.reference, status: 'open' }] }));
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual([(await bench.refund(refund.id)).state, sendings()], ['unknown', []]);
  });

  for (const [name, others] of [['done', 'done'], ['under way', 'open']] as const) {
    for (const reference of ['of another', undefined]) {
      test(`and may have been done, is not sent again: the bank shows one ${name} under ${reference === undefined ? 'no number' : 'another number'}`, async () => {
        const { refund } = await look({ sentAt: bench.now() - 2 * settleWindowMs }, { ...paid, refunds: [{ status: others, ...(reference !== undefined && { reference }) }] });
        assert.deepEqual([refund.state, sendings()], ['unknown', []]);
      });
    }
  }

  for (const [second, ends] of [['done', ['refunded', 'succeeded']], ['open', ['refunding', 'unknown']], ['failed', ['succeeded', 'failed']]] as const) {
    test(`and of which the bank lists the first sending as failed and the second as ${second}, is then ${ends.join(', ')}`, async () => {
      const { payment, refund } = await sentRefund({ sends: 2 });
      bench.saysAlways('chargeStatus', done({ ...paid, refunds: (['failed', second] as const).map((status) => ({ reference: refund.reference, status })) }));
      await reconcileRefund(bench.ctx, refund);
      assert.deepEqual(await states({ payment, refund }), ends);
    });
  }

  test('and of which the bank refuses the second sending, may have been done by the first: it is asked for on, never called failed', async () => {
    bench.saysAlways('refund', refusal);
    const { payment, refund } = await look({ sentAt: bench.now() - settleWindowMs }, paid);
    assert.deepEqual([refund.state, refund.sends, refund.failure, (await bench.payment(payment.id)).state], ['unknown', 2, null, 'refunding']);
    assert.deepEqual(await told(), []);
    bench.pass(minuteMs);
    bench.saysAlways('chargeStatus', done({ ...paid, status: 'refunded' }));
    await reconcileRefund(bench.ctx, refund);
    assert.deepEqual(await states({ payment, refund }), ['refunded', 'succeeded']);
  });

  for (const state of ['pending', 'unknown'] as const) {
    test(`and of which the bank cannot even be asked for a day since it was sent, is for people (${state})`, async () => {
      bench.saysAlways('chargeStatus', silence);
      const young = await sentRefund({ state, sentAt: bench.now() - reviewAfterMs + 1 });
      await reconcileRefund(bench.ctx, young.refund);
      assert.deepEqual([await states(young), await told()], [['refunding', state], []]);
      const old = await sentRefund({ state, sentAt: bench.now() - reviewAfterMs });
      await reconcileRefund(bench.ctx, old.refund);
      assert.deepEqual([await states(old), await told()], [['review', 'review'], [['refund.review', old.payment.id]]]);
    });
  }

  test('and is sent again while the bank is away, waits', async () => {
    bench.setAway(true);
    const { refund } = await look({ sentAt: bench.now() - settleWindowMs }, paid);
    assert.deepEqual([refund.state, refund.sends, sendings()], ['unknown', 1, []]);
  });

  test('and that never left when it was sent again, is still unknown: the first may have arrived', async () => {
    bench.saysAlways('refund', notSent);
    const { refund } = await look({ sentAt: bench.now() - settleWindowMs }, paid);
    assert.partialDeepStrictEqual(refund, { state: 'unknown', sends: 2, failure: null, nextAt: bench.now() + 1.5 * minuteMs });
  });

  test('and whose token the bank refuses when it is sent again, is for people to find out', async () => {
    bench.saysAlways('refund', tokenRefusal);
    bench.says('exchange', silence);
    const { payment, refund } = await look({ sentAt: bench.now() - settleWindowMs }, paid);
    assert.deepEqual(await states({ payment, refund }), ['review', 'review']);
    assert.deepEqual([refund.nextAt, (await bench.payment(payment.id)).nextAt], [null, null]);
  });
});

describe('a payment that was taken late', () => {
  /** Taken, after its order had been given up, and after another payment of the order. */
  const taken = async (other?: PaymentState): Promise<PaymentRow> => {
    const { late } = await bench.takesLate(await bench.paidPayment({ state: 'expired', orderId: 'order', failure: 'EXPIRED' }), other && { state: other });
    return late;
  };

  for (const state of ['succeeded', 'refunding', 'refunded', 'review'] as const) {
    test(`while the order has a payment that is "${state}", is given back`, async () => {
      const payment = await taken(state);
      bench.saysAlways('refund', done({}));
      await reconcileLate(bench.ctx, payment);
      assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'refunded', nextAt: null });
      assert.equal(sendings()[0]?.order.reason, 'paid twice');
    });
  }

  for (const state of ['created', 'sending', 'requires_action', 'pending', 'unknown'] as const) {
    test(`while the order is being paid anew ("${state}"), waits a minute to see how that ends`, async () => {
      const payment = await taken(state);
      await reconcileLate(bench.ctx, payment);
      assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'late_success', nextAt: bench.now() + checkNotBeforeMs });
      assert.deepEqual([await told(), operations()], [[], []]);
    });
  }

  test('and whose order nobody else paid, is the order\'s', async () => {
    const payment = await taken();
    await reconcileLate(bench.ctx, payment);
    assert.partialDeepStrictEqual(await bench.payment(payment.id), { state: 'succeeded', nextAt: null, failure: null });
    assert.deepEqual(await told(), [['payment.paid', payment.id]]);
    assert.equal((await bench.ctx.store.paymentOfOrder('order'))?.id, payment.id);
    assert.deepEqual((await bench.trail('payments', payment.id)).at(-1), 'late_success → succeeded: the order was not paid anew');
  });
});
