/**
 * `createAllo`: the merchant's way in. Checks every option at once, opens the database, starts the clockwork,
 * and calls nobody before the first request.
 *
 * @module
 */

import { assertMerchant, assertServer, reconcileEvery } from './allo-options.ts';
import type { AlloOptions } from './allo-options.ts';
import { countKey, createLedgerContext, createMeters, tellStart } from './assemble.ts';
import { assertListed, assertRefund, assertTransfer, assertUnlink, readPeriod, toldToCaller } from './calls.ts';
import { ownerName, publicPath, readConfig } from './config.ts';
import type { Config } from './config.ts';
import type { Account, Payment } from './contract.ts';
import { AlloServerError } from './errors.ts';
import { createHandler } from './handler.ts';
import type { LedgerContext } from './ledger/context.ts';
import { deliverEvents } from './ledger/events.ts';
import { reconcile } from './ledger/reconcile.ts';
import type { ReconcileReport } from './ledger/reconcile.ts';
import { createRateLimits } from './ledger/rate-limits.ts';
import { confirmManualRefund } from './ledger/manual-refund.ts';
import type { Transfer } from './ledger/manual-refund.ts';
import { refundPayment } from './ledger/refunds.ts';
import { compare, sweep, sweepGivenUp } from './ledger/sweep.ts';
import type { Difference, ListedMovement, SweepReport } from './ledger/sweep.ts';
import { assertNothingRefundable, requestUnlink, serverDevice } from './ledger/unlink.ts';
import { createConsoleLogger, createFailsafeLogger } from './log.ts';
import { createBackground } from './background.ts';
import type { Background } from './background.ts';
import { createBalanceMemory, defaultBalanceMemoryMs } from './routes/balance-memory.ts';
import type { BalanceMemory } from './routes/balance-memory.ts';
import { viewPayment } from './routes/context.ts';
import type { RouteContext } from './routes/context.ts';
import type { Connection } from './routes/device.ts';
import type { DokuRouteContext } from './routes/doku.ts';
import { accountView } from './routes/views.ts';
import { createMerchantTokens } from './snap/merchant-token.ts';
import { readTimeouts } from './snap/timeouts.ts';
import { createNotificationVerifier } from './snap/verify-notification.ts';
import { openStore } from './open-store.ts';
import { isDoneWithin } from './store/in-time.ts';
import { resealAll } from './store/reseal.ts';
import type { ResealReport } from './store/reseal.ts';
import { ownedBy } from './store/owner.ts';
import { createTelemetry } from './telemetry.ts';

export type { AlloOptions } from './allo-options.ts';

/**
 * All but the handler and `close` reject with a `TypeError` that names what they were called with if that is not of its
 * form, and with the `AlloServerError` `STORE_UNAVAILABLE` while the database is away.
 */
export interface Allo {
  /** Where the handler expects to be mounted, for example `/allo`. */
  readonly basePath: string;
  /** Answers one request. Never rejects. */
  handler(request: Request, connection?: Connection): Promise<Response>;
  /**
   * Refunds a payment in full, once: asked again, answers the refund that stands. Where the bank takes longer than 10 s, the
   * payment is answered as `refunding`, and `onEvent` is told the end. Rejects with an `AlloServerError`.
   */
  refund(paymentId: string, options?: { reason?: string }): Promise<Payment>;
  /**
   * Says that a refund which the bank could not do was transferred by hand: it is done, and the payment refunded. Said
   * again, changes nothing. Rejects with `PAYMENT_NOT_REFUNDABLE` if no refund of the payment waits for that.
   */
  confirmManualRefund(paymentId: string, transfer?: Transfer): Promise<Payment>;
  /**
   * Unlinks a customer's account, at once or when the last open payment is final. Rejects with `NOT_LINKED` if there is
   * none; and with `REFUNDS_POSSIBLE`, unless `force` is set, while a payment of the last 30 days could be refunded:
   * without the link a refund is a matter for people. A shopper who unlinks by the page is not asked.
   */
  unlink(customerId: string, options?: { force?: boolean }): Promise<Account>;
  /**
   * Looks at everything that is due now. For schedulers; it also runs by itself every `reconcileEveryMs`. Once a day it takes
   * longer, as it waits until DOKU has been asked once more about all that was given up a day before.
   */
  reconcile(): Promise<ReconcileReport>;
  /**
   * Asks DOKU once more about every settled payment that was sent within the period, and applies what it says. Payments that
   * were given up are asked about like this by themselves, a day later; this also holds the paid ones against DOKU.
   * Default: the last 48 hours, but for the last minutes.
   */
  sweep(period?: Partial<Dates>): Promise<SweepReport>;
  /**
   * Holds a list of DOKU's back office, read by you, against the ledger: all payments and refunds of the period. Answers
   * where they do not agree; asks DOKU where the list knows more, and changes nothing on the list's word alone.
   */
  compare(listed: readonly ListedMovement[], period: Dates): Promise<Difference[]>;
  /**
   * Seals tokens and authorisation codes anew under the newest of several encryption keys, as `allo-kit reseal` does.
   * The older keys can be left out once `resealed`, `changed` and `unreadable` are 0.
   */
  reseal(): Promise<ResealReport>;
  /**
   * For SIGTERM: answers new requests with 503, ends the clockwork, waits up to 25 seconds for work under way, closes
   * the database. What is not done by then is taken up again by another process or the next start. Never rejects: a
   * database that cannot be closed in good order is logged, and has lost nothing.
   */
  close(): Promise<void>;
}

/** A stretch of time, `to` excluded. Payments count by when they were sent to DOKU. */
export interface Dates {
  from: Date;
  to: Date;
}

const defaultSweepMs = 48 * 60 * 60_000;

/** Throws a `TypeError` that names the option which is missing or malformed. */
export function createAllo(options: AlloOptions): Allo {
  assertServer(globalThis);
  assertMerchant(options);
  const config = readConfig(options);
  const timeouts = readTimeouts(options.timeouts);
  const log = options.log ? createFailsafeLogger(options.log) : createConsoleLogger();
  const now = options.now ?? Date.now;
  const telemetry = createTelemetry();
  const meter = createMeters(telemetry, options.onMetric, log);
  // Nothing costs anything over the simulator, where tests and developers do in a minute what people do in a week.
  const limitOptions = options.limits ?? (config.environment === 'simulator' ? 'off' : {});
  const limits = createRateLimits(limitOptions, now, (limit) => {
    meter('allo.limits.refused', 1, { limit });
    if (limit === 'linksInAll') log.error('links are refused, since more are begun than all customers together should; look who begins them');
  }, (limit) => log.error('links are refused, since more have begun to link lately than can be kept in mind; look who they are', { limit }));
  const store = ownedBy(openStore(config.database, now), ownerName(config), (owner) => log.error('the database is the ledger of another Client ID or environment; nothing works with it here', { owner }));
  const background = createBackground(log);
  const balances = createBalanceMemory(now, limitOptions === 'off' ? 0 : defaultBalanceMemoryMs);
  let closing: Promise<void> | undefined;
  let isClosed = false;
  // As soon as they are committed, instead of at the next tick of the clockwork.
  const onEvents = (): void => {
    balances.forget();
    background.run(clockwork.tellEvents());
  };
  const ledger = createLedgerContext({ options, config, timeouts, telemetry, log, now, meter, limits, store, background, onEvents, isClosing: () => closing !== undefined, isClosed: () => isClosed });
  const clockwork = createClockwork(ledger, background);
  const routes = createRouteContext(options, config, ledger, balances);
  const app = createHandler({ basePath: config.basePath, routes, doku: createDokuContext(config, ledger, routes), isClosing: () => closing !== undefined });

  /** Kept so that closing waits for it; refused once that has begun. */
  const take = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (closing !== undefined) throw new AlloServerError('STORE_UNAVAILABLE', { detail: 'this server is about to stop' });
    const taken = work().catch((error: unknown) => {
      throw toldToCaller(error);
    });
    background.run(taken.catch(() => undefined));
    return taken;
  };

  const stop = async (): Promise<void> => {
    clockwork.stop();
    const isIdle = await background.idle(ledger.timing.closeWaitMs);
    if (!isIdle) log.warn('closed with work under way; another process, or the next start, takes it up again');
    isClosed = true;
    // Whoever waits for this wants to end: that a file or a connection did not close well takes nothing back that was committed.
    await store.close().catch((error: unknown) => log.error('the database was not closed in good order; what was committed is safe', { error: String(error) }));
  };

  clockwork.start(reconcileEvery(options));
  tellStart(log, options, config, limitOptions);

  return {
    basePath: config.basePath,
    handler: async (request, connection = {}) => {
      const answer = Promise.resolve(app.fetch(request, connection));
      background.run(answer);
      return answer;
    },
    refund: (paymentId, wish = {}) => take(async () => {
      assertRefund(paymentId, wish);
      await refundPayment(ledger, paymentId, { reason: wish.reason ?? '' });
      return paymentNow(ledger, paymentId);
    }),
    confirmManualRefund: (paymentId, transfer = {}) => take(async () => {
      assertTransfer(paymentId, transfer);
      await confirmManualRefund(ledger, paymentId, transfer);
      return paymentNow(ledger, paymentId);
    }),
    unlink: (customerId, wish = {}) => take(async () => {
      assertUnlink(customerId, wish);
      if (wish.force !== true) await assertNothingRefundable(ledger, customerId);
      return accountView(await requestUnlink(ledger, customerId, serverDevice), undefined, now());
    }),
    reconcile: () => take(clockwork.reconcile),
    sweep: (period = {}) => take(() => sweep(ledger, readPeriod(period, { from: new Date(now() - defaultSweepMs), to: new Date(now() - ledger.timing.settleWindowMs) }))),
    compare: (listed, period) => take(() => {
      assertListed(listed);
      return compare(ledger, listed, readPeriod(period));
    }),
    reseal: () => take(() => resealAll(store, ledger.seal)),
    close: () => (closing ??= stop()),
  };
}

interface Clockwork {
  tellEvents(): Promise<number>;
  reconcile(): Promise<ReconcileReport>;
  /** @param everyMs undefined: nothing is done by itself */
  start(everyMs: number | undefined): void;
  stop(): void;
}

/** How often what is due is looked at by whoever waits for a sweep. */
const lookEveryMs = 5_000;

/** What is due is done by one at a time; events beside the rest, so that a merchant who is slow to hear holds up no inquiry. */
function createClockwork(ledger: LedgerContext, background: Background): Clockwork {
  const tellEvents = background.single(() => deliverEvents(ledger));
  const settleDue = background.single(() => reconcile(ledger));
  const tick = (): void => {
    background.run(sweepGivenUp(ledger));
    background.run(settleDue());
    background.run(tellEvents());
  };
  const look = async (): Promise<ReconcileReport> => ({ ...await settleDue(), events: await tellEvents() });
  let timer: NodeJS.Timeout | undefined;
  return {
    tellEvents,
    async reconcile() {
      const swept = sweepGivenUp(ledger);
      background.run(swept);
      const report = await look();
      // Whoever calls this may end right afterwards, and nobody takes up a sweep that was cut off: it is done for today.
      while (!(await isDoneWithin(lookEveryMs, swept.catch(() => undefined)))) add(report, await look());
      return report;
    },
    start(everyMs) {
      if (everyMs !== undefined) timer = setInterval(tick, everyMs).unref();
    },
    stop: () => clearInterval(timer),
  };
}

function add(report: ReconcileReport, more: ReconcileReport): void {
  for (const kind of ['links', 'payments', 'refunds', 'events'] as const) report[kind] += more[kind];
}

async function paymentNow(ledger: LedgerContext, paymentId: string): Promise<Payment> {
  const payment = await ledger.store.payment(paymentId);
  if (payment === undefined) throw new AlloServerError('NOT_FOUND');
  return viewPayment({ ledger }, payment);
}

function createRouteContext(options: AlloOptions, config: Config, ledger: LedgerContext, balances: BalanceMemory): RouteContext {
  return {
    ledger,
    merchant: options,
    balances,
    device: { secure: config.publicUrl.protocol === 'https:', trustedProxies: options.trustedProxies ?? 0, newId: ledger.newId },
    shopOrigin: config.publicUrl.origin,
    trustedOrigins: new Set([config.publicUrl.origin, ...(options.trustedOrigins ?? [])]),
  };
}

function createDokuContext(config: Config, ledger: LedgerContext, { device }: RouteContext): DokuRouteContext {
  const { clientId, secretKeys } = config;
  const { now, meter } = ledger;
  const merchantTokens = createMerchantTokens({
    clientId, dokuPublicKeys: config.dokuPublicKeys, privateKey: config.ownKeys[0].privateKey, publicKeys: config.ownKeys.map(({ publicKey }) => publicKey), now,
    onMatch: countKey(meter, 'DOKU_PUBLIC_KEY'),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  });
  const verify = createNotificationVerifier({ clientId, secretKeys, verifyToken: (token, at) => merchantTokens.verify(token, at), now, onMatch: countKey(meter, 'DOKU_SECRET_KEY') });
  return { ledger, merchantTokens, verify, publicPath: publicPath(config), trustedProxies: device.trustedProxies };
}
