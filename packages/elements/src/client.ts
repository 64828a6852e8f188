import type {
  Account,
  AccountStatus,
  Balance,
  LinkRequest,
  LinkStarted,
  Order,
  Payment,
  PaymentRequest,
  PaymentStatus,
  Problem,
  RefundRequest,
} from './contract.ts';
import { contractHeader, contractVersion, idempotencyHeader, paths } from './contract.ts';
import { AlloError } from './errors.ts';
import { isMoney } from './money.ts';

export interface ClientOptions {
  /** Where the backend is mounted: a path or an `http(s)` address, without a slash at the end. */
  endpoint: string;
  /** Whether cookies go along; `include` for a backend on another origin. Default `same-origin`. */
  credentials?: RequestCredentials;
  /** How long one request may take, in milliseconds. Default 30000: longer than the backend waits for the bank. */
  timeoutMs?: number;
}

/**
 * The HTTP contract as functions. What they give is checked to be of the contract; what they throw is always an
 * {@link AlloError}, except that an abort by the caller's signal throws the signal's reason.
 */
export interface AlloClient {
  account(signal?: AbortSignal): Promise<Account>;
  link(body: LinkRequest, signal?: AbortSignal): Promise<LinkStarted>;
  unlink(signal?: AbortSignal): Promise<Account>;
  balance(signal?: AbortSignal): Promise<Balance>;
  order(orderId: string, signal?: AbortSignal): Promise<Order>;
  /** Repeatable with the same key: the backend takes the money once. */
  pay(body: PaymentRequest, idempotencyKey: string, signal?: AbortSignal): Promise<Payment>;
  payment(paymentId: string, signal?: AbortSignal): Promise<Payment>;
  /** Repeatable with the same key: the backend gives the money back once. */
  refund(paymentId: string, body: RefundRequest, idempotencyKey: string, signal?: AbortSignal): Promise<Payment>;
}

/** A client of one backend. No state besides its options. */
export function createClient(options: ClientOptions): AlloClient {
  const get = async <T>(path: string, accepts: Guard<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await send(options, path, accepts, {}, signal);
    } catch (error) {
      // Reading twice is harmless, and on a phone the first try after a change of network is often lost.
      if (!(error instanceof AlloError) || error.code !== 'NETWORK_ERROR') throw error;
      return send(options, path, accepts, {}, signal);
    }
  };
  const post = <T>(path: string, body: object, accepts: Guard<T>, signal?: AbortSignal, key?: string): Promise<T> =>
    send(options, path, accepts, { method: 'POST', body: JSON.stringify(body), headers: postHeaders(key) }, signal);
  return {
    account: (signal) => get(paths.account, isAccount, signal),
    link: (body, signal) => post(paths.link, body, isLinkStarted, signal),
    unlink: (signal) => post(paths.unlink, {}, isAccount, signal),
    balance: (signal) => get(paths.balance, isBalance, signal),
    order: (orderId, signal) => get(paths.order(orderId), isOrderOf(orderId), signal),
    pay: (body, key, signal) => post(paths.payments, body, isPaymentOf({ orderId: body.orderId }), signal, key),
    payment: (paymentId, signal) => get(paths.payment(paymentId), isPaymentOf({ paymentId }), signal),
    refund: (paymentId, body, key, signal) => post(paths.refund(paymentId), body, isPaymentOf({ paymentId }), signal, key),
  };
}

type Guard<T> = (value: unknown) => value is T;

interface Sending {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

function postHeaders(idempotencyKey?: string): Record<string, string> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (idempotencyKey) headers[idempotencyHeader] = idempotencyKey;
  return headers;
}

async function send<T>(options: ClientOptions, path: string, accepts: Guard<T>, sending: Sending, signal?: AbortSignal): Promise<T> {
  const request = { credentials: options.credentials ?? 'same-origin', cache: 'no-store', ...sending } as const;
  const headers = { Accept: 'application/json', ...sending.headers, [contractHeader]: contractVersion };
  const { status, body } = await withTimeout(options.timeoutMs ?? 30_000, signal, async (limited) => {
    const response = await fetch(options.endpoint + path, { ...request, headers, signal: limited });
    return { status: response.status, body: parseJson(await response.text()) };
  });
  if (status >= 200 && status < 300 && accepts(body)) return body;
  throw isProblem(body) ? new AlloError(body.code, body) : new AlloError('INVALID_RESPONSE', { retryable: status >= 500 });
}

/** Not `AbortSignal.timeout`: that keeps what the request refers to alive until the time is up. */
async function withTimeout<T>(timeoutMs: number, signal: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const limit = new AbortController();
  const pass = (): void => limit.abort(signal?.reason);
  const timer = setTimeout(() => limit.abort(new AlloError('TIMEOUT', { retryable: true })), timeoutMs);
  signal?.addEventListener('abort', pass);
  try {
    return await run(limit.signal);
  } catch (cause) {
    throw limit.signal.aborted ? limit.signal.reason : new AlloError('NETWORK_ERROR', { retryable: true, cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', pass);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `satisfies` makes a status that is added to the contract a build error here. */
const accountStatuses = { unlinked: 1, linking: 1, linked: 1, 'relink-required': 1 } satisfies Record<AccountStatus, 1>;

const paymentStatuses = {
  created: 1,
  'requires-action': 1,
  processing: 1,
  paid: 1,
  failed: 1,
  cancelled: 1,
  expired: 1,
  refunding: 1,
  refunded: 1,
  review: 1,
} satisfies Record<PaymentStatus, 1>;

function isProblem(value: unknown): value is Problem {
  return typeof (value as Partial<Problem> | undefined)?.code === 'string';
}

function isAccount(value: unknown): value is Account {
  const account = value as Partial<Account> | undefined;
  return Object.hasOwn(accountStatuses, account?.status ?? '') && (!account?.link || isLinkStarted(account.link));
}

function isLinkStarted(value: unknown): value is LinkStarted {
  return isWebAddress((value as Partial<LinkStarted> | undefined)?.url);
}

function isBalance(value: unknown): value is Balance {
  const balance = value as Partial<Balance> | undefined;
  return Array.isArray(balance?.instruments) && balance.instruments.every((instrument) => isMoney(instrument.available));
}

function isOrderOf(orderId: string): Guard<Order> {
  return (value): value is Order => {
    const order = value as Partial<Order> | undefined;
    return order?.orderId === orderId && isMoney(order.amount) && (!order.payment || isPaymentOf({ orderId })(order.payment));
  };
}

/** A payment, and of what was asked for: an answer about another order or payment must never be shown. */
function isPaymentOf(asked: { orderId: string } | { paymentId: string }): Guard<Payment> {
  return (value): value is Payment => {
    const payment = value as Partial<Payment> | undefined;
    const page = payment?.action?.url;
    const matches = Object.entries(asked).every(([name, id]) => payment?.[name as 'orderId' | 'paymentId'] === id);
    const known = Object.hasOwn(paymentStatuses, payment?.status ?? '');
    return matches && known && isMoney(payment?.amount) && (page === undefined || isWebAddress(page));
  };
}

/** The shopper is sent there: `javascript:` and the like must never pass. */
function isWebAddress(url: unknown): boolean {
  return typeof url === 'string' && /^https?:\/\//i.test(url);
}
