/**
 * The bank's notifications: signed as DOKU signs them, lost, late, doubled, out of order, tried again when they are not
 * taken; and forgeries beside them.
 */
import { createHash, createHmac } from 'node:crypto';
import type { NotificationEntry } from '../../packages/server/src/simulator/index.ts';
import type { Forged } from '../faults/evidence.ts';
import { forgeries, forgeryNames } from '../faults/forger.ts';
import type { Chance } from '../faults/random.ts';
import { toMoney } from '../faults/shop.ts';
import { clientId, secretKey } from '../server/support/credentials.ts';
import { jakartaTime, paymentNotice } from '../server/support/doku.ts';
import type { BankNews } from './bank.ts';
import { signAsRsa } from './instant-crypto.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { shopUrl } from './servers.ts';
import type { NewsFate, Weather } from './weather.ts';

export interface NewsDesk {
  tell(news: BankNews): void;
  entries: NotificationEntry[];
  forged: Forged[];
  /** How many are on their way or will be tried again. */
  waiting(): number;
}

export interface NewsOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  fetch: typeof fetch;
}

interface Message {
  kind: NotificationEntry['kind'];
  body: string;
  /** In place of the right signature. */
  forge?: (claim: { body: string; token: string; timestamp: string }) => string;
}

const minuteMs = 60_000;
const retryAfterMs = [30 * minuteMs, 6 * 60 * minuteMs, 12 * 60 * minuteMs] as const;

const alteredByMinor = 100;

/** A token is good for 15 minutes. */
const tokenKeptMs = 10 * minuteMs;

export function createNewsDesk({ scheduler, chance, weather, fetch }: NewsOptions): NewsDesk {
  const desk: Owner = { name: 'news desk', isAlive: true };
  const entries: NotificationEntry[] = [];
  const forged: Forged[] = [];
  let held: { token: string; at: number } | undefined;
  let waiting = 0;

  const post = async (path: string, body: string, headers: Record<string, string>): Promise<Response> =>
    fetch(shopUrl + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  const fetchToken = async (): Promise<string> => {
    if (held !== undefined && scheduler.now() - held.at < tokenKeptMs) return held.token;
    const at = scheduler.now();
    const timestamp = jakartaTime(at);
    const response = await post('/allo/doku/authorization/v1/access-token/b2b', JSON.stringify({ grantType: 'client_credentials' }), {
      'x-client-key': clientId, 'x-timestamp': timestamp, 'x-signature': signAsRsa(`${clientId}|${timestamp}`).toString('base64'),
    });
    const { accessToken = '' } = (await response.json()) as { accessToken?: string };
    if (accessToken !== '') held = { token: accessToken, at };
    return accessToken;
  };

  const send = async ({ kind, body, forge }: Message): Promise<number | undefined> => {
    try {
      const path = `/allo/doku/notifications/${kind}`;
      const token = await fetchToken();
      const timestamp = jakartaTime(scheduler.now());
      const hash = createHash('sha256').update(body).digest('hex');
      const right = createHmac('sha512', secretKey).update(`POST:${path}:${token}:${hash}:${timestamp}`).digest('base64');
      const response = await post(path, body, {
        authorization: `Bearer ${token}`, 'x-timestamp': timestamp, 'x-signature': forge?.({ body, token, timestamp }) ?? right,
        'x-partner-id': clientId, 'x-external-id': String(entries.length), 'channel-id': 'H2H',
      });
      return response.status;
    } catch {
      return undefined;
    }
  };

  /** Again after half an hour, 6 and 12 hours; what must arrive, until it has. */
  const keepSending = async (entry: NotificationEntry, message: Message, mustArrive: boolean, attempt = 0): Promise<void> => {
    const status = await send(message);
    if (status !== undefined && status < 300) entry.state = 'delivered';
    const pauseMs = retryAfterMs[attempt] ?? (mustArrive ? retryAfterMs[0] : undefined);
    if (entry.state === 'delivered' || pauseMs === undefined) {
      waiting -= 1;
      return;
    }
    scheduler.after(pauseMs, desk, 'tries again', () => void keepSending(entry, message, mustArrive, attempt + 1));
  };

  const dispatch = (delayMs: number, entry: NotificationEntry, message: Message, mustArrive: boolean): void => {
    waiting += 1;
    scheduler.after(delayMs, desk, `tells ${entry.kind} ${entry.status}`, () => void keepSending(entry, message, mustArrive));
  };

  const forge = (news: BankNews): void => {
    if (news.kind !== 'payment') return;
    const forgery = chance.pick(forgeryNames);
    const { reference, minor } = news.payment;
    const body = JSON.stringify(paymentNotice(reference, { status: '00', value: toMoney(minor).value }));
    scheduler.after(chance.between(0, minuteMs), desk, 'somebody forges', () => void send({ kind: 'payment', body, forge: forgeries[forgery] }).then((httpStatus) => {
      if (httpStatus !== undefined) forged.push({ forgery, reference, httpStatus });
    }));
  };

  return {
    entries, forged,
    waiting: () => waiting,
    tell(news) {
      const mustArrive = news.kind === 'payment' && news.mustArrive;
      const drawn = weather.newsFate();
      const fate: NewsFate = mustArrive && drawn === 'missing' ? 'late' : drawn;
      const reference = news.kind === 'payment' ? news.payment.reference : news.customerId;
      const entry: NotificationEntry = {
        number: entries.length + 1, kind: news.kind, reference, status: news.status, externalId: '', state: fate === 'missing' ? 'missing' : 'sending', attempts: [],
      };
      entries.push(entry);
      if (fate === 'missing') return;
      const message: Message = { kind: news.kind, body: JSON.stringify(bodyOf(news, fate === 'altered' ? alteredByMinor : 0)) };
      dispatch(fate === 'late' ? chance.between(1, 20) * minuteMs : chance.between(10, 20_000), entry, message, mustArrive);
      if (fate === 'twice') dispatch(chance.between(10, 5 * minuteMs), { ...entry }, message, false);
      if (fate === 'forged') forge(news);
    },
  };
}

function bodyOf(news: BankNews, tooMuchMinor: number): Record<string, unknown> {
  if (news.kind === 'payment') return paymentNotice(news.payment.reference, { status: news.status, value: toMoney(news.payment.minor + tooMuchMinor).value });
  return { originalExternalId: news.externalId, additionalInfo: { status: news.status, custIdMerchant: news.customerId } };
}
