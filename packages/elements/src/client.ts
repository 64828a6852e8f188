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
export function createClient({ endpoint, credentials = 'same-origin', timeoutMs = 30_000 }: ClientOptions): AlloClient {
  const send = async <T>(path: string, accepts: Guard<T>, signal?: AbortSignal, body?: object, key?: string): Promise<T> => {
    const request = { method: body ? 'POST' : 'GET', headers: headersFor(body, key), body: body ? JSON.stringify(body) : null };
    const [status, answer] = await limited(timeoutMs, signal, async (until) => {
      const response = await fetch(endpoint + path, { ...request, credentials, cache: 'no-store', signal: until });
      const answer: unknown = await response.json().catch(unlessBroken);
      return [response.status, answer] as const;
    });
    if (status >= 200 && status < 300 && accepts(answer)) return answer;
    throw isProblem(answer) ? new AlloError(answer.code, answer) : new AlloError('INVALID_RESPONSE', { retryable: status >= 500 });
  };
  // Reading twice is harmless, and on a phone the first try after a change of network is often lost.
  const get = <T>(path: string, accepts: Guard<T>, signal?: AbortSignal): Promise<T> =>
    send(path, accepts, signal).catch((error: unknown) => {
      if ((error as AlloError).code !== 'NETWORK_ERROR') throw error;
      return send(path, accepts, signal);
    });
  return {
    account: (signal) => get(paths.account, isAccount, signal),
    link: (body, signal) => send(paths.link, isLinkStarted, signal, body),
    unlink: (signal) => send(paths.unlink, isAccount, signal, {}),
    balance: (signal) => get(paths.balance, isBalance, signal),
    order: (orderId, signal) => get(paths.order(orderId), isOrderOf(orderId), signal),
    pay: (body, key, signal) => send(paths.payments, isPaymentOf('orderId', body.orderId), signal, body, key),
    payment: (paymentId, signal) => get(paths.payment(paymentId), isPaymentOf('paymentId', paymentId), signal),
    refund: (paymentId, body, key, signal) => send(paths.refund(paymentId), isPaymentOf('paymentId', paymentId), signal, body, key),
  };
}

type Guard<T> = (value: unknown) => value is T;

function headersFor(body?: object, key?: string): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json', [contractHeader]: contractVersion };
  if (body) headers['Content-Type'] = 'application/json';
  if (key) headers[idempotencyHeader] = key;
  return headers;
}

/** Not `AbortSignal.timeout`: that keeps what the request refers to alive until the time is up. */
async function limited<T>(timeoutMs: number, signal: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await run(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AlloError(limit.signal.aborted ? 'TIMEOUT' : 'NETWORK_ERROR', { retryable: true, cause });
  } finally {
    clearTimeout(timer);
  }
}

/** What is not JSON is no answer of the contract; an answer that broke off is a failure of the network. */
function unlessBroken(cause: unknown): undefined {
  if (!(cause instanceof SyntaxError)) throw cause;
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

/** The shopper is sent there: `javascript:` and the like must never pass. */
function isLinkStarted(value: unknown): value is LinkStarted {
  return /^https?:\/\//i.test(String((value as Partial<LinkStarted> | undefined)?.url));
}

function isBalance(value: unknown): value is Balance {
  const balance = value as Partial<Balance> | undefined;
  return Array.isArray(balance?.instruments) && balance.instruments.every(({ available }) => isMoney(available));
}

function isOrderOf(orderId: string): Guard<Order> {
  return (value): value is Order => {
    const order = value as Partial<Order> | undefined;
    return order?.orderId === orderId && isMoney(order.amount) && (!order.payment || isPaymentOf('orderId', orderId)(order.payment));
  };
}

/** A payment, and of what was asked for: an answer about another order or payment must never be shown. */
function isPaymentOf(name: 'orderId' | 'paymentId', id: string): Guard<Payment> {
  return (value): value is Payment => {
    const payment = value as Partial<Payment> | undefined;
    const known = Object.hasOwn(paymentStatuses, payment?.status ?? '');
    return payment?.[name] === id && known && isMoney(payment.amount) && (!payment.action || isLinkStarted(payment.action));
  };
}
