import { Task, TaskStatus, initialState } from '@lit/task';
import type { ReactiveControllerHost } from 'lit';
import type { Order, Payment } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloPaidEvent, AlloPayFailedEvent, AlloPayStartedEvent, AlloRefundedEvent } from '../events.ts';
import { goToBank, thisPage } from '../internal/bank.ts';
import { toAlloError, unlessAborted } from '../internal/outcome.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import { isOpen } from './pay-state.ts';

export interface PayHost extends ReactiveControllerHost, HTMLElement {
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
  /** Why the order could not be read, or the payment not be sent. */
  problem: AlloError | undefined;
  /** The window is leaving for the bank. */
  leaving = false;
  #problemOfSending = false;
  #askedOf: Session | undefined;
  #told = '';
  readonly #host: PayHost;
  readonly #session: () => Session | undefined;
  readonly #poll: Poll;
  readonly #load: Task<readonly [Session | undefined, string | undefined], Order>;
  // Never runs by itself: money must not move because an attribute changed.
  readonly #send: Task<readonly [Session | undefined, Order | undefined], Payment>;

  constructor(host: PayHost, session: () => Session | undefined) {
    this.#host = host;
    this.#session = session;
    this.#poll = new Poll(host, (signal) => this.#ask(signal));
    this.#load = new Task(host, {
      args: () => [session(), host.orderId] as const,
      task: ([from, orderId], { signal }) => (from && orderId ? unlessAborted(signal, () => from.client.order(orderId, signal)) : initialState),
      onComplete: (order) => this.#loaded(order),
      onError: (cause) => this.#notLoaded(toAlloError(cause)),
    });
    this.#send = new Task(host, {
      autoRun: false,
      args: () => [session(), this.order] as const,
      task: ([to, order], { signal }) => (to && order ? unlessAborted(signal, () => this.#pay(to, order, signal)) : initialState),
      onComplete: (payment) => this.#sent(payment),
      onError: (cause) => this.#notSent(toAlloError(cause)),
    });
  }

  /** A payment request is on its way. */
  get sending(): boolean {
    return this.#send.status === TaskStatus.PENDING;
  }

  /** The element stays in the page and shows another order, or asks another backend: nothing known counts any more. */
  follow(orderChanged: boolean): void {
    const session = this.#session();
    if (orderChanged || session !== this.#askedOf) this.forget();
    this.#askedOf = session;
    // The account's own state says it better, and offers the way on.
    if (isAboutLink(this.problem) && session?.account.value?.status !== 'linked') this.problem = undefined;
  }

  /** Asks again while the outcome is open, and only while the element is in the page. */
  watch(present: boolean): void {
    this.#poll.active = present && isOpen(this.order?.payment?.status);
  }

  /** Asks now how the payment stands. */
  check(): void {
    this.#poll.now();
  }

  /** Reads the order anew. */
  reload(): void {
    this.problem = undefined;
    void this.#load.run();
  }

  /** Begins a payment. Nothing if one is being sent, or the page says no. */
  begin(): void {
    if (!this.order || this.sending) return;
    if (!this.#host.dispatchEvent(new AlloPayStartedEvent(this.order.orderId))) return;
    this.problem = undefined;
    void this.#send.run();
  }

  /** After a failure: a payment request whose answer was lost is repeated with its key; anything else is looked at anew. */
  retry(): void {
    if (this.#problemOfSending && this.problem?.retryable) this.begin();
    else this.reload();
  }

  /** The element has left the page. */
  abort(): void {
    this.#load.abort();
    this.forget();
  }

  forget(): void {
    this.#send.abort();
    this.order = this.problem = undefined;
    this.leaving = false;
  }

  async #pay(session: Session, order: Order, signal: AbortSignal): Promise<Payment> {
    const key = await session.attempts.open(order.orderId, order.payment?.paymentId);
    return session.client.pay({ orderId: order.orderId, returnTo: this.#host.returnTo ?? thisPage() }, key, signal);
  }

  #sent(payment: Payment): void {
    this.#heard(payment);
    // Other tabs must not offer this payment again.
    this.#session()?.announce();
    if (payment.status === 'requires-action' && payment.action) this.leaving = goToBank(this.#host, payment.action.url, 'payment');
  }

  #notSent(error: AlloError): void {
    this.problem = error;
    this.#problemOfSending = true;
    if (error.code === 'IDEMPOTENCY_KEY_REUSED' && this.order) this.#session()?.attempts.drop(this.order.orderId);
    if (isAboutLink(error)) void this.#session()?.account.refresh();
    // The request may have arrived all the same: the order knows.
    void this.#load.run();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const order = this.order;
    const session = this.#session();
    if (!order?.payment || !session) return;
    const payment = await session.client.payment(order.payment.paymentId, signal);
    this.leaving = false;
    if (this.order !== order) return;
    this.problem = undefined;
    this.#heard(payment);
  }

  #notLoaded(error: AlloError): void {
    if (this.problem) return;
    this.problem = error;
    this.#problemOfSending = false;
  }

  #loaded(order: Order): void {
    const payment = order.payment;
    // An answer that set out before the payment was made does not know it; we do.
    if (!payment) this.order = { ...order, ...(this.order?.payment && { payment: this.order.payment }) };
    else if (this.#heard(payment, order) && !endedWithoutMoney(payment)) this.problem = undefined;
  }

  /** Takes what the backend says about the payment, unless something newer is known already. */
  #heard(payment: Payment, order: Order | undefined = this.order): boolean {
    const before = this.order?.payment;
    if (!order || (before && isOlder(payment, before))) return false;
    this.order = { ...order, payment };
    if (!isOpen(payment.status) || payment.status === 'refunding') this.#tellEnd(payment, before);
    this.#host.requestUpdate();
    return true;
  }

  /** The end of a payment is news if it came about before our eyes, or if this browser began the payment. */
  #tellEnd(payment: Payment, before: Payment | undefined): void {
    const ours = this.#session()?.attempts.close(payment) === true;
    const seen = before?.paymentId === payment.paymentId && before.status !== payment.status;
    const name = `${payment.paymentId} ${payment.status}`;
    // A refund that the bank refused makes a payment `paid` again: no news.
    if (!(ours || seen) || name === this.#told || (before?.status === 'refunding' && payment.status === 'paid')) return;
    this.#told = name;
    if (endedWithoutMoney(payment)) this.#host.tell(new AlloPayFailedEvent(payment));
    if (payment.status === 'paid') this.#host.tell(new AlloPaidEvent(payment));
    if (payment.status === 'refunded') this.#host.tell(new AlloRefundedEvent(payment));
    if (payment.failure === 'RELINK_REQUIRED') void this.#session()?.account.refresh();
    // Also after a failure: a balance that was too low was not the one shown.
    this.#session()?.moneyMoved();
  }
}

function isAboutLink(error: AlloError | undefined): boolean {
  return error?.code === 'NOT_LINKED' || error?.code === 'RELINK_REQUIRED';
}

function endedWithoutMoney({ status }: Payment): boolean {
  return status === 'failed' || status === 'cancelled' || status === 'expired';
}

/** Another payment of the order is older if it was made before, the same one if it was told before. */
function isOlder(payment: Payment, known: Payment): boolean {
  const at = payment.paymentId === known.paymentId ? 'updatedAt' : 'createdAt';
  return Date.parse(payment[at]) < Date.parse(known[at]);
}
