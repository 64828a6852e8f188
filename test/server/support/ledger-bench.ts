/**
 * The ledger by itself: a real database, a bank that answers what the test says, and one clock that the test moves. For
 * what happens at the bank once in a thousand days, and for what is written down of it, and when.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { AlloServerError } from '../../../packages/server/src/errors.ts';
import type { AlloEvent } from '../../../packages/server/src/ledger/allo-event.ts';
import type { Bank, BankAnswer, BankOperation, ChargeStatus, GuardedBank } from '../../../packages/server/src/ledger/bank.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { deliverEvents } from '../../../packages/server/src/ledger/events.ts';
import { createRateLimits } from '../../../packages/server/src/ledger/rate-limits.ts';
import { sealFor, sealToken } from '../../../packages/server/src/ledger/tokens.ts';
import { openStore } from '../../../packages/server/src/open-store.ts';
import type { JobTable, LinkRow, PaymentRow, RefundRow } from '../../../packages/server/src/store/rows.ts';
import type { AnyChange } from '../../../packages/server/src/store/store.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import { aKey, aLink, aPayment, aRefund, instant } from '../store/rows.ts';
import type { LogLine } from './books.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** A request to the bank. */
export interface Asked {
  operation: BankOperation;
  /** As the bank got it. */
  given: readonly unknown[];
}

export interface Bench {
  ctx: LedgerContext;
  /** What the bank answers; what is not said here it does not answer. */
  bank: Partial<Bank>;
  /** What the bank was asked for, in order. */
  asked: Asked[];
  log: LogLine[];
  metrics: { name: string; value: number; attributes: object }[];
  close(): Promise<void>;
  /** While the bank counts as away, nobody is let in. */
  setAway(isAway: boolean): void;
  /** How many are at the bank and have not left. */
  inside(): number;
  setClosing(isClosing: boolean): void;
  now(): number;
  pass(ms: number): void;
  /** An account that is linked, with a token that is good for a month. */
  linked(change?: Partial<LinkRow>): Promise<LinkRow>;
  /** The link's token is over: the bank has to give another. */
  tokenEnds(linkId: string): Promise<void>;
  /** A link as it is once the customer has unlinked. */
  unlinks(linkId: string): Promise<void>;
  paymentIn(change: Partial<PaymentRow>): Promise<PaymentRow>;
  refundIn(payment: PaymentRow, change: Partial<RefundRow>): Promise<RefundRow>;
  /** A row as it is now. */
  payment(id: string): Promise<PaymentRow>;
  refund(id: string): Promise<RefundRow>;
  link(id: string): Promise<LinkRow>;
  /** The row's steps since it was written, as `from → to: cause`. */
  trail(table: JobTable, id: string): Promise<string[]>;
  /** What the merchant has been told since it was asked last. */
  told(): Promise<AlloEvent[]>;
}

export function createBench(change: Partial<LedgerContext> = {}): Bench {
  let at = instant;
  let isAway = false;
  let isClosing = false;
  const bank: Partial<Bank> = {};
  const facts = { asked: [] as Asked[], log: [] as LogLine[], metrics: [] as Bench['metrics'], events: [] as AlloEvent[] };
  const now = (): number => at;
  const guarded = guard(bank, facts.asked, () => isAway);
  const write = (level: string) => (message: string, fields?: Record<string, unknown>): void => void facts.log.push({ level, message, fields });
  const store = openStore({ kind: 'sqlite', path: ':memory:' }, now);
  const ctx: LedgerContext = {
    store, bank: guarded.bank, now, seal: createSeal([new Uint8Array(32).fill(7)]), timing: defaultTiming,
    limits: createRateLimits('off', now, () => undefined), meter: (name, value, attributes) => void facts.metrics.push({ name, value, attributes }),
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    // The middle: no pause is varied.
    random: () => 0.5,
    newId: () => randomUUID(), newSecret: () => randomBytes(32).toString('base64url'), newReference: () => randomBytes(16).toString('hex'),
    returnUrls: (kind, secret) => ({ successUrl: `https://shop.example/${kind}/${secret}`, failedUrl: `https://shop.example/${kind}/${secret}?failed=1` }),
    onEvent: (event) => void facts.events.push(event),
    isClosing: () => isClosing, isClosed: () => false,
    background: (work) => void work.catch(() => undefined),
    ...change,
  };
  const step = async (change: AnyChange): Promise<void> => assert.ok(await store.commit({ changes: [change] }));
  return {
    ctx, bank, now, asked: facts.asked, log: facts.log, metrics: facts.metrics, inside: guarded.inside,
    close: () => store.close(),
    setAway: (value) => { isAway = value; },
    setClosing: (value) => { isClosing = value; },
    pass: (ms) => { at += ms; },
    async linked(row) {
      const link = aLink({ state: 'active', linkedAt: at, ...row });
      const token = await sealToken(ctx, link.id, { token: `token of ${link.customerId}`, expiresAt: at + 30 * dayMs });
      const written = { ...link, ...token, authCodeSealed: await sealFor(ctx, link.id, 'authCode', 'code'), ...row };
      assert.ok(await store.insertLink(written));
      return written;
    },
    tokenEnds: (id) => step({ table: 'links', id, from: ['active'], to: 'active', set: { tokenExpiresAt: at }, cause: 'test' }),
    unlinks: (id) => step({ table: 'links', id, from: ['active'], to: 'unlinked', set: { tokenSealed: null, authCodeSealed: null }, cause: 'test' }),
    async paymentIn(row) {
      const payment = aPayment({ createdAt: at, ...row });
      assert.equal((await store.insertPayment(payment, aKey())).outcome, 'created');
      return payment;
    },
    async refundIn({ id }, row) {
      const refund = aRefund(id, { createdAt: at, ...row });
      assert.ok(await store.commit({ changes: [], refund }));
      return refund;
    },
    payment: async (id) => (await store.payment(id)) ?? assert.fail('no such payment'),
    refund: async (id) => (await store.refund(id)) ?? assert.fail('no such refund'),
    link: async (id) => (await store.link(id)) ?? assert.fail('no such link'),
    trail: async (table, id) => (await store.audit(table, id)).slice(1).map(({ fromState, toState, cause }) => `${fromState} → ${toState}: ${cause}`),
    async told() {
      while ((await deliverEvents(ctx)) > 0);
      return facts.events.splice(0);
    },
  };
}

/** A bank that says nothing of itself, behind a door that counts. */
function guard(bank: Partial<Bank>, asked: Asked[], isAway: () => boolean): { bank: GuardedBank; inside: () => number } {
  let inside = 0;
  const silence: BankAnswer<never> = { outcome: 'unknown', evidence: 'silence' };
  const tryEnter = (): (() => void) | undefined => {
    if (isAway()) return undefined;
    inside += 1;
    return () => { inside -= 1; };
  };
  const note = (operation: BankOperation, given: readonly unknown[]): Promise<void> => {
    asked.push({ operation, given });
    return Promise.resolve();
  };
  const guarded: GuardedBank = {
    link: (...given) => note('link', given).then(() => bank.link?.(...given) ?? silence),
    exchange: (...given) => note('exchange', given).then(() => bank.exchange?.(...given) ?? silence),
    balance: (...given) => note('balance', given).then(() => bank.balance?.(...given) ?? silence),
    charge: (...given) => note('charge', given).then(() => bank.charge?.(...given) ?? silence),
    chargeStatus: (...given) => note('chargeStatus', given).then(() => bank.chargeStatus?.(...given) ?? silence),
    refund: (...given) => note('refund', given).then(() => bank.refund?.(...given) ?? silence),
    unlink: (...given) => note('unlink', given).then(() => bank.unlink?.(...given) ?? silence),
    tryEnter,
    enter: () => tryEnter() ?? fail(),
    away: () => [],
  };
  return { bank: guarded, inside: () => inside };
}

const fail = (): never => {
  throw new AlloServerError('BANK_UNAVAILABLE');
};

/** The bank does as it is told. */
export const done = <Value>(value: Value): Promise<BankAnswer<Value>> => Promise.resolve({ outcome: 'done', value, evidence: 'bank: done' });

/** Anything but that. */
export const answers = (outcome: Exclude<BankAnswer<never>['outcome'], 'done' | 'refused'>): Promise<BankAnswer<never>> =>
  Promise.resolve({ outcome, evidence: `bank: ${outcome}` });

export const refuses = (): Promise<BankAnswer<never>> => Promise.resolve({ outcome: 'refused', failure: 'LIMIT_EXCEEDED', evidence: 'bank: refused' });

/** What the bank says of a payment of {@link aPayment}, whole. */
export const paid = { status: 'paid', amount: { value: '10000.00', currency: 'IDR' } } as const satisfies ChargeStatus;
