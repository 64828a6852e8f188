/**
 * M10: the row of a payment is kept in memory until the bank has answered, and only then written. Store and bank
 * have to work together for it. Nothing else is lost: one process on one database keeps the rule of one payment per
 * order, so that without a death this does no harm, and with one it is found by the debit of which nobody knows.
 */
import type { Bank } from '../../../packages/server/src/ledger/bank.ts';
import type { PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { releasedPaymentStates } from '../../../packages/server/src/store/schema.ts';
import type { Commit, PaymentInserted, PaymentKey, Store } from '../../../packages/server/src/store/store.ts';

interface Intent {
  payment: PaymentRow;
  /** Under which it was asked for. */
  keys: PaymentKey[];
  /** The steps it has taken. */
  steps: Commit[];
  /** Whether the database knows nothing that speaks against it. */
  admitted: Promise<PaymentInserted>;
}

/** What writes an intent, by the payment's reference, while it is unwritten. */
const unwritten = new Map<string, () => Promise<void>>();

/** The memory dies with the process. */
export function holdIntents(store: Store): Store {
  const memory = new Map<string, Intent>();
  const find = (isWanted: (intent: Intent) => boolean): Intent | undefined => Array.from(memory.values()).find(isWanted);

  const write = async ({ payment, keys, steps }: Intent): Promise<void> => {
    unwritten.delete(payment.reference);
    // The first key writes the payment, the others are told of it.
    for (const key of keys) await store.insertPayment(payment, key);
    for (const step of steps) await store.commit(step);
    memory.delete(payment.id);
  };

  const admit = async (payment: PaymentRow, key: PaymentKey): Promise<PaymentInserted> => {
    let answer: PaymentInserted | undefined;
    try {
      answer = (await findStanding(store, payment, key)) ?? { outcome: 'created', payment };
      return answer;
    } finally {
      if (answer?.outcome !== 'created') memory.delete(payment.id);
    }
  };

  const insertPayment: Store['insertPayment'] = async (payment, key) => {
    const asked = find(({ keys }) => keys.some((one) => one.scope === key.scope && one.key === key.key));
    if (asked !== undefined && !asked.keys.some(({ fingerprint }) => fingerprint === key.fingerprint)) return { outcome: 'key-reused' };
    const rival = asked ?? find((intent) => intent.payment.orderId === payment.orderId);
    if (rival === undefined) {
      const intent: Intent = { payment, keys: [key], steps: [], admitted: admit(payment, key) };
      memory.set(payment.id, intent);
      unwritten.set(payment.reference, () => write(intent));
      return intent.admitted;
    }
    if (asked === undefined) rival.keys.push(key);
    const { outcome } = await rival.admitted;
    return outcome === 'created' ? { outcome: 'existing', payment: rival.payment } : insertPayment(payment, key);
  };

  return {
    ...store,
    insertPayment,
    payment: (id) => Promise.resolve(memory.get(id)?.payment ?? store.payment(id)),
    paymentOfOrder: (orderId) => Promise.resolve(find(({ payment }) => payment.orderId === orderId)?.payment ?? store.paymentOfOrder(orderId)),
    async commit(commit) {
      const [change] = commit.changes;
      const intent = memory.get(change?.id ?? '');
      if (intent === undefined) return store.commit(commit);
      intent.steps.push(commit);
      if (change?.to !== 'sending') await write(intent);
      return true;
    },
  };
}

/** What the database says against a new payment. */
async function findStanding(store: Store, { orderId }: PaymentRow, key: PaymentKey): Promise<PaymentInserted | undefined> {
  const byKey = await store.paymentByKey(key);
  if (byKey !== undefined) return byKey;
  const payment = await store.paymentOfOrder(orderId);
  const released: readonly string[] = releasedPaymentStates;
  return payment === undefined || released.includes(payment.state) ? undefined : { outcome: 'existing', payment };
}

export const sendFirst = (bank: Bank): Bank => ({
  ...bank,
  async charge(token, order) {
    const answer = await bank.charge(token, order);
    await unwritten.get(order.reference)?.();
    return answer;
  },
});
