/**
 * The bank behind gates, one for each operation (reliability R25, R26). What moves money or sends an SMS takes its
 * place before the intent is written, so that none is written in vain while the bank is away. Only questions are
 * repeated, and only few of them; a payment, a refund, a link or an unlink never is.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { Bank, BankAnswer, BankOperation, GuardedBank, IntentOperation } from './bank.ts';
import { createGate } from './gate.ts';
import type { Gate, GateLimits } from './gate.ts';
import { toSeconds } from './rate-limits.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface GuardOptions {
  limits: GateLimits;
  /** Epoch milliseconds. */
  now(): number;
  /** 0 (inclusive) to 1 (exclusive). */
  random(): number;
  onChange(operation: BankOperation, isAway: boolean): void;
  /** Told of each request that was made. */
  onAnswer(operation: BankOperation, outcome: BankAnswer<unknown>['outcome'], tookMs: number): void;
}

/** How often one question is repeated at most. */
const mostRepeats = 2;

const firstPauseMs = 200;

const operations = ['link', 'exchange', 'balance', 'charge', 'chargeStatus', 'refund', 'unlink'] as const satisfies BankOperation[];

/** Throws a `TypeError` that names the limit which is malformed. */
export function guardBank(bank: Bank, { limits, now, random, onChange, onAnswer }: GuardOptions): GuardedBank {
  assertLimits(limits);
  const gates = Object.fromEntries(operations.map((operation) => [operation, createGate({
    ...limits, now, onChange: (isAway) => onChange(operation, isAway),
  })])) as Record<BankOperation, Gate>;
  const budget = createRetryBudget();

  const askInside = <Value>(operation: BankOperation, request: () => Promise<BankAnswer<Value>>, notAfter?: number): Promise<BankAnswer<Value>> =>
    gates[operation].ask(async () => {
      const startedAt = performance.now();
      const answer = await request();
      onAnswer(operation, answer.outcome, performance.now() - startedAt);
      return answer;
    }, notAfter);

  /** Takes its place itself; without one, nothing is sent. */
  const ask = async <Value>(operation: BankOperation, request: () => Promise<BankAnswer<Value>>): Promise<BankAnswer<Value>> => {
    const leave = gates[operation].enter();
    if (leave === undefined) return { outcome: 'not-sent', evidence: 'bank away' };
    try {
      return await askInside(operation, request);
    } finally {
      leave();
    }
  };

  const askPatiently = async <Value>(operation: BankOperation, request: () => Promise<BankAnswer<Value>>): Promise<BankAnswer<Value>> => {
    budget.earn();
    let answer = await ask(operation, request);
    for (let repeat = 0; repeat < mostRepeats && isSilent(answer) && !gates[operation].isAway() && budget.spend(); repeat += 1) {
      await pause(firstPauseMs * 2 ** repeat * (0.5 + random() / 2));
      const repeated = await ask(operation, request);
      // The bank may have heard it all the same, the first time.
      if (repeated.outcome !== 'not-sent') answer = repeated;
    }
    return answer;
  };

  const tryEnter = (operation: IntentOperation): (() => void) | undefined => gates[operation].enter();

  return {
    link: (order) => askInside('link', () => bank.link(order)),
    exchange: (authCode) => askPatiently('exchange', () => bank.exchange(authCode)),
    balance: (token, device) => ask('balance', () => bank.balance(token, device)),
    charge: (token, order) => askInside('charge', () => bank.charge(token, order), order.notAfter),
    chargeStatus: (reference, externalId, amount) => askPatiently('chargeStatus', () => bank.chargeStatus(reference, externalId, amount)),
    refund: (token, order) => askInside('refund', () => bank.refund(token, order), order.notAfter),
    unlink: (token, device) => ask('unlink', () => bank.unlink(token, device)),
    tryEnter,
    enter(operation) {
      const leave = tryEnter(operation);
      if (leave === undefined) throw new AlloServerError('BANK_UNAVAILABLE', { retryAfterSeconds: toSeconds(limits.probeEveryMs) });
      return leave;
    },
    away: () => operations.filter((operation) => gates[operation].isAway()),
  };
}

function assertLimits(limits: GateLimits): void {
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    if (!Number.isSafeInteger(value) || Number(value) < (name === 'mostWaiting' ? 0 : 1)) {
      throw new TypeError(`bankLimits.${name} is not right: it should be a whole number, 1 or more`);
    }
  }
}

const isSilent = ({ outcome }: BankAnswer<unknown>): boolean => outcome === 'unknown' || outcome === 'not-sent';

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
