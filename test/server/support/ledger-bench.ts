/**
 * The ledger by itself: a real database, a bank that answers what the test says, and one clock that the test moves. For
 * what happens at the bank once in a thousand days, for two processes at one row in a given order, and for what is
 * written down of it, and when, to the millisecond.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { AlloEvent } from '../../../packages/server/src/ledger/allo-event.ts';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext, Timing } from '../../../packages/server/src/ledger/context.ts';
import { deliverEvents } from '../../../packages/server/src/ledger/events.ts';
import { createRateLimits } from '../../../packages/server/src/ledger/rate-limits.ts';
import type { LimitOptions } from '../../../packages/server/src/ledger/rate-limits.ts';
import { openStore } from '../../../packages/server/src/open-store.ts';
import { createSeal } from '../../../packages/server/src/store/seal.ts';
import type { Store } from '../../../packages/server/src/store/store.ts';
import { instant } from '../store/rows.ts';
import { createBenchRows } from './bench-rows.ts';
import type { BenchRows } from './bench-rows.ts';
import type { LogLine } from './books.ts';
import { createScriptedBank, done } from './scripted-bank.ts';
import type { BankScript } from './scripted-bank.ts';

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** The bank gives a token, for as long as DOKU does. */
export const newToken = (token = 'new') => done({ token, expiresAt: instant + 15 * dayMs });

export interface BenchOptions {
  timing?: Partial<Timing>;
  /** None, unless they are said. */
  limits?: LimitOptions;
}

export interface Bench extends BankScript, BenchRows {
  ctx: LedgerContext;
  /** The database, past what the test lets happen {@link Bench.before} a commit of `ctx`. */
  store: Store;
  log: LogLine[];
  metrics: { name: string; value: number; attributes: object }[];
  /** Work that outlives the call that began it. */
  background: Promise<unknown>[];
  /** Fails if the bank was asked what nobody said it would be. */
  close(): Promise<void>;
  setClosing(isClosing: boolean): void;
  now(): number;
  pass(ms: number): void;
  passUntil(at: number): void;
  /** Happens just before the next commit with this cause. */
  before(cause: string, work: () => Promise<unknown>): void;
  /** Another process on the same database and bank. */
  another(): LedgerContext;
  /** What the merchant has been told since it was asked last. */
  told(): Promise<AlloEvent[]>;
  /** The types of that, in order. */
  toldTypes(): Promise<string[]>;
}

export function createBench({ timing = {}, limits = 'off' }: BenchOptions = {}): Bench {
  let at = instant;
  let isClosing = false;
  let secrets = 0;
  const [log, metrics, events, background]: [LogLine[], Bench['metrics'], AlloEvent[], Bench['background']] = [[], [], [], []];
  const now = (): number => at;
  const write = (level: string) => (message: string, fields?: Record<string, unknown>): void => void log.push({ level, message, fields });
  const store = openStore({ kind: 'sqlite', path: ':memory:' }, now);
  const seal = createSeal([new Uint8Array(32).fill(7)]);
  const { bank, script, unexpected } = createScriptedBank();
  const { interrupted, before } = createInterruptedStore(store);
  const ctx: LedgerContext = {
    store: interrupted, bank, now, seal, timing: { ...defaultTiming, ...timing },
    limits: createRateLimits(limits, now, () => undefined), meter: (name, value, attributes) => void metrics.push({ name, value, attributes }),
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    // The middle: no pause is varied.
    random: () => 0.5,
    // Counted, so that a test can come back with one.
    newSecret: () => `secret-${(secrets += 1)}`,
    newId: () => randomUUID(), newReference: () => randomBytes(16).toString('hex'),
    returnUrls: (kind, secret) => ({ successUrl: `https://shop.example/${kind}?state=${secret}`, failedUrl: `https://shop.example/${kind}?state=${secret}&failed=1` }),
    onEvent: (event) => void events.push(event),
    isClosing: () => isClosing, isClosed: () => false,
    background: (work) => void background.push(work),
  };
  const told = async (): Promise<AlloEvent[]> => {
    while ((await deliverEvents(ctx)) > 0);
    return events.splice(0);
  };
  return {
    ctx, store, log, metrics, background, now, before, ...script, ...createBenchRows(store, seal, now),
    async close() {
      await store.close();
      assert.deepEqual(unexpected, [], 'the bank was asked what nobody said it would be');
    },
    setClosing: (value) => { isClosing = value; },
    pass: (ms) => { at += ms; },
    passUntil: (value) => { at = value; },
    another: () => ({ ...ctx, store }),
    told,
    toldTypes: async () => (await told()).map(({ type }) => type),
  };
}

/** A store that lets something happen before it writes. */
function createInterruptedStore(store: Store): { interrupted: Store; before: Bench['before'] } {
  const interruptions = new Map<string, () => Promise<unknown>>();
  const interrupted: Store = {
    ...store,
    async commit(commit) {
      const cause = commit.changes[0]?.cause ?? '';
      const work = interruptions.get(cause);
      interruptions.delete(cause);
      await work?.();
      return store.commit(commit);
    },
  };
  return { interrupted, before: (cause, work) => void interruptions.set(cause, work) };
}
