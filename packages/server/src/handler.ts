/**
 * Everything put together: one fetch-style handler with one error boundary, the functions a merchant's server
 * calls, and the clockwork behind them.
 *
 * @module
 */

import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { contractHeader, contractVersion, idempotencyHeader } from './contract.ts';
import { AlloServerError } from './errors.ts';
import { beginLink, endLink, showAccount } from './routes/account.ts';
import { showBalance } from './routes/balance.ts';
import { assertOwnPage, brokenBody, longestBodyBytes } from './routes/browser-guard.ts';
import type { RouteContext, RouteEnv } from './routes/context.ts';
import { bindingNotification, issueToken, paymentNotification } from './routes/doku.ts';
import type { DokuRouteContext } from './routes/doku.ts';
import { refuseDoku } from './routes/doku-refusal.ts';
import { showLive, showReady } from './routes/health.ts';
import { setLimitHeaders } from './routes/limit-headers.ts';
import { beginPayment, beginRefund, refundTransferred, showOrder, showPayment } from './routes/payments.ts';
import { problemResponse, readError, toError } from './routes/problem.ts';
import { linkReturn, paymentReturn } from './routes/returns.ts';
import type { DokuService } from './snap/acknowledgement.ts';

/** Longest notification, in bytes. */
const longestNotificationBytes = 64 * 1024;

export interface HandlerOptions {
  basePath: string;
  routes: RouteContext;
  doku: DokuRouteContext;
  /** Whether requests are no longer taken. */
  isClosing(): boolean;
}

const below = (whole: Hono<RouteEnv>, basePath: string) => whole.basePath(basePath);

export type Handler = ReturnType<typeof below>;

export function createHandler({ basePath, routes, doku, isClosing }: HandlerOptions): Handler {
  const { log, newId, now } = routes.ledger;
  const whole = new Hono<RouteEnv>();
  const app = below(whole, basePath);

  // Also for what lies outside the base path: its 404 has a request id and the headers that protect it, too.
  whole.use(async (c, next) => {
    c.set('requestId', newId());
    await next();
    secureHeaders(c.res.headers, c.get('requestId'));
    setLimitHeaders(c.res.headers, routes.ledger.limits, c.get('limitedBy') ?? {});
  });
  // Hono gives `onError` nothing but an Error of this realm; what else is thrown would leave the handler.
  whole.use((_c, next) => next().catch((thrown: unknown) => {
    throw toError(thrown);
  }));
  app.onError((error, c) => {
    const [requestId, service] = [c.get('requestId'), c.get('dokuService')];
    const known = readError(error, requestId, log);
    const response = service === undefined ? problemResponse(known, requestId) : refuseDoku(service, known, now());
    secureHeaders(response.headers, requestId);
    return response;
  });

  // Before anything can be refused: DOKU reads no problem documents.
  recogniseDoku(app);
  app.get('/health/live', showLive);
  app.use(async (_c, next) => {
    if (isClosing()) throw new AlloServerError('STORE_UNAVAILABLE', { detail: 'this server is about to stop' });
    await next();
  });
  app.get('/health/ready', (c) => showReady(routes.ledger, c));
  addDokuRoutes(app, doku);
  addBrowserRoutes(app, routes);
  app.notFound(() => {
    throw new AlloServerError('NOT_FOUND');
  });
  return app;
}

function secureHeaders(headers: Headers, requestId: string): void {
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  headers.set('x-content-type-options', 'nosniff');
  headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  headers.set('x-request-id', requestId);
  headers.set(contractHeader, contractVersion);
}

const hasNoLength = ({ body, headers }: Request): boolean => body !== null && (!headers.has('content-length') || headers.has('transfer-encoding'));

/** What an adapter hands over may only look like a request of the platform, of which `bodyLimit` makes another once it has counted the body. */
function rebuild({ url, method, headers, body, signal }: Request): Request {
  const init: RequestInit & { duplex: 'half' } = { method, headers, body, signal, duplex: 'half' };
  return new Request(url, init);
}

/** A body that is too long is not read to its end; one that breaks off is its sender's fault. */
function limit(maxSize: number): MiddlewareHandler<RouteEnv> {
  const read = bodyLimit({
    maxSize,
    onError: () => {
      throw new AlloServerError('PAYLOAD_TOO_LARGE');
    },
  });
  const readWhole: MiddlewareHandler<RouteEnv> = async (c, next) => {
    if (hasNoLength(c.req.raw)) c.req.raw = rebuild(c.req.raw);
    return read(c, next);
  };
  return async (c, next) => {
    let isRead = false;
    const goOn = (): Promise<void> => {
      isRead = true;
      return next();
    };
    return readWhole(c, goOn).catch((error: unknown) => {
      throw isRead || error instanceof AlloServerError ? error : brokenBody();
    });
  };
}

const dokuPaths = { token: '/doku/authorization/v1/access-token/b2b', payment: '/doku/notifications/payment', binding: '/doku/notifications/binding' } as const;

/** What lies beside DOKU's routes is answered like a notification of a payment. */
function recogniseDoku(app: Handler): void {
  const asking = (service: DokuService): MiddlewareHandler<RouteEnv> => (c, next) => {
    c.set('dokuService', service);
    return next();
  };
  app.use('/doku/*', asking('payment'));
  app.use(dokuPaths.binding, asking('binding'));
  app.use(dokuPaths.token, asking('token'));
}

function addDokuRoutes(app: Handler, doku: DokuRouteContext): void {
  app.use('/doku/*', limit(longestNotificationBytes));
  app.post(dokuPaths.token, (c) => issueToken(doku, c));
  app.post(dokuPaths.payment, (c) => paymentNotification(doku, c));
  app.post(dokuPaths.binding, (c) => bindingNotification(doku, c));
  refuseOtherMethods(app, Object.values(dokuPaths), 'POST');
  app.all('/doku/*', () => {
    throw new AlloServerError('NOT_FOUND');
  });
}

function addBrowserRoutes(app: Handler, routes: RouteContext): void {
  app.use(corsFor(routes), limit(longestBodyBytes), async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') assertOwnPage(c.req.raw, routes.trustedOrigins);
    await next();
  });
  app.get('/account', (c) => showAccount(routes, c));
  app.post('/account/link', (c) => beginLink(routes, c));
  app.get('/account/return', (c) => linkReturn(routes, c));
  app.post('/account/unlink', (c) => endLink(routes, c));
  app.get('/balance', (c) => showBalance(routes, c));
  app.get('/orders/:orderId', (c) => showOrder(routes, c));
  app.post('/payments', (c) => beginPayment(routes, c));
  app.get('/payments/return', (c) => paymentReturn(routes, c));
  app.get('/payments/:paymentId', (c) => showPayment(routes, c));
  if (routes.merchant.authorizeRefund) {
    app.post('/payments/:paymentId/refund', (c) => beginRefund(routes, c));
    app.post('/payments/:paymentId/refund/transferred', (c) => refundTransferred(routes, c));
  }
  refuseOtherMethods(app, reading, 'GET, HEAD');
  refuseOtherMethods(app, routes.merchant.authorizeRefund ? [...changing, ...refunding] : changing, 'POST');
}

/** Only origins the merchant named get CORS headers; the shop's own pages need none. */
const corsFor = ({ trustedOrigins, shopOrigin }: RouteContext) => cors({
  origin: (origin) => (origin !== shopOrigin && trustedOrigins.has(origin) ? origin : null),
  allowHeaders: ['Content-Type', contractHeader, idempotencyHeader],
  exposeHeaders: [contractHeader, 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'],
  allowMethods: ['GET', 'POST'],
  credentials: true,
});

const reading = ['/account', '/account/return', '/balance', '/orders/:orderId', '/payments/return', '/payments/:paymentId'];
const changing = ['/account/link', '/account/unlink', '/payments'];
const refunding = ['/payments/:paymentId/refund', '/payments/:paymentId/refund/transferred'];

/** What is there, but not by this method (RFC 9110 §15.5.6). */
function refuseOtherMethods(app: Handler, paths: readonly string[], allow: string): void {
  for (const path of paths) {
    app.all(path, () => {
      throw new AlloServerError('METHOD_NOT_ALLOWED', { allow });
    });
  }
}
