/**
 * The ledger alone: a database in memory, a bank that says what the test lets it say, a clock that stands still, no
 * chance. For what can hardly be brought about from outside: two processes at one row in a given order, and instants to
 * the millisecond.
 */
import assert from 'node:assert/strict';
import { openStore } from '../../../packages/server/src/open-store.ts';
import type { BankAnswer, BankOperation, GuardedBank } from '../../../packages/server/src/ledger/bank.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext, Timing } from '../../../packages/server/src/ledger/context.ts';
import { createRateLimits } from '../../../packages/server/src/ledger/rate-limits.ts';
import type { LimitOptions } from '../../../packages/server/src/ledger/rate-limits.ts';
import { linkPlace } from '../../../packages/server/src/store/places.ts';
import type { LinkRow, PaymentRow } from '../../../packages/server/src/store/rows.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import type { Seal } from '../../../packages/server/src/store/seal.ts';
import type { Commit, Store } from '../../../packages/server/src/store/store.ts';
import { aLink, aPayment, instant } from '../store/rows.ts';

/** What the bank says, or what happens while it is asked. */
type Said = BankAnswer<unknown> | ((...given: unknown[]) => Promise<BankAnswer<unknown>>);

export interface SmallLedger {
  ctx: LedgerContext;
  store: Store;
  seal: Seal;
  clock: { now: number };
  /** The bank's next answers to one operation, in order; whatever else it is asked fails the test. */
  says(operation: BankOperation, ...answers: Said[]): void;
  /** What the bank was asked, in order: the operation, and its first argument. */
  asked: { operation: BankOperation; given: unknown[] }[];
  /** Happens just before the next commit with this cause. */
  before(cause: string, work: () => Promise<unknown>): void;
  /** Places at the bank that are taken. */
  placesTaken(): number;
  /** Work that outlives the call that began it. */
  background: Promise<unknown>[];
  warnings: { message: string; fields: Record<string, unknown> | undefined }[];
  /** Types of the events that are written, in order, with whom they are about. */
  told(): Promise<string[]>;
  /** A link as it stands in the database, with its secrets under seal. */
  addLink(change?: Partial<LinkRow>, secrets?: { token?: string; authCode?: string }): Promise<LinkRow>;
  addPayment(change?: Partial<PaymentRow>): Promise<PaymentRow>;
  link(id: string): Promise<LinkRow>;
  payment(id: string): Promise<PaymentRow>;
  tokenOf(id: string): Promise<string | undefined>;
  /** Another process on the same database and bank. */
  another(): LedgerContext;
}

export const done = (value: unknown): BankAnswer<unknown> => ({ outcome: 'done', value, evidence: 'done' });
export const silence: BankAnswer<never> = { outcome: 'unknown', evidence: 'silence' };
export const refusal: BankAnswer<never> = { outcome: 'refused', failure: 'DECLINED', evidence: 'refused' };
export const tokenRefusal: BankAnswer<never> = { outcome: 'token-refused', evidence: 'token refused' };
export const notSent: BankAnswer<never> = { outcome: 'not-sent', evidence: 'not sent' };

export interface SmallLedgerOptions {
  timing?: Partial<Timing>;
  limits?: LimitOptions;
}

/** A bank that says what it was told to say, and counts who is with it. */
function createScriptedBank() {
  const script = new Map<BankOperation, Said[]>();
  const asked: SmallLedger['asked'] = [];
  let taken = 0;
  const ask = (operation: BankOperation) => async (...given: unknown[]): Promise<BankAnswer<never>> => {
    asked.push({ operation, given });
    const said = script.get(operation)?.shift() ?? assert.fail(`the bank was asked: ${operation}`);
    return (typeof said === 'function' ? await said(...given) : said) as BankAnswer<never>;
  };
  const tryEnter = () => {
    taken += 1;
    return () => void (taken -= 1);
  };
  const bank: GuardedBank = {
    link: ask('link'), exchange: ask('exchange'), balance: ask('balance'), charge: ask('charge'), chargeStatus: ask('chargeStatus'),
    refund: ask('refund'), unlink: ask('unlink'), tryEnter, enter: tryEnter, away: () => [],
  };
  return { bank, asked, script, placesTaken: () => taken };
}

/** A store that lets something happen before it writes. */
function createInterruptedStore(store: Store) {
  const interruptions = new Map<string, () => Promise<unknown>>();
  const interrupted: Store = {
    ...store,
    async commit(commit: Commit) {
      const cause = commit.changes[0]?.cause ?? '';
      const work = interruptions.get(cause);
      interruptions.delete(cause);
      await work?.();
      return store.commit(commit);
    },
  };
  return { interrupted, interruptions };
}

/** Rows put into the database as they are wanted, and read as they stand there. */
function createRows(store: Store, seal: Seal) {
  const link = async (id: string): Promise<LinkRow> => (await store.link(id)) ?? assert.fail('no such link');
  const sealed = (id: string, field: 'token' | 'authCode', text: string | undefined) => text === undefined ? undefined : seal.close(text, linkPlace(id, field));
  return {
    link,
    payment: async (id: string): Promise<PaymentRow> => (await store.payment(id)) ?? assert.fail('no such payment'),
    async addLink(change: Partial<LinkRow> = {}, { token, authCode }: { token?: string; authCode?: string } = {}): Promise<LinkRow> {
      const row = aLink({ createdAt: instant, ...change });
      const [tokenSealed, authCodeSealed] = await Promise.all([sealed(row.id, 'token', token), sealed(row.id, 'authCode', authCode)]);
      return (await store.insertLink({ ...row, ...(tokenSealed && { tokenSealed }), ...(authCodeSealed && { authCodeSealed }) })) ?? assert.fail('there is a link');
    },
    async addPayment(change: Partial<PaymentRow> = {}): Promise<PaymentRow> {
      const payment = aPayment(change);
      await store.insertPayment(payment, { scope: 'test', key: payment.id, fingerprint: '' });
      return payment;
    },
    async tokenOf(id: string): Promise<string | undefined> {
      const { tokenSealed } = await link(id);
      return tokenSealed === null ? undefined : seal.open(tokenSealed, linkPlace(id, 'token'));
    },
  };
}

export function createSmallLedger({ timing = {}, limits = 'off' }: SmallLedgerOptions = {}): SmallLedger {
  const clock = { now: instant };
  const now = (): number => clock.now;
  const store = openStore({ kind: 'sqlite', path: ':memory:' }, now);
  const seal = createSeal([new Uint8Array(32).fill(7)]);
  const { bank, asked, script, placesTaken } = createScriptedBank();
  const { interrupted, interruptions } = createInterruptedStore(store);
  const background: Promise<unknown>[] = [];
  const warnings: SmallLedger['warnings'] = [];
  const warn: LedgerContext['log']['warn'] = (message, fields) => void warnings.push({ message, fields });
  let number = 0;
  const ctx: LedgerContext = {
    store: interrupted, bank, seal, timing: { ...defaultTiming, ...timing }, limits: createRateLimits(limits, now, () => undefined), meter: () => undefined,
    log: { info: () => undefined, warn, error: warn },
    now, random: () => 0.5, newId: () => crypto.randomUUID(), newSecret: () => `secret-${(number += 1)}`, newReference: () => `reference${(number += 1)}`,
    returnUrls: (kind, secret) => ({ successUrl: `https://shop.example/${kind}?state=${secret}`, failedUrl: `https://shop.example/${kind}?state=${secret}&failed=1` }),
    onEvent: () => undefined, background: (work) => void background.push(work), isClosing: () => false, isClosed: () => false,
  };
  return {
    ctx, store, seal, clock, asked, background, warnings, placesTaken, ...createRows(store, seal),
    says: (operation, ...answers) => void script.set(operation, [...(script.get(operation) ?? []), ...answers]),
    before: (cause, work) => void interruptions.set(cause, work),
    told: async () => (await store.claimEvents(0, 100)).map(({ type }) => type),
    another: () => ({ ...ctx, store }),
  };
}
