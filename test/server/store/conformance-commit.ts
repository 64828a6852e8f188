/** A commit is written as a whole or not at all, and only if its guards hold. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { Commit } from '../../../packages/server/src/store/store.ts';
import { times, startRefund, aPaidPayment, contents } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { aKey, aLink, anEvent, aPayment, aRefund, aStep, instant } from './rows.ts';

export function describeCommit(world: () => World): void {
  describe('commit', () => {
    it('takes the step, sets what it is told, counts the version, notes the time and ends the lease', async () => {
      const { store, other, clock } = world();
      const payment = aPayment({ nextAt: instant, leaseUntil: instant + 1000 });
      await store.insertPayment(payment, aKey());
      clock.now += 5;
      const set = { sentAt: clock.now, externalId: 'external', pageUrl: null };
      assert.ok(await store.commit({ changes: [aStep(payment.id, 'created', 'sending', { set })] }));
      assert.deepEqual(await other.payment(payment.id), { ...payment, ...set, state: 'sending', version: 2, updatedAt: clock.now, leaseUntil: null });
    });

    it('keeps a lease that it is told to set', async () => {
      const { store } = world();
      const payment = await aPaidPayment(store);
      await store.commit({ changes: [aStep(payment.id, 'succeeded', 'succeeded', { set: { leaseUntil: instant + 9 } })] });
      assert.equal((await store.payment(payment.id))?.leaseUntil, instant + 9);
    });

    it('works on links and refunds as on payments', async () => {
      const { store } = world();
      const [link, payment] = [aLink({ state: 'exchanging' }), await aPaidPayment(store)];
      await store.insertLink(link);
      await startRefund(store, payment, { id: 'refund-1' });
      assert.ok(await store.commit({
        changes: [
          { table: 'links', id: link.id, from: ['exchanging'], to: 'active', set: { tokenSealed: 'sealed', linkedAt: instant }, cause: 'test' },
          { table: 'refunds', id: 'refund-1', from: ['created'], to: 'sending', set: { sends: 1 }, cause: 'test' },
        ],
      }));
      assert.deepEqual(await store.link(link.id), { ...link, state: 'active', tokenSealed: 'sealed', linkedAt: instant, version: 2 });
      const refund = await store.refund('refund-1');
      assert.deepEqual([refund?.state, refund?.sends, refund?.version], ['sending', 1, 2]);
    });

    it('writes nothing at all if any part of it cannot be written', async () => {
      const { store, database } = world();
      const [paid, open, link] = [await aPaidPayment(store), aPayment({ state: 'pending' }), aLink({ externalId: 'taken' })];
      const otherLink = aLink();
      await store.insertPayment(open, aKey());
      await store.insertLink(link);
      await store.insertLink(otherLink);
      assert.ok(await store.commit({ changes: [], refund: aRefund(paid.id, { id: 'refund-1', reference: 'reference-1' }) }));
      const before = await contents(database);
      const good = aStep(open.id, 'pending', 'succeeded');
      const events = [anEvent(open.id, 'payment.paid')];
      const refused: Record<string, Commit> = {
        'a state that is not among those it comes from': { changes: [good, aStep(paid.id, 'created', 'sending')], events },
        'an older version': { changes: [good, aStep(paid.id, 'succeeded', 'refunding', { version: 7 })], events },
        'a row that is not there': { changes: [good, aStep('x', 'created', 'sending')], events },
        'a second standing refund': { changes: [good], refund: aRefund(paid.id), events },
        'a refund under a reference that was used': { changes: [good], refund: aRefund(open.id, { reference: 'reference-1' }), events },
        'a number that another row has': {
          changes: [good, { table: 'links', id: otherLink.id, from: ['initiated'], to: 'redirected', set: { externalId: 'taken' }, cause: 'test' }], events,
        },
        'two steps of one row of which the second does not follow': { changes: [good, good], events },
      };
      for (const [reason, commit] of Object.entries(refused)) {
        assert.equal(await store.commit(commit), false, reason);
        assert.deepEqual(await contents(database), before, reason);
      }
      assert.ok(await store.commit({ changes: [good], events }), 'without them it can be written');
    });

    it('writes nothing if the database fails in the middle, and says so', async () => {
      const { store, database } = world();
      const payment = await aPaidPayment(store);
      await database.query('DROP TABLE events');
      const [, before] = [await store.audit('payments', payment.id), await store.payment(payment.id)];
      const commit = { changes: [aStep(payment.id, 'succeeded', 'refunding')], refund: aRefund(payment.id), events: [anEvent(payment.id, 'x')] };
      await assert.rejects(store.commit(commit), (error) => error instanceof StoreError && error.cause instanceof Error);
      assert.deepEqual(await store.payment(payment.id), before);
      assert.equal(await store.refundOfPayment(payment.id), undefined);
      assert.ok(await store.commit({ changes: commit.changes }), 'and goes on working');
    });

    it('lets one of 64 that were decided on the same reading win', async () => {
      const { store, other } = world();
      const payment = await aPaidPayment(store);
      const step = aStep(payment.id, 'succeeded', 'succeeded', { version: 1 });
      const done = await times(64, (index) => (index % 2 === 0 ? store : other).commit({ changes: [step], events: [anEvent(`${index}`, 'x')] }));
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal((await store.payment(payment.id))?.version, 2);
      assert.equal((await store.claimEvents(1000, 100)).length, 1);
    });

    it('refuses no step for the haste of others, if only the state was asked for', async () => {
      const { store, other } = world();
      const payment = await aPaidPayment(store);
      const step = aStep(payment.id, 'succeeded', 'succeeded');
      const done = await times(64, (index) => (index % 2 === 0 ? store : other).commit({ changes: [step] }));
      assert.ok(done.every(Boolean));
      assert.equal((await store.payment(payment.id))?.version, 65);
      assert.equal((await store.audit('payments', payment.id)).length, 65);
    });

    it('takes rows in any order without two commits blocking each other for good', async () => {
      const { store, other } = world();
      const [one, two] = [await aPaidPayment(store), await aPaidPayment(store)];
      const steps = [one, two].map(({ id }) => aStep(id, 'succeeded', 'succeeded'));
      const done = await times(12, (index) => (index % 2 === 0 ? store.commit({ changes: steps }) : other.commit({ changes: steps.toReversed() })));
      assert.ok(done.every(Boolean));
      assert.deepEqual([(await store.payment(one.id))?.version, (await store.payment(two.id))?.version], [13, 13]);
    });

    it('is never seen half done', async () => {
      const { store, other } = world();
      const [one, two] = [await aPaidPayment(store), await aPaidPayment(store)];
      const changes = [one, two].map(({ id }) => aStep(id, 'succeeded', 'succeeded'));
      const commits = times(20, () => store.commit({ changes }));
      const seen = await times(20, async (index) => {
        const reader = index % 2 === 0 ? store : other;
        const later = await reader.payment(two.id);
        return { earlier: (await reader.payment(one.id))?.version ?? 0, later: later?.version ?? 0 };
      });
      await commits;
      // What was read first can only be older; if the second change were seen before the first, this would not hold.
      for (const { earlier, later } of seen) assert.ok(earlier >= later);
    });
  });
}
