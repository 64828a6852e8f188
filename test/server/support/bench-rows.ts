/** The rows of {@link createBench}: put into the database as they are wanted, and read as they stand there. */
import assert from 'node:assert/strict';
import { linkPlace } from '../../../packages/server/src/store/places.ts';
import type { JobTable, LinkRow, PaymentRow, RefundRow } from '../../../packages/server/src/store/rows.ts';
import type { Seal } from '../../../packages/server/src/store/seal.ts';
import type { AnyChange, Store } from '../../../packages/server/src/store/store.ts';
import { aKey, aLink, aPayment, aRefund } from '../store/rows.ts';

const monthMs = 30 * 24 * 3_600_000;

/** What is kept of a link under seal; what is not given is not there. */
export interface LinkSecrets {
  token?: string;
  authCode?: string;
}

export interface BenchRows {
  /** A link as it is to stand in the database, with its secrets under seal. */
  linkIn(change?: Partial<LinkRow>, secrets?: LinkSecrets): Promise<LinkRow>;
  /** An account that is linked, with a token that is good for a month. */
  linked(change?: Partial<LinkRow>): Promise<LinkRow>;
  /** The link's token is over: the bank has to give another. */
  tokenEnds(linkId: string): Promise<void>;
  /** Another process got a token for the link, and keeps it. */
  renewedElsewhere(linkId: string, token: string): Promise<void>;
  /** A link as it is once the customer has unlinked. */
  unlinks(linkId: string): Promise<void>;
  paymentIn(change: Partial<PaymentRow>): Promise<PaymentRow>;
  /** A paid payment, unless it is to be another, of a customer of its own whose account is linked. */
  paidPayment(change?: Partial<PaymentRow>): Promise<PaymentRow>;
  /** Takes the money for an expired payment; after another of its order, if that is given. */
  takesLate(payment: PaymentRow, other?: Partial<PaymentRow>): Promise<{ late: PaymentRow; other?: PaymentRow }>;
  refundIn(payment: PaymentRow, change: Partial<RefundRow>): Promise<RefundRow>;
  /** A row as it is now. */
  payment(id: string): Promise<PaymentRow>;
  refund(id: string): Promise<RefundRow>;
  link(id: string): Promise<LinkRow>;
  /** The link's token, as whoever has the key reads it. */
  tokenOf(linkId: string): Promise<string | undefined>;
  /** The row's steps since it was written, as `from → to: cause`. */
  trail(table: JobTable, id: string): Promise<string[]>;
}

export function createBenchRows(store: Store, seal: Seal, now: () => number): BenchRows {
  const paymentIn = async (change: Partial<PaymentRow>): Promise<PaymentRow> => {
    const payment = aPayment({ createdAt: now(), ...change });
    assert.equal((await store.insertPayment(payment, aKey())).outcome, 'created');
    return payment;
  };
  const step = async (change: AnyChange): Promise<void> => assert.ok(await store.commit({ changes: [change] }));
  const sealed = (id: string, field: 'token' | 'authCode', text: string | undefined) => (text === undefined ? undefined : seal.close(text, linkPlace(id, field)));
  const link = async (id: string): Promise<LinkRow> => (await store.link(id)) ?? assert.fail('no such link');
  const linkIn: BenchRows['linkIn'] = async (change, { token, authCode } = {}) => {
    const row = aLink(change);
    const [tokenSealed, authCodeSealed] = await Promise.all([sealed(row.id, 'token', token), sealed(row.id, 'authCode', authCode)]);
    return (await store.insertLink({ ...row, ...(tokenSealed && { tokenSealed }), ...(authCodeSealed && { authCodeSealed }) })) ?? assert.fail('there is a link');
  };
  const linked: BenchRows['linked'] = (change) => {
    const row = aLink({ state: 'active', linkedAt: now(), tokenExpiresAt: now() + monthMs, ...change });
    return linkIn(row, { token: `token of ${row.customerId}`, authCode: 'code' });
  };
  return {
    link, linkIn, linked,
    tokenEnds: (id) => step({ table: 'links', id, from: ['active'], to: 'active', set: { tokenExpiresAt: now() }, cause: 'test' }),
    async renewedElsewhere(id, token) {
      const { state } = await link(id);
      const tokenSealed = await seal.close(token, linkPlace(id, 'token'));
      await step({ table: 'links', id, from: [state], to: state, set: { tokenSealed, tokenExpiresAt: now() + monthMs }, cause: 'elsewhere' });
    },
    unlinks: (id) => step({ table: 'links', id, from: ['active'], to: 'unlinked', set: { tokenSealed: null, authCodeSealed: null }, cause: 'test' }),
    paymentIn,
    async paidPayment(change) {
      const { id: linkId, customerId } = await linked();
      return paymentIn({ state: 'succeeded', customerId, linkId, externalId: '4711', ...change });
    },
    async takesLate({ id, orderId }, change) {
      // Written as it is, it holds its order; that it is expired, it gives that up by a step.
      await step({ table: 'payments', id, from: ['expired'], to: 'expired', cause: 'test' });
      const other = change && (await paymentIn({ orderId, ...change }));
      await step({ table: 'payments', id, from: ['expired'], to: 'late_success', set: { nextAt: now() }, cause: 'test' });
      return { late: (await store.payment(id)) ?? assert.fail('no such payment'), ...(other && { other }) };
    },
    async refundIn({ id }, change) {
      const refund = aRefund(id, { createdAt: now(), ...change });
      assert.ok(await store.commit({ changes: [], refund }));
      return refund;
    },
    payment: async (id) => (await store.payment(id)) ?? assert.fail('no such payment'),
    refund: async (id) => (await store.refund(id)) ?? assert.fail('no such refund'),
    async tokenOf(id) {
      const { tokenSealed } = await link(id);
      return tokenSealed === null ? undefined : seal.open(tokenSealed, linkPlace(id, 'token'));
    },
    trail: async (table, id) => (await store.audit(table, id)).slice(1).map(({ fromState, toState, cause }) => `${fromState} → ${toState}: ${cause}`),
  };
}
