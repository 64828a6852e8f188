/**
 * A backend of the contract that lives in the page, for tests and for previewing every state in Storybook. Needs
 * `msw` 3, an optional peer; nothing else of the kit imports this file. Never for production: it moves no money.
 *
 * @module
 */

import type { HttpHandler } from 'msw';
import { HttpResponse, http } from 'msw';
import type {
  Account,
  Balance,
  LinkRequest,
  LinkStarted,
  Order,
  Payment,
  PaymentFailure,
  PaymentRequest,
  PaymentStatus,
  Problem,
  ProblemCode,
  RefundStatus,
  RefundTransferred,
} from './contract.ts';
import { idempotencyHeader } from './contract.ts';

/** The routes of the contract by name. */
export type BackendRoute = 'account' | 'link' | 'unlink' | 'balance' | 'order' | 'pay' | 'payment' | 'refund' | 'refundTransferred';

/** What reached the backend. */
export interface RecordedRequest {
  route: BackendRoute;
  headers: Headers;
  /** The JSON body; undefined with `GET`. */
  body: unknown;
}

/** What the backend holds. Change it as you like between two requests. */
export interface BackendState {
  account: Account;
  balance: Balance;
  /** By order id. */
  orders: Record<string, Order>;
  /** What `POST /payments` makes of a payment. Default `requires-action`. */
  payAs: PaymentStatus;
  /** What `POST …/refund` makes of a refund. Default `done`. */
  refundAs: RefundStatus;
  /** The bank's page. Default `https://bank.example/authorize`. */
  bankUrl: string;
}

export interface Backend extends BackendState {
  /** Every request so far, oldest first. */
  readonly requests: RecordedRequest[];
  /** How often a route was asked. */
  count(route: BackendRoute): number;
  /** Lets the next `times` requests of a route (default: all) fail, `network` as a connection that broke. */
  fail(route: BackendRoute, code: ProblemCode | 'network', options?: { times?: number; retryable?: boolean }): void;
  /** Ends {@link Backend.fail}. */
  heal(route: BackendRoute): void;
  /** Lets the requests of a route wait until the function it gives is called. */
  hold(route: BackendRoute): () => void;
  /** Brings an order's payment to a status, with the receipt, failure or refund that goes with it. */
  settle(orderId: string, status: PaymentStatus, failure?: PaymentFailure): Payment;
  /** Links the account, as the bank's page would. */
  link(): void;
}

interface Failure {
  code: ProblemCode | 'network';
  times: number;
  retryable: boolean;
}

/** A backend with a linked account, Rp 1.250.000 on it, and one order `INV-7` over Rp 125.000, unless you say otherwise. */
export function createBackend(initial: Partial<BackendState> = {}): Backend {
  const requests: RecordedRequest[] = [];
  const held = new Map<BackendRoute, Promise<void>>();
  const failures = new Map<BackendRoute, Failure>();
  const backend: Backend & Internals = {
    ...defaults(),
    ...initial,
    requests,
    held,
    failures,
    keys: new Map(),
    count: (route) => requests.filter((request) => request.route === route).length,
    fail: (route, code, { times = Infinity, retryable = true } = {}) => void failures.set(route, { code, times, retryable }),
    heal: (route) => void failures.delete(route),
    hold: (route) => {
      let open = (): void => {};
      held.set(route, new Promise((resolve) => (open = resolve)));
      return () => {
        held.delete(route);
        open();
      };
    },
    settle: (orderId, status, failure) => settle(orderOf(backend, orderId), status, failure),
    link: () => void (backend.account = { status: 'linked', phone: '0812••••789', linkedAt: new Date().toISOString() }),
  };
  return backend;
}

/** MSW handlers that serve a backend at `endpoint`. */
export function handlers(backend: Backend, endpoint = '/allo'): HttpHandler[] {
  const inside = backend as Backend & Internals;
  const at = endpoint.replace(/\/+$/, '');
  const get = (path: string, route: BackendRoute, answer: Answer): HttpHandler =>
    http.get(at + path, ({ request, params }) => serve(inside, route, request, params, answer));
  const post = (path: string, route: BackendRoute, answer: Answer): HttpHandler =>
    http.post(at + path, ({ request, params }) => serve(inside, route, request, params, answer));
  return [
    get('/account', 'account', () => inside.account),
    post('/account/link', 'link', ({ body }) => startLink(inside, body as LinkRequest)),
    post('/account/unlink', 'unlink', () => (inside.account.status === 'linked' ? (inside.account = { status: 'unlinked' }) : refuse('NOT_LINKED'))),
    get('/balance', 'balance', () => (inside.account.status === 'linked' ? inside.balance : refuse('NOT_LINKED'))),
    get('/orders/:id', 'order', ({ id }) => inside.orders[id] ?? refuse('ORDER_NOT_FOUND')),
    post('/payments', 'pay', ({ body, key }) => startPayment(inside, body as PaymentRequest, key)),
    get('/payments/:id', 'payment', ({ id }) => paymentOf(inside, id) ?? refuse('NOT_FOUND')),
    post('/payments/:id/refund', 'refund', ({ id }) => refund(inside, id)),
    post('/payments/:id/refund/transferred', 'refundTransferred', ({ id, body }) => transferred(inside, id, body as RefundTransferred)),
  ];
}

interface Internals {
  held: Map<BackendRoute, Promise<void>>;
  failures: Map<BackendRoute, Failure>;
  /** Payment id by idempotency key. */
  keys: Map<string, string>;
}

interface Asked {
  id: string;
  body: unknown;
  key: string | null;
}

type Answer = (asked: Asked) => Account | Balance | LinkStarted | Order | Payment | Refusal;

interface Refusal {
  refused: ProblemCode;
}

function refuse(code: ProblemCode): Refusal {
  return { refused: code };
}

async function serve(backend: Internals & Backend, route: BackendRoute, request: Request, params: object, answer: Answer): Promise<HttpResponse<Problem | object>> {
  const body: unknown = request.method === 'POST' ? await request.json() : undefined;
  backend.requests.push({ route, headers: request.headers, body });
  await backend.held.get(route);
  const failure = takeFailure(backend, route);
  if (failure?.code === 'network') return HttpResponse.error();
  if (failure) return problem(failure.code, failure.retryable);
  const { id = '' } = params as { id?: string };
  const result = answer({ id, body, key: request.headers.get(idempotencyHeader) });
  return 'refused' in result ? problem(result.refused, false) : HttpResponse.json(result);
}

function takeFailure(backend: Internals, route: BackendRoute): Failure | undefined {
  const failure = backend.failures.get(route);
  if (failure && --failure.times <= 0) backend.failures.delete(route);
  return failure;
}

const statuses: Partial<Record<ProblemCode, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, NOT_FOUND: 404, ORDER_NOT_FOUND: 404, RATE_LIMITED: 429, BANK_UNAVAILABLE: 503 };

function problem(code: ProblemCode, retryable: boolean): HttpResponse<Problem> {
  const status = statuses[code] ?? 409;
  const body: Problem = { type: 'about:blank', title: code, status, code, retryable, requestId: 'req-preview' };
  return HttpResponse.json(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}

function startLink(backend: Backend, { phone }: LinkRequest): LinkStarted | Refusal {
  if (backend.account.status === 'linked') return refuse('ALREADY_LINKED');
  if (backend.account.phoneRequired && !phone) return refuse('PHONE_REQUIRED');
  const link = { url: backend.bankUrl, expiresAt: inMinutes(5) };
  backend.account = { status: 'linking', phone: '0812••••789', link };
  return link;
}

function startPayment(backend: Backend & Internals, { orderId, shown }: PaymentRequest, key: string | null): Payment | Refusal {
  const order = backend.orders[orderId];
  if (!order) return refuse('ORDER_NOT_FOUND');
  if (!key) return refuse('IDEMPOTENCY_KEY_REQUIRED');
  if (backend.account.status !== 'linked') return refuse('NOT_LINKED');
  const repeated = order.payment && backend.keys.get(key) === order.payment.paymentId;
  if (repeated && order.payment) return order.payment;
  if (shown && shown !== order.amount.value) return refuse('ORDER_CHANGED');
  const paymentId = `pay-${backend.keys.size + 1}`;
  backend.keys.set(key, paymentId);
  order.payment = { paymentId, orderId, status: 'created', amount: order.amount, createdAt: now(), updatedAt: now() };
  const payment = settle(order, backend.payAs);
  if (payment.action) payment.action.url = backend.bankUrl;
  return payment;
}

function settle(order: Order, status: PaymentStatus, failure?: PaymentFailure): Payment {
  const { paymentId = 'pay-1', createdAt = now(), receipt } = order.payment ?? {};
  const payment: Payment = { paymentId, orderId: order.orderId, status, amount: order.amount, createdAt, updatedAt: now() };
  if (status === 'requires-action') payment.action = { url: 'https://bank.example/authorize', expiresAt: inMinutes(5) };
  if (status === 'failed') payment.failure = failure ?? 'DECLINED';
  if (status === 'cancelled') payment.failure = 'CANCELLED';
  if (status === 'expired') payment.failure = 'EXPIRED';
  if (status === 'paid' || status === 'refunding' || status === 'refunded') payment.receipt = receipt ?? { paidAt: now(), reference: '3f0c9b7e52a84d16b0c7d1e98a4f6025' };
  if (status === 'refunding') payment.refund = { status: 'processing', reference: 'b81d40c6fa3e4972a5d0e7134c89f26b' };
  if (status === 'refunded') payment.refund = { status: 'done', reference: 'b81d40c6fa3e4972a5d0e7134c89f26b', refundedAt: now() };
  return (order.payment = payment);
}

function refund(backend: Backend, paymentId: string): Payment | Refusal {
  const payment = paymentOf(backend, paymentId);
  if (!payment) return refuse('NOT_FOUND');
  if (payment.status !== 'paid') return payment.refund ? payment : refuse('PAYMENT_NOT_REFUNDABLE');
  const to = { processing: 'refunding', done: 'refunded', failed: 'paid', manual: 'paid' } as const;
  const changed = settle(orderOf(backend, payment.orderId), to[backend.refundAs]);
  changed.refund = { ...changed.refund, status: backend.refundAs, reference: 'b81d40c6fa3e4972a5d0e7134c89f26b' };
  return changed;
}

function transferred(backend: Backend, paymentId: string, { reference }: RefundTransferred): Payment | Refusal {
  const payment = paymentOf(backend, paymentId);
  if (!payment) return refuse('NOT_FOUND');
  if (payment.refund?.byHand) return payment;
  if (payment.refund?.status !== 'manual') return refuse('PAYMENT_NOT_REFUNDABLE');
  const changed = settle(orderOf(backend, payment.orderId), 'refunded');
  changed.refund = { status: 'done', reference: payment.refund.reference, refundedAt: now(), byHand: true, ...(reference && { transferReference: reference }) };
  return changed;
}

function paymentOf(backend: Backend, paymentId: string): Payment | undefined {
  return Object.values(backend.orders).find(({ payment }) => payment?.paymentId === paymentId)?.payment;
}

function orderOf(backend: Backend, orderId: string): Order {
  const order = backend.orders[orderId];
  if (!order) throw new TypeError(`The backend has no order "${orderId}"; its orders are ${Object.keys(backend.orders).join(', ') || 'none'}.`);
  return order;
}

function defaults(): BackendState {
  const amount = { value: '125000.00', currency: 'IDR' } as const;
  return {
    account: { status: 'linked', phone: '0812••••789', linkedAt: now() },
    balance: { instruments: [{ type: 'BALANCE', available: { value: '1250000.00', currency: 'IDR' } }], asOf: now() },
    orders: { 'INV-7': { orderId: 'INV-7', amount, lines: [{ name: 'Kopi Gayo 250 g', price: amount, quantity: 1 }] } },
    payAs: 'requires-action',
    refundAs: 'done',
    bankUrl: 'https://bank.example/authorize',
  };
}

function now(): string {
  return new Date().toISOString();
}

function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}
