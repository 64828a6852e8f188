/**
 * Leave to begin something at the bank: a place under the limits and a place at the bank's gate, or neither. Asked for
 * before anything is written.
 *
 * @module
 */

import type { IntentOperation } from './bank.ts';
import type { LedgerContext } from './context.ts';
import type { Subjects } from './rate-limits.ts';

export interface Admission {
  /** The bank has answered, or nobody waits for it any more. */
  end(): void;
  /** The bank never heard of it: it does not count. */
  cancel(): void;
}

/** Throws `BANK_UNAVAILABLE` or `RATE_LIMITED`. */
export function admit(ctx: LedgerContext, operation: IntentOperation, subjects: Subjects): Admission {
  const leave = ctx.bank.enter(operation);
  try {
    const giveBack = ctx.limits.take(subjects);
    return {
      end: leave,
      cancel() {
        leave();
        giveBack();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}
