/**
 * Notifications from DOKU to the merchant: token first, signed over the merchant's own path, tried again
 * after 30 minutes, 6 and 12 hours of simulated time (dossier section 5). A 2xx is a delivery.
 *
 * @module
 */
import type { NotificationFault } from './faults.ts';
import type { Binding, Payment } from './records.ts';
import type { World } from './world.ts';
import { isObject } from './fields.ts';
import { answerTimeoutMs, createMerchantToken } from './merchant-token.ts';
import { bindingNotificationBody, paymentNotificationBody, transactionStatuses } from './notification-bodies.ts';
import { newExternalId } from './numbers.ts';
import { signRequest } from './signature.ts';
import { formatTimestamp } from './timestamp.ts';

/** Simulated milliseconds after the first attempt at which an undelivered notification is tried again. */
export const retryOffsetsMs = [30 * 60_000, 6 * 3_600_000, 12 * 3_600_000] as const;

export interface NotificationAttempt {
  at: string;
  httpStatus?: number;
  responseCode?: string;
  /** Why there was no HTTP answer. */
  error?: string;
}

export interface NotificationEntry {
  number: number;
  kind: 'payment' | 'binding';
  /** partnerReferenceNo or custIdMerchant. */
  reference: string;
  /** latestTransactionStatus, or `SUCCESS` / `FAILED` of a binding. */
  status: string;
  externalId: string;
  /** `waiting` for a late send or a retry; `missing` was never sent, by a fault. */
  state: 'sending' | 'waiting' | 'delivered' | 'given-up' | 'missing';
  attempts: NotificationAttempt[];
  nextAttemptAt?: string;
  /** The effect of the fault that hit it. */
  fault?: NotificationFault['effect'];
}

/** What is sent, apart from what changes with each attempt. */
interface Message {
  entry: NotificationEntry;
  url: string;
  body: string;
  headers: Record<string, string>;
  firstAtMs: number;
}

export interface Notifier {
  /** Resolves when the first attempt is over (or put off); never rejects. */
  payment(payment: Payment): Promise<void>;
  binding(binding: Binding): Promise<void>;
  /** Oldest first. */
  entries(): NotificationEntry[];
  /** Sends the notification with this number again, as the dashboard's "resend" does. */
  resend(number: number): Promise<void>;
}

export function createNotifier(world: World): Notifier {
  const messages: Message[] = [];
  const merchantToken = createMerchantToken(world);

  function compose(kind: NotificationEntry['kind'], reference: string, status: string, rest: Omit<Message, 'entry' | 'firstAtMs'>): Message {
    const firstAtMs = world.clock.now();
    const number = messages.length + 1;
    const entry: NotificationEntry = { number, kind, reference, status, externalId: newExternalId(firstAtMs), state: 'sending', attempts: [] };
    const message = { ...rest, entry, firstAtMs };
    messages.push(message);
    return message;
  }

  function composePayment(payment: Payment, url: string, fault?: NotificationFault): Message {
    const body = JSON.stringify(paymentNotificationBody(payment, fault?.effect === 'altered-amount' ? 100 : 0));
    const customerToken = world.customerTokens.get(payment.id);
    const headers = { 'CHANNEL-ID': 'H2H', ...(customerToken && { 'Authorization-Customer': `Bearer ${customerToken}` }) };
    return compose('payment', payment.partnerReferenceNo, transactionStatuses[payment.state], { url, body, headers });
  }

  function composeBinding(binding: Binding, url: string): Message {
    const status = binding.state === 'ACTIVE' ? 'SUCCESS' : 'FAILED';
    const body = JSON.stringify(bindingNotificationBody(binding));
    return compose('binding', binding.custIdMerchant, status, { url, body, headers: {} });
  }

  async function dispatch(create: () => Message, fault?: NotificationFault): Promise<void> {
    const message = create();
    if (fault) message.entry.fault = fault.effect;
    if (fault?.effect === 'missing') message.entry.state = 'missing';
    else if (fault?.effect === 'late') postpone(message, world.clock.now() + (fault.delayMs ?? 60_000));
    else await attempt(message);
    if (fault?.effect === 'duplicate') await attempt(create());
  }

  function postpone(message: Message, atMs: number): void {
    message.entry.state = 'waiting';
    message.entry.nextAttemptAt = formatTimestamp(atMs);
    world.clock.schedule(atMs, () => {
      const work = attempt(message);
      world.background.track(work);
      return work;
    });
  }

  async function attempt(message: Message): Promise<void> {
    const { entry } = message;
    if (world.background.signal.aborted) return;
    entry.state = 'sending';
    delete entry.nextAttemptAt;
    const outcome = await send(world, message, merchantToken).catch((error: unknown) => ({ error: reasonOf(error) }));
    entry.attempts.push({ at: formatTimestamp(world.clock.now()), ...outcome });
    settle(message, outcome);
  }

  function settle(message: Message, outcome: Omit<NotificationAttempt, 'at'>): void {
    const { entry } = message;
    const { httpStatus = 0 } = outcome;
    const offsetMs = retryOffsetsMs[entry.attempts.length - 1];
    world.log(`notification ${entry.kind} ${entry.reference} ${entry.status}: ${httpStatus || (outcome.error ?? 'no answer')}`);
    if (httpStatus >= 200 && httpStatus < 300) entry.state = 'delivered';
    else if (offsetMs === undefined) entry.state = 'given-up';
    else postpone(message, message.firstAtMs + offsetMs);
    if (entry.state === 'waiting' && world.switches.retryWithNewExternalId) entry.externalId = newExternalId(world.clock.now());
  }

  return {
    async payment(payment) {
      const url = world.merchant.paymentNotificationUrl;
      if (!url) return;
      const fault = world.faults.takeForNotification('payment');
      await dispatch(() => composePayment(payment, url, fault), fault);
    },
    async binding(binding) {
      const url = world.merchant.bindingNotificationUrl;
      if (!url || !world.switches.bindingNotification) return;
      await dispatch(() => composeBinding(binding, url), world.faults.takeForNotification('binding'));
    },
    entries: () => messages.map(({ entry }) => structuredClone(entry)),
    async resend(number) {
      const message = messages.find(({ entry }) => entry.number === number);
      if (!message) throw new RangeError(`there is no notification ${number}`);
      await attempt(message);
    },
  };
}

async function send(world: World, message: Message, merchantToken: ReturnType<typeof createMerchantToken>): Promise<Omit<NotificationAttempt, 'at'>> {
  const first = await post(world, message, await merchantToken.get());
  if (first.httpStatus !== 401) return first;
  // the merchant may have lost its tokens: once more with a fresh one
  merchantToken.forget();
  return post(world, message, await merchantToken.get());
}

async function post(world: World, { url, body, headers, entry }: Message, token: string) {
  const timestamp = formatTimestamp(world.clock.wireNow());
  const { pathname, search } = new URL(url);
  const secretKey = entry.fault === 'wrong-signature' ? `${world.merchant.secretKey}-wrong` : world.merchant.secretKey;
  const parts = { method: 'POST', target: pathname + search, accessToken: token, body, timestamp };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signRequest(secretKey, parts),
      'X-PARTNER-ID': world.merchant.clientId,
      'X-EXTERNAL-ID': entry.externalId,
      Authorization: `Bearer ${token}`,
      ...headers,
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.any([world.background.signal, AbortSignal.timeout(answerTimeoutMs)]),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  const responseCode = isObject(answer) ? answer['responseCode'] : undefined;
  return { httpStatus: response.status, ...(typeof responseCode === 'string' && { responseCode }) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
