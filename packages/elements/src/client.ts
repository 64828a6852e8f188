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
  RefundTransferred,
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
  /** A refund that the bank could not do was transferred by hand. Repeatable: said again it changes nothing. */
  refundTransferred(paymentId: string, body: RefundTransferred, signal?: AbortSignal): Promise<Payment>;
}

/** A client of one backend. No state besides its options. */
export function createClient(options: ClientOptions): AlloClient {
  const send = createSend(options);
  return {
    account: (signal) => readAccount(send, signal),
    link: (body, signal) => startLink(send, body, signal),
    unlink: (signal) => unlink(send, signal),
    balance: (signal) => readBalance(send, signal),
    order: (orderId, signal) => readOrder(send, orderId, signal),
    pay: (body, key, signal) => pay(send, body, key, signal),
    payment: (paymentId, signal) => readPayment(send, paymentId, signal),
    refund: (paymentId, body, key, signal) => refund(send, paymentId, body, key, signal),
    refundTransferred: (paymentId, body, signal) => refundTransferred(send, paymentId, body, signal),
  };
}

/** One request to one backend: a `GET`, or with a body a `POST`. */
export type Send = <T>(path: string, isRight: Check, signal?: AbortSignal, body?: object, key?: string) => Promise<T>;

/** The requests are functions of this, not methods: an element alone then carries only those that it makes. */
export function createSend({ endpoint, credentials = 'same-origin', timeoutMs = 30_000 }: ClientOptions): Send {
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
        signal: AbortSignal.any([signal ?? limit.signal, limit.signal]),
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
  return send;
}

export function readAccount(send: Send, signal?: AbortSignal): Promise<Account> {
  return send(paths.account, isAccount, signal);
}

export function startLink(send: Send, body: LinkRequest, signal?: AbortSignal): Promise<LinkStarted> {
  return send(paths.link, isLink, signal, body);
}

export function unlink(send: Send, signal?: AbortSignal): Promise<Account> {
  return send(paths.unlink, isAccount, signal, {});
}

export function readBalance(send: Send, signal?: AbortSignal): Promise<Balance> {
  return send(paths.balance, isBalance, signal);
}

export function readOrder(send: Send, orderId: string, signal?: AbortSignal): Promise<Order> {
  return send(paths.order(orderId), has({ orderId, amount: isMoney, payment: ifAny(isPayment({ orderId })) }), signal);
}

export function pay(send: Send, body: PaymentRequest, idempotencyKey: string, signal?: AbortSignal): Promise<Payment> {
  return send(paths.payments, isPayment({ orderId: body.orderId }), signal, body, idempotencyKey);
}

export function readPayment(send: Send, paymentId: string, signal?: AbortSignal): Promise<Payment> {
  return send(paths.payment(paymentId), isPayment({ paymentId }), signal);
}

export function refund(send: Send, paymentId: string, body: RefundRequest, idempotencyKey: string, signal?: AbortSignal): Promise<Payment> {
  return send(paths.refund(paymentId), isPayment({ paymentId }), signal, body, idempotencyKey);
}

export function refundTransferred(send: Send, paymentId: string, body: RefundTransferred, signal?: AbortSignal): Promise<Payment> {
  return send(paths.refundTransferred(paymentId), isPayment({ paymentId }), signal, body);
}

/** What is not JSON is no answer of the contract; an answer that broke off is a failure of the network. */
function unlessBroken(cause: unknown): void {
  if (!(cause instanceof SyntaxError)) throw cause;
}

type Check = (value: unknown) => boolean;

/** An object whose fields are right: as a check says, or just this value. */
function has(wanted: Readonly<Record<string, Check | string>>): Check {
  return (value) => value instanceof Object && Object.entries(wanted).every(([name, right]) => {
    const given = (value as Record<string, unknown>)[name];
    return right instanceof Function ? right(given) : right === given;
  });
}

function ifAny(isRight: Check): Check {
  return (value) => !value || isRight(value);
}

function oneOf(names: object): Check {
  return (value) => Object.hasOwn(names, String(value));
}

/** The shopper is sent there: `javascript:` and the like must never pass. */
const isLink = /* @__PURE__ */ has({ url: (url) => /^https?:\/\//i.test(String(url)) });

/** `satisfies` makes a status that is added to the contract a build error here. */
const isAccount = /* @__PURE__ */ has({ status: /* @__PURE__ */ oneOf({ unlinked: 1, linking: 1, linked: 1, 'relink-required': 1 } satisfies Record<AccountStatus, 1>), link: /* @__PURE__ */ ifAny(isLink) });

const isBalance = /* @__PURE__ */ has({ instruments: (all) => Array.isArray(all) && all.every(has({ available: isMoney })) });

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
function isPayment(asked: Readonly<Record<string, string>>): Check {
  return has({ ...asked, status: oneOf(paymentStatuses), amount: isMoney, action: ifAny(isLink) });
}
