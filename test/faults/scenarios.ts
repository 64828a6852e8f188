/**
 * Hours made for the known mistakes: in each, what a mistake goes wrong over happens with every order, so that it
 * shows in the first one and not by luck.
 */
import { usualHabits, worstHabits } from './habits.ts';
import type { LabOptions } from './stage.ts';
import { fairWeather } from './weather.ts';

const orders = 16;

export const scenarios = {
  /** Every charge is executed, late or with an answer that says otherwise; asked once, the bank denies it; and no notification ever comes. */
  'a bank that cannot be believed': {
    orders, kills: 0, habits: usualHabits,
    climate: { ...fairWeather, payment: { ...fairWeather.payment, 'delay-before-commit': 1, 'error-after-commit': 1, none: 0 }, status: { ...fairWeather.status, 'answer-before-commit': 1, none: 0 }, notification: { ...fairWeather.notification, missing: 1, none: 0 } },
  },
  'shoppers who do everything at once, and forgers': { orders, kills: 0, habits: worstHabits, climate: fairWeather },
  'servers killed once they have taken a notification': { orders, atOnce: 4, kills: 6, moments: { acknowledged: 1, answered: 0, any: 0 }, climate: fairWeather },
  'servers killed while the bank answers': { orders, atOnce: 4, kills: 4, moments: { acknowledged: 0, answered: 1, any: 0 }, climate: fairWeather },
} as const satisfies Record<string, Omit<LabOptions, 'seed'>>;

export type Scenario = keyof typeof scenarios;
