import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { BankAnswer, ChargePage } from '../../../packages/server/src/ledger/bank.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { defaultGateLimits } from '../../../packages/server/src/ledger/gate.ts';
import { guardBank } from '../../../packages/server/src/ledger/guarded-bank.ts';
import { pay, returnFromPayment } from '../../../packages/server/src/ledger/payments.ts';
import type { PaymentWish } from '../../../packages/server/src/ledger/payments.ts';
import { customerToken, renewCustomerToken } from '../../../packages/server/src/ledger/tokens.ts';
import type { LinkRow, PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, minuteMs, newToken, secondMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, refusal, silence, tokenRefusal } from '../support/scripted-bank.ts';
import type { SaidTo } from '../support/scripted-bank.ts';
import { instant } from '../store/rows.ts';

const pageOpened = done({ pageUrl: 'https://bank.example/pay', externalId: 'external' });

let bench: Bench;

/** Whoever waits for the bank in vain is seen to wait, for ten minutes of real time; nobody waits for the database. */
const startBench = (options: Parameters<typeof createBench>[0] = {}): Bench =>
  createBench({ ...options, timing: { browserWaitMs: 600_000, answerKeptMs: 0, ...options.timing } });

beforeEach(() => {
  bench = startBench();
});
afterEach(() => bench.close());

const wish = (change: Partial<PaymentWish> = {}): PaymentWish => ({
  customerId: 'budi', orderId: 'order-1', amountMinor: 12_500_000, lines: [{ name: 'Kopi susu', price: { value: '125000.00', currency: 'IDR' }, quantity: 1 }],
  instrument: 'POINT', returnTo: '/orders/1', device: { id: 'device', ipAddress: '203.0.113.7' }, idempotencyKey: 'key-1', ...change,
});
const linked = (change: Partial<LinkRow> = {}): Promise<LinkRow> =>
  bench.linkIn({ state: 'active', customerId: 'budi', tokenExpiresAt: instant + dayMs, ...change }, { token: 'old', authCode: 'code' });
const refusedWith = (failure: string) => ({ outcome: 'refused', failure, evidence: '' }) as BankAnswer<never>;
const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const standing = ({ state, failure, nextAt }: PaymentRow) => ({ state, failure, nextAt });
const become = async (payment: PaymentRow, state: PaymentRow['state'], set: Partial<PaymentRow>): Promise<void> => {
  const { state: from } = await bench.payment(payment.id);
  assert.ok(await bench.store.commit({ changes: [{ table: 'payments', id: payment.id, from: [from], to: state, set, cause: 'elsewhere' }] }));
};

describe('what is written before the bank is asked', () => {
  test('is the intent, while a token is had, and that it may have been sent, from the first byte on', async () => {
    const seen: PaymentRow[] = [];
    const look = async <Value>(answer: BankAnswer<Value>): Promise<BankAnswer<Value>> => {
      const payment = await bench.store.paymentOfOrder('order-1');
      if (payment !== undefined) seen.push(payment);
      bench.pass(secondMs);
      return answer;
    };
    bench.says('exchange', () => look(newToken()));
    bench.says('charge', () => look(pageOpened));
    await linked({ tokenExpiresAt: instant });
    await pay(bench.ctx, wish());
    assert.deepEqual(seen.map(({ state, nextAt, leaseUntil, sentAt }) => ({ state, nextAt, leaseUntil, sentAt })), [
      { state: 'created', nextAt: instant + 2 * minuteMs, leaseUntil: null, sentAt: null },
      { state: 'sending', nextAt: instant + 91 * secondMs, leaseUntil: instant + 91 * secondMs, sentAt: instant + secondMs },
    ]);
  });

  test('says all that the bank is told', async () => {
    bench.says('charge', pageOpened);
    await linked();
    const { reference } = await pay(bench.ctx, wish());
    assert.deepEqual(bench.asked, [{
      operation: 'charge', given: ['old', {
        reference, orderId: 'order-1', amount: { value: '125000.00', currency: 'IDR' }, instrument: 'POINT',
        lines: [{ name: 'Kopi susu', price: { value: '125000.00', currency: 'IDR' }, quantity: 1 }], device: { id: 'device', ipAddress: '203.0.113.7' },
        notAfter: bench.now() + defaultTiming.leaseMs, successUrl: 'https://shop.example/payment?state=secret-1', failedUrl: 'https://shop.example/payment?state=secret-1&failed=1',
      }],
    }]);
  });

  test('is not begun, if the customer unlinks in this very moment', async () => {
    const link = await linked();
    const insertPayment: typeof bench.store.insertPayment = async (...given) => {
      await bench.store.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'active', set: { unlinkRequestedAt: bench.now() }, cause: 'test' }] });
      return bench.store.insertPayment(...given);
    };
    await assert.rejects(pay({ ...bench.ctx, store: { ...bench.ctx.store, insertPayment } }, wish()), { code: 'UNLINK_REQUESTED' });
    assert.deepEqual([await bench.store.paymentOfOrder('order-1'), bench.asked, bench.placesTaken()], [undefined, [], 0]);
  });

  test('is not sent after all, if it was given up meanwhile', async () => {
    await linked();
    bench.before('send', async () => {
      const payment = await bench.store.paymentOfOrder('order-1');
      if (payment !== undefined) await become(payment, 'expired', { nextAt: null });
    });
    assert.equal((await pay(bench.ctx, wish())).state, 'expired');
    assert.deepEqual(bench.asked, []);
    assert.equal(bench.placesTaken(), 0);
  });
});

describe('the bank\'s answer to a payment', () => {
  const later = instant + minuteMs;
  const answers: readonly [string, BankAnswer<ChargePage>, ReturnType<typeof standing>, string[]][] = [
    ['a page', pageOpened, { state: 'requires_action', failure: null, nextAt: later }, []],
    ['taken on, without a page', done({ externalId: 'external' }), { state: 'pending', failure: null, nextAt: later }, []],
    ['taken on, to be told later', { outcome: 'pending', evidence: '' }, { state: 'pending', failure: null, nextAt: later }, []],
    ['silence', silence, { state: 'unknown', failure: null, nextAt: later }, []],
    ['a refusal', refusedWith('LIMIT_EXCEEDED'), { state: 'failed', failure: 'LIMIT_EXCEEDED', nextAt: null }, ['payment.failed']],
    ['never asked for', notSent, { state: 'failed', failure: 'BANK_UNAVAILABLE', nextAt: null }, ['payment.failed']],
  ];
  for (const [name, answer, expected, events] of answers) {
    test(`is ${name}: the payment is ${expected.state}`, async () => {
      bench.says('charge', answer);
      await linked();
      const payment = await pay(bench.ctx, wish());
      assert.deepEqual(standing(payment), expected);
      assert.deepEqual(await bench.toldTypes(), events);
      assert.deepEqual({ taken: bench.placesTaken(), background: bench.background.length }, { taken: 0, background: 1 });
    });
  }

  for (const state of ['pending', 'unknown'] as const) {
    test(`is a page, after others have made the payment "${state}": the shopper gets the page all the same`, async () => {
      await linked();
      bench.says('charge', async () => {
        const payment = await bench.store.paymentOfOrder('order-1');
        if (payment !== undefined) await become(payment, state, {});
        return pageOpened;
      });
      assert.partialDeepStrictEqual(await pay(bench.ctx, wish()), { state: 'requires_action', pageUrl: 'https://bank.example/pay' });
    });
  }

  test('tells the merchant why it failed', async () => {
    bench.says('charge', refusedWith('INSUFFICIENT_FUNDS'));
    await linked();
    await pay(bench.ctx, wish());
    const [event] = await bench.store.claimEvents(0, 1);
    assert.equal((JSON.parse(event?.body ?? '{}') as { failure?: string }).failure, 'INSUFFICIENT_FUNDS');
  });

  test('counts a page\'s time from when it came, and the first look from when it was asked for', async () => {
    bench.says('charge', async () => {
      bench.pass(20 * secondMs);
      return pageOpened;
    });
    await linked();
    const { pageUrl, externalId, pageExpiresAt, nextAt } = await pay(bench.ctx, wish());
    assert.deepEqual({ pageUrl, externalId, pageExpiresAt, nextAt }, {
      pageUrl: 'https://bank.example/pay', externalId: 'external', pageExpiresAt: instant + 20 * secondMs + 5 * minuteMs, nextAt: instant + minuteMs,
    });
  });

  test('without a page is kept with its number, too: later questions and a refund name it', async () => {
    bench.says('charge', done({ externalId: 'external' }));
    await linked();
    assert.equal((await pay(bench.ctx, wish())).externalId, 'external');
  });

  test('that does not come in time is waited for behind the answer to the browser', async ({ mock }) => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { promise, resolve } = Promise.withResolvers<BankAnswer<ChargePage>>();
    bench.says('charge', () => {
      mock.timers.tick(600_000);
      return promise;
    });
    await linked();
    const { id, state } = await pay(bench.ctx, wish());
    assert.deepEqual({ state, taken: bench.placesTaken() }, { state: 'sending', taken: 1 });
    resolve(pageOpened);
    await Promise.all(bench.background);
    assert.deepEqual({ state: (await bench.payment(id)).state, taken: bench.placesTaken() }, { state: 'requires_action', taken: 0 });
  });

  test('that breaks on its way is the browser\'s to know, and the reconciler\'s to look for', async () => {
    bench.says('charge', () => Promise.reject(new Error('broken')));
    await linked();
    await assert.rejects(pay(bench.ctx, wish()), /broken/);
    await assert.rejects(Promise.all(bench.background), /broken/);
    const [due] = (bench.pass(90 * secondMs), await bench.store.claimDue('payments', 1, 1));
    assert.deepEqual({ state: due?.state, taken: bench.placesTaken() }, { state: 'sending', taken: 0 });
  });
});

describe('the customer\'s token', () => {
  const failed = (failure: string) => ({ state: 'failed', failure, nextAt: null });

  test('that the bank refuses is renewed once, and the payment sent again under the same reference', async () => {
    bench.says('charge', tokenRefusal, pageOpened);
    bench.says('exchange', newToken());
    await linked();
    assert.equal((await pay(bench.ctx, wish())).state, 'requires_action');
    const [first, , second] = bench.asked.map(({ given }) => given);
    assert.deepEqual([first?.[0], second?.[0]], ['old', 'new']);
    assert.deepEqual(first?.[1], second?.[1]);
  });

  test('that was renewed just before, and refused, is renewed once more: the link is not dead by that', async () => {
    bench.says('exchange', newToken('second'), newToken('third'));
    bench.saysAlways('charge', (token) => (token === 'third' ? pageOpened : tokenRefusal));
    const link = await linked({ tokenExpiresAt: instant });
    assert.equal((await pay(bench.ctx, wish())).state, 'requires_action');
    assert.deepEqual(operations(), ['exchange', 'charge', 'exchange', 'charge']);
    assert.equal((await bench.link(link.id)).state, 'active');
  });

  test('that two processes renewed at once, of which the bank honours the later alone: who has the other renews it anew', async () => {
    const link = await linked({ tokenExpiresAt: instant });
    bench.says('exchange', async () => {
      assert.deepEqual(await customerToken(bench.another(), link), { outcome: 'token', token: 'kept', from: 'race' });
      return newToken('later');
    }, newToken('kept'), newToken('fourth'));
    bench.saysAlways('charge', (token) => (token === 'fourth' ? pageOpened : tokenRefusal));
    assert.equal((await pay(bench.ctx, wish())).state, 'requires_action');
    assert.equal((await bench.link(link.id)).state, 'active');
  });

  describe('that two servers ask for, of which the second took the turn of the first, while the bank honours what it gave last:', () => {
    const slow = Promise.withResolvers<undefined>();
    let latest = 'lost with a server that died';
    const give = (token: string) => {
      latest = token;
      return newToken(token);
    };

    /** Both pay; the second as soon as the first waits for the bank, and without waiting for its turn. Answers the link and how both stand. */
    async function payBoth(t: TestContext, ...exchanges: SaidTo<'exchange'>[]): Promise<[string, ...string[]]> {
      const asked = Promise.withResolvers<undefined>();
      const [first = newToken(), ...others] = exchanges;
      bench.says('exchange', (...given) => {
        asked.resolve(undefined);
        return typeof first === 'function' ? first(...given) : first;
      }, ...others);
      const { id } = await linked();
      const one = pay(bench.ctx, wish());
      await asked.promise;
      let since = 0;
      t.mock.method(performance, 'now', () => (since += 1_000));
      const other = pay(bench.another(), wish({ orderId: 'order-2', idempotencyKey: 'key-2' })).finally(() => slow.resolve(undefined));
      const payments = await Promise.all([one, other]);
      return [(await bench.link(id)).state, ...payments.map(({ state }) => state)];
    }

    test('the first, whose token came last, renews the one that is kept', async (t) => {
      bench.saysAlways('charge', (token) => (token === latest ? pageOpened : tokenRefusal));
      const stand = await payBoth(t, async () => {
        await slow.promise;
        return give('second');
      }, () => give('third'), () => give('fourth'));
      assert.deepEqual([stand, await bench.toldTypes()], [['active', 'requires_action', 'requires_action'], []]);
    });

    test('the first, whose token was kept before the other came, renews its own', async (t) => {
      const refused = Promise.withResolvers<undefined>();
      const slower = Promise.withResolvers<undefined>();
      bench.saysAlways('charge', (token) => {
        if (token === 'second') refused.resolve(undefined);
        return token === latest ? pageOpened : tokenRefusal;
      });
      const stand = await payBoth(t, async () => {
        const answer = give('second');
        await slower.promise;
        return answer;
      }, async () => {
        t.mock.restoreAll();
        const answer = give('third');
        slower.resolve(undefined);
        await refused.promise;
        return answer;
      }, () => give('fourth'));
      assert.deepEqual([stand, await bench.toldTypes()], [['active', 'requires_action', 'requires_action'], []]);
    });
  });

  describe('that the bank gives, and honours no more since it came later to a question for it that was given up before:', () => {
    let latest = '';
    const give = (token: string) => newToken((latest = token));
    const isPaidAndLinked = async ({ id }: LinkRow, ctx: LedgerContext): Promise<void> =>
      assert.deepEqual([(await pay(ctx, wish())).state, (await bench.link(id)).state, await bench.toldTypes()], ['requires_action', 'active', []]);

    test('that of a server whose turn another took, which got none: the payment goes with the next', async (t) => {
      const link = await linked();
      const [asked, slow] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      bench.says('exchange', async () => {
        asked.resolve(undefined);
        await slow.promise;
        return give('first');
      }, notSent, () => give('third'), () => give('fourth'));
      const first = renewCustomerToken(bench.another(), link, 'old');
      await asked.promise;
      let since = 0;
      const clock = t.mock.method(performance, 'now', () => (since += 1_000));
      assert.deepEqual(await renewCustomerToken(bench.another(), link, 'old'), { outcome: 'unavailable', isAsked: false });
      clock.mock.restore();
      bench.saysAlways('charge', async (token) => {
        // While the request under the third is on its way.
        if (token === 'third') slow.resolve(undefined);
        if (token === 'third') await first;
        return token === latest ? pageOpened : tokenRefusal;
      });
      await isPaidAndLinked(link, bench.ctx);
    });

    test('its own, which was repeated for want of an answer: the payment goes with the next', async () => {
      const link = await linked();
      bench.says('exchange', silence, () => give('second'), () => give('third'));
      bench.saysAlways('chargeStatus', done({ status: 'open' }));
      const bank = guardBank(bench.ctx.bank, { limits: defaultGateLimits, now: bench.now, random: () => 0.5, onChange: () => undefined, onAnswer: () => undefined });
      // One may be repeated where many went well.
      for (let asked = 0; asked < 20; asked += 1) await bank.chargeStatus('reference', null, { value: '1.00', currency: 'IDR' });
      bench.saysAlways('charge', (token) => {
        if (token === 'second') latest = 'of which nobody ever heard';
        return token === latest ? pageOpened : tokenRefusal;
      });
      await isPaidAndLinked(link, { ...bench.ctx, bank });
    });
  });

  test('that the bank gives and refuses: the payment failed, and the link is ended', async () => {
    bench.says('charge', tokenRefusal, tokenRefusal, tokenRefusal);
    bench.says('exchange', newToken('second'), newToken('third'));
    const link = await linked();
    assert.deepEqual(standing(await pay(bench.ctx, wish())), failed('RELINK_REQUIRED'));
    const { state, nextAt } = await bench.link(link.id);
    assert.deepEqual({ state, nextAt }, { state: 'relink_required', nextAt: instant });
    assert.deepEqual((await bench.toldTypes()).toSorted(), ['account.relink-required', 'payment.failed']);
  });

  for (const [name, answer, failure, state] of [['is dead', refusal, 'RELINK_REQUIRED', 'relink_required'], ['cannot be had just now', silence, 'BANK_UNAVAILABLE', 'active']] as const) {
    test(`that ${name} before anything was sent: nothing is sent, and the payment failed with ${failure}`, async () => {
      bench.says('exchange', answer);
      const link = await linked({ tokenExpiresAt: instant });
      assert.deepEqual(standing(await pay(bench.ctx, wish())), failed(failure));
      assert.deepEqual(operations(), ['exchange']);
      assert.equal((await bench.link(link.id)).state, state);
      assert.ok((await bench.toldTypes()).includes('payment.failed'));
    });

    test(`that ${name} after the bank refused it: the payment failed with ${failure}`, async () => {
      bench.says('charge', tokenRefusal);
      bench.says('exchange', answer);
      const link = await linked();
      assert.deepEqual(standing(await pay(bench.ctx, wish())), failed(failure));
      assert.deepEqual(operations(), ['charge', 'exchange']);
      assert.equal((await bench.link(link.id)).state, state);
    });
  }
});

describe('nobody pays', () => {
  const states: readonly [string, Partial<LinkRow> | undefined, string][] = [
    ['without a link', undefined, 'NOT_LINKED'],
    ['while linking', { state: 'redirected' }, 'NOT_LINKED'],
    ['while it is being unlinked', { state: 'unlinking' }, 'UNLINK_REQUESTED'],
    ['once unlinking was asked for', { state: 'active', unlinkRequestedAt: instant }, 'UNLINK_REQUESTED'],
    ['through a link that is dead', { state: 'relink_required' }, 'RELINK_REQUIRED'],
    ['through one that ended', { state: 'unlinked' }, 'NOT_LINKED'],
  ];
  for (const [name, link, code] of states) {
    test(`${name}: ${code}`, async () => {
      if (link !== undefined) await linked(link);
      await assert.rejects(pay(bench.ctx, wish()), { code });
      assert.equal(await bench.store.paymentOfOrder('order-1'), undefined);
      assert.deepEqual(bench.asked, []);
    });
  }
});

describe('the same payment again', () => {
  const limits = { paymentsPerCustomer: { count: 1, perSeconds: 60 } };
  /** Somebody else's insert comes just before this one's. */
  const overtakenBy = (other: () => Promise<unknown>) => ({
    ...bench.ctx, store: { ...bench.ctx.store, insertPayment: async (...given: Parameters<Bench['store']['insertPayment']>) => {
      await other();
      return bench.store.insertPayment(...given);
    } },
  });

  beforeEach(async () => {
    bench = startBench({ limits });
    await linked();
  });

  test('by its key is the one that stands, after the link has ended, too, and is not counted', async () => {
    bench.says('charge', refusal);
    const link = await bench.store.latestLink('budi');
    const { id } = await pay(bench.ctx, wish());
    await bench.store.commit({ changes: [{ table: 'links', id: link?.id ?? '', from: ['active'], to: 'unlinked', cause: 'elsewhere' }] });
    assert.equal((await pay(bench.ctx, wish())).id, id);
    await assert.rejects(pay(bench.ctx, wish({ idempotencyKey: 'key-2' })), { code: 'NOT_LINKED' });
  });

  test('for the order, in another tab, is the one that stands, and is not counted', async () => {
    bench.says('charge', pageOpened, pageOpened);
    const another = { ...bench.another(), limits: startBench().ctx.limits };
    const overtaken = overtakenBy(() => pay(another, wish({ idempotencyKey: 'key-of-another-tab' })));
    const payment = await pay(overtaken, wish());
    assert.equal(payment.id, (await bench.store.paymentOfOrder('order-1'))?.id);
    assert.deepEqual({ asked: operations(), taken: bench.placesTaken() }, { asked: ['charge'], taken: 0 });
    assert.equal((await pay(bench.ctx, wish({ orderId: 'order-2', idempotencyKey: 'key-2' }))).state, 'requires_action', 'the place is free');
    await assert.rejects(pay(bench.ctx, wish({ orderId: 'order-3', idempotencyKey: 'key-3' })), { code: 'RATE_LIMITED' });
    assert.equal(bench.placesTaken(), 0);
  });

  test('under a key that is used for another at the same moment is refused, and not counted', async () => {
    bench.says('charge', pageOpened, pageOpened);
    const another = { ...bench.another(), limits: startBench().ctx.limits };
    const overtaken = overtakenBy(() => pay(another, wish({ orderId: 'order-2' })));
    await assert.rejects(pay(overtaken, wish()), { code: 'IDEMPOTENCY_KEY_REUSED' });
    assert.deepEqual({ asked: operations(), taken: bench.placesTaken() }, { asked: ['charge'], taken: 0 });
    assert.equal((await pay(bench.ctx, wish({ idempotencyKey: 'key-2' }))).state, 'requires_action', 'the place is free');
  });

  test('after the database was away is as the first', async () => {
    bench.says('charge', pageOpened);
    const broken = overtakenBy(() => Promise.reject(new Error('away')));
    await assert.rejects(pay(broken, wish()), /away/);
    assert.equal(bench.placesTaken(), 0);
    assert.equal((await pay(bench.ctx, wish())).state, 'requires_action');
  });

  test('under a key that stands for another order, or another way to pay, is refused', async () => {
    bench.says('charge', pageOpened);
    await pay(bench.ctx, wish());
    await assert.rejects(pay(bench.ctx, wish({ orderId: 'order-2' })), { code: 'IDEMPOTENCY_KEY_REUSED' });
    await assert.rejects(pay(bench.ctx, wish({ instrument: 'BALANCE' })), { code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('of somebody else\'s order shows nothing of it', async () => {
    await bench.paymentIn({ orderId: 'order-1', customerId: 'siti', state: 'requires_action', nextAt: instant });
    await assert.rejects(pay(bench.ctx, wish()), { code: 'ORDER_NOT_FOUND' });
  });

  const drifts: readonly [string, Partial<PaymentRow>, boolean][] = [
    ['is open: refused', { state: 'requires_action', nextAt: instant }, false],
    ['is final: it is what it is', { state: 'failed', nextAt: null }, true],
    ['is paid, and the bank is asked once more: it is what it is', { state: 'succeeded', nextAt: instant }, true],
    ['was taken late, after its order was paid anew at that amount: it is what it is', { state: 'late_success', nextAt: instant }, true],
    ['is given back: it is what it is', { state: 'refunding', nextAt: instant }, true],
    ['was given back: it is what it is', { state: 'refunded', nextAt: instant }, true],
  ];
  for (const [name, { state = 'failed', nextAt = null }, answered] of drifts) {
    test(`for another amount, while the payment ${name}`, async () => {
      bench.says('charge', silence);
      const payment = await pay(bench.ctx, wish());
      await become(payment, state, { nextAt });
      const again = pay(bench.ctx, wish({ amountMinor: 1 }));
      if (answered) assert.equal((await again).id, payment.id);
      else await assert.rejects(again, { code: 'ORDER_CHANGED' });
    });
  }
});

describe('a key that was refused', () => {
  test('since the order costs something else than was shown, stands for nothing: nothing was written, nor the bank asked', async () => {
    await linked();
    bench.saysAlways('charge', pageOpened);
    for (const shownMinor of [0, 12_499_999, 12_500_001]) await assert.rejects(pay(bench.ctx, wish({ shownMinor })), { code: 'ORDER_CHANGED' });
    assert.deepEqual([await bench.store.paymentOfOrder('order-1'), operations()], [undefined, []]);
    const payment = await pay(bench.ctx, wish({ shownMinor: 12_500_000 }));
    assert.equal((await pay(bench.ctx, wish({ shownMinor: 1 }))).id, payment.id, 'what stands for the key is answered as it is');
  });

  for (const [name, other, code] of [['the order costs something else', { amountMinor: 1 }, 'ORDER_CHANGED'], ['the order is somebody else\'s', { customerId: 'siti' }, 'ORDER_NOT_FOUND']] as const) {
    test(`while a payment is open, since ${name}, is not used up: when that has come to nothing, it stands for a new one`, async () => {
      await linked();
      await linked({ customerId: 'siti' });
      bench.saysAlways('charge', pageOpened);
      const first = await pay(bench.ctx, wish());
      await assert.rejects(pay(bench.ctx, wish({ ...other, idempotencyKey: 'key-2' })), { code });
      await become(first, 'expired', { nextAt: null });
      const second = await pay(bench.ctx, wish({ ...other, idempotencyKey: 'key-2' }));
      assert.notEqual(second.id, first.id);
      assert.partialDeepStrictEqual(second, { state: 'requires_action', amountMinor: 12_500_000, ...other });
    });
  }
});

describe('the way back from the bank\'s page', () => {
  const atPage = async (nextAt: number): Promise<PaymentRow> => {
    bench.says('charge', pageOpened);
    await linked();
    const payment = await pay(bench.ctx, wish());
    await become(payment, 'requires_action', { nextAt });
    return bench.payment(payment.id);
  };
  const back = (secret = 'secret-1') => returnFromPayment(bench.ctx, secret);

  test('leads to where the shopper came from; with a state that nobody knows, nowhere', async () => {
    await atPage(instant + minuteMs);
    assert.deepEqual(await back(), { returnTo: '/orders/1' });
    assert.equal(await back('another'), undefined);
  });

  for (const [name, at, planned, expected] of [
    ['brings the next look forward to now', 70 * secondMs, 150 * secondMs, 70 * secondMs],
    ['never to before the bank may be asked', 10 * secondMs, 90 * secondMs, 60 * secondMs],
    ['and leaves a look that is due already', 100 * secondMs, 65 * secondMs, 65 * secondMs],
  ] as const) {
    test(name, async () => {
      const { id } = await atPage(instant + planned);
      bench.passUntil(instant + at);
      await back();
      const { state, nextAt, returnedAt } = await bench.payment(id);
      assert.deepEqual({ state, nextAt, returnedAt }, { state: 'requires_action', nextAt: instant + expected, returnedAt: instant + at });
    });
  }

  test('a second time changes nothing', async () => {
    const { id } = await atPage(instant + 150 * secondMs);
    bench.pass(70 * secondMs);
    await back();
    const first = await bench.payment(id);
    bench.pass(secondMs);
    assert.deepEqual(await back(), { returnTo: '/orders/1' });
    assert.deepEqual(await bench.payment(id), first);
  });

  test('after the payment ended changes nothing', async () => {
    const payment = await atPage(instant + minuteMs);
    await become(payment, 'succeeded', { nextAt: null });
    const paid = await bench.payment(payment.id);
    assert.deepEqual(await back(), { returnTo: '/orders/1' });
    assert.deepEqual(await bench.payment(payment.id), paid);
  });
});
