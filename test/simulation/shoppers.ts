/**
 * Shoppers as a shop has them: two tabs, double clicks, reloads, second thoughts. They leave and come back, unlink while
 * something is open, pay anew after a failure, and ask for their money back.
 */
import type { Payment } from '../../packages/server/src/index.ts';
import { askAgain, noteOdd } from '../faults/asking.ts';
import type { AnyAnswer } from '../faults/asking.ts';
import type { Evidence } from '../faults/evidence.ts';
import type { Chance } from '../faults/random.ts';
import { customerName, labOrder } from '../faults/shop.ts';
import type { LabOrder } from '../faults/shop.ts';
import { createShopper } from '../server/support/shopper.ts';
import type { Answer, Shopper } from '../server/support/shopper.ts';
import type { Bank } from './bank.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { shopUrl } from './servers.ts';
import type { Weather } from './weather.ts';

export interface ShoppersOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  bank: Bank;
  customers: number;
  orders: number;
  evidence: Pick<Evidence, 'told' | 'pointsShown' | 'oddAnswers'>;
}

type Hearsay = Answer<Partial<Payment> & { code?: string; retryable?: boolean }>;

const secondMs = 1_000;
const mostAsks = 6;
const mostTries = 3;
const mostLooks = 7;
const finalStatuses: ReadonlySet<string> = new Set(['paid', 'failed', 'cancelled', 'expired', 'refunded', 'review']);
const unpaidStatuses: ReadonlySet<string> = new Set(['failed', 'cancelled', 'expired']);

/** Sends every customer shopping; answers how many are still at it. */
export function sendShopping(options: ShoppersOptions): () => number {
  const { scheduler, chance, customers } = options;
  let shopping = customers;
  for (let index = 0; index < customers; index += 1) {
    const owner: Owner = { name: customerName(index), isAlive: true };
    const visit = createVisit({ ...options, chance: chance.fork(owner.name) }, index);
    scheduler.after(chance.between(0, 30) * secondMs, owner, 'comes', () => void visit().finally(() => { shopping -= 1; }));
  }
  return () => shopping;
}

/** Within which a shopper looks again how a payment stands. */
const looksAgainMs = 70 * secondMs;

function createVisit({ scheduler, chance, weather, bank, customers, orders, evidence }: ShoppersOptions, customer: number): () => Promise<void> {
  const customerId = customerName(customer);
  const browser = createShopper(shopUrl, customerId);
  const wary = chance.fork('wary');
  const pause = (least: number, most: number): Promise<void> => scheduler.sleep(chance.between(least, most));
  const newKey = (): string => crypto.randomUUID();

  /** Asks again what was not answered; undefined if patience ends. */
  async function insist<Given extends AnyAnswer>(ask: () => Promise<Given>): Promise<Given | undefined> {
    const answer = await askAgain(ask, mostAsks, () => pause(secondMs, 8 * secondMs));
    return answer && noteOdd(answer, evidence.oddAnswers);
  }

  async function hear(ask: () => Promise<Hearsay>, orderId: string): Promise<Payment | string | undefined> {
    let askedAt = 0;
    const answer = await insist(() => {
      askedAt = scheduler.now();
      return ask();
    });
    if (answer === undefined || answer.status >= 400) return answer?.body.code;
    const payment = answer.body as Payment;
    note(payment, orderId, askedAt);
    return payment;
  }

  function note({ paymentId, orderId, status, amount }: Payment, askedAbout: string, askedAt: number): void {
    evidence.told.push({
      orderId: askedAbout, customerId, payment: { paymentId, orderId, status, amount: amount.value }, askedAt, answeredAt: scheduler.now(),
      bankTimeMs: { asked: askedAt, answered: scheduler.now() },
    });
    scheduler.note(`is told ${status}`);
  }

  async function follow(url: string | undefined, by: Shopper): Promise<void> {
    if (url !== undefined) await by.comeBack(url).catch(() => undefined);
  }

  async function link(): Promise<void> {
    for (let attempt = 0; attempt < mostTries; attempt += 1) {
      const { body: account } = (await insist(() => browser.account())) ?? {};
      if (account?.status === 'linked') return;
      const url = account?.link?.url ?? (await browser.link().catch(() => undefined))?.body.url;
      await pause(secondMs, 20 * secondMs);
      if (chance.happens(0.1)) await linkOnPhone();
      // Who goes back and says that it failed can go on with the page all the same.
      if (url !== undefined && chance.happens(0.1)) await follow(bank.failedUrl(url), browser);
      if (chance.happens(0.1)) await pause(secondMs, 300 * secondMs);
      const back = url === undefined ? undefined : bank.act(url, chance.happens(0.05) ? 'cancel' : 'approve');
      // Some never come back, and somebody else's browser must not.
      if (!chance.happens(0.15)) await follow(back, chance.happens(0.03 * weather.severity) ? createShopper(shopUrl, 'customer-9999') : browser);
      await pause(secondMs, 15 * secondMs);
    }
  }

  /** The same customer on another device: that attempt takes the place of the first, whose page is open still. */
  async function linkOnPhone(): Promise<void> {
    const phone = createShopper(shopUrl, customerId);
    const url = (await phone.link().catch(() => undefined))?.body.url;
    await pause(secondMs, 10 * secondMs);
    if (url !== undefined && chance.happens(0.5)) await follow(bank.act(url, 'approve'), phone);
  }

  /** Doubles of a click, and a second tab with a key of its own. */
  async function clickPay({ orderId }: LabOrder, key: string): Promise<Payment | undefined> {
    const keys = [key, ...(chance.happens(0.3) ? [key] : []), ...(chance.happens(0.3) ? [newKey()] : [])];
    const answers = await Promise.all(keys.map(async (one, index) => {
      await pause(0, 600 * index);
      return hear(() => browser.pay(orderId, one), orderId);
    }));
    if (answers.some((answer) => answer === 'NOT_LINKED' || answer === 'RELINK_REQUIRED')) await link();
    return answers.find((answer) => typeof answer === 'object');
  }

  /** What the bank's app shows: money that went for this order already. */
  const isDebited = ({ amount }: Payment): boolean => bank.journal.some((entry) => entry.kind === 'debit' && entry.amount === Number(amount.value) * 100);

  /** Answers within which time the shopper looks at the shop again. */
  async function actAtBank(payment: Payment): Promise<number> {
    const { action } = payment;
    const deed = chance.weighted({ approve: 75, cancel: 10, leave: 15 });
    if (action === undefined || deed === 'leave') return looksAgainMs;
    await pause(secondMs, 60 * secondMs);
    const isAlarmed = isDebited(payment) && wary.happens(0.7);
    const back = bank.act(action.url, isAlarmed ? 'cancel' : deed);
    if (chance.happens(0.8)) await follow(back, browser);
    return isAlarmed ? 5 * secondMs : looksAgainMs;
  }

  /** Looks until the payment is final, or patience ends; a reload asks with the same key. */
  async function watch({ orderId }: LabOrder, key: string, begun: Payment): Promise<Payment> {
    let latest = begun;
    let hasActed = false;
    let withinMs = looksAgainMs;
    for (let looks = 0; looks < mostLooks && !finalStatuses.has(latest.status); looks += 1) {
      if (latest.action !== undefined && !hasActed) {
        hasActed = true;
        withinMs = await actAtBank(latest);
      }
      await pause(secondMs, withinMs);
      const answer = await hear(() => (chance.happens(0.2) ? browser.pay(orderId, key) : browser.payment(begun.paymentId)), orderId);
      if (typeof answer === 'object') latest = answer;
    }
    return latest;
  }

  async function lookAtBalance(): Promise<void> {
    const answer = await browser.balance().catch(() => undefined);
    const points = answer?.status === 200 ? answer.body.instruments.find(({ type }) => type === 'POINT') : undefined;
    if (points !== undefined) evidence.pointsShown.push({ customerId, value: points.available.value });
  }

  async function refund({ orderId }: LabOrder, { paymentId }: Payment): Promise<void> {
    const office = createShopper(shopUrl, customerId);
    office.cookies.set('shop-office', 'yes');
    await Promise.all([hear(() => office.refund(paymentId), orderId), pause(0, 3 * secondMs).then(() => hear(() => office.refund(paymentId), orderId))]);
  }

  /** What has nothing to do with the order, and may happen in the middle of it. */
  async function secondThoughts(): Promise<void> {
    if (chance.happens(0.15)) await lookAtBalance();
    if (chance.happens(0.08)) await insist(() => browser.unlink());
    if (chance.happens(0.15 * weather.severity)) bank.forget(customerId, chance.pick(['tokens', 'tokens', 'link']));
  }

  async function shop(order: LabOrder): Promise<void> {
    for (let attempt = 0; attempt < mostTries; attempt += 1) {
      const key = newKey();
      const begun = await clickPay(order, key);
      await secondThoughts();
      const ended = begun && (await watch(order, key, begun));
      if (chance.happens(0.15)) await reuseKey(order, key);
      if (ended?.status === 'paid' && chance.happens(0.25)) await refund(order, ended);
      if (ended !== undefined && (!unpaidStatuses.has(ended.status) || chance.happens(0.2))) return;
    }
  }

  /** The same key for another order: to be refused, or (if it was never used) to be that order's own. */
  async function reuseKey({ index }: LabOrder, key: string): Promise<void> {
    const { orderId } = labOrder(index + customers * chance.between(100_000, 900_000), customers);
    await hear(() => browser.pay(orderId, key), orderId);
  }

  return async () => {
    await link();
    const own = Array.from({ length: orders }, (_, index) => labOrder(index, customers)).filter((order) => order.customerId === customerId);
    for (const order of own) await shop(order);
    if (chance.happens(0.5)) await lookAtBalance();
  };
}
