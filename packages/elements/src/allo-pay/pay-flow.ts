import { pay, readPayment } from '../client.ts';
import type { Money, Order, Payment } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import { closeAttempt, openAttempt } from '../internal/attempts.ts';
import { BankTrip, thisPage } from '../internal/bank.ts';
import { Exchange } from '../internal/exchange.ts';
import { keep } from '../internal/keep.ts';
import type { LinkHost } from '../internal/link-flow.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import { isAboutAccount } from '../internal/session.ts';
import { endedWithoutMoney, isOpen } from './pay-state.ts';

/** The element that pays. */
export interface PayHost extends LinkHost {
  readonly linkRank: number;
  readonly order: Order | undefined;
  readonly available: Money | undefined;
  know(order: Order): void;
  lost(error: AlloError): void;
  reload(): void;
  pay(): void;
  tell(event: Event): void;
}

/**
 * The payment of one order at one backend, and the one request that moves money. Nothing here decides that money moved:
 * it sends an order id and what the shopper was shown, asks how the payment stands, and tells what the backend said.
 */
export class PayFlow {
  /** To the bank, to pay. */
  readonly trip: BankTrip;
  /** Where there is no account to pay with. */
  readonly link: LinkFlow;
  protected readonly host: PayHost;
  readonly #session: Session;
  readonly #orderId: string;
  // Begins only by a press: money must not move because an attribute changed.
  readonly #send: Exchange<Payment>;
  readonly #ask: Exchange<Payment>;
  readonly #poll: Poll;
  /** The amount on the button that was pressed last. */
  #pressed: string | undefined;

  constructor(host: PayHost, session: Session, orderId: string) {
    this.host = host;
    this.#session = session;
    this.#orderId = orderId;
    this.trip = new BankTrip(host);
    this.link = new LinkFlow(host);
    this.#send = new Exchange(host, (signal) => this.#pay(signal), (payment) => this.#sent(payment), (error) => this.#notSent(error));
    this.#ask = new Exchange(host, async (signal) => readPayment(session.send, host.order?.payment?.paymentId as string, signal), (payment) => this.#asked(payment), (error) => host.lost(error));
    this.#poll = new Poll(() => this.#ask.run());
    if (host.order) this.know(host.order);
  }

  /** Why the payment could not be sent, or the link not be opened. */
  get error(): AlloError | undefined {
    return this.#send.error ?? this.link.error;
  }

  /** A payment request is on its way. */
  get sending(): boolean {
    return this.#send.busy;
  }

  /** Asks again while the outcome is open or about to change by itself, and only while the element is in the page. */
  watch(): void {
    const status = this.host.order?.payment?.status;
    this.#poll.watch(this.host.isConnected && (isOpen(status) || status === 'refunding'));
  }

  /** The account's own state says it better, and offers the way on. Nobody has to go and link what is linked by now. */
  yieldToAccount(): void {
    if (this.#session.account.value?.status === 'linked') this.link.reset();
    else if (isAboutAccount(this.#send.error?.code)) this.forgive();
  }

  /** Asks now how the payment stands. */
  check(): void {
    if (!this.#ask.busy) this.#poll.now();
  }

  /** The page came back to life, or more is known than what failed here before. */
  woke(): void {
    this.forgive();
    this.trip.leaving = false;
    this.link.cameBack();
  }

  /** Begins a payment. Nothing if one is being sent, or the page says no. */
  begin(): void {
    const orderId = this.#orderId;
    if (this.sending || !this.host.dispatchEvent(new AlloEvent('allo-pay-started', { orderId }, true))) return;
    this.forgive();
    this.#pressed = this.host.order?.amount.value;
    this.trip.prepare();
    void this.#send.run();
  }

  /**
   * After a failure: a payment request whose answer was lost is repeated with its key, unless the order costs something
   * else by now or the page has ruled it out; a link is begun again. False if nothing is under way then.
   */
  retry(): boolean | undefined {
    const paying = this.#send.error?.retryable && this.#pressed === this.host.order?.amount.value;
    this.forgive();
    if (paying) this.host.pay();
    return this.sending || this.link.retry();
  }

  forgive(): void {
    this.#send.error = undefined;
  }

  /** The element shows another order, or has left the page. */
  release(): void {
    this.#send.clear();
    this.#ask.clear();
    this.trip.end();
    this.link.reset();
    this.#poll.watch(false);
  }

  /** The order was read. */
  know(order: Order): void {
    const known = this.host.order?.payment;
    if (!order.payment) {
      // An answer that set out before the payment was made does not know it; we do.
      this.host.know(known ? { ...order, payment: known } : order);
      // Or it is kept from who asks now, which the payment itself tells.
      if (known) void this.#ask.run();
    } else this.#heard(order.payment, order);
  }

  /** Where the browser keeps the key of the attempt to pay the order. */
  get #attempt(): string {
    return `allo-kit:attempt:${this.#session.scope}:${this.#orderId}`;
  }

  async #pay(signal: AbortSignal): Promise<Payment> {
    const { host } = this;
    const key = await openAttempt(this.#attempt, host.order?.payment?.paymentId);
    return pay(this.#session.send, { orderId: this.#orderId, shown: this.#pressed as string, returnTo: host.returnTo ?? thisPage() }, key, signal);
  }

  #sent(payment: Payment): void {
    this.#heard(payment);
    // Nobody else must offer this payment again.
    this.#session.announce();
    // Of a late answer more may be known by now: another tab was at the bank with it, and came back.
    const { action, paymentId, status } = this.host.order?.payment ?? payment;
    if (status === 'requires-action' && action && paymentId === payment.paymentId) this.trip.go(action.url, 'payment');
    else this.trip.end();
  }

  #notSent({ code }: AlloError): void {
    this.trip.end();
    // Whatever it was begun with, the backend does not take it.
    if (code === 'IDEMPOTENCY_KEY_REUSED') keep(this.#attempt);
    // The request may have arrived all the same: the order knows.
    this.host.reload();
  }

  #asked(payment: Payment): void {
    this.woke();
    this.#heard(payment);
  }

  /** Takes what the backend says about the payment, unless something newer is known already. */
  #heard(payment: Payment, order = this.host.order): void {
    const before = this.host.order?.payment;
    if (!order || (before && isOlder(payment, before, payment === this.#send.value))) return;
    this.host.know({ ...order, payment });
    if (!endedWithoutMoney(payment.status)) this.forgive();
    if (!isOpen(payment.status)) this.#tellEnd(payment, before);
  }

  /** The end of a payment is news if it came about before our eyes, or if this browser began the payment. */
  #tellEnd(payment: Payment, before: Payment | undefined): void {
    const { status } = payment;
    const ours = closeAttempt(this.#attempt, payment.paymentId);
    // That is what became of the press whose answer was lost.
    if (ours) this.forgive();
    // A refund that the bank refused makes a payment `paid` again: no news.
    if (!(ours || (before && before.status !== status)) || (before?.status === 'refunding' && status === 'paid')) return;
    this.trip.close();
    if (!this.#session.isNews(payment)) return;
    if (endedWithoutMoney(status)) this.host.tell(new AlloEvent('allo-pay-failed', { payment }));
    if (status === 'paid' || status === 'refunded') this.host.tell(new AlloEvent(`allo-${status}`, { payment }));
    if (payment.failure === 'RELINK_REQUIRED') void this.#session.account.run();
    // Also after a failure: a balance that was too low was not the one shown. And what stands for the order by now may be
    // another payment, which took the money late: the order is looked at again here, too.
    this.#session.moneyMoved();
  }
}

/**
 * What was told before is older, and another payment that came to nothing if it was made before. But no payment comes to
 * less than it had, nor does an order of which money was taken: whatever the clocks of the backend's servers say, what is
 * decided is newer than what was open, and money taken than none. And what was begun by a press comes after what was known
 * then, which had come to nothing.
 */
function isOlder(payment: Payment, known: Payment, isBegun: boolean): boolean {
  const isSame = payment.paymentId === known.paymentId;
  const is = weight(payment);
  const was = weight(known);
  const at = is === 1 && !isSame ? 'createdAt' : 'updatedAt';
  return !(is > was && (isSame || was === 1)) && Date.parse(payment[at]) < Date.parse(known[at]) && (isSame || was !== 1 || !isBegun);
}

/** 0: open; 1: came to nothing; 2: took money; 3: gave it back. */
const weight = ({ status }: Payment): number => (endedWithoutMoney(status) ? 1 : isOpen(status) ? 0 : status === 'refunded' ? 3 : 2);
