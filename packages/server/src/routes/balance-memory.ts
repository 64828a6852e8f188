/**
 * The bank's last answers, kept for a moment, so that several elements of one page, or a page that is loaded anew,
 * make one inquiry. Must never answer one link's balance for another's.
 *
 * @module
 */

import type { Balance } from '../contract.ts';

/** Balances of the last few seconds. */
export interface BalanceMemory {
  /** The balance of this link, from memory if it is young enough; otherwise from `inquire`, which is not called twice at a time. */
  get(linkId: string, inquire: () => Promise<Balance>): Promise<Balance>;
  /** Money moved: what is remembered may be wrong. */
  forget(): void;
}

/** How long an answer stands for the next. */
export const defaultBalanceMemoryMs = 5_000;

const mostRemembered = 10_000;

/** @param freshMs 0: each inquiry is made anew. */
export function createBalanceMemory(now: () => number, freshMs: number): BalanceMemory {
  const remembered = new Map<string, { at: number; balance: Promise<Balance> }>();
  const isFresh = (at: number): boolean => at <= now() && now() - at < freshMs;

  const forgetOld = (): void => {
    for (const [linkId, { at }] of remembered) {
      if (isFresh(at) && remembered.size < mostRemembered) return;
      remembered.delete(linkId);
    }
  };

  return {
    get(linkId, inquire) {
      forgetOld();
      const known = remembered.get(linkId);
      if (known !== undefined) return known.balance;
      const entry = { at: now(), balance: inquire() };
      remembered.set(linkId, entry);
      entry.balance.catch(() => {
        if (remembered.get(linkId) === entry) remembered.delete(linkId);
      });
      return entry.balance;
    },
    forget: () => remembered.clear(),
  };
}
