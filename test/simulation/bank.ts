/**
 * The bank: a DOKU in memory with a journal as ground truth. It checks no signature (the product's simulator does), but
 * knows whose token a request carries, and takes money for every reference it has not seen: keeping an order from being
 * charged twice is the product's task alone.
 */
import type { JournalEntry } from '../../packages/server/src/simulator/index.ts';
import type { Chance } from '../faults/random.ts';
import { pointsOf, toMoney } from '../faults/shop.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

export const bankUrl = 'http://127.0.0.1:9';

export interface BankReply {
  responseCode: string;
  members: object;
}

export interface BankRequest {
  body: RequestBody;
  customerToken: string;
  externalId: string;
}

type RequestBody = Readonly<Record<string, unknown>> & {
  amount?: { value: string };
  refundAmount?: { value: string };
  additionalInfo?: Readonly<Record<string, string>>;
};

interface Binding {
  customerId: string;
  authCode: string;
  externalId: string;
  /** `agreed`: the shopper has, and the bank takes its time over it. */
  state: 'pending' | 'agreed' | 'active' | 'ended';
  page: Page;
}

interface Page {
  url: string;
  successUrl: string;
  failedUrl: string;
  closesAt: number;
}

export interface BankPayment {
  reference: string;
  externalId: string;
  customerId: string;
  minor: number;
  status: '00' | '01' | '04' | '05' | '06';
  /** Until then the status inquiry knows nothing of it. */
  visibleFrom: number;
  page?: Page;
  refunds: Map<string, '00' | '03' | '06'>;
  /** Somebody of the shop has transferred it, which the bank does not know. */
  isTransferred: boolean;
}

export type BankNews =
  | { kind: 'payment'; payment: BankPayment; status: string; mustArrive: boolean }
  | { kind: 'binding'; customerId: string; externalId: string; status: 'SUCCESS' | 'FAILED' };

export interface Bank {
  readonly owner: Owner;
  journal: JournalEntry[];
  payments: ReadonlyMap<string, BankPayment>;
  /** Orders of which the bank said "not paid" and took the money after all. */
  changedItsMind: Set<string>;
  /** References of what was given back though we had not asked for it: in DOKU's dashboard, say. */
  givenBackElsewhere: Set<string>;
  /** References of what it denied to whoever asked, after it had taken the money. */
  denied: Set<string>;
  /** Requests that carried one customer's token for what is another's. */
  crossings: string[];
  /** X-EXTERNAL-ID of each link that stands. */
  standingLinks(): string[];
  /** Executes one request. */
  answer(operation: string, request: BankRequest): BankReply;
  /** The shopper agrees, or cancels, on the page; answers the way back, or undefined if the page is closed. */
  act(pageUrl: string, deed: 'approve' | 'cancel'): string | undefined;
  /** The way back after a failure, which a shopper can take without one. */
  failedUrl(pageUrl: string): string | undefined;
  hasGivenBack(reference: string): boolean;
  /** It has not decided on a refund yet. */
  isGivingBack(reference: string): boolean;
  /** Somebody of the shop transfers the money from another account. */
  transferByHand(reference: string): void;
  /** Forgets all tokens of a customer; or the link itself, as if it was ended in the bank's own app. */
  forget(customerId: string, what: 'tokens' | 'link'): void;
}

export interface BankOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  onNews(news: BankNews): void;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const pageOpenMs = 5 * minuteMs;

/** How long the bank may think over what a shopper agreed to. */
const mostThoughtMs = 40 * secondMs;

/** How late the status inquiry knows of a payment. Together with the latest execution, less than our own window. */
const mostLagMs = 4 * minuteMs;

export function createBank({ scheduler, chance, weather, onNews }: BankOptions): Bank {
  const owner: Owner = { name: 'bank', isAlive: true };
  const bindings = new Map<string, Binding>();
  const tokens = new Map<string, { binding: Binding; endsAt: number }>();
  const payments = new Map<string, BankPayment>();
  const pages = new Map<string, { binding: Binding } | { payment: BankPayment }>();
  const replies = new Map<string, BankReply>();
  const journal: JournalEntry[] = [];
  const changedItsMind = new Set<string>();
  const givenBackElsewhere = new Set<string>();
  const denied = new Set<string>();
  const crossings: string[] = [];
  const elsewhere = chance.fork('elsewhere');
  const agreeing = chance.fork('agreeing');
  /** Which of a link's tokens are honoured DOKU does not say: some seeds have the latest one alone. */
  const honoursLatestAlone = chance.happens(0.5);
  /** Some seeds have one that often takes what it called unpaid, and mostly while the shopper is paying anew. */
  const isSlow = chance.fork('slow').happens(0.2);
  let number = 0;

  const troubled = (share: number): boolean => chance.happens(share * weather.severity);
  const later = (delayMs: number, label: string, run: () => void): void => void scheduler.after(delayMs, owner, label, run);

  const move = (kind: JournalEntry['kind'], { reference, minor, customerId }: BankPayment, partnerRefundNo?: string): void => {
    scheduler.note(`${kind} ${reference} ${minor}`);
    journal.push({
      kind, at: new Date(scheduler.now()).toISOString(), partnerReferenceNo: reference, ...(partnerRefundNo !== undefined && { partnerRefundNo }),
      amount: minor, value: toMoney(minor).value, currency: 'IDR', custIdMerchant: customerId, accountId: customerId,
    });
  };

  const settle = (payment: BankPayment, status: BankPayment['status'], mustArrive = false): void => {
    if (status === '00') move('debit', payment);
    if (status === '00' && troubled(0.06)) later(chance.between(1, 3_600) * secondMs, 'gives back by itself', () => giveBackByItself(payment));
    else if (status === '00' && elsewhere.happens(0.2 * weather.severity)) later(elsewhere.between(1, 300) * secondMs, 'begins to give back by itself', () => giveBackSlowly(payment));
    payment.status = status;
    // Genuinely signed, and wrong; asked, the bank says what is true.
    const contradicts = status === '00' && troubled(0.05);
    if (contradicts) changedItsMind.add(payment.reference);
    onNews({ kind: 'payment', payment, status, mustArrive: mustArrive || contradicts });
    if (contradicts) onNews({ kind: 'payment', payment, status: '06', mustArrive: false });
  };

  const decide = ({ status }: BankPayment, settleIt: () => void): void => {
    if (status === '01') settleIt();
  };

  const end = (payment: BankPayment, status: '05' | '06'): void => {
    settle(payment, status);
    if (!troubled(isSlow ? 1 : 0.15)) return;
    const delayMs = chance.between(10, 900) * secondMs;
    later(isSlow ? Math.ceil(delayMs / 10) : delayMs, 'takes the money after all', () => {
      changedItsMind.add(payment.reference);
      settle(payment, '00', true);
    });
  };

  const openPage = (of: { binding: Binding } | { payment: BankPayment }, info: BankRequest['body']['additionalInfo'] = {}): Page => {
    const url = `${bankUrl}/page/${(number += 1)}`;
    pages.set(url, of);
    return {
      url, closesAt: scheduler.now() + pageOpenMs, successUrl: info['successPaymentUrl'] ?? info['successRegistrationUrl'] ?? '',
      failedUrl: info['failedPaymentUrl'] ?? info['failedRegistrationUrl'] ?? '',
    };
  };

  const bindingOf = (token: string): Binding | undefined => {
    const held = tokens.get(token);
    return held?.binding.state === 'active' && held.endsAt > scheduler.now() ? held.binding : undefined;
  };

  const bind = ({ body: { additionalInfo }, externalId }: BankRequest): BankReply => {
    const customerId = additionalInfo?.['custIdMerchant'] ?? '';
    const authCode = `code-${(number += 1)}-${customerId}`;
    const binding: Binding = { customerId, authCode, externalId, state: 'pending', page: { url: '', successUrl: '', failedUrl: '', closesAt: 0 } };
    binding.page = openPage({ binding }, additionalInfo);
    bindings.set(authCode, binding);
    return { responseCode: '2000700', members: { referenceNo: `b${number}`, redirectUrl: binding.page.url, additionalInfo: { custIdMerchant: customerId, accountStatus: 'PENDING', authCode } } };
  };

  const exchange = ({ body }: BankRequest): BankReply => {
    const binding = bindings.get(String(body['authCode']));
    if (binding?.state !== 'active') return { responseCode: '4017400', members: { responseMessage: 'Unauthorized. Invalid Authorization Code' } };
    if (honoursLatestAlone) for (const [token, held] of tokens) if (held.binding === binding) tokens.delete(token);
    const accessToken = `token-${binding.customerId}-${(number += 1)}`;
    const endsAt = scheduler.now() + chance.pick([20 * minuteMs, 24 * 60 * minuteMs, 15 * 24 * 60 * minuteMs]);
    tokens.set(accessToken, { binding, endsAt });
    return { responseCode: '2007400', members: { accessToken, tokenType: 'Bearer', accessTokenExpiryTime: new Date(endsAt).toISOString().replace(/\.\d+Z/, '+00:00') } };
  };

  const balance = ({ customerToken }: BankRequest): BankReply => {
    const binding = bindingOf(customerToken);
    if (binding === undefined) return { responseCode: '4011102', members: {} };
    const available = (value: string) => ({ value, currency: 'IDR' });
    return { responseCode: '2001100', members: { accountInfos: [
      { balanceType: 'BALANCE', availableBalance: available('5000000.00') }, { balanceType: 'POINT', availableBalance: available(pointsOf(binding.customerId)) },
    ] } };
  };

  const pay = ({ body, customerToken, externalId }: BankRequest): BankReply => {
    const reference = String(body['partnerReferenceNo']);
    const members = { partnerReferenceNo: reference, referenceNo: `p${(number += 1)}` };
    const known = payments.get(reference);
    if (known !== undefined) return { responseCode: '4095400', members: { ...members, ...(known.page && { webRedirectUrl: known.page.url }) } };
    const binding = bindingOf(customerToken);
    if (binding === undefined) return { responseCode: '4015402', members: {} };
    if (troubled(0.08)) return { responseCode: '4035414', members: { responseMessage: 'Insufficient Funds' } };
    const visibleFrom = scheduler.now() + (troubled(0.3) ? chance.between(0, mostLagMs) : 0);
    const payment: BankPayment = {
      reference, externalId, customerId: binding.customerId, minor: Math.round(Number(body.amount?.value) * 100), status: '01', visibleFrom, refunds: new Map(), isTransferred: false,
    };
    payments.set(reference, payment);
    const way = chance.weighted({ page: 60, atOnce: 25, later: 15 });
    if (way === 'atOnce') settle(payment, '00');
    if (way === 'later') later(chance.between(1, 100) * secondMs, 'decides', () => decide(payment, () => (troubled(0.3) ? end(payment, '06') : settle(payment, '00'))));
    if (way !== 'page') return { responseCode: way === 'later' ? '2025400' : '2005400', members };
    const page = openPage({ payment }, body.additionalInfo);
    payment.page = page;
    later(pageOpenMs, 'closes a page', () => decide(payment, () => end(payment, '06')));
    return { responseCode: '2005400', members: { ...members, webRedirectUrl: page.url } };
  };

  const status = ({ body }: BankRequest): BankReply => {
    const reference = String(body['originalPartnerReferenceNo']);
    const payment = payments.get(reference);
    if (payment === undefined || payment.visibleFrom > scheduler.now()) {
      if (payment?.status === '00') denied.add(reference);
      return chance.happens(0.5) ? { responseCode: '4045501', members: {} } : { responseCode: '2005500', members: { originalPartnerReferenceNo: reference, latestTransactionStatus: '07' } };
    }
    // The answer is on its way, and the shopper agrees: news of that may be faster.
    const agrees = payment.status === '01' && agreeing.happens(0.15 * weather.severity);
    if (agrees) later(agreeing.between(1, 500), 'takes what it was just asked about', () => decide(payment, () => settle(payment, '00')));
    const refundHistory = Array.from(payment.refunds, ([partnerRefundNo, refundStatus]) => ({ partnerRefundNo, refundStatus }));
    return { responseCode: '2005500', members: { originalPartnerReferenceNo: reference, latestTransactionStatus: payment.status, transAmount: toMoney(payment.minor), refundHistory } };
  };

  const giveBack = (payment: BankPayment, partnerRefundNo: string): void => {
    payment.refunds.set(partnerRefundNo, '00');
    payment.status = '04';
    move('refund', payment, partnerRefundNo);
  };

  /** Unless it is back already, or about to be: nobody does that twice, knowingly. */
  const mayGiveBack = ({ status, isTransferred, refunds }: BankPayment): boolean =>
    status === '00' && !isTransferred && [...refunds.values()].every((refund) => refund === '06');

  const giveBackByItself = (payment: BankPayment, partnerRefundNo = `elsewhere-${(number += 1)}`): void => {
    if (!mayGiveBack(payment)) return;
    givenBackElsewhere.add(payment.reference);
    giveBack(payment, partnerRefundNo);
    onNews({ kind: 'payment', payment, status: '04', mustArrive: true });
  };

  /** It stands in the list for a while, and may come to nothing. */
  const giveBackSlowly = (payment: BankPayment): void => {
    if (!mayGiveBack(payment)) return;
    const partnerRefundNo = `elsewhere-${(number += 1)}`;
    payment.refunds.set(partnerRefundNo, '03');
    const fails = elsewhere.happens(0.3);
    later(elsewhere.between(60, 5_400) * secondMs, 'decides on what it gives back by itself', () => {
      payment.refunds.set(partnerRefundNo, '06');
      if (!fails) giveBackByItself(payment, partnerRefundNo);
    });
  };

  const refund = ({ body, customerToken }: BankRequest): BankReply => {
    const originalPartnerReferenceNo = String(body['originalPartnerReferenceNo']);
    const partnerRefundNo = String(body['partnerRefundNo']);
    const members = { originalPartnerReferenceNo, partnerRefundNo };
    const payment = payments.get(originalPartnerReferenceNo);
    const known = payment?.refunds.get(partnerRefundNo);
    if (known === '00') return { responseCode: '4095800', members };
    if (known === '03') return { responseCode: '2025800', members };
    if (bindingOf(customerToken) === undefined) return { responseCode: '4015802', members: {} };
    if (payment === undefined) return { responseCode: '4045801', members: {} };
    if (payment.customerId !== bindingOf(customerToken)?.customerId) crossings.push(`a refund of ${payment.customerId} carried the token of another`);
    if (troubled(0.1) || givenBackElsewhere.has(payment.reference) || [...payment.refunds.values()].includes('03')) return { responseCode: '4035815', members: {} };
    if (!troubled(0.2)) {
      giveBack(payment, partnerRefundNo);
      return { responseCode: '2005800', members };
    }
    payment.refunds.set(partnerRefundNo, '03');
    later(chance.between(1, 300) * secondMs, 'decides on a refund', () => (troubled(0.5) ? void payment.refunds.set(partnerRefundNo, '06') : giveBack(payment, partnerRefundNo)));
    return { responseCode: '2025800', members };
  };

  const unbind = ({ body }: BankRequest): BankReply => {
    const binding = bindingOf(String(body['tokenId']));
    if (binding === undefined) return { responseCode: '4010902', members: {} };
    binding.state = 'ended';
    return { responseCode: '2000900', members: { referenceNo: 'u' } };
  };

  const operations: Readonly<Record<string, (request: BankRequest) => BankReply>> = {
    b2b: () => ({ responseCode: '2007300', members: { accessToken: `b2b-${(number += 1)}`, tokenType: 'Bearer', expiresIn: 900 } }),
    b2b2c: exchange, 'registration-account-binding': bind, 'balance-inquiry': balance, 'payment-host-to-host': pay, status, refund,
    'registration-account-unbinding': unbind,
  };

  const actOn = (of: { binding: Binding } | { payment: BankPayment }, deed: 'approve' | 'cancel'): Page | undefined => {
    const page = 'binding' in of ? of.binding.page : of.payment.page;
    if (page === undefined || page.closesAt <= scheduler.now()) return undefined;
    if ('payment' in of) {
      if (of.payment.status !== '01') return undefined;
      if (deed === 'approve') settle(of.payment, '00');
      else end(of.payment, '05');
      return page;
    }
    if (of.binding.state !== 'pending') return undefined;
    const { binding } = of;
    const settleBinding = (): void => {
      binding.state = deed === 'approve' ? 'active' : 'ended';
      onNews({ kind: 'binding', customerId: binding.customerId, externalId: binding.externalId, status: deed === 'approve' ? 'SUCCESS' : 'FAILED' });
    };
    binding.state = 'agreed';
    if (troubled(0.2)) later(chance.between(1, mostThoughtMs), 'settles a link', settleBinding);
    else settleBinding();
    return page;
  };

  return {
    owner, journal, payments, changedItsMind, givenBackElsewhere, denied, crossings,
    standingLinks: () => Array.from(bindings.values()).flatMap(({ state, externalId }) => (state === 'active' ? [externalId] : [])),
    answer(operation, request) {
      // SNAP's numbers of requests are good for one each: what the network delivers twice is done once.
      const known = replies.get(request.externalId);
      const reply = known ?? operations[operation]?.(request) ?? { responseCode: '4040000', members: {} };
      if (request.externalId !== '') replies.set(request.externalId, reply);
      return reply;
    },
    act(pageUrl, deed) {
      const of = pages.get(pageUrl);
      const page = of && actOn(of, deed);
      return deed === 'approve' ? page?.successUrl : page?.failedUrl;
    },
    failedUrl(pageUrl) {
      const of = pages.get(pageUrl);
      return of && ('binding' in of ? of.binding.page : of.payment.page)?.failedUrl;
    },
    hasGivenBack: (reference) => payments.get(reference)?.status === '04',
    isGivingBack: (reference) => [...(payments.get(reference)?.refunds.values() ?? [])].includes('03'),
    transferByHand(reference) {
      const payment = payments.get(reference);
      if (payment === undefined) return;
      payment.isTransferred = true;
      move('refund', payment);
    },
    forget(customerId, what) {
      for (const [token, { binding }] of tokens) {
        if (binding.customerId !== customerId) continue;
        tokens.delete(token);
        if (what === 'link') binding.state = 'ended';
      }
    },
  };
}
