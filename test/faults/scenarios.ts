/**
 * Hours made for the known mistakes: in each, what a mistake goes wrong over happens with every order, so that it
 * shows in the first one and not by luck.
 */
import { usualHabits, worstHabits } from './habits.ts';
import type { LabOptions } from './lab.ts';
import { badWeek } from './weather.ts';
import type { Climate } from './weather.ts';

/** The bank does what it is told at once, and says so. */
const calm: Climate = {
  payment: { ...nothingOf(badWeek.payment), none: 1 },
  status: { ...nothingOf(badWeek.status), none: 1 },
  notification: { ...nothingOf(badWeek.notification), none: 1 },
  confirm: { off: 0, 'after-answer': 1, 'before-answer': 0 },
  down: { no: 1, drop: 0, unavailable: 0 },
  network: { bankSide: 0, shopSide: 0 },
};

function nothingOf<Name extends string>(weights: Readonly<Record<Name, number>>): Record<Name, number> {
  return Object.fromEntries(Object.keys(weights).map((name) => [name, 0])) as Record<Name, number>;
}

const orders = 16;

export const scenarios = {
  /** Every charge is executed, late or with an answer that says otherwise, and no notification ever comes. */
  'a bank that cannot be believed': {
    orders, kills: 0, habits: usualHabits,
    climate: { ...calm, payment: { ...calm.payment, 'delay-before-commit': 1, 'error-after-commit': 1, none: 0 }, notification: { ...calm.notification, missing: 1, none: 0 } },
  },
  'shoppers who do everything at once, and forgers': { orders, kills: 0, habits: worstHabits, climate: calm },
  'servers killed once they have taken a notification': { orders, atOnce: 4, kills: 6, moments: { acknowledged: 1, answered: 0, any: 0 }, climate: calm },
  'servers killed while the bank answers': { orders, atOnce: 4, kills: 4, moments: { acknowledged: 0, answered: 1, any: 0 }, climate: calm },
} as const satisfies Record<string, Omit<LabOptions, 'seed'>>;

export type Scenario = keyof typeof scenarios;
