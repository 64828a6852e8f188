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
  const send = async <T>(path: string, isRight: Check, signal?: AbortSignal, body?: object, key?: string, repeats = !body): Promise<T> => {
    // Not `AbortSignal.timeout`: that keeps what the request refers to alive until the time is up.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    try {
      const response = await fetch(endpoint + path, {
        method: body ? 'POST' : 'GET',
        headers: { [contractHeader]: contractVersion, ...(body && { 'Content-Type': 'application/json' }), ...(key && { [idempotencyHeader]: key }) },
        body: body ? JSON.stringify(body) : null,
        credentials,
        cache: 'no-store',
        signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
      });
      const answer: unknown = await response.json().catch(unlessBroken);
      if (response.ok && isRight(answer)) return answer as T;
      const { code = 'INVALID_RESPONSE', retryable = response.status > 499, requestId } = (answer ?? {}) as Partial<Problem>;
      throw new AlloError(code, { retryable, requestId });
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof AlloError) throw cause;
      if (limit.signal.aborted) throw new AlloError('TIMEOUT', { retryable: true, cause });
      // Reading twice is harmless, and on a phone the first try after a change of network is often lost.
      if (repeats) return await send(path, isRight, signal, body, key, false);
      throw new AlloError('NETWORK_ERROR', { retryable: true, cause });
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    account: (signal) => send(paths.account, isAccount, signal),
    link: (body, signal) => send(paths.link, isLink, signal, body),
    unlink: (signal) => send(paths.unlink, isAccount, signal, {}),
    balance: (signal) => send(paths.balance, isBalance, signal),
    order: (orderId, signal) => send(paths.order(orderId), has({ orderId: is(orderId), amount: isMoney, payment: ifAny(isPayment({ orderId: is(orderId) })) }), signal),
    pay: (body, key, signal) => send(paths.payments, isPayment({ orderId: is(body.orderId) }), signal, body, key),
    payment: (paymentId, signal) => send(paths.payment(paymentId), isPayment({ paymentId: is(paymentId) }), signal),
    refund: (paymentId, body, key, signal) => send(paths.refund(paymentId), isPayment({ paymentId: is(paymentId) }), signal, body, key),
  };
}

/** What is not JSON is no answer of the contract; an answer that broke off is a failure of the network. */
function unlessBroken(cause: unknown): void {
  if (!(cause instanceof SyntaxError)) throw cause;
}

type Check = (value: unknown) => boolean;

/** An object whose fields are right. */
function has(checks: Readonly<Record<string, Check>>): Check {
  return (value) => value instanceof Object && Object.entries(checks).every(([name, isRight]) => isRight((value as Record<string, unknown>)[name]));
}

function ifAny(isRight: Check): Check {
  return (value) => !value || isRight(value);
}

function is(wanted: unknown): Check {
  return (value) => value === wanted;
}

function oneOf(names: object): Check {
  return (value) => Object.hasOwn(names, String(value));
}

/** The shopper is sent there: `javascript:` and the like must never pass. */
const isLink = has({ url: (url) => /^https?:\/\//i.test(String(url)) });

/** `satisfies` makes a status that is added to the contract a build error here. */
const isAccount = has({ status: oneOf({ unlinked: 1, linking: 1, linked: 1, 'relink-required': 1 } satisfies Record<AccountStatus, 1>), link: ifAny(isLink) });

const isBalance = has({ instruments: (all) => Array.isArray(all) && all.every(has({ available: isMoney })) });

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

/** A payment, and of what was asked for: an answer about another order or payment must never be shown. */
function isPayment(asked: Readonly<Record<string, Check>>): Check {
  return has({ ...asked, status: oneOf(paymentStatuses), amount: isMoney, action: ifAny(isLink) });
}
