/**
 * What a merchant gives to `createAllo`, beside what `config.ts` reads from the environment; checked before anything
 * starts.
 *
 * @module
 */

import type { ConnectionOptions } from './config.ts';
import type { AlloEvent } from './ledger/allo-event.ts';
import type { Logger, Timing } from './ledger/context.ts';
import type { GateLimits } from './ledger/gate.ts';
import type { MetricHook } from './ledger/metrics.ts';
import type { LimitOptions } from './ledger/rate-limits.ts';
import type { Merchant } from './routes/merchant.ts';
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

/** Throws a `TypeError` that names the option which is missing or malformed. */
export function assertMerchant(options: Partial<AlloOptions>): void {
  for (const name of ['customer', 'order', 'onEvent'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name} is missing: it should be a function`);
  }
  for (const origin of options.trustedOrigins ?? []) {
    const plain = URL.canParse(origin) && new URL(origin).origin === origin;
    if (!plain) throw new TypeError('trustedOrigins is not right: each should be an origin such as "https://m.shop.example", without a path');
  }
  const { trustedProxies = 0 } = options;
  if (!Number.isSafeInteger(trustedProxies) || trustedProxies < 0) throw new TypeError('trustedProxies is not right: it should be a whole number, 0 or more');
}
