/**
 * Shoppers as a shop has them: they link, click twice, open second tabs, ask again after a broken connection, leave
 * the bank's page, pay anew after a failure, ask for their money back. Each draws from a stream of chance of its own.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Payment } from '../../packages/server/src/index.ts';
import type { Simulator } from '../../packages/server/src/simulator/index.ts';
import { createShopper, phoneOf } from '../server/support/shopper.ts';
import type { Answer, Shopper } from '../server/support/shopper.ts';
import { insist } from './asking.ts';
import type { Evidence, Told } from './evidence.ts';
import { forgeryNames } from './forger.ts';
import type { Forger, Forgery } from './forger.ts';
import type { Habits } from './habits.ts';
import type { Chance } from './random.ts';
import { customerName, labOrder, pointsOf } from './shop.ts';
import type { LabOrder } from './shop.ts';

export interface ShoppersOptions {
  url: string;
  simulator: Simulator;
  forger: Forger;
  habits: Habits;
  chance: Chance;
  customers: number;
  /** Where everything that was heard is written down. */
  evidence: Pick<Evidence, 'told' | 'pointsShown' | 'oddAnswers' | 'forged'>;
}

export interface Shoppers {
  /** Opens the customer's account at the bank and links it; tries until it is linked. */
  link(index: number): Promise<void>;
  /** One shopper's whole way with one order. */
  shop(order: LabOrder): Promise<void>;
  /** What the shopper is told of the order when everything is over. */
  lookBack(order: LabOrder): Promise<void>;
}

/** How long a shopper looks at one payment, in real milliseconds. */
const patienceMs = 8_000;
const finalStatuses: ReadonlySet<string> = new Set(['paid', 'failed', 'cancelled', 'expired', 'refunded', 'review']);
const unpaidStatuses: ReadonlySet<string> = new Set(['failed', 'cancelled', 'expired']);
const mostTries = 3;

/** A payment, or a problem. */
type Hearsay = Answer<Partial<Payment> & { code?: string; retryable?: boolean }>;

export function createShoppers(options: ShoppersOptions): Shoppers {
  const browsers = new Map<string, Shopper>();
  const browserOf = (customerId: string): Shopper => {
    const known = browsers.get(customerId) ?? createShopper(options.url, customerId);
    browsers.set(customerId, known);
    return known;
  };
  return {
    async link(index) {
      const customerId = customerName(index);
      options.simulator.setBalance(toAccount(customerId), 'POINT', pointsOf(customerId));
      await linkAccount(options, browserOf(customerId));
    },
    shop: (order) => createVisit(options, browserOf(order.customerId), order).run(),
    lookBack: (order) => createVisit(options, browserOf(order.customerId), order).lookBack(),
  };
}

/** The account's phone number as the bank writes it. */
const toAccount = (customerId: string): string => phoneOf(customerId).replace(/^0/, '62');

async function linkAccount({ simulator, evidence }: ShoppersOptions, browser: Shopper): Promise<void> {
  for (;;) {
    const { body: account } = (await insist(() => browser.account(), evidence.oddAnswers)) ?? {};
    if (account?.status === 'linked') return;
    if (account?.status === 'linking' && account.link === undefined) {
      await pause(50);
      continue;
    }
    const started = await browser.link().catch(() => undefined);
    if (started?.status !== 201) continue;
    const back = await simulator.approve(started.body.url).catch(() => undefined);
    if (back !== undefined) await browser.comeBack(back).catch(() => undefined);
  }
}

interface Visit {
  run(): Promise<void>;
  lookBack(): Promise<void>;
}

function createVisit(options: ShoppersOptions, browser: Shopper, order: LabOrder): Visit {
  const { simulator, evidence, forger, habits } = options;
  const chance = options.chance.fork(order.orderId);
  const { oddAnswers } = evidence;

  /** Asks about an order, and writes down what was told of its payment. Answers the payment, or the code of a refusal. */
  async function hear(ask: () => Promise<Hearsay>, orderId = order.orderId): Promise<Payment | string | undefined> {
    let asked = now();
    const answer = await insist(() => {
      asked = now();
      return ask();
    }, oddAnswers);
    if (answer === undefined || answer.status >= 400) return answer?.body.code;
    const payment = answer.body as Payment;
    note(payment, orderId, asked);
    return payment;
  }

  /** By our clock and by the bank's. */
  const now = (): { real: number; bank: number } => ({ real: performance.now(), bank: simulator.now() });

  function note({ paymentId, orderId, status, amount }: Payment, askedAbout: string, asked: ReturnType<typeof now>): void {
    const answered = now();
    const told: Told = {
      orderId: askedAbout, customerId: order.customerId, payment: { paymentId, orderId, status, amount: amount.value },
      askedAt: asked.real, answeredAt: answered.real, bankTimeMs: { asked: asked.bank, answered: answered.bank },
    };
    evidence.told.push(told);
  }

  /** All clicks of one try: doubles, and a second tab with a key of its own. */
  async function clickPay(key: string): Promise<Payment | undefined> {
    const keys = [key, ...(chance.happens(habits.doubleClick) ? [key] : []), ...(chance.happens(habits.secondTab) ? [randomUUID()] : [])];
    const answers = await Promise.all(keys.map(async (one, index) => {
      await pause(index * chance.between(0, 40));
      return hear(() => browser.pay(order.orderId, one));
    }));
    if (answers.some((answer) => answer === 'NOT_LINKED' || answer === 'RELINK_REQUIRED')) await linkAccount(options, browser);
    return answers.find((answer) => typeof answer === 'object');
  }

  /** The same key for another order of the customer: to be refused, or (if it was never used) to be that order's own. */
  async function reuseKey(key: string): Promise<void> {
    const other = labOrder(order.index + options.customers * chance.between(100_000, 900_000), options.customers).orderId;
    await hear(() => browser.pay(other, key), other);
  }

  async function actAtBank({ action }: Payment): Promise<void> {
    const deed = chance.weighted({ approve: 75, cancel: 10, leave: 15 });
    if (action === undefined || deed === 'leave') return;
    await pause(chance.between(0, 150));
    const back = await simulator[deed](action.url).catch(() => undefined);
    if (back !== undefined && chance.happens(0.8)) await browser.comeBack(back).catch(() => undefined);
  }

  /** Looks until the payment is final, or patience ends. */
  async function follow(begun: Payment): Promise<Payment> {
    const endsAt = performance.now() + patienceMs;
    let latest = begun;
    let acted = false;
    while (!finalStatuses.has(latest.status) && performance.now() < endsAt) {
      if (latest.action !== undefined && !acted) {
        acted = true;
        await actAtBank(latest);
      }
      for (const forgery of forgeryNames) if (chance.happens(habits.forgery)) await forge(forgery, latest);
      await pause(chance.between(40, 250));
      const answer = await hear(() => browser.payment(begun.paymentId));
      if (typeof answer === 'object') latest = answer;
    }
    return latest;
  }

  async function forge(forgery: Forgery, payment: Payment): Promise<void> {
    const atBank = simulator.payments().find(({ amount }) => amount.value === payment.amount.value);
    if (atBank === undefined) return;
    const forged = await forger.forge(forgery, atBank.partnerReferenceNo, payment.amount.value);
    if (forged !== undefined) evidence.forged.push(forged);
  }

  async function lookAtBalance(): Promise<void> {
    const answer = await browser.balance().catch(() => undefined);
    const points = answer?.status === 200 ? answer.body.instruments.find(({ type }) => type === 'POINT') : undefined;
    if (points !== undefined) evidence.pointsShown.push({ customerId: order.customerId, value: points.available.value });
  }

  async function refund({ paymentId }: Payment): Promise<void> {
    const office = createShopper(options.url, order.customerId);
    office.cookies.set('shop-office', 'yes');
    await Promise.all([hear(() => office.refund(paymentId)), hear(() => office.refund(paymentId))]);
  }

  return {
    async run() {
      for (let attempt = 0; attempt < mostTries; attempt += 1) {
        if (chance.happens(0.1)) await lookAtBalance();
        const key = randomUUID();
        const begun = await clickPay(key);
        const ended = begun && (await follow(begun));
        if (chance.happens(habits.reusedKey)) await reuseKey(key);
        if (ended?.status === 'paid' && chance.happens(0.1)) await refund(ended);
        if (ended !== undefined && !unpaidStatuses.has(ended.status)) return;
        if (ended !== undefined && chance.happens(0.3)) return;
      }
    },
    async lookBack() {
      const asked = now();
      const answer = await insist(() => browser.order(order.orderId), oddAnswers);
      if (answer?.body.payment !== undefined) note(answer.body.payment, order.orderId, asked);
    },
  };
}
