import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { refundPayment } from '../../../packages/server/src/ledger/refunds.ts';
import { markDead, renewCustomerToken } from '../../../packages/server/src/ledger/tokens.ts';
import { assertNothingRefundable, continueUnlink, requestUnlink } from '../../../packages/server/src/ledger/unlink.ts';
import type { LinkRow, PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createBench, dayMs, minuteMs, newToken, secondMs } from '../support/ledger-bench.ts';
import type { Bench } from '../support/ledger-bench.ts';
import { done, notSent, refusal, silence, tokenRefusal, unlinked } from '../support/scripted-bank.ts';
import { instant } from '../store/rows.ts';

const device = { id: 'device', ipAddress: '203.0.113.7' };

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const linked = (change: Partial<LinkRow> = {}, secrets: { token?: string; authCode?: string } = { token: 'old', authCode: 'code' }): Promise<LinkRow> => bench.linkIn({
  state: 'active', customerId: 'budi', tokenExpiresAt: instant + dayMs, phoneMask: '0812••••001', phoneHash: 'phone', externalId: 'external', deviceHash: 'device', returnTo: '/shop',
  linkedAt: instant - dayMs, ...change,
}, secrets);
/** A link whose end was asked for, and is due. */
const unlinking = (change: Partial<LinkRow> = {}, secrets?: { token?: string; authCode?: string }): Promise<LinkRow> =>
  linked({ state: 'unlinking', unlinkRequestedAt: instant, nextAt: instant, ...change }, secrets);
const openPayment = (link: LinkRow): Promise<PaymentRow> => bench.paymentIn({ state: 'pending', linkId: link.id, nextAt: instant + minuteMs });
const paid = (link: LinkRow, paidAt: number): Promise<PaymentRow> => bench.paymentIn({ state: 'succeeded', linkId: link.id, paidAt });
const operations = (): string[] => bench.asked.map(({ operation }) => operation);
const step = ({ state, checks, nextAt, leaseUntil }: LinkRow) => ({ state, checks, nextAt, leaseUntil });

describe('the wish to unlink', () => {
  test('is done at once, at the bank from the shopper\'s device, and leaves nothing of the shopper', async () => {
    bench.says('unlink', unlinked);
    const link = await linked();
    const payment = await paid(link, instant - dayMs);
    const ended = await requestUnlink(bench.ctx, 'budi', device);
    assert.deepEqual(bench.asked, [{ operation: 'unlink', given: ['old', device] }]);
    assert.deepEqual(ended, {
      ...link, version: 4, state: 'unlinked', unlinkRequestedAt: instant, nextAt: null, phoneMask: null, phoneHash: null, externalId: null, authCodeSealed: null, tokenSealed: null,
      tokenExpiresAt: null, deviceHash: '', returnTo: '/',
    });
    assert.deepEqual(await bench.toldTypes(), ['account.unlinked']);
    assert.equal((await bench.payment(payment.id)).deviceId, '');
  });

  for (const [name, change] of [['of nobody who is linked', undefined], ['of an account that is being linked', { state: 'redirected' }], ['of a link that is dead', { state: 'relink_required' }]] as const) {
    test(`${name} is refused`, async () => {
      if (change !== undefined) await linked(change);
      await assert.rejects(requestUnlink(bench.ctx, 'budi', device), { code: 'NOT_LINKED' });
      assert.deepEqual(bench.asked, []);
    });
  }

  test('a second time, while it is under way, changes nothing', async () => {
    const link = await unlinking();
    assert.deepEqual(await requestUnlink(bench.ctx, 'budi', device), link);
    assert.deepEqual(bench.asked, []);
  });

  test('outlives the process that heard it, and is taken up after five seconds', async () => {
    const link = await linked({ checks: 4 });
    bench.before('unlink', () => Promise.reject(new Error('died')));
    await assert.rejects(requestUnlink(bench.ctx, 'budi', device), /died/);
    assert.deepEqual(step(await bench.link(link.id)), { state: 'active', checks: 0, nextAt: instant + 5 * secondMs, leaseUntil: null });
    assert.equal((await bench.link(link.id)).unlinkRequestedAt, instant);
  });

  test('is one process\'s, from before the bank is asked, for as long as that may take', async () => {
    bench.says('unlink', async () => {
      const link = (await bench.store.latestLink('budi')) ?? assert.fail();
      assert.deepEqual(step(link), { state: 'unlinking', checks: 0, nextAt: instant + 90 * secondMs, leaseUntil: instant + 90 * secondMs });
      assert.equal(link.failure, null);
      return unlinked;
    });
    const { state } = (await linked({ failure: 'not-completed', checks: 4 }), await requestUnlink(bench.ctx, 'budi', device));
    assert.equal(state, 'unlinked');
  });

  test('that another process took up at the same moment is left to it', async () => {
    const link = await linked();
    bench.before('unlink', () => bench.store.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'unlinking', cause: 'elsewhere' }] }));
    assert.equal((await requestUnlink(bench.ctx, 'budi', device)).state, 'unlinking');
    assert.deepEqual(bench.asked, []);
  });
});

describe('an open payment', () => {
  test('is waited for: 5, 15, 60 seconds, 5 minutes, half an hour, and every hour', async () => {
    const link = await linked();
    await openPayment(link);
    const first = await requestUnlink(bench.ctx, 'budi', device);
    assert.deepEqual(step(first), { state: 'active', checks: 1, nextAt: instant + 5 * secondMs, leaseUntil: null });
    for (const [index, seconds] of [15, 60, 300, 1800, 3600, 3600].entries()) {
      await continueUnlink(bench.ctx, link.id);
      assert.deepEqual(step(await bench.link(link.id)), { state: 'active', checks: index + 2, nextAt: instant + seconds * secondMs, leaseUntil: null });
    }
    assert.deepEqual(bench.asked, []);
  });

  test('and asking again meanwhile keeps the time at which it was asked for first', async () => {
    await bench.paymentIn({ state: 'pending', linkId: 'ending' });
    await linked({ id: 'ending', unlinkRequestedAt: instant - dayMs });
    assert.equal((await requestUnlink(bench.ctx, 'budi', device)).unlinkRequestedAt, instant - dayMs);
  });

  for (const [name, find] of [
    ['that is gone at the bank', (link: LinkRow) => renewCustomerToken(bench.ctx, link, 'old')], ['whose tokens the bank gives and refuses', (link: LinkRow) => markDead(bench.ctx, link, 'test', 'refused')],
  ] as const) {
    test(`keeps a link ${name}; then it ends as unlinked all the same, and nothing is left of the shopper`, async () => {
      bench.says('unlink', tokenRefusal);
      bench.saysAlways('exchange', refusal);
      const link = await linked();
      const payment = await openPayment(link);
      await requestUnlink(bench.ctx, 'budi', device);
      await find(link);
      assert.equal((await bench.link(link.id)).state, 'active');
      await bench.store.commit({ changes: [{ table: 'payments', id: payment.id, from: ['pending'], to: 'failed', set: { nextAt: null }, cause: 'test' }] });
      await continueUnlink(bench.ctx, link.id);
      const { state, phoneMask } = await bench.link(link.id);
      assert.deepEqual({ state, phoneMask, told: await bench.toldTypes() }, { state: 'unlinked', phoneMask: null, told: ['account.unlinked'] });
    });
  }

  test('that began to be refunded just before the unlinking was claimed is waited for, too', async () => {
    bench.says('unlink', unlinked);
    const link = await linked();
    const payment = await bench.paymentIn({ state: 'succeeded', customerId: 'budi', linkId: link.id });
    const [isAsked, isDone] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    bench.says('refund', async () => {
      isAsked.resolve(undefined);
      await isDone.promise;
      return done({});
    });
    const refunds: Promise<unknown>[] = [];
    bench.before('unlink', () => {
      refunds.push(refundPayment(bench.ctx, payment.id, { reason: '' }));
      return isAsked.promise;
    });
    await requestUnlink(bench.ctx, 'budi', device);
    assert.deepEqual(step(await bench.link(link.id)), { state: 'unlinking', checks: 1, nextAt: instant + 5 * secondMs, leaseUntil: null });
    isDone.resolve(undefined);
    await Promise.all(refunds);
    await continueUnlink(bench.ctx, link.id);
    assert.equal((await bench.link(link.id)).state, 'unlinked');
    assert.deepEqual(operations(), ['refund', 'unlink']);
  });

  test('that is final lets the unlinking go on, from the server\'s device', async () => {
    bench.says('unlink', unlinked);
    await bench.paymentIn({ state: 'succeeded', linkId: 'ending', paidAt: instant });
    const link = await linked({ id: 'ending', unlinkRequestedAt: instant, nextAt: instant, checks: 3 });
    await continueUnlink(bench.ctx, link.id);
    assert.equal((await bench.link(link.id)).state, 'unlinked');
    assert.deepEqual(bench.asked, [{ operation: 'unlink', given: ['old', { id: 'allokitserver', ipAddress: '100.64.0.10' }] }]);
  });
});

describe('what is not to be unlinked', () => {
  for (const [name, change] of [
    ['a link of which nobody asked it', { state: 'active' }], ['a link that ended', { state: 'unlinked', unlinkRequestedAt: instant }], ['a dead link', { state: 'relink_required', unlinkRequestedAt: instant }],
  ] as const) {
    test(`is ${name}`, async () => {
      const link = await linked(change);
      await continueUnlink(bench.ctx, link.id);
      assert.deepEqual(await bench.link(link.id), link);
      assert.deepEqual(bench.asked, []);
    });
  }

  test('is what is not there', async () => {
    await continueUnlink(bench.ctx, 'nothing');
    assert.deepEqual(bench.asked, []);
  });
});

describe('the bank\'s answer', () => {
  for (const [name, answer] of [['silence', silence], ['never asked for', notSent]] as const) {
    test(`is ${name}: it is asked again after a pause, and the link is kept`, async () => {
      bench.says('unlink', answer, answer);
      const link = await unlinking({ checks: 1 });
      await continueUnlink(bench.ctx, link.id);
      assert.deepEqual(await bench.link(link.id), { ...link, version: 2, checks: 2, nextAt: instant + 15 * secondMs });
      await continueUnlink(bench.ctx, link.id);
      assert.equal((await bench.link(link.id)).nextAt, instant + minuteMs);
      assert.deepEqual(operations(), ['unlink', 'unlink']);
    });
  }

  test('is silence for a day: the log says so, each time it is asked again', async () => {
    bench.saysAlways('unlink', silence);
    const young = await linked({ state: 'unlinking', customerId: 'siti', externalId: 'other', unlinkRequestedAt: instant - dayMs + 1 });
    const old = await linked({ state: 'unlinking', unlinkRequestedAt: instant - dayMs });
    for (const { id } of [young, old]) await continueUnlink(bench.ctx, id);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { linkId: old.id }]]);
    assert.equal((await bench.link(old.id)).state, 'unlinking');
  });

  test('is silence for a day after somebody else came back from the link\'s page: the log says so, too', async () => {
    bench.saysAlways('unlink', silence);
    const young = await linked({ state: 'unlinking', customerId: 'siti', externalId: 'other', returnedAt: instant - dayMs + 1 });
    const old = await linked({ state: 'unlinking', returnedAt: instant - dayMs });
    for (const { id } of [young, old]) await continueUnlink(bench.ctx, id);
    assert.deepEqual(bench.log.map(({ level, fields }) => [level, fields]), [['error', { linkId: old.id }]]);
  });

  for (const [name, answer] of [['a refusal of the token', tokenRefusal], ['any other refusal', refusal]] as const) {
    test(`is ${name}, and the code is good for nothing any more: the link is gone`, async () => {
      bench.says('unlink', answer);
      bench.says('exchange', refusal);
      const link = await unlinking();
      await continueUnlink(bench.ctx, link.id);
      assert.equal((await bench.link(link.id)).state, 'unlinked');
      assert.deepEqual(await bench.toldTypes(), ['account.unlinked']);
    });

    test(`is ${name}, though the code still gives tokens: it is asked again with a new one`, async () => {
      bench.says('unlink', answer, unlinked);
      bench.says('exchange', newToken());
      const link = await unlinking();
      await continueUnlink(bench.ctx, link.id);
      assert.deepEqual(step(await bench.link(link.id)), { state: 'unlinking', checks: 1, nextAt: instant + 5 * secondMs, leaseUntil: null });
      await continueUnlink(bench.ctx, link.id);
      assert.equal((await bench.link(link.id)).state, 'unlinked');
      assert.deepEqual(bench.asked.map(({ given }) => given[0]), ['old', 'code', 'new']);
    });
  }

  test('is a refusal of a token that was renewed just before: the code is tried once more, and proves that the link is gone', async () => {
    bench.says('exchange', newToken(), refusal);
    bench.says('unlink', tokenRefusal);
    const link = await unlinking({ tokenExpiresAt: instant });
    await continueUnlink(bench.ctx, link.id);
    assert.equal((await bench.link(link.id)).state, 'unlinked');
    assert.deepEqual(operations(), ['exchange', 'unlink', 'exchange']);
  });

  test('is a refusal, and there is no code to ask with: the link is gone', async () => {
    bench.says('unlink', tokenRefusal);
    const link = await unlinking({}, { token: 'old' });
    await continueUnlink(bench.ctx, link.id);
    assert.equal((await bench.link(link.id)).state, 'unlinked');
  });

  test('is that there is no token to be had: the link is gone already', async () => {
    bench.says('exchange', refusal);
    const link = await unlinking({ tokenExpiresAt: instant });
    await continueUnlink(bench.ctx, link.id);
    assert.equal((await bench.link(link.id)).state, 'unlinked');
    assert.deepEqual(operations(), ['exchange']);
  });

  test('is none, as there is no token to ask with just now: tried again later', async () => {
    bench.says('exchange', silence);
    const link = await unlinking({ tokenExpiresAt: instant });
    await continueUnlink(bench.ctx, link.id);
    assert.deepEqual(step(await bench.link(link.id)), { state: 'unlinking', checks: 1, nextAt: instant + 5 * secondMs, leaseUntil: null });
    assert.deepEqual(operations(), ['exchange']);
  });
});

describe('a back office that unlinks', () => {
  const refused = { code: 'REFUNDS_POSSIBLE', detail: /^1 payments/ };

  test('is held up by a payment of the last 30 days, to the millisecond, and of that customer alone', async () => {
    const link = await linked();
    await assertNothingRefundable(bench.ctx, 'budi');
    await paid(link, instant);
    await assert.rejects(assertNothingRefundable(bench.ctx, 'budi'), refused);
    await assertNothingRefundable(bench.ctx, 'siti');
    bench.pass(30 * dayMs);
    await assert.rejects(assertNothingRefundable(bench.ctx, 'budi'), refused);
    bench.pass(1);
    await assertNothingRefundable(bench.ctx, 'budi');
  });
});
