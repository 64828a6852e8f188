/** The trail of every row, the shared token, and how a database is opened and closed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linkTransitions, paymentTransitions } from '../../../packages/server/src/ledger/transitions.ts';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { migrations } from '../../../packages/server/src/store/schema.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';
import type { AnyChange } from '../../../packages/server/src/store/store.ts';
import { times, range, startRefund, aPaidPayment, contents } from './conformance-world.ts';
import type { World } from './conformance-world.ts';
import { aFullLink, aFullPayment, aKey, aLink, anEvent, aPayment, aRefund, aStep, instant } from './rows.ts';

/** Numbers from a seed: the same walk every time (Numerical Recipes' generator). */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

export function describeAudit(world: () => World): void {
  describe('audit', () => {
    it('begins with the row and names who, from where, to where, why and when', async () => {
      const { store, clock } = world();
      const payment = aPayment();
      await store.insertPayment(payment, aKey());
      clock.now += 7;
      await store.commit({ changes: [aStep(payment.id, 'created', 'sending', { cause: 'send' })] });
      const row = { table: 'payments', rowId: payment.id };
      assert.deepEqual(await store.audit('payments', payment.id), [
        { ...row, fromState: null, toState: 'created', cause: 'pay', at: instant },
        { ...row, fromState: 'created', toState: 'sending', cause: 'send', at: instant + 7 },
      ]);
      assert.deepEqual(await store.audit('refunds', payment.id), []);
    });

    it('is written for links and refunds too, and not for what was refused', async () => {
      const { store } = world();
      const [link, payment] = [aLink(), await aPaidPayment(store)];
      await store.insertLink(link);
      await store.commit({ changes: [], refund: aRefund(payment.id, { id: 'refund-1' }) });
      await store.commit({ changes: [{ table: 'refunds', id: 'refund-1', from: ['pending'], to: 'succeeded', cause: 'test' }] });
      assert.deepEqual((await store.audit('links', link.id)).map(({ toState }) => toState), ['initiated']);
      assert.deepEqual((await store.audit('refunds', 'refund-1')).map(({ toState }) => toState), ['created']);
    });

    it('replays to the state of every row, after any walk through the machines', async () => {
      const { store, other } = world();
      const roll = createDice(20_261_122);
      const payments = range(6).map(() => aPayment());
      const links = range(6).map(() => aLink());
      await Promise.all([...payments.map((payment) => store.insertPayment(payment, aKey())), ...links.map((link) => store.insertLink(link))]);
      const steps = [
        ...payments.flatMap(({ id }) => Object.values(paymentTransitions).map((step): AnyChange => ({ table: 'payments', id, ...step, cause: 'walk' }))),
        ...links.flatMap(({ id }) => Object.values(linkTransitions).map((step): AnyChange => ({ table: 'links', id, ...step, cause: 'walk' }))),
      ];
      const taken = await times(400, (index) => {
        const step = steps[roll(steps.length)];
        assert.ok(step);
        return (index % 2 === 0 ? store : other).commit({ changes: [step] });
      });
      let trails = 0;
      for (const [table, rows] of [['payments', payments], ['links', links]] as const) {
        for (const { id } of rows) {
          const [row, trail] = [table === 'payments' ? await store.payment(id) : await store.link(id), await store.audit(table, id)];
          assert.equal(trail.at(-1)?.toState, row?.state);
          assert.equal(trail.length, row?.version);
          assert.deepEqual(trail.map(({ fromState }) => fromState), [null, ...trail.slice(0, -1).map(({ toState }) => toState)]);
          trails += trail.length - 1;
        }
      }
      assert.equal(trails, taken.filter(Boolean).length);
      assert.ok(trails > 20, 'the walk led somewhere');
    });
  });
}

export function describeTokens(world: () => World): void {
  describe('tokens', () => {
    const token = (sealed: string, issuedAt = instant) => ({ sealed, issuedAt, expiresAt: issuedAt + 900_000 });

    it('are written if nobody else wrote one meanwhile', async () => {
      const { store, other } = world();
      assert.equal(await store.readToken('client'), undefined);
      assert.equal(await store.swapToken('client', undefined, token('one')), true);
      assert.deepEqual(await other.readToken('client'), token('one'));
      assert.equal(await other.swapToken('client', undefined, token('two')), false);
      assert.equal(await other.swapToken('client', token('other'), token('two')), false);
      assert.deepEqual(await store.readToken('client'), token('one'));
      assert.equal(await other.swapToken('client', token('one'), token('two', instant + 5)), true);
      assert.deepEqual(await store.readToken('client'), token('two', instant + 5));
    });

    it('are kept by name', async () => {
      const { store } = world();
      await store.swapToken('one', undefined, token('one'));
      assert.equal(await store.swapToken('two', undefined, token('two')), true);
      assert.deepEqual([await store.readToken('one'), await store.readToken('two')], [token('one'), token('two')]);
    });

    it('let one of 64 writers win, the first time and every other', async () => {
      const { store, other } = world();
      for (const previous of [undefined, token('0'), token('1'), token('2')]) {
        const next = previous === undefined ? token('0') : token(`${Number(previous.sealed) + 1}`);
        const swapped = await times(64, (index) => (index % 2 === 0 ? store : other).swapToken('client', previous, next));
        assert.equal(swapped.filter(Boolean).length, 1);
        assert.deepEqual(await store.readToken('client'), next);
      }
    });
  });
}

export function describeLife(world: () => World): void {
  describe('opening and closing', () => {
    it('gives a chore to one of 16 who ask, and again after its time', async () => {
      const { store, other, clock } = world();
      const claim = async (): Promise<number> => (await times(16, (index) => (index % 2 === 0 ? store : other).claimChore('sweep', 100))).filter(Boolean).length;
      assert.equal(await claim(), 0, 'the first time is so long after the first who asks');
      clock.now += 99;
      assert.equal(await claim(), 0);
      clock.now += 1;
      assert.equal(await claim(), 1);
      assert.equal(await store.claimChore('another', 100), false);
      clock.now += 100;
      assert.equal(await claim(), 1);
    });

    it('gives a chore away at once that was done by a clock far ahead, and by one that is only a little ahead no sooner than by any other', async () => {
      const { store, clock } = world();
      await store.claimChore('sweep', 100);
      clock.now += 10_000;
      assert.equal(await store.claimChore('sweep', 100), true);
      clock.now -= 100;
      assert.equal(await store.claimChore('sweep', 100), false);
      clock.now -= 9_000;
      assert.equal(await store.claimChore('sweep', 100), true);
      assert.equal(await store.claimChore('sweep', 100), false);
    });

    it('counts up for one of 16 who saw the same count, and keeps each count by its name', async () => {
      const { store, other } = world();
      for (const seen of [0, 1, 2]) {
        assert.equal(await other.count('turn'), seen);
        const swapped = await times(16, (index) => (index % 2 === 0 ? store : other).swapCount('turn', seen, seen + 1));
        assert.equal(swapped.filter(Boolean).length, 1);
      }
      assert.equal(await store.swapCount('turn', 2, 9), false);
      assert.deepEqual([await store.count('turn'), await store.count('another')], [3, 0]);
    });

    it('belongs to the first of 16 who ask, for ever', async () => {
      const { store, other } = world();
      assert.equal(await store.owner(), undefined);
      const answers = await times(16, (index) => (index % 2 === 0 ? store : other).claimFor(`owner-${index}`));
      const owner = await other.owner();
      assert.ok(owner !== undefined && /^owner-\d+$/.test(owner));
      assert.deepEqual(new Set(answers), new Set([owner]));
      assert.equal(await store.claimFor('owner-late'), owner);
    });

    it('makes the tables in an empty database, and notes their version', async () => {
      const { store, database } = world();
      await store.payment('none');
      assert.equal(await database.version(), migrations.length);
    });

    it('keeps everything for the next one who opens it', async () => {
      const { store, database, clock } = world();
      const [link, payment, key] = [aFullLink(), aFullPayment({ state: 'succeeded' }), aKey()];
      await store.insertLink(link);
      await store.insertPayment(payment, key);
      await startRefund(store, payment, { id: 'refund-1' });
      await store.commit({ changes: [], events: [anEvent(payment.id, 'payment.paid')] });
      await store.swapToken('client', undefined, { sealed: 'sealed', issuedAt: 1, expiresAt: 2 });
      await store.close();
      const before = await contents(database);
      const next = openStore(database.address, () => clock.now);
      assert.deepEqual(await next.link(link.id), link);
      assert.equal((await next.paymentByKey(key))?.outcome, 'existing');
      assert.equal((await next.refundOfPayment(payment.id))?.id, 'refund-1');
      assert.deepEqual(await next.readToken('client'), { sealed: 'sealed', issuedAt: 1, expiresAt: 2 });
      assert.deepEqual(await contents(database), before);
      assert.equal(await database.version(), migrations.length);
      await next.close();
    });

    it('refuses a database of a newer version, and leaves it alone', async () => {
      const { store, database } = world();
      await store.insertPayment(aPayment(), aKey());
      await store.close();
      await database.setVersion(migrations.length + 1);
      const before = await contents(database);
      const says = (error: unknown): boolean => error instanceof Error && error.cause instanceof Error && /newer version of @allo-kit\/server/.test(error.cause.message);
      await assert.rejects(async () => {
        const next = openStore(database.address, () => instant);
        await next.payment('none').finally(() => next.close());
      }, says);
      assert.deepEqual(await contents(database), before);
      assert.equal(await database.version(), migrations.length + 1);
    });

    it('waits, on closing, for what is under way', async () => {
      const { store, other } = world();
      const payments = range(40).map(() => aPayment());
      const writing = payments.map((payment) => store.insertPayment(payment, aKey()));
      let ended = 0;
      for (const work of writing) void work.then(() => (ended += 1));
      await store.close();
      assert.equal(ended, payments.length);
      for (const payment of payments) assert.deepEqual(await other.payment(payment.id), payment);
    });

    it('refuses everything after closing, and closes as often as one likes', async () => {
      const { store } = world();
      await Promise.all([store.close(), store.close()]);
      await store.close();
      await assert.rejects(store.payment('x'), StoreError);
      await assert.rejects(store.insertPayment(aPayment(), aKey()), StoreError);
      await assert.rejects(store.commit({ changes: [] }), StoreError);
      await assert.rejects(store.claimDue('payments', 1000, 1), StoreError);
    });

    it('says that the database failed, and why', async () => {
      const { store, database } = world();
      await store.payment('none');
      await database.query('DROP TABLE shared_tokens');
      const says = (error: unknown): boolean => error instanceof StoreError && error.cause instanceof Error && error.cause.message.includes('shared_tokens');
      await assert.rejects(store.readToken('client'), says);
      await assert.rejects(store.swapToken('client', undefined, { sealed: '', issuedAt: 0, expiresAt: 0 }), says);
    });
  });
}
