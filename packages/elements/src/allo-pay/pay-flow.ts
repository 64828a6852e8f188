import type { Send } from '../client.ts';
import { pay, readOrder, readPayment } from '../client.ts';
import type { Order, Payment } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { closeAttempt, dropAttempt, openAttempt } from '../internal/attempts.ts';
import type { Presentation } from '../internal/bank.ts';
import { BankTrip, thisPage } from '../internal/bank.ts';
import { Exchange } from '../internal/exchange.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import { isAboutLink } from '../internal/session.ts';
import type { AlloPayState } from './pay-state.ts';
import { endedWithoutMoney, isOpen } from './pay-state.ts';

/**
 * What is known of one order and its payment, and the one request that moves money. Nothing here decides that
 * money moved: it sends an order id, asks how the payment stands, and tells what the backend said.
 */
export abstract class PayFlow extends AlloElement<AlloPayState> {
  declare orderId: string | undefined;
  declare returnTo: string | undefined;
  declare presentation: Presentation | undefined;

  protected readonly trip = new BankTrip(this);
  #order: Order | undefined;
  #session: Session | undefined;
  #orderId: string | undefined;
  #told = '';
  readonly #load = new Exchange(this, async (signal) => readOrder(this.#backend, this.#orderId as string, signal), (order) => this.#loaded(order));
  // Begins only by a press: money must not move because an attribute changed.
  readonly #send = new Exchange(this, (signal) => this.#pay(signal), (payment) => this.#sent(payment), (error) => this.#notSent(error));
  readonly #ask = new Exchange(this, async (signal) => readPayment(this.#backend, this.#order?.payment?.paymentId as string, signal), (payment) => this.#asked(payment));
  readonly #poll = new Poll(() => this.#ask.run());

  /** The order as last heard from the backend. */
  get order(): Order | undefined {
    return this.#order;
  }

  /** Why the order could not be read, or the payment not be sent. */
  protected get problem(): AlloError | undefined {
    return this.#send.error ?? this.#load.error;
  }

  /** A payment request is on its way. */
  protected get sending(): boolean {
    return this.#send.busy;
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // Asks again while the outcome is open, and only while the element is in the page.
    this.#poll.watch(this.isConnected && isOpen(this.#order?.payment?.status));
  }

  /** Before every render. With another order, or another backend, nothing known counts any more. */
  protected follow(): void {
    const { session, orderId } = this;
    if (session !== this.#session || orderId !== this.#orderId) {
      this.release();
      [this.#session, this.#orderId] = [session, orderId];
      this.reload();
    }
    // The account's own state says it better, and offers the way on.
    if (isAboutLink(this.#send.error?.code) && session?.account.value?.status !== 'linked') this.#forgive();
  }

  /** Asks now how the payment stands. */
  protected check(): void {
    if (!this.#ask.busy) this.#poll.now();
  }

  /** Reads the order anew. */
  protected reload(): void {
    this.#forgive();
    if (this.#session && this.#orderId) void this.#load.run();
  }

  /** Begins a payment. Nothing if one is being sent, or the page says no. */
  protected begin(): void {
    const { orderId } = this.#order ?? {};
    if (!orderId || this.sending || !this.dispatchEvent(new AlloEvent('allo-pay-started', { orderId }, true))) return;
    this.#forgive();
    this.trip.prepare();
    void this.#send.run();
  }

  /** After a failure: a payment request whose answer was lost is repeated with its key; anything else is looked at anew. */
  protected retry(): void {
    if (this.#send.error?.retryable) this.begin();
    else this.reload();
  }

  protected override release(): void {
    for (const exchange of [this.#load, this.#send, this.#ask]) exchange.clear();
    this.trip.end();
    this.trip.leaving = false;
    this.#order = this.#session = undefined;
    this.#poll.watch(false);
  }

  /** There whenever something is asked or heard. */
  get #backend(): Send {
    return (this.#session as Session).send;
  }

  /** Where the browser keeps the key of the attempt to pay an order. */
  #nameOf(orderId: string): string {
    return `allo-kit:attempt:${this.#session?.scope}:${orderId}`;
  }

  #forgive(): void {
    this.#send.error = this.#load.error = undefined;
  }

  async #pay(signal: AbortSignal): Promise<Payment> {
    const { orderId, payment } = this.#order as Order;
    const send = this.#backend;
    const key = await openAttempt(this.#nameOf(orderId), payment?.paymentId);
    return pay(send, { orderId, returnTo: this.returnTo ?? thisPage() }, key, signal);
  }

  #sent(payment: Payment): void {
    this.#heard(payment);
    // Other tabs must not offer this payment again.
    this.#session?.announce();
    if (payment.status === 'requires-action' && payment.action) this.trip.go(payment.action.url, 'payment');
    else this.trip.end();
  }

  #notSent({ code }: AlloError): void {
    this.trip.end();
    if (code === 'IDEMPOTENCY_KEY_REUSED') dropAttempt(this.#nameOf(this.#orderId as string));
    if (isAboutLink(code)) void this.#session?.account.run();
    // The request may have arrived all the same: the order knows.
    void this.#load.run();
  }

  #asked(payment: Payment): void {
    this.trip.leaving = false;
    this.#forgive();
    this.#heard(payment);
  }

  #loaded(order: Order): void {
    const { payment = this.#order?.payment } = order;
    // An answer that set out before the payment was made does not know it; we do.
    if (!order.payment) this.#order = payment ? { ...order, payment } : order;
    else if (this.#heard(order.payment, order) && !endedWithoutMoney(order.payment.status)) this.#forgive();
  }

  /** Takes what the backend says about the payment, unless something newer is known already. */
  #heard(payment: Payment, order: Order | undefined = this.#order): boolean {
    const before = this.#order?.payment;
    if (!order || (before && isOlder(payment, before))) return false;
    this.#order = { ...order, payment };
    if (!isOpen(payment.status) || payment.status === 'refunding') this.#tellEnd(payment, before);
    return true;
  }

  /** The end of a payment is news if it came about before our eyes, or if this browser began the payment. */
  #tellEnd(payment: Payment, before: Payment | undefined): void {
    const { status, paymentId } = payment;
    const ours = closeAttempt(this.#nameOf(payment.orderId), paymentId);
    const seen = before?.paymentId === paymentId && before.status !== status;
    const name = `${paymentId} ${status}`;
    // A refund that the bank refused makes a payment `paid` again: no news.
    if (!(ours || seen) || name === this.#told || (before?.status === 'refunding' && status === 'paid')) return;
    this.#told = name;
    if (endedWithoutMoney(status)) this.tell(new AlloEvent('allo-pay-failed', { payment }));
    if (status === 'paid' || status === 'refunded') this.tell(new AlloEvent(`allo-${status}`, { payment }));
    if (payment.failure === 'RELINK_REQUIRED') void this.#session?.account.run();
    // Also after a failure: a balance that was too low was not the one shown.
    this.#session?.moneyMoved();
  }
}

/** Another payment of the order is older if it was made before, the same one if it was told before. */
function isOlder(payment: Payment, known: Payment): boolean {
  const at = payment.paymentId === known.paymentId ? 'updatedAt' : 'createdAt';
  return Date.parse(payment[at]) < Date.parse(known[at]);
}
