/** What is due goes to one process; what is told is told once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewEvent, Store } from '../../../packages/server/src/store/store.ts';
import { times, range } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { runTogether } from './processes.ts';
import { aFullPayment, aKey, aLink, anEvent, aPayment, aRefund, aStep, instant } from './rows.ts';

async function insertDue(store: Store, count: number): Promise<string[]> {
  const payments = range(count).map((index) => aPayment({ nextAt: instant - index }));
  await Promise.all(payments.map((payment) => store.insertPayment(payment, aKey())));
  return payments.map(({ id }) => id);
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

export function describeClaims(world: () => World): void {
  describe('claimDue', () => {
    it('takes what is due, as it stands, and leaves what is not', async () => {
      const { store, clock } = world();
      const due = aFullPayment({ nextAt: instant, leaseUntil: null });
      for (const payment of [due, aPayment({ nextAt: instant + 1 }), aPayment({ nextAt: null })]) await store.insertPayment(payment, aKey());
      assert.deepEqual(await store.claimDue('payments', 1000, 10), [{ ...due, leaseUntil: instant + 1000 }]);
      assert.deepEqual(await store.claimDue('links', 1000, 10), []);
      assert.deepEqual(await store.claimDue('refunds', 1000, 10), []);
      clock.now += 1;
      assert.equal((await store.claimDue('payments', 1000, 10)).length, 1);
    });

    it('takes links and refunds as well', async () => {
      const { store } = world();
      const [link, refund] = [aLink({ nextAt: instant }), aRefund('payment-1', { nextAt: instant })];
      await store.insertLink(link);
      await store.commit({ changes: [], refund });
      assert.deepEqual(await store.claimDue('links', 1000, 10), [{ ...link, leaseUntil: instant + 1000 }]);
      assert.deepEqual(await store.claimDue('refunds', 1000, 10), [{ ...refund, leaseUntil: instant + 1000 }]);
    });

    it('takes no more than asked for, the longest due first', async () => {
      const { store } = world();
      const byNeed = (await insertDue(store, 7)).toReversed();
      for (const few of [byNeed.slice(0, 3), byNeed.slice(3, 6), byNeed.slice(6)]) {
        assert.deepEqual(new Set(idsOf(await store.claimDue('payments', 1000, 3))), new Set(few));
      }
    });

    it('gives a row again only when the lease has ended', async () => {
      const { store, other, clock } = world();
      const [id] = await insertDue(store, 1);
      assert.deepEqual(idsOf(await store.claimDue('payments', 1000, 10)), [id]);
      clock.now += 999;
      assert.deepEqual(await other.claimDue('payments', 1000, 10), []);
      clock.now += 1;
      assert.deepEqual(idsOf(await other.claimDue('payments', 1000, 10)), [id]);
      assert.deepEqual(await store.claimDue('payments', 1000, 10), []);
    });

    it('gives a row again at once when a step ended its lease and it still is due', async () => {
      const { store } = world();
      const [id = ''] = await insertDue(store, 1);
      await store.claimDue('payments', 1000, 10);
      await store.commit({ changes: [aStep(id, 'created', 'created')] });
      assert.deepEqual(idsOf(await store.claimDue('payments', 1000, 10)), [id]);
    });

    it('gives no row to two instances that drain at the same time', async () => {
      const { store, other } = world();
      const ids = await insertDue(store, 100);
      const drain = async (from: Store): Promise<string[]> => {
        const taken: string[] = [];
        for (let rows = await from.claimDue('payments', 1000, 7); rows.length > 0; rows = await from.claimDue('payments', 1000, 7)) taken.push(...idsOf(rows));
        return taken;
      };
      const taken = (await Promise.all([store, other, store, other].map(drain))).flat();
      assert.deepEqual(taken.sort(), ids.sort());
    });

    it('gives no row and no event to two processes', async () => {
      const { store, database } = world();
      const ids = await insertDue(store, 60);
      const events = ids.map((id) => anEvent(id, 'x'));
      await store.commit({ changes: [], events });
      const reports = await runTogether(database.address, [
        { name: 'claim', limit: 5, leaseMs: 1000 }, { name: 'claim', limit: 5, leaseMs: 1000 },
        { name: 'claimEvents', limit: 5, leaseMs: 1000 }, { name: 'claimEvents', limit: 5, leaseMs: 1000 },
      ]);
      assert.deepEqual(reports.slice(0, 2).flat().sort(), ids.sort());
      assert.deepEqual(reports.slice(2).flat().sort(), idsOf(events).sort());
    });
  });
}

export function describeEvents(world: () => World): void {
  describe('events', () => {
    const tell = (store: Store, ...events: NewEvent[]) => store.commit({ changes: [], events });

    it('come back as they were written, due at once', async () => {
      const { store, other } = world();
      const event = { ...anEvent('payment-1', 'payment.paid'), body: JSON.stringify({ text: 'Kopi ☕ \\ "susu"' }) };
      await tell(store, event);
      assert.deepEqual(await other.claimEvents(1000, 10), [
        { ...event, place: 1, createdAt: instant, attempts: 1, nextAt: instant, leaseUntil: instant + 1000, deliveredAt: null },
      ]);
    });

    it('are written once per subject and type, the first for good', async () => {
      const { store } = world();
      const first = anEvent('payment-1', 'payment.paid');
      await tell(store, first);
      assert.ok(await tell(store, anEvent('payment-1', 'payment.paid'), anEvent('payment-1', 'payment.refunded', 'refunds'), anEvent('payment-2', 'payment.paid')));
      const told = await store.claimEvents(1000, 10);
      assert.deepEqual(told.map(({ subjectId, type }) => `${subjectId} ${type}`).sort(), ['payment-1 payment.paid', 'payment-1 payment.refunded', 'payment-2 payment.paid']);
      assert.ok(idsOf(told).includes(first.id));
    });

    it('wait until what came before them about the same was delivered, by whom and when ever', async () => {
      const { store, other, clock } = world();
      const [paid, refused, refunded] = [anEvent('payment-1', 'payment.paid'), anEvent('refund-1', 'refund.failed', 'payment-1'), anEvent('refund-2', 'payment.refunded', 'payment-1')];
      await tell(store, paid, refused);
      await tell(other, refunded);
      const claimed = async (from: Store) => idsOf(await from.claimEvents(1000, 10));
      assert.deepEqual([await claimed(store), await claimed(other)], [[paid.id], []], 'while it is being told');
      await store.settleEvent(paid.id, { nextAt: clock.now + 5000 });
      clock.now += 4999;
      assert.deepEqual(await claimed(other), [], 'while it waits to be told again');
      clock.now += 1;
      assert.deepEqual(await claimed(other), [paid.id]);
      await other.settleEvent(paid.id, { deliveredAt: clock.now });
      assert.deepEqual(await claimed(store), [refused.id]);
      await store.settleEvent(refused.id, { deliveredAt: clock.now });
      assert.deepEqual(await claimed(store), [refunded.id]);
    });

    it('stand behind those that were written last, whatever clock wrote them', async () => {
      const { store, clock } = world();
      const [first, second, third] = ['a', 'b', 'c'].map((type) => anEvent('payment-1', type));
      assert.ok(first && second && third);
      await tell(store, first, second);
      const next = async (): Promise<string[]> => {
        const ids = idsOf(await store.claimEvents(1000, 10));
        for (const id of ids) await store.settleEvent(id, { deliveredAt: clock.now });
        return ids;
      };
      assert.deepEqual(await next(), [first.id]);
      clock.now -= 60_000;
      await tell(store, third);
      clock.now += 60_000;
      assert.deepEqual([await next(), await next(), await next()], [[second.id], [third.id], []]);
    });

    it('hold up none about another', async () => {
      const { store, clock } = world();
      const [held, ...others] = ['payment-1', 'payment-2', 'payment-3'].map((id) => anEvent(id, 'payment.paid'));
      assert.ok(held);
      await tell(store, held, ...others);
      await store.claimEvents(1000, 10);
      await store.settleEvent(held.id, { nextAt: clock.now + 3_600_000 });
      for (const { id } of others) await store.settleEvent(id, { deliveredAt: clock.now });
      const later = [anEvent('payment-2', 'payment.refunded'), anEvent('payment-4', 'payment.paid')];
      await tell(store, ...later);
      assert.deepEqual(idsOf(await store.claimEvents(1000, 10)).sort(), idsOf(later).sort());
    });

    it('that an older version wrote, which knows of no order, wait for none', async () => {
      const { store, database } = world();
      await tell(store, anEvent('payment-1', 'payment.paid'), anEvent('payment-1', 'payment.refunded'));
      await database.query('UPDATE events SET about = NULL, place = NULL');
      assert.equal((await store.claimEvents(1000, 10)).length, 2);
    });

    it('wait for what an older version wrote of the same payment before', async () => {
      const { store, database, clock } = world();
      const [failed, paid, refunded] = [anEvent('payment-1', 'payment.failed'), anEvent('payment-1', 'payment.paid'), anEvent('refund-1', 'payment.refunded', 'payment-1')];
      await tell(store, paid);
      await database.query('UPDATE events SET about = NULL, place = NULL');
      await store.claimEvents(1000, 10);
      await store.settleEvent(paid.id, { nextAt: clock.now + 5000 });
      clock.now += 1;
      await tell(store, refunded);
      assert.deepEqual(idsOf(await store.claimEvents(1000, 10)), []);
      clock.now += 4999;
      assert.deepEqual(idsOf(await store.claimEvents(1000, 10)), [paid.id]);
      await store.settleEvent(paid.id, { deliveredAt: clock.now });
      assert.deepEqual(idsOf(await store.claimEvents(1000, 10)), [refunded.id]);
      await store.settleEvent(refunded.id, { deliveredAt: clock.now });
      await tell(store, failed);
      clock.now += 1;
      await tell(store, anEvent('payment-1', 'payment.review'));
      await database.query(`UPDATE events SET about = NULL, place = NULL WHERE type = 'payment.review'`);
      assert.equal((await store.claimEvents(1000, 10)).length, 2, 'what it wrote after does not hold it up');
    });

    it('are written once when 64 tell of the same at once', async () => {
      const { store, other } = world();
      assert.ok((await times(64, (index) => tell(index % 2 === 0 ? store : other, anEvent('payment-1', 'payment.paid')))).every(Boolean));
      assert.equal((await store.claimEvents(1000, 100)).length, 1);
    });

    it('are given again, and counted, when their lease has ended without a word', async () => {
      const { store, other, clock } = world();
      await tell(store, anEvent('payment-1', 'payment.paid'));
      await store.claimEvents(1000, 10);
      assert.deepEqual(await other.claimEvents(1000, 10), []);
      clock.now += 1000;
      assert.deepEqual((await other.claimEvents(1000, 10)).map(({ attempts }) => attempts), [2]);
    });

    it('are given again when they are due after a failure', async () => {
      const { store, clock } = world();
      const event = anEvent('payment-1', 'payment.paid');
      await tell(store, event);
      await store.claimEvents(1000, 10);
      await store.settleEvent(event.id, { nextAt: instant + 50 });
      assert.deepEqual(await store.claimEvents(1000, 10), []);
      clock.now += 50;
      assert.deepEqual(idsOf(await store.claimEvents(1000, 10)), [event.id]);
    });

    it('that were delivered are never given again, whatever a slower process says of them', async () => {
      const { store, other, clock, database } = world();
      const event = anEvent('payment-1', 'payment.paid');
      await tell(store, event);
      await store.claimEvents(1000, 10);
      clock.now += 1000;
      await other.claimEvents(1000, 10);
      await other.settleEvent(event.id, { deliveredAt: clock.now });
      await store.settleEvent(event.id, { nextAt: clock.now });
      clock.now += 1_000_000;
      assert.deepEqual(await store.claimEvents(1000, 10), []);
      const [row] = await database.query('SELECT delivered_at, next_at FROM events');
      assert.deepEqual([Number(row?.['delivered_at']), row?.['next_at']], [instant + 1000, null]);
    });
  });
}

export function describeNotifications(world: () => World): void {
  it('recordNotification keeps each once, counts how often it came, and learns when its row is found', async () => {
    const { store, other, clock, database } = world();
    const record = { fingerprint: 'one', kind: 'payment', reference: 'reference-1', status: '00', matched: false } as const;
    await store.recordNotification(record);
    clock.now += 5;
    await times(64, (index) => (index % 2 === 0 ? store : other).recordNotification({ ...record, matched: true }));
    await store.recordNotification({ ...record, fingerprint: 'two', kind: 'link' });
    const rows = await database.query('SELECT * FROM notifications ORDER BY first_at');
    assert.deepEqual(rows.map((row) => [row['fingerprint'], row['kind'], row['reference'], row['status'], row['matched'], row['times'], Number(row['first_at']), Number(row['last_at'])]), [
      ['one', 'payment', 'reference-1', '00', 1, 65, instant, instant + 5],
      ['two', 'link', 'reference-1', '00', 0, 1, instant + 5, instant + 5],
    ]);
  });
}
