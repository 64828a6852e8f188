/** What is given up after a while, and what never is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkState, PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { allLinkStates, allPaymentStates, contents, isOneOf, range } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { aKey, aLink, anEvent, aPayment, aStep, instant } from './rows.ts';

const endedLinks: readonly LinkState[] = ['unlinked', 'relink_required', 'failed', 'abandoned'];

const nobody = { deviceId: '', ipAddress: '', returnTo: '/', pageUrl: null, lines: '[]' };

/** What is kept of the shopper in a payment. */
function shopperIn(payment: PaymentRow | undefined) {
  assert.ok(payment);
  const { deviceId, ipAddress, returnTo, pageUrl, lines } = payment;
  return { deviceId, ipAddress, returnTo, pageUrl, lines };
}

export function describePruning(world: () => World): void {
  describe('pruning', () => {
    it('gives up keys a few at a time, the older ones only, and the payment stays', async () => {
      const { store, clock } = world();
      const payment = aPayment();
      const keys = range(7).map(() => aKey());
      for (const [index, key] of keys.entries()) {
        clock.now = instant + index;
        await store.insertPayment(payment, key);
      }
      const left = async (): Promise<boolean[]> => Promise.all(keys.map(async (key) => (await store.paymentByKey(key)) !== undefined));
      assert.equal(await store.prune('keys', instant + 5, 3), 3);
      assert.equal((await left()).filter(Boolean).length, 4);
      assert.equal(await store.prune('keys', instant + 5, 3), 2);
      assert.deepEqual(await left(), [false, false, false, false, false, true, true]);
      assert.equal(await store.prune('keys', instant + 5, 3), 0);
      assert.deepEqual(await store.insertPayment(aPayment({ orderId: payment.orderId }), keys[0] ?? aKey()), { outcome: 'existing', payment }, 'the order is not paid anew by a key that is gone');
    });

    it('gives up what was told, never what is still to be told', async () => {
      const { store, database, clock } = world();
      const payment = aPayment({ state: 'succeeded' });
      await store.insertPayment(payment, aKey());
      const events = ['one', 'two', 'three'].map((type) => anEvent(payment.id, type));
      await store.commit({ changes: [], events });
      await store.settleEvent(events[0]?.id ?? '', { deliveredAt: instant });
      await store.settleEvent(events[1]?.id ?? '', { deliveredAt: instant + 10 });
      clock.now = instant + 1_000_000;
      assert.equal(await store.prune('events', instant + 5, 100), 1);
      assert.deepEqual((await database.query('SELECT type FROM events ORDER BY type')).map(({ type }) => type), ['three', 'two']);
    });

    it('gives up notifications that did not come again', async () => {
      const { store, database, clock } = world();
      const record = { kind: 'payment', reference: 'r', status: '00', matched: true } as const;
      for (const fingerprint of ['again', 'once']) await store.recordNotification({ ...record, fingerprint });
      clock.now = instant + 10;
      await store.recordNotification({ ...record, fingerprint: 'again' });
      assert.equal(await store.prune('notifications', instant + 5, 100), 1);
      assert.deepEqual((await database.query('SELECT fingerprint FROM notifications')).map(({ fingerprint }) => fingerprint), ['again']);
    });

    it('takes the shopper out of final payments alone, and nothing else of them', async () => {
      const { store } = world();
      const payments = allPaymentStates.map((state) => aPayment({ state, orderId: `order-${state}`, nextAt: isOneOf(['succeeded', 'failed', 'refunded', 'review'], state) ? null : instant, pageUrl: 'https://bank.example/page', lines: '["goods"]', returnTo: '/orders/1' }));
      for (const payment of payments) await store.insertPayment(payment, aKey());
      assert.equal(await store.prune('shoppers', instant, 100), 0);
      assert.equal(await store.prune('shoppers', instant + 1, 100), 4);
      for (const payment of payments) {
        const expected = payment.nextAt === null ? { ...payment, ...nobody } : payment;
        assert.deepEqual(await store.payment(payment.id), expected);
      }
    });

    it('takes the number and the browser out of links that have ended', async () => {
      const { store } = world();
      const links = allLinkStates.map((state) => aLink({ state, customerId: `customer-${state}`, phoneMask: '0812••••789', deviceHash: 'hash', returnTo: '/cart' }));
      for (const link of links) await store.insertLink(link);
      assert.equal(await store.prune('links', instant + 1, 100), endedLinks.length);
      for (const link of links) {
        assert.deepEqual(await store.link(link.id), endedLinks.includes(link.state) ? { ...link, phoneMask: null, deviceHash: '', returnTo: '/' } : link);
      }
      assert.equal(await store.prune('links', instant + 1, 100), 0);
    });

    it('by two processes at once gives up each once', async () => {
      const { store, other } = world();
      for (const index of range(40)) await store.insertPayment(aPayment({ orderId: `order-${index}` }), aKey());
      const counts = await Promise.all([store, other, store, other].map((each) => each.prune('keys', instant + 1, 15)));
      assert.ok(counts.reduce((sum, count) => sum + count, 0) <= 40);
      while ((await store.prune('keys', instant + 1, 15)) > 0);
      assert.equal(await other.prune('keys', instant + 1, 15), 0);
    });

    it('forgets the shopper of a link with the step that ends it, or not at all', async () => {
      const { store, database } = world();
      const link = aLink({ state: 'active' });
      await store.insertLink(link);
      const [paid, open] = [aPayment({ state: 'succeeded', linkId: link.id, orderId: 'paid' }), aPayment({ state: 'requires_action', linkId: link.id, orderId: 'open' })];
      for (const payment of [paid, open]) await store.insertPayment(payment, aKey());
      const before = await contents(database);
      assert.equal(await store.commit({ changes: [{ table: 'links', id: link.id, from: ['unlinking'], to: 'unlinked', cause: 'test' }], forgetShopperOf: link.id }), false);
      assert.deepEqual(await contents(database), before);
      assert.ok(await store.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'unlinked', cause: 'test' }], forgetShopperOf: link.id }));
      assert.deepEqual(await store.payment(paid.id), { ...paid, ...nobody });
      assert.deepEqual(await store.payment(open.id), open);
      assert.ok(await store.commit({ changes: [aStep(paid.id, 'succeeded', 'refunding', { version: 1 })] }), 'nobody\'s version grew old');
      await store.tidy();
    });

    it('forgets the shopper of a payment that was open when its link ended with the step that ends it, and not before', async () => {
      const { store } = world();
      for (const ended of endedLinks) {
        const [gone, stands] = [aLink({ state: 'active' }), aLink({ state: 'active' })];
        for (const link of [gone, stands]) await store.insertLink(link);
        const kept = { state: 'pending', lines: '["goods"]', returnTo: '/orders/1', pageUrl: 'https://bank.example/page' } as const;
        const [open, others] = [aPayment({ ...kept, linkId: gone.id }), aPayment({ ...kept, linkId: stands.id })];
        for (const payment of [open, others]) await store.insertPayment(payment, aKey());
        await store.commit({ changes: [{ table: 'links', id: gone.id, from: ['active'], to: ended, cause: 'test' }], forgetShopperOf: gone.id });
        for (const { id } of [open, others]) await store.commit({ changes: [aStep(id, 'pending', 'unknown')] });
        assert.deepEqual(shopperIn(await store.payment(open.id)), shopperIn(open), 'it may still be needed');
        assert.equal(await store.commit({ changes: [aStep(open.id, 'pending', 'succeeded')] }), false);
        for (const { id } of [open, others]) assert.ok(await store.commit({ changes: [aStep(id, 'unknown', 'succeeded', { set: { paidAt: instant } })] }));
        assert.deepEqual(await store.payment(open.id), { ...open, state: 'succeeded', version: 3, paidAt: instant, ...nobody });
        assert.deepEqual(shopperIn(await store.payment(others.id)), shopperIn(others), 'whose link has not ended');
      }
    });

    it('forgets the shopper of a payment that ends while its link does, whichever is first', async () => {
      const { store, other } = world();
      for (const index of range(20)) {
        const link = aLink({ state: 'active' });
        await store.insertLink(link);
        const payments = range(3).map(() => aPayment({ state: 'pending', linkId: link.id }));
        for (const payment of payments) await store.insertPayment(payment, aKey());
        const ends = [
          ...payments.map(({ id }) => () => store.commit({ changes: [aStep(id, 'pending', 'succeeded')] })),
          () => other.commit({ changes: [{ table: 'links', id: link.id, from: ['active'], to: 'relink_required', cause: 'test' }], forgetShopperOf: link.id }),
        ];
        const inTurn = [...ends.slice(index % ends.length), ...ends.slice(0, index % ends.length)];
        assert.deepEqual(await Promise.all(inTurn.map((end) => end())), [true, true, true, true]);
        for (const { id } of payments) assert.deepEqual(shopperIn(await store.payment(id)), nobody);
      }
    });

    it('forgets with it what is left of the customer\'s earlier links, and of nobody else\'s', async () => {
      const { store } = world();
      const told = { customerId: 'budi', phoneMask: '0812••••789', deviceHash: 'hash', returnTo: '/cart' };
      const [earlier, left, present] = [aLink({ ...told, state: 'relink_required' }), aLink({ ...told, state: 'disowned', authCodeSealed: 'code' }), aLink({ ...told, state: 'active' })];
      const others = aLink({ ...told, customerId: 'siti', state: 'relink_required' });
      const paid = aPayment({ customerId: 'budi', linkId: earlier.id, state: 'pending' });
      await store.insertLink({ ...earlier, state: 'active' });
      await store.insertPayment(paid, aKey());
      await store.commit({ changes: [{ table: 'links', id: earlier.id, from: ['active'], to: 'relink_required', cause: 'test' }], forgetShopperOf: earlier.id });
      assert.equal((await store.link(earlier.id))?.phoneMask, '0812••••789', 'which it goes by is shown on the page');
      await store.commit({ changes: [aStep(paid.id, 'pending', 'succeeded')] });
      for (const link of [left, present, others]) await store.insertLink(link);
      await store.commit({ changes: [{ table: 'links', id: present.id, from: ['active'], to: 'unlinked', cause: 'test' }], forgetShopperOf: present.id });
      for (const { id } of [earlier, left]) {
        const { phoneMask, deviceHash, returnTo } = (await store.link(id)) ?? {};
        assert.deepEqual({ phoneMask, deviceHash, returnTo }, { phoneMask: null, deviceHash: '', returnTo: '/' });
      }
      assert.equal((await store.link(left.id))?.authCodeSealed, 'code', 'by which it is taken back');
      assert.equal((await store.payment(paid.id))?.deviceId, '');
      assert.deepEqual(await store.link(others.id), others);
    });
  });
}
