/**
 * How often shoppers do what a server has to bear: shares from 0 to 1.
 */
export interface Habits {
  /** The button is pressed twice. */
  doubleClick: number;
  /** The same order in another tab, with a key of its own. */
  secondTab: number;
  /** The key of one order is used for another one. */
  reusedKey: number;
  /** While somebody looks at a payment, somebody else forges a notification of it: the share of each forgery there is. */
  forgery: number;
}

export const usualHabits: Habits = { doubleClick: 0.3, secondTab: 0.3, reusedKey: 0.15, forgery: 0.03 };

/** Everybody does all of it, always. */
export const worstHabits: Habits = { doubleClick: 1, secondTab: 1, reusedKey: 1, forgery: 1 };
