import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { linkTransitions, paymentTransitions, refundTransitions } from '../../packages/server/src/ledger/transitions.ts';
import { openStore } from '../../packages/server/src/open-store.ts';
import type { JobTable, LinkState, PaymentState, RefundState } from '../../packages/server/src/store/rows.ts';
import type { AnyChange, Store } from '../../packages/server/src/store/store.ts';
import { aKey, aLink, aPayment, aRefund, instant } from './store/rows.ts';

/**
 * What a state means. `open`: the row is the job of the reconciler. `settled`: nothing is to be done, but news may
 * still come. `ended`: nothing changes it any more.
 */
type Kind = 'open' | 'settled' | 'ended';

interface Machine {
  table: JobTable;
  first: string;
  states: Record<string, Kind>;
  steps: Record<string, { from: readonly string[]; to: string }>;
}

const machines: readonly Machine[] = [
  {
    table: 'payments',
    first: 'created',
    states: {
      created: 'open', sending: 'open', requires_action: 'open', pending: 'open', unknown: 'open', succeeded: 'settled',
      refunding: 'open', refunded: 'ended', late_success: 'open', failed: 'settled', cancelled: 'settled', expired: 'settled',
      not_executed: 'settled', review: 'settled',
    } satisfies Record<PaymentState, Kind>,
    steps: paymentTransitions,
  },
  {
    table: 'refunds',
    first: 'created',
    states: {
      created: 'open', sending: 'open', pending: 'open', unknown: 'open', succeeded: 'ended', failed: 'ended', manual: 'settled', review: 'settled',
    } satisfies Record<RefundState, Kind>,
    steps: refundTransitions,
  },
  {
    table: 'links',
    first: 'initiated',
    states: {
      initiated: 'open', redirected: 'open', returned: 'open', exchanging: 'open', disowned: 'open', active: 'settled', unlinking: 'open',
      unlinked: 'ended', relink_required: 'ended', failed: 'ended', abandoned: 'ended',
    } satisfies Record<LinkState, Kind>,
    steps: linkTransitions,
  },
];

/** Writes a row that is in `state`; answers its id. */
async function insertIn(store: Store, table: JobTable, state: string): Promise<string> {
  if (table === 'links') {
    const link = aLink({ state: state as LinkState });
    await store.insertLink(link);
    return link.id;
  }
  const payment = aPayment(table === 'payments' ? { state: state as PaymentState } : {});
  await store.insertPayment(payment, aKey());
  if (table === 'payments') return payment.id;
  const refund = aRefund(payment.id, { state: state as RefundState });
  await store.commit({ changes: [], refund });
  return refund.id;
}

const read = (store: Store, table: JobTable, id: string) =>
  table === 'links' ? store.link(id) : table === 'payments' ? store.payment(id) : store.refund(id);

/** States that `state` leads to, itself not counted. */
const waysOut = ({ steps }: Machine, state: string): string[] =>
  Object.values(steps).filter(({ from, to }) => from.includes(state) && to !== state).map(({ to }) => to);

function reachable(machine: Machine, from: string): Set<string> {
  const found = new Set([from]);
  for (const state of found) for (const next of waysOut(machine, state)) found.add(next);
  return found;
}

for (const machine of machines) {
  const { table, steps, states, first } = machine;
  describe(`the machine of ${table}`, () => {
    let store: Store;
    before(() => { store = openStore({ kind: 'sqlite', path: ':memory:' }, () => instant); });
    after(() => store.close());

    for (const [event, step] of Object.entries(steps)) {
      it(`takes "${event}" from the states it is listed for, and from no other`, async () => {
        for (const state of Object.keys(states)) {
          const id = await insertIn(store, table, state);
          const before = await read(store, table, id);
          assert.equal(before?.state, state);
          const listed = step.from.includes(state);
          const taken = await store.commit({ changes: [{ table, id, ...step, cause: event } as AnyChange] });
          assert.equal(taken, listed, `${event} from ${state}`);
          const trail = (await store.audit(table, id)).map(({ fromState, toState, cause }) => ({ fromState, toState, cause })).slice(1);
          assert.deepEqual(trail, listed ? [{ fromState: state, toState: step.to, cause: event }] : []);
          assert.deepEqual(await read(store, table, id), listed ? { ...before, state: step.to, version: 2 } : before);
        }
      });
    }

    it('names only states that there are', () => {
      for (const { from, to } of Object.values(steps)) for (const state of [...from, to]) assert.ok(state in states, state);
    });

    it('reaches every state', () => {
      assert.deepEqual([...reachable(machine, first)].sort(), Object.keys(states).sort());
    });

    it('leads out of every open state, and at last to one that is not open', () => {
      for (const [state, kind] of Object.entries(states)) {
        if (kind !== 'open') continue;
        assert.notDeepEqual(waysOut(machine, state), [], state);
        assert.ok([...reachable(machine, state)].some((end) => states[end] !== 'open'), state);
      }
    });

    it('leads out of no state that has ended', () => {
      for (const [state, kind] of Object.entries(states)) assert.equal(waysOut(machine, state).length === 0, kind === 'ended', state);
    });

    it('never goes back to its beginning, but by the one step that says that nothing was sent', () => {
      const back = Object.entries(steps).filter(([, { to }]) => to === first).map(([name]) => name);
      assert.deepEqual(back, steps === refundTransitions ? ['putOff'] : []);
    });
  });
}

describe('a payment that is settled', () => {
  const [payments] = machines;
  assert.ok(payments);

  it('stays paid, unless the money goes back', () => {
    assert.deepEqual(new Set(waysOut(payments, 'succeeded')), new Set(['refunding', 'refunded']));
  });

  it('stays unpaid, unless the money came after all', () => {
    for (const state of ['failed', 'cancelled', 'expired', 'not_executed']) {
      assert.deepEqual(new Set(waysOut(payments, state)), new Set(['succeeded', 'late_success', 'review', 'refunded']), state);
    }
  });

  it('was sent, or never can be: nothing leads from sending back to what may be sent', () => {
    for (const state of reachable(payments, 'sending')) assert.ok(!waysOut(payments, state).some((next) => next === 'created' || next === 'sending'), state);
  });
});
