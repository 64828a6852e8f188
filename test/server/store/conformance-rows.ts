/** Links and payments: what is written comes back, and what must be one is one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PaymentState } from '../../../packages/server/src/store/rows.ts';
import { liveLinkStates, openPaymentStates } from '../../../packages/server/src/store/schema.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import { aPaidPayment, allLinkStates, allPaymentStates, isOneOf, startRefund, times } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { aFullLink, aFullPayment, aKey, aLink, aPayment, instant } from './rows.ts';

export function describeLinks(world: () => World): void {
  describe('links', () => {
    it('come back with every field as it was written', async () => {
      const { store, other } = world();
      const link = aFullLink();
      assert.deepEqual(await store.insertLink(link), link);
      assert.deepEqual(await other.link(link.id), link);
      assert.deepEqual(await other.latestLink(link.customerId), link);
      assert.deepEqual(await other.linkByReturn(link.returnHash), link);
      assert.deepEqual(await other.linkByExternalId(link.externalId ?? ''), link);
      const bare = aLink();
      await store.insertLink(bare);
      assert.deepEqual(await other.link(bare.id), bare);
    });

    it('are undefined where there is none', async () => {
      const { store } = world();
      await store.insertLink(aLink());
      assert.deepEqual(await Promise.all([store.link('x'), store.latestLink('x'), store.linkByReturn('x'), store.linkByExternalId('x')]), Array(4).fill(undefined));
    });

    it('are refused, and not written, while the customer has a live one', async () => {
      const { store } = world();
      for (const state of liveLinkStates) {
        const live = aLink({ state });
        await store.insertLink(live);
        const second = aLink({ customerId: live.customerId, createdAt: instant + 1 });
        assert.equal(await store.insertLink(second), undefined, state);
        assert.equal(await store.link(second.id), undefined);
        assert.deepEqual(await store.audit('links', second.id), []);
        assert.deepEqual(await store.latestLink(live.customerId), live);
      }
    });

    it('can follow one that has ended, and then stand before it', async () => {
      const { store } = world();
      for (const state of allLinkStates.filter((name) => !isOneOf(liveLinkStates, name))) {
        const ended = aLink({ state, createdAt: instant + 1000 });
        await store.insertLink(ended);
        assert.deepEqual(await store.latestLink(ended.customerId), ended);
        const live = aLink({ customerId: ended.customerId });
        assert.ok(await store.insertLink(live), state);
        assert.deepEqual(await store.latestLink(ended.customerId), live);
      }
    });

    it('that all have ended leave the latest', async () => {
      const { store } = world();
      const [older, latest] = [1, 2].map((age) => aLink({ customerId: 'budi', state: 'unlinked', createdAt: instant + age }));
      assert.ok(older && latest);
      await store.insertLink(latest);
      await store.insertLink(older);
      assert.deepEqual(await store.latestLink('budi'), latest);
    });

    it('of one customer that start 64 times at once leave one', async () => {
      const { store, other } = world();
      const started = await times(64, (index) => (index % 2 === 0 ? store : other).insertLink(aLink({ customerId: 'budi' })));
      const [winner, ...others] = started.filter((link) => link !== undefined);
      assert.ok(winner);
      assert.deepEqual(others, []);
      assert.deepEqual(await store.latestLink('budi'), winner);
    });
  });
}

export function describePayments(world: () => World): void {
  describe('payments', () => {
    it('are listed by when they were sent, page by page, each once', async () => {
      const { store } = world();
      const sent = await Promise.all([10, 20, 30, 40, null].map(async (sentAt) => {
        const payment = aPayment({ sentAt });
        await store.insertPayment(payment, aKey());
        return payment;
      }));
      const expected = sent.slice(1, 3).toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const period = { fromMs: 20, toMs: 40 };
      assert.deepEqual(await store.paymentsSent(period, '', 10), expected);
      const [first] = await store.paymentsSent(period, '', 1);
      assert.deepEqual(first, expected[0]);
      assert.deepEqual(await store.paymentsSent(period, first?.id ?? '', 1), expected.slice(1));
      assert.deepEqual(await store.paymentsSent(period, expected[1]?.id ?? '', 1), []);
    });

    it('that the bank gave back by a refund of ours are listed by when it did, page by page, each once', async () => {
      const { store } = world();
      const done = { state: 'succeeded' } as const;
      const back = [{ ...done, refundedAt: 10 }, { ...done, refundedAt: 20 }, { ...done, refundedAt: 39 }, { ...done, refundedAt: 40 }, { ...done, refundedAt: 30, byHand: 1 as const }, { state: 'manual', refundedAt: 30 } as const];
      const payments = await Promise.all(back.map(async (refund) => {
        const payment = await aPaidPayment(store);
        await startRefund(store, payment, refund);
        return payment.id;
      }));
      const expected = payments.slice(1, 3).toSorted();
      const listed = async (afterId: string, limit: number): Promise<string[]> => (await store.paymentsRefunded({ fromMs: 20, toMs: 40 }, afterId, limit)).map(({ id }) => id);
      assert.deepEqual(await listed('', 10), expected);
      assert.deepEqual(await listed('', 1), expected.slice(0, 1));
      assert.deepEqual(await listed(expected[0] ?? '', 1), expected.slice(1));
      assert.deepEqual(await listed(expected[1] ?? '', 1), []);
    });

    it('that the bank gave back by itself are listed, too', async () => {
      const { store } = world();
      const { id } = await aPaidPayment(store);
      const listed = async (fromMs: number, toMs: number): Promise<boolean> => (await store.paymentsRefunded({ fromMs, toMs }, '', 1000)).some((payment) => payment.id === id);
      assert.equal(await listed(0, 8e15), false);
      assert.ok(await store.commit({ changes: [{ table: 'payments', id, from: ['succeeded'], to: 'refunded', cause: 'test' }] }));
      const { updatedAt } = (await store.payment(id)) ?? assert.fail();
      assert.deepEqual([await listed(updatedAt, updatedAt + 1), await listed(0, updatedAt), await listed(updatedAt + 1, 8e15)], [true, false, false]);
    });

    it('of whose order another took money are known as such, and are not sent', async () => {
      const { store } = world();
      const late = aPayment({ state: 'expired' });
      await store.insertPayment(late, aKey());
      const step = (id: string, from: PaymentState, to: PaymentState): Promise<boolean> => store.commit({ changes: [{ table: 'payments', id, from: [from], to, cause: 'test' }] });
      assert.ok(await step(late.id, 'expired', 'expired'));
      const other = aPayment({ orderId: late.orderId, state: 'created' });
      assert.equal((await store.insertPayment(other, aKey())).outcome, 'created');
      assert.equal(await store.isTakenBeside(other.id), false);
      assert.ok(await step(late.id, 'expired', 'late_success'));
      assert.deepEqual([await store.isTakenBeside(other.id), await store.isTakenBeside(late.id), await step(other.id, 'created', 'sending')], [true, false, false]);
      assert.ok((await step(late.id, 'late_success', 'refunding')) && (await step(late.id, 'refunding', 'refunded')));
      assert.deepEqual([await store.isTakenBeside(other.id), await step(other.id, 'created', 'sending')], [false, true]);
    });

    it('come back with every field as it was written', async () => {
      const { store, other } = world();
      for (const payment of [aFullPayment(), aPayment()]) {
        assert.deepEqual(await store.insertPayment(payment, aKey()), { outcome: 'created', payment });
        assert.deepEqual(await other.payment(payment.id), payment);
        assert.deepEqual(await other.paymentByReference(payment.reference), payment);
        assert.deepEqual(await other.paymentByReturn(payment.returnHash), payment);
        assert.deepEqual(await other.paymentOfOrder(payment.orderId), payment);
      }
    });

    it('are undefined where there is none', async () => {
      const { store } = world();
      await store.insertPayment(aPayment(), aKey());
      const found = [store.payment('x'), store.paymentByReference('x'), store.paymentByReturn('x'), store.paymentOfOrder('x'), store.paymentByKey(aKey())];
      assert.deepEqual(await Promise.all(found), Array(5).fill(undefined));
    });

    it('keep amounts and instants to the last digit', async () => {
      const { store, other } = world();
      for (const amountMinor of [1, 2 ** 31, 2 ** 32 + 1, 999_999_999_999_999, 1_000_000_000_000_001, Number.MAX_SAFE_INTEGER]) {
        const payment = aPayment({ amountMinor, paidAt: Number.MAX_SAFE_INTEGER - 1 });
        await store.insertPayment(payment, aKey());
        assert.deepEqual(await other.payment(payment.id), payment);
      }
    });

    it('of nothing, or of less, are refused', async () => {
      const { store } = world();
      for (const amountMinor of [0, -1]) {
        const payment = aPayment({ amountMinor });
        await assert.rejects(store.insertPayment(payment, aKey()), StoreError);
        assert.equal(await store.payment(payment.id), undefined);
      }
    });

    it('refuse a second one under the same bank reference', async () => {
      const { store } = world();
      const first = aPayment();
      await store.insertPayment(first, aKey());
      const second = aPayment({ reference: first.reference });
      await assert.rejects(store.insertPayment(second, aKey()), StoreError);
      assert.equal(await store.payment(second.id), undefined);
    });

    it('are found again by their key, and not by another customer’s', async () => {
      const { store } = world();
      const [payment, key] = [aPayment(), aKey()];
      await store.insertPayment(payment, key);
      assert.deepEqual(await store.paymentByKey(key), { outcome: 'existing', payment });
      assert.deepEqual(await store.insertPayment(aPayment(), key), { outcome: 'existing', payment });
      assert.equal(await store.paymentByKey({ ...key, scope: 'customer-2/payments' }), undefined);
      const foreign = aPayment();
      assert.deepEqual(await store.insertPayment(foreign, { ...key, scope: 'customer-2/payments' }), { outcome: 'created', payment: foreign });
    });

    it('refuse a key that stands for something else, and write nothing', async () => {
      const { store } = world();
      const [payment, key, second] = [aPayment(), aKey(), aPayment()];
      await store.insertPayment(payment, key);
      const reused = { ...key, fingerprint: 'two' };
      assert.deepEqual(await store.paymentByKey(reused), { outcome: 'key-reused' });
      assert.deepEqual(await store.insertPayment(second, reused), { outcome: 'key-reused' });
      assert.equal(await store.payment(second.id), undefined);
      assert.deepEqual(await store.paymentByKey(key), { outcome: 'existing', payment });
    });

    it('under one key that start 64 times at once are one', async () => {
      const { store, other, database } = world();
      const key = aKey();
      const answers = await times(64, (index) => (index % 2 === 0 ? store : other).insertPayment(aPayment(), key));
      assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), ['created', ...Array<string>(63).fill('existing')]);
      assert.equal(new Set(answers.map((answer) => 'payment' in answer && answer.payment.id)).size, 1);
      assert.equal((await database.query('SELECT id FROM payments')).length, 1);
    });

    it('that are not final are counted by link, refunds under way included', async () => {
      const { store } = world();
      for (const state of allPaymentStates) {
        await store.insertPayment(aPayment({ state, linkId: state }), aKey());
        assert.equal(await store.countOpenPayments({ id: state, customerId: 'nobody' }), isOneOf(openPaymentStates, state) ? 1 : 0, state);
      }
      await times(2, () => store.insertPayment(aPayment({ linkId: 'pending' }), aKey()));
      assert.equal(await store.countOpenPayments({ id: 'pending', customerId: 'nobody' }), 3);
    });

    it('of an earlier link count for the present one while they are given back through it', async () => {
      const { store } = world();
      const [earlier, foreign] = [aLink({ state: 'unlinked', customerId: 'budi' }), aLink({ state: 'unlinked', customerId: 'siti' })];
      for (const state of allPaymentStates) for (const linkId of [earlier.id, foreign.id]) await store.insertPayment(aPayment({ state, linkId }), aKey());
      for (const link of [earlier, foreign]) await store.insertLink(link);
      assert.equal(await store.countOpenPayments({ id: 'present', customerId: 'budi' }), 2, 'refunding, late_success');
    });

    it('are written through a link only while that stands, and found by their key all the same', async () => {
      const { store, other } = world();
      const link = aLink({ state: 'active' });
      await store.insertLink(link);
      const key = aKey();
      const first = await store.insertPayment(aPayment({ linkId: link.id }), key);
      assert.ok(first.outcome === 'created');
      await other.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'active', set: { unlinkRequestedAt: instant }, cause: 'test' }] });
      assert.deepEqual(await store.insertPayment(aPayment({ linkId: link.id }), aKey()), { outcome: 'link-ended' });
      assert.deepEqual(await store.insertPayment(aPayment({ linkId: link.id }), key), { outcome: 'existing', payment: first.payment });
      await other.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'unlinking', set: { unlinkRequestedAt: null }, cause: 'test' }] });
      assert.deepEqual(await store.insertPayment(aPayment({ linkId: link.id }), aKey()), { outcome: 'link-ended' });
    });

    it('and an unlink at the same moment: either it is not written, or it is counted', async () => {
      const { store, other } = world();
      for (let round = 0; round < 24; round += 1) {
        const link = aLink({ state: 'active', customerId: `customer-${round}` });
        await store.insertLink(link);
        const unlink = async (): Promise<number> => {
          assert.ok(await other.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'active', set: { unlinkRequestedAt: instant }, cause: 'test' }] }));
          return other.countOpenPayments(link);
        };
        const [inserted, open] = await Promise.all([store.insertPayment(aPayment({ linkId: link.id }), aKey()), unlink()]);
        assert.equal(open, inserted.outcome === 'created' ? 1 : 0);
      }
    });

    it('tell since when the longest unknown outcome is unknown', async () => {
      const { store } = world();
      assert.equal(await store.oldestUnknownPayment(), undefined);
      for (const [state, sentAt] of [['pending', 1], ['unknown', 3], ['unknown', 2], ['succeeded', 1]] as const) {
        const payment = aPayment({ state, sentAt: instant + sentAt, nextAt: state === 'succeeded' ? null : instant });
        await store.insertPayment(payment, aKey());
      }
      assert.equal(await store.oldestUnknownPayment(), instant + 2);
    });
  });
}
