/**
 * What the ledger works with, put together from the options: the store that is watched, the bank behind its gates, clocks
 * and secrets. Calls nobody.
 *
 * @module
 */

import { reconcileEvery } from './allo-options.ts';
import type { AlloOptions } from './allo-options.ts';
import { isLoopback, ownerName, publicPath } from './config.ts';
import type { Config } from './config.ts';
import { defaultTiming } from './ledger/context.ts';
import { defaultGateLimits } from './ledger/gate.ts';
import { guardBank } from './ledger/guarded-bank.ts';
import type { LedgerContext, Logger } from './ledger/context.ts';
import { createMeter } from './ledger/metrics.ts';
import type { MetricHook } from './ledger/metrics.ts';
import type { LimitOptions, RateLimits } from './ledger/rate-limits.ts';
import type { Background } from './background.ts';
import { createSnapBank } from './routes/bank.ts';
import { failedParameter, stateParameter } from './routes/returns.ts';
import { createSharedAccessToken } from './shared-access-token.ts';
import { createClockJudge, watchClock } from './snap/clock-watch.ts';
import { createReference } from './snap/external-id.ts';
import { createSnap } from './snap/snap.ts';
import type { SnapTimeouts } from './snap/timeouts.ts';
import { createSeal } from './store/seal.ts';
import type { Commit, Store } from './store/store.ts';
import type { Telemetry } from './telemetry.ts';

/** Figures go to OpenTelemetry, and to the merchant's own hook. */
export function createMeters(telemetry: Telemetry, hook: MetricHook | undefined, log: Logger): MetricHook {
  const tell = (...figure: Parameters<MetricHook>): unknown => {
    telemetry.record(...figure);
    return hook?.(...figure);
  };
  return createMeter(tell, (error) => log.warn('onMetric failed', { error: String(error) }));
}

export interface Parts {
  options: AlloOptions;
  config: Config;
  timeouts: SnapTimeouts;
  telemetry: Telemetry;
  log: Logger;
  now: () => number;
  meter: MetricHook;
  limits: RateLimits;
  store: Store;
  background: Background;
  /** Events were committed. */
  onEvents: () => void;
  isClosing: () => boolean;
  isClosed: () => boolean;
}

export function createLedgerContext({ options, config, timeouts, telemetry, log, now, meter, limits, store, background, onEvents, isClosing, isClosed }: Parts): LedgerContext {
  const seal = createSeal(config.encryptionKeys);
  const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
  const snap = createSnap({
    clientId: config.clientId, secretKeys: config.secretKeys, privateKeys: config.ownKeys.map(({ privateKey }) => privateKey), baseUrl: config.baseUrl,
    onPrivateKeyTaken: countKey(meter, 'DOKU_PRIVATE_KEY'),
    profile: config.profile, paths: config.paths, statusServiceCode: config.statusServiceCode,
    fetch: watchClock(options.fetch ?? fetch, { now, onSkew: tellClock(log, meter) }), now, random, timeouts,
    tokenStore: createSharedAccessToken(store, seal, ownerName(config)),
  });
  const publicBase = `${config.publicUrl.origin}${publicPath(config)}`;
  return {
    store: watchCommits(store, ({ changes, events = [] }) => {
      for (const { table, to } of changes) meter('allo.transitions', 1, { table, to });
      if (events.length > 0) onEvents();
    }),
    bank: guardBank(telemetry.trace(createSnapBank({ snap, log, isBankPage: (url) => isBankPage(config, url) })), {
      limits: { ...defaultGateLimits, ...options.bankLimits }, now, random: Math.random,
      onAnswer: (operation, outcome, tookMs) => meter('allo.bank.requests', tookMs, { operation, outcome }),
      onChange: (operation, isAway) => {
        meter('allo.bank.away', isAway ? 1 : 0, { operation });
        if (isAway) log.error('DOKU counts as away', { operation });
        else log.info('DOKU answers again', { operation });
      },
    }),
    seal, log, now,
    timing: { ...defaultTiming, leaseMs: longEnough(timeouts), ...options.timing },
    limits, meter,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    newSecret: () => Buffer.from(random(32)).toString('base64url'),
    newReference: () => createReference(random),
    returnUrls: (kind, secret) => returnUrls(publicBase, kind, secret),
    onEvent: async (event) => {
      await options.onEvent(event);
    },
    background: background.run,
    isClosing,
    isClosed,
  };
}

/** A row is kept for as long as its sender can be at it: two tries, each with a token to be had first, and one renewal. */
function longEnough({ tokenMs, paymentMs, refundMs }: SnapTimeouts): number {
  return Math.max(defaultTiming.leaseMs, 2 * Math.max(paymentMs, refundMs) + 3 * tokenMs);
}

/** So that it is seen when the older of two keys is used no more. */
export const countKey = (meter: MetricHook, key: string) => (place: number): void => meter('allo.keys.used', 1, { key, place: String(place + 1) });

/** A clock that is wrong is refused by DOKU with every request: it is told before that. */
function tellClock(log: Logger, meter: MetricHook): (skewMs: number) => void {
  const changed = createClockJudge();
  return (skewMs) => {
    meter('allo.clock.skew', skewMs, {});
    const verdict = changed(skewMs);
    if (verdict === 'right') log.info('the clock of this machine is right again');
    if (verdict === 'off') log.warn('the clock of this machine is not DOKU\'s; have it set by a time server', { skewMs });
    if (verdict === 'wrong') log.error('the clock of this machine is so wrong that DOKU is about to refuse everything', { skewMs });
  };
}

function returnUrls(publicBase: string, kind: 'link' | 'payment', secret: string) {
  const path = kind === 'link' ? '/account/return' : '/payments/return';
  const successUrl = `${publicBase}${path}?${stateParameter}=${secret}`;
  return { successUrl, failedUrl: `${successUrl}&${failedParameter}=1` };
}

function watchCommits(store: Store, onCommitted: (commit: Commit) => void): Store {
  return {
    ...store,
    async commit(commit) {
      const committed = await store.commit(commit);
      if (committed) onCommitted(commit);
      return committed;
    },
  };
}

/** DOKU's own hosts over https; with the simulator also the simulator's, and this machine. */
export function isBankPage(config: Pick<Config, 'environment' | 'baseUrl' | 'pageHosts'>, text: string): boolean {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (config.environment === 'simulator' && (url.origin === config.baseUrl || isLoopback(url))) return true;
  if (config.pageHosts.includes(url.host)) return url.protocol === 'https:' || config.environment === 'simulator';
  return url.protocol === 'https:' && url.port === '' && (url.hostname === 'doku.com' || url.hostname.endsWith('.doku.com'));
}

/** One line that tells what holds here, so that a loose setting is seen; without any value that could be secret. */
export function tellStart(log: Logger, options: AlloOptions, config: Config, limits: LimitOptions): void {
  const { environment, profile, database, pageHosts } = config;
  log.info('allo-kit is ready', {
    environment, profile, path: publicPath(config), database: database.kind,
    limits: limits === 'off' ? 'off' : { ...limits },
    refundRoute: options.authorizeRefund !== undefined,
    unlinkAsks: options.authorizeUnlink !== undefined,
    trustedOrigins: options.trustedOrigins ?? [], trustedProxies: options.trustedProxies ?? 0, pageHosts,
    reconciles: reconcileEvery(options) === undefined ? 'when told' : 'by itself',
  });
}
