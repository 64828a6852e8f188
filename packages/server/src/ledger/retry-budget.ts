/**
 * How many questions may be repeated: one for every ten that were asked (reliability R25), so that a bank in trouble
 * is not asked twice as much by everybody.
 *
 * @module
 */

export interface RetryBudget {
  /** A question was asked for the first time. */
  earn(): void;
  /** Whether there is a repetition left, which then is used up. */
  spend(): boolean;
}

const asksPerRepeat = 10;

/** Savings are limited, so that a good day does not pay for a storm. */
const mostSaved = 10 * asksPerRepeat;

export function createRetryBudget(): RetryBudget {
  let saved = 0;
  return {
    earn: () => void (saved = Math.min(saved + 1, mostSaved)),
    spend() {
      if (saved < asksPerRepeat) return false;
      saved -= asksPerRepeat;
      return true;
    },
  };
}
