import type { LitElement } from 'lit';
import type { Order, Payment } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloPaidEvent, AlloPayFailedEvent, AlloPayStartedEvent, AlloRefundedEvent } from '../events.ts';
import { closeAttempt, dropAttempt, openAttempt } from '../internal/attempts.ts';
import type { Sender } from '../internal/bank.ts';
import { BankTrip, thisPage } from '../internal/bank.ts';
import { Exchange } from '../internal/exchange.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import { endedWithoutMoney, isOpen } from './pay-state.ts';

export interface PayHost extends LitElement, Sender {
  readonly session: Session | undefined;
  readonly orderId: string | undefined;
  readonly returnTo: string | undefined;
  /** Dispatches an event once the element shows what it says. */
  tell(event: Event): void;
}

/**
 * What is known of one order and its payment, and the one request that moves money. Nothing here decides that
 * money moved: it sends an order id, asks how the payment stands, and tells what the backend said.
 */
export class PayFlow {
  /** The order as last heard from the backend. */
  order: Order | undefined;
  /** The window is leaving for the bank. */
  leaving = false;
  #session: Session | undefined;
  #orderId: string | undefined;
  #told = '';
  readonly #host: PayHost;
  readonly #trip = new BankTrip();
  readonly #load: Exchange<Order>;
  // Begins only by a press: money must not move because an attribute changed.
  readonly #send: Exchange<Payment>;
  readonly #ask: Exchange<Payment>;
  readonly #poll = new Poll(() => this.#ask.run());

  constructor(host: PayHost) {
    this.#host = host;
    this.#load = new Exchange(host, async (signal) => this.#known.session.client.order(this.#orderId ?? '', signal), (order) => this.#loaded(order));
    this.#send = new Exchange(host, (signal) => this.#pay(signal), (payment) => this.#sent(payment), (error) => this.#notSent(error));
    this.#ask = new Exchange(host, async (signal) => this.#known.session.client.payment(this.#known.order.payment?.paymentId ?? '', signal), (payment) => this.#asked(payment));
  }

  /** Why the order could not be read, or the payment not be sent. */
  get problem(): AlloError | undefined {
    return this.#send.error ?? this.#load.error;
  }

  /** A payment request is on its way. */
  get sending(): boolean {
    return this.#send.busy;
  }

  /** Before every render. With another order, or another backend, nothing known counts any more. */
  follow(): void {
    const { session, orderId } = this.#host;
    if (session !== this.#session || orderId !== this.#orderId) {
      this.forget();
      [this.#session, this.#orderId] = [session, orderId];
      if (session && orderId) void this.#load.run();
    }
    // The account's own state says it better, and offers the way on.
    if (isAboutLink(this.#send.error) && session?.account.value?.status !== 'linked') this.#send.error = undefined;
  }

  /** Asks again while the outcome is open, and only while the element is in the page. */
  watch(present: boolean): void {
    this.#poll.watch(present && isOpen(this.order?.payment?.status));
  }

  /** Asks now how the payment stands. */
  check(): void {
    if (!this.#ask.busy) this.#poll.now();
  }

  /** Reads the order anew. */
  reload(): void {
    this.#forgive();
    if (this.#session && this.#orderId) void this.#load.run();
  }

  /** Begins a payment. Nothing if one is being sent, or the page says no. */
  begin(): void {
    if (!this.order || this.sending) return;
    if (!this.#host.dispatchEvent(new AlloPayStartedEvent(this.order.orderId))) return;
    this.#forgive();
    this.#trip.prepare(this.#host);
    void this.#send.run();
  }

  /** After a failure: a payment request whose answer was lost is repeated with its key; anything else is looked at anew. */
  retry(): void {
    if (this.#send.error?.retryable) this.begin();
    else this.reload();
  }

  /** The element has left the page. */
  forget(): void {
    for (const exchange of [this.#load, this.#send, this.#ask]) exchange.clear();
    this.#trip.end();
    this.order = this.#session = undefined;
    this.leaving = false;
    this.watch(false);
  }

  /** What requests are made of. They run only once it is there. */
  get #known(): { session: Session; order: Order } {
    return { session: this.#session as Session, order: this.order as Order };
  }

  #forgive(): void {
    this.#send.error = this.#load.error = undefined;
  }

  async #pay(signal: AbortSignal): Promise<Payment> {
    const { session, order } = this.#known;
    const key = await openAttempt(session.scope, order.orderId, order.payment?.paymentId);
    return session.client.pay({ orderId: order.orderId, returnTo: this.#host.returnTo ?? thisPage() }, key, signal);
  }

  #sent(payment: Payment): void {
    this.#heard(payment);
    // Other tabs must not offer this payment again.
    this.#session?.announce();
    if (payment.status === 'requires-action' && payment.action) this.leaving = this.#trip.go(this.#host, payment.action.url, 'payment');
    else this.#trip.end();
  }

  #notSent(error: AlloError): void {
    this.#trip.end();
    if (error.code === 'IDEMPOTENCY_KEY_REUSED') dropAttempt(this.#known.session.scope, this.#known.order.orderId);
    if (isAboutLink(error)) void this.#session?.account.run();
    // The request may have arrived all the same: the order knows.
    void this.#load.run();
  }

  #asked(payment: Payment): void {
    this.leaving = false;
    this.#forgive();
    this.#heard(payment);
  }

  #loaded(order: Order): void {
    const payment = order.payment;
    // An answer that set out before the payment was made does not know it; we do.
    if (!payment) this.order = { ...order, ...(this.order?.payment && { payment: this.order.payment }) };
    else if (this.#heard(payment, order) && !endedWithoutMoney(payment.status)) this.#forgive();
  }

  /** Takes what the backend says about the payment, unless something newer is known already. */
  #heard(payment: Payment, order: Order | undefined = this.order): boolean {
    const before = this.order?.payment;
    if (!order || (before && isOlder(payment, before))) return false;
    this.order = { ...order, payment };
    if (!isOpen(payment.status) || payment.status === 'refunding') this.#tellEnd(payment, before);
    return true;
  }

  /** The end of a payment is news if it came about before our eyes, or if this browser began the payment. */
  #tellEnd(payment: Payment, before: Payment | undefined): void {
    const { status, paymentId } = payment;
    const ours = closeAttempt(this.#known.session.scope, payment);
    const seen = before?.paymentId === paymentId && before.status !== status;
    const name = `${paymentId} ${status}`;
    // A refund that the bank refused makes a payment `paid` again: no news.
    if (!(ours || seen) || name === this.#told || (before?.status === 'refunding' && status === 'paid')) return;
    this.#told = name;
    if (endedWithoutMoney(status)) this.#host.tell(new AlloPayFailedEvent(payment));
    if (status === 'paid') this.#host.tell(new AlloPaidEvent(payment));
    if (status === 'refunded') this.#host.tell(new AlloRefundedEvent(payment));
    if (payment.failure === 'RELINK_REQUIRED') void this.#session?.account.run();
    // Also after a failure: a balance that was too low was not the one shown.
    this.#session?.moneyMoved();
  }
}

function isAboutLink(error: AlloError | undefined): boolean {
  return error?.code === 'NOT_LINKED' || error?.code === 'RELINK_REQUIRED';
}

/** Another payment of the order is older if it was made before, the same one if it was told before. */
function isOlder(payment: Payment, known: Payment): boolean {
  const at = payment.paymentId === known.paymentId ? 'updatedAt' : 'createdAt';
  return Date.parse(payment[at]) < Date.parse(known[at]);
}
