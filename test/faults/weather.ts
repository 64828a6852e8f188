/**
 * What goes wrong, drawn from the seed: for each order at the bank, in its status and its notification; for each
 * request on the network. Within what a bank can do: it commits before our window for "not found" closes.
 */
import type { AutoConfirm, Faults, NotificationFault, OperationEffect, OperationFault, Simulator } from '../../packages/server/src/simulator/index.ts';
import type { Chance } from './random.ts';
import { toMoney } from './shop.ts';
import type { LabOrder } from './shop.ts';
import { realMs } from './clock.ts';
import type { FaultProxyOptions, NetworkFault } from './proxy.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

type PaymentEffect = 'none' | Extract<
  OperationEffect,
  | 'delay-before-commit' | 'delay-after-commit' | 'drop-before-commit' | 'drop-after-commit' | 'error-before-commit' | 'error-after-commit'
  | 'garbled-after-commit' | 'answer-after-commit' | 'b2b-token-invalid' | 'customer-token-invalid' | 'insufficient-funds'
  | 'insufficient-funds-at-bank' | 'confirm-before-answer'
>;
type StatusEffect = 'none' | Extract<OperationEffect, 'drop-after-commit' | 'error-before-commit' | 'delay-after-commit' | 'answer-before-commit'>;
type Weights<Name extends string> = Readonly<Record<Name, number>>;

/** How often what goes wrong: weights, out of about 100. */
export interface Climate {
  payment: Weights<PaymentEffect>;
  /** `answer-before-commit`: lagging, the bank denies once what it knows already. */
  status: Weights<StatusEffect>;
  notification: Weights<'none' | NotificationFault['effect']>;
  confirm: Weights<AutoConfirm>;
  down: Weights<Faults['down']>;
  /**
   * Share of requests that something happens to on their way: merchant to bank, shopper to merchant; and share of the
   * time in which the bank cannot be reached at all.
   */
  network: { bankSide: number; shopSide: number; cutOff: number };
}

/** Most things go well, as in a bad week. */
export const badWeek: Climate = {
  payment: {
    none: 52, 'delay-before-commit': 8, 'delay-after-commit': 4, 'drop-before-commit': 4, 'drop-after-commit': 7, 'error-before-commit': 2,
    'error-after-commit': 6, 'garbled-after-commit': 3, 'answer-after-commit': 5, 'b2b-token-invalid': 2, 'customer-token-invalid': 2,
    'insufficient-funds': 2, 'insufficient-funds-at-bank': 1, 'confirm-before-answer': 2,
  },
  status: { none: 65, 'drop-after-commit': 8, 'error-before-commit': 8, 'delay-after-commit': 4, 'answer-before-commit': 15 },
  notification: { none: 55, missing: 22, duplicate: 10, late: 8, 'wrong-signature': 3, 'altered-amount': 2 },
  confirm: { off: 40, 'after-answer': 50, 'before-answer': 10 },
  down: { no: 92, drop: 4, unavailable: 4 },
  network: { bankSide: 0.1, shopSide: 0.05, cutOff: 0.05 },
};

function nothingOf<Name extends string>(weights: Readonly<Record<Name, number>>): Record<Name, number> {
  return Object.fromEntries(Object.keys(weights).map((name) => [name, 0])) as Record<Name, number>;
}

/** The bank does what it is told at once, and says so; nothing happens to anybody on the way. */
export const fairWeather: Climate = {
  payment: { ...nothingOf(badWeek.payment), none: 1 },
  status: { ...nothingOf(badWeek.status), none: 1 },
  notification: { ...nothingOf(badWeek.notification), none: 1 },
  confirm: { off: 0, 'after-answer': 1, 'before-answer': 0 },
  down: { no: 1, drop: 0, unavailable: 0 },
  network: { bankSide: 0, shopSide: 0, cutOff: 0 },
};

/** Answers that prove nothing, though the bank has done it. */
const doubtfulCodes = ['5045400', '5005401', '4095400', '4295400', '2025400'] as const;

/** Puts into the simulator what will go wrong with this order. */
export function brewForOrder(simulator: Simulator, order: LabOrder, climate: Climate, chance: Chance): void {
  const when = { amount: toMoney(order.amountMinor).value };
  const effect = chance.weighted(climate.payment);
  if (effect !== 'none') simulator.faults.add({ ...operationFault('payment', effect, chance), when });
  const statusEffect = chance.weighted(climate.status);
  if (statusEffect !== 'none') simulator.faults.add({ ...operationFault('status', statusEffect, chance), when });
  const notificationEffect = chance.weighted(climate.notification);
  const delayMs = chance.between(30 * secondMs, 10 * minuteMs);
  if (notificationEffect !== 'none') simulator.faults.addToNotifications({ on: 'payment', effect: notificationEffect, times: 1, delayMs });
}

function operationFault(on: 'payment' | 'status', effect: OperationEffect, chance: Chance): OperationFault {
  const fault: OperationFault = { on, effect, times: 1 };
  // Longer than the first status inquiry waits, and far less than a "not found" needs to be believed.
  if (effect === 'delay-before-commit') return { ...fault, delayMs: realMs(chance.between(70 * secondMs, 110 * secondMs)) };
  if (effect === 'delay-after-commit') return { ...fault, delayMs: realMs(chance.between(15 * secondMs, 60 * secondMs)) };
  if (effect === 'answer-after-commit') return { ...fault, responseCode: chance.pick(doubtfulCodes) };
  if (effect === 'answer-before-commit') return { ...fault, responseCode: '4045501' };
  return fault;
}

/** All of DOKU is away for a moment, or customers confirm by themselves for a while. */
export function stir(simulator: Simulator, { confirm, down }: Climate, chance: Chance): void {
  simulator.configure({ autoConfirm: chance.weighted(confirm) });
  simulator.faults.set({ down: chance.weighted(down) });
}

const networkFaults = {
  'cut headers': 1, 'cut body': 1, 'cut after-body': 2, 'cut response': 2, delay: 2, trickle: 1,
} as const;

/** One fault in so many requests; `calm()` ends it. */
export function stormOf(chance: Chance, share: number): Pick<FaultProxyOptions, 'nextFault'> & { calm(): void } {
  let isOver = false;
  return {
    nextFault: () => (!isOver && chance.happens(share) ? drawNetworkFault(chance) : undefined),
    calm: () => void (isOver = true),
  };
}

function drawNetworkFault(chance: Chance): NetworkFault {
  const kind = chance.weighted(networkFaults);
  switch (kind) {
    case 'cut headers': return { kind: 'cut', at: 'headers' };
    case 'cut body': return { kind: 'cut', at: 'body' };
    case 'cut after-body': return { kind: 'cut', at: 'after-body' };
    case 'cut response': return { kind: 'cut', at: 'response' };
    case 'delay': return { kind: 'delay', ms: realMs(chance.between(5 * secondMs, 70 * secondMs)) };
    case 'trickle': return { kind: 'trickle', pauseMs: chance.between(1, 5) };
  }
}
