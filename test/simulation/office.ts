/**
 * The people behind the shop. Some have a payment given back as soon as they hear that it was taken late. Of refunds that
 * wait for them they are told: they let the bank try once more, or transfer the money and say so. One of them deals with a payment at a time, and looks into the bank's books first: what two hands do
 * at once no software can undo.
 */
import type { AlloEvent, Payment, PaymentEvent } from '../../packages/server/src/index.ts';
import { askAgain } from '../faults/asking.ts';
import type { AnyAnswer } from '../faults/asking.ts';
import type { Evidence } from '../faults/evidence.ts';
import type { Chance } from '../faults/random.ts';
import { createShopper } from '../server/support/shopper.ts';
import type { Bank } from './bank.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import { shopUrl } from './servers.ts';

export interface Office {
  /** Whatever the merchant's server was told. */
  hear(event: AlloEvent): void;
  /** How many refunds somebody deals with, or is about to. */
  waiting(): number;
}

export interface OfficeOptions {
  scheduler: Scheduler;
  chance: Chance;
  bank: Bank;
  evidence: Pick<Evidence, 'oddAnswers'>;
}

const minuteMs = 60_000;
/** A few minutes without a connection are sat out. */
const mostAsks = 200;

const isForPeople = (event: AlloEvent): event is PaymentEvent => event.type === 'refund.manual' || event.type === 'refund.review';

export function createOffice({ scheduler, chance, bank, evidence: { oddAnswers } }: OfficeOptions): Office {
  const clerk: Owner = { name: 'office', isAlive: true };
  const browser = createShopper(shopUrl, 'office');
  browser.cookies.set('shop-office', 'yes');
  const dealtWith = new Set<string>();

  async function insist<Given extends AnyAnswer>(ask: () => Promise<Given>): Promise<Given | undefined> {
    const answer = await askAgain(ask, mostAsks, () => scheduler.sleep(chance.between(5, 30) * 1_000));
    if (answer === undefined) oddAnswers.push('the office never got an answer');
    return answer;
  }

  /** How the ledger says that the refund stands. */
  async function lookAt(paymentId: string, customerId: string): Promise<Payment | undefined> {
    const answer = await insist(() => createShopper(shopUrl, customerId).payment(paymentId));
    return answer?.status === 200 ? answer.body : undefined;
  }

  async function transfer({ paymentId, reference }: PaymentEvent): Promise<void> {
    const isBack = bank.hasGivenBack(reference);
    if (!isBack) bank.transferByHand(reference);
    const answer = await insist(() => browser.post(`/payments/${paymentId}/refund/transferred`, { reference: 'T-1' }));
    // What the bank gave back by itself the ledger may have heard from the bank by then.
    if (answer?.status !== 200 && !isBack) oddAnswers.push(`the money was transferred by hand, and nobody could say so: ${answer?.body.code}`);
  }

  /** Until somebody has said that the money is back, or it is nobody's to give back any more. */
  async function dealWith(event: PaymentEvent): Promise<void> {
    for (;;) {
      const { status, refund } = (await lookAt(event.paymentId, event.customerId)) ?? {};
      const isOurs = refund?.status === 'manual' || (status === 'review' && refund !== undefined);
      if (!isOurs && status !== 'refunding') return;
      if (refund?.status === 'manual' && chance.happens(0.5)) await insist(() => browser.refund(event.paymentId));
      else if (isOurs && !bank.isGivingBack(event.reference)) return transfer(event);
      await scheduler.sleep(chance.between(10, 60) * minuteMs);
    }
  }

  return {
    waiting: () => dealtWith.size,
    hear(event) {
      if (event.type === 'payment.late' && chance.happens(0.5)) {
        scheduler.after(chance.between(0, 10) * minuteMs, clerk, 'gives back what came late', () => void insist(() => browser.refund(event.paymentId)));
      }
      if (!isForPeople(event) || dealtWith.has(event.paymentId)) return;
      dealtWith.add(event.paymentId);
      const done = (): void => void dealtWith.delete(event.paymentId);
      scheduler.after(chance.between(20, 90) * minuteMs, clerk, 'deals with a refund', () => void dealWith(event).finally(done));
    },
  };
}
