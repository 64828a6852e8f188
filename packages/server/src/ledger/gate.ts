/**
 * The gate before one operation of the bank: a circuit breaker and a bulkhead in one. After several failures in a row
 * it closes, and lets one request through now and then to see whether the bank is back; and it never lets through
 * more at once than was agreed. Never repeats a request.
 *
 * @module
 */

import type { BankAnswer } from './bank.ts';

export interface GateLimits {
  /** So many failures in a row, and the bank counts as away. Default 5. */
  failuresToClose: number;
  /** How often a bank that is away is tried, in milliseconds. Default 1 000. */
  probeEveryMs: number;
  /** How many requests of one operation are under way at once. Default 64. */
  mostAtOnce: number;
  /** How many wait for their turn; the next is refused. Default 256. */
  mostWaiting: number;
}

export const defaultGateLimits: GateLimits = { failuresToClose: 5, probeEveryMs: 1_000, mostAtOnce: 64, mostWaiting: 256 };

export interface GateOptions extends GateLimits {
  /** Epoch milliseconds. */
  now(): number;
  /** Told when the bank goes away, and when it is back. */
  onChange(isAway: boolean): void;
}

export interface Gate {
  /** A place inside, or undefined if there is none now. Answers how to leave; who never asks the bank leaves all the same, and has used up nobody's try. */
  enter(): (() => void) | undefined;
  /** Asks the bank, from inside, as soon as it is this request's turn; not at all if that comes after `notAfter`. */
  ask<Value>(request: () => Promise<BankAnswer<Value>>, notAfter?: number): Promise<BankAnswer<Value>>;
  isAway(): boolean;
}

export function createGate({ failuresToClose, probeEveryMs, mostAtOnce, mostWaiting, now, onChange }: GateOptions): Gate {
  const turns: (() => void)[] = [];
  let inside = 0;
  let underWay = 0;
  let failures = 0;
  /** When the last one was let through to a bank that is away, or failed there; undefined while the bank answers. */
  let probe: { readonly at: number } | undefined;

  /** A clock that was set back must not keep the gate closed until it has caught up. */
  const mustWait = (): boolean => probe !== undefined && now() >= probe.at && now() - probe.at < probeEveryMs;

  const learn = ({ outcome }: BankAnswer<unknown>): void => {
    const wasAway = probe !== undefined;
    failures = outcome === 'unknown' || outcome === 'not-sent' ? failures + 1 : 0;
    if (failures === 0) probe = undefined;
    else if (failures >= failuresToClose) probe = { at: now() };
    const isAway = probe !== undefined;
    if (isAway !== wasAway) onChange(isAway);
  };

  const myTurn = async (): Promise<void> => {
    if (underWay < mostAtOnce) underWay += 1;
    else await new Promise<void>((resolve) => turns.push(resolve));
  };

  /** The place goes straight to whoever has waited longest. */
  const endTurn = (): void => {
    const next = turns.shift();
    if (next === undefined) underWay -= 1;
    else next();
  };

  return {
    enter() {
      if (inside >= mostAtOnce + mostWaiting || mustWait()) return undefined;
      const before = probe;
      const own = before && { at: now() };
      probe = own;
      inside += 1;
      let isInside = true;
      return () => {
        if (!isInside) return;
        isInside = false;
        inside -= 1;
        // Nobody has heard from the bank since: whoever is next may try it, or those who never ask could keep all others from it.
        if (own !== undefined && probe === own) probe = before;
      };
    },
    async ask(request, notAfter = Infinity) {
      await myTurn();
      try {
        // Nothing was learnt of the bank by that.
        if (now() > notAfter) return { outcome: 'not-sent', evidence: 'its turn came too late' };
        const answer = await request();
        learn(answer);
        return answer;
      } finally {
        endTurn();
      }
    },
    isAway: () => probe !== undefined,
  };
}
