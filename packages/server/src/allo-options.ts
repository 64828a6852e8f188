/**
 * What a merchant gives to `createAllo`, beside what `config.ts` reads from the environment; checked before anything
 * starts.
 *
 * @module
 */

import type { ConnectionOptions } from './config.ts';
import type { AlloEvent } from './ledger/allo-event.ts';
import { defaultTiming } from './ledger/context.ts';
import type { Logger, Timing } from './ledger/context.ts';
import { defaultGateLimits } from './ledger/gate.ts';
import type { GateLimits } from './ledger/gate.ts';
import type { MetricHook } from './ledger/metrics.ts';
import type { LimitOptions } from './ledger/rate-limits.ts';
import { assertForms, assertNames } from './option-form.ts';
import type { OptionForm } from './option-form.ts';
import type { Merchant } from './routes/merchant.ts';
import { isObject } from './snap/message.ts';
import type { SnapTimeouts } from './snap/timeouts.ts';

export interface AlloOptions extends Merchant, ConnectionOptions {
  /**
   * Told of everything that happened; at least once per event, under a stable id. Of up to 20 payments at once; of one
   * payment, or one customer's account, in order and one after the other, by however many servers. What it throws, or
   * does not hear within 20 s, is told again later, and what came after it waits for that. What it answers is not looked at.
   */
  onEvent(event: AlloEvent): unknown;
  /** Origins of other sites of yours whose pages may use this server, for example `["https://m.shop.example"]`. */
  trustedOrigins?: readonly string[] | undefined;
  /** How many reverse proxies stand in front of this server. Default 0: `X-Forwarded-For` is not believed. */
  trustedProxies?: number | undefined;
  /** How often somebody may link, pay or ask for a balance. Default: as in `defaultLimits`, over the simulator `'off'`; counted in this process. */
  limits?: LimitOptions | undefined;
  /** When DOKU counts as away, and how much is asked of it at once; for each of its operations. */
  bankLimits?: Partial<GateLimits> | undefined;
  /** How long a request to DOKU may take. Default: 30 seconds for a payment or a refund, 10 for everything else. */
  timeouts?: Partial<SnapTimeouts> | undefined;
  /** How often due work is looked for, in milliseconds. Default 5 000; 0: only when you call `reconcile()`. */
  reconcileEveryMs?: number | undefined;
  /** Told of figures as they arise, for example to hand them to OpenTelemetry. Must return at once. */
  onMetric?: MetricHook | undefined;
  /** Default: JSON lines on standard error. */
  log?: Logger | undefined;
  /** Waiting times other than DOKU's, for tests. */
  timing?: Partial<Timing> | undefined;
  /** Clock in epoch milliseconds, for tests. */
  now?: (() => number) | undefined;
  /** Way to the network, for tests, or for a `fetch` of your own that connects otherwise. Must send each request once. */
  fetch?: typeof fetch | undefined;
}

/** Throws a `TypeError` in a page: whatever is given to `createAllo` there, everybody can read. */
export function assertServer(place: object): void {
  if (!('window' in place && 'document' in place)) return;
  throw new TypeError('createAllo holds secrets and must never be in a page: import @allo-kit/server on your server alone (tests of it need a runner\'s Node environment, not a simulated page)');
}

const defaultReconcileEveryMs = 5_000;

/** What a timer of the platform takes; with more it would run without a pause. */
const longestTimerMs = 2_147_483_647;

/** How often due work is looked for; undefined if that is only when `reconcile()` is called. */
export function reconcileEvery({ reconcileEveryMs = defaultReconcileEveryMs }: Pick<AlloOptions, 'reconcileEveryMs'>): number | undefined {
  return reconcileEveryMs > 0 ? reconcileEveryMs : undefined;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isOrigin = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
const logLevels = ['info', 'warn', 'error'] as const satisfies (keyof Logger)[];

const aFunction: OptionForm = { isRight: isFunction, form: 'a function' };
const needed = { customer: aFunction, order: aFunction, onEvent: aFunction };

/** Every option that has no setting in the environment. The members of `limits`, `timeouts` and `bankLimits` are looked at where they are read. */
const forms = {
  ...needed,
  authorizeRefund: aFunction,
  authorizeUnlink: aFunction,
  onMetric: aFunction,
  now: aFunction,
  fetch: aFunction,
  trustedOrigins: { isRight: (value) => Array.isArray(value) && value.every(isOrigin), form: 'an array of origins such as "https://m.shop.example", each without a path' },
  trustedProxies: { isRight: isWhole, form: 'a whole number, 0 or more' },
  limits: { isRight: (value) => value === 'off' || isObject(value), form: '"off" or an object of limits' },
  bankLimits: { isRight: isObject, form: 'an object of limits' },
  timeouts: { isRight: isObject, form: 'an object of milliseconds' },
  timing: { isRight: isObject, form: 'an object of milliseconds' },
  reconcileEveryMs: { isRight: (value) => isWhole(value) && value <= longestTimerMs, form: `a whole number of milliseconds, 0 to ${longestTimerMs}` },
  log: { isRight: (value) => isObject(value) && logLevels.every((level) => isFunction(value[level])), form: 'an object with the functions info, warn and error' },
} as const satisfies Record<Exclude<keyof AlloOptions, keyof ConnectionOptions>, OptionForm>;

/** Throws a `TypeError` that names the option which is missing or malformed. */
export function assertMerchant(options: unknown): void {
  if (!isObject(options)) throw new TypeError('createAllo needs an object with at least the functions customer, order and onEvent');
  const missing = Object.keys(needed).find((name) => options[name] === undefined);
  if (missing !== undefined) throw new TypeError(`${missing} is missing: it should be a function`);
  assertForms(options, forms);
  assertNames('bankLimits', options['bankLimits'], Object.keys(defaultGateLimits));
  assertNames('timing', options['timing'], Object.keys(defaultTiming));
}
