/**
 * M10: the row of a payment is kept in memory until the bank has answered, and only then written. Store and bank
 * have to work together for it.
 */
import type { Bank } from '../../../packages/server/src/ledger/bank.ts';
import type { PaymentRow } from '../../../packages/server/src/store/rows.ts';
import type { Commit, Store } from '../../../packages/server/src/store/store.ts';

/** Writes the row and the steps it has taken. */
type Write = () => Promise<void>;

interface Held {
  payment: PaymentRow;
  steps: Commit[];
  write: Write;
}

const held = new Map<string, Held>();

export const holdIntents = (store: Store): Store => ({
  ...store,
  payment: (id) => Promise.resolve(held.get(id)?.payment).then((payment) => payment ?? store.payment(id)),
  insertPayment(payment, key) {
    const steps: Commit[] = [];
    const write: Write = async () => {
      held.delete(payment.id);
      await store.insertPayment(payment, key);
      for (const step of steps) await store.commit(step);
    };
    held.set(payment.id, { payment, steps, write });
    return Promise.resolve({ outcome: 'created', payment });
  },
  async commit(commit) {
    const waiting = held.get(commit.changes[0]?.id ?? '');
    if (waiting === undefined) return store.commit(commit);
    waiting.steps.push(commit);
    if (commit.changes[0]?.to !== 'sending') await waiting.write();
    return true;
  },
});

export const sendFirst = (bank: Bank): Bank => ({
  ...bank,
  async charge(token, order) {
    const answer = await bank.charge(token, order);
    const waiting = Array.from(held.values()).find(({ payment }) => payment.reference === order.reference);
    await waiting?.write();
    return answer;
  },
});
