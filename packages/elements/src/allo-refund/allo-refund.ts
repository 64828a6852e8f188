import { Task, TaskStatus, initialState } from '@lit/task';
import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Money, Payment, PaymentStatus } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloRefundedEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { newKey } from '../internal/attempts.ts';
import { base } from '../internal/base.styles.ts';
import { escape } from '../internal/link-views.ts';
import { toAlloError, unlessAborted } from '../internal/outcome.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import type { Content } from '../internal/templates.ts';
import { actions, button, frame, moneyText, notice, phrase, problem } from '../internal/templates.ts';
import type { Dictionaries, TextKey } from '../localize.ts';
import { dictionaries } from '../localize.ts';
import { refundMessages } from '../locales/refund.ts';
import { isMoney } from '../money.ts';

/** What `<allo-refund>` can show. */
export type AlloRefundState = 'ready' | 'confirming' | 'sending' | 'refunding' | 'refunded' | 'manual' | 'failed' | 'unavailable' | 'error';

const refundDictionaries: Dictionaries = {
  id: { ...dictionaries['id'], ...refundMessages['id'] },
  en: { ...dictionaries['en'], ...refundMessages['en'] },
};

/**
 * @summary Gives a payment back in full; for a back office.
 *
 * It asks the backend nothing until somebody confirmed: a back office has no customer's session to read a payment
 * with, so the page says what it knows (`amount`, `status`). While a refund is under way the same request is
 * repeated with the same key, which only reads how it stands.
 *
 * @fires allo-refunded {AlloRefundedEvent} when the bank gave the money back
 * @fires allo-state-change {AlloStateChangeEvent} when another state is shown
 * @fires allo-error {AlloErrorEvent} when a request failed
 */
export class AlloRefund extends AlloElement<AlloRefundState> {
  static override styles: CSSResultGroup = base;

  static override properties: PropertyDeclarations = {
    paymentId: { attribute: 'payment-id' },
    amount: {},
    status: {},
    reason: {},
  };

  /** The payment to give back. */
  declare paymentId: string | undefined;
  /** Its amount in rupiah, to be shown only: digits, a point, two digits, for example `125000.00`. Left out, no amount is shown. */
  declare amount: string | undefined;
  /** Its status as the page knows it. Default `paid`. */
  declare status: PaymentStatus | undefined;
  /** Why, for the books. At most 255 characters. */
  declare reason: string | undefined;

  override readonly needsAccount = false;
  protected override readonly dictionaries = refundDictionaries;
  readonly #poll = new Poll(this, () => this.#send.run());
  readonly #send = new Task(this, {
    autoRun: false,
    args: () => [this.session, this.paymentId, this.#key] as const,
    task: ([session, paymentId, key], { signal }) =>
      session && paymentId ? unlessAborted(signal, () => this.#request(session, paymentId, key, signal)) : initialState,
    onComplete: (payment) => this.#heard(payment),
    onError: (cause) => this.#notHeard(toAlloError(cause)),
  });
  #key = '';
  #payment: Payment | undefined;
  #problem: AlloError | undefined;
  #confirming = false;

  constructor() {
    super('ready');
  }

  override get error(): AlloError | undefined {
    return this.#problem;
  }

  /** Asks how a refund stands. Nothing if none was begun here: this element never begins one by itself. */
  override refresh(): void {
    if (this.#payment) void this.#send.run();
  }

  override sessionWoke(): void {
    this.#poll.now();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('paymentId')) this.#forget();
    super.willUpdate(changed);
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#poll.active = this.isConnected && this.#payment !== undefined && this.state === 'refunding';
  }

  protected override release(): void {
    this.#forget();
  }

  protected override deriveState(): AlloRefundState {
    const known = refundState(this.#payment, this.status ?? 'paid');
    if (this.#problem && this.#problem.code !== 'REFUND_MANUAL') return 'error';
    if (this.#problem) return 'manual';
    if (this.#confirming) return this.#send.status === TaskStatus.PENDING ? 'sending' : 'confirming';
    return known;
  }

  override render(): TemplateResult {
    switch (this.state) {
      case 'ready':
        return this.#renderReady();
      case 'confirming':
      case 'sending':
        return this.#renderConfirming();
      case 'refunding':
        return this.#renderRefunding();
      case 'refunded':
        return frame(this, { card: true, message: notice('success', this.#phrase('refundDone'), this.#reference()) });
      case 'manual':
        return frame(this, { card: true, message: notice('warning', this.#phrase('refundManual'), this.#reference()) });
      case 'unavailable':
        return frame(this, { card: true, message: notice('neutral', this.text('PAYMENT_NOT_REFUNDABLE')) });
      case 'failed':
        return problem(this, this.text('refundFailed'), () => this.#confirm(true));
      case 'error':
        return problem(this, this.text(this.#problem?.code ?? 'UNAVAILABLE'), () => this.#retry());
    }
  }

  #renderReady(): TemplateResult {
    return frame(this, {}, button({ label: this.#phrase('refund'), press: () => this.#confirm(true), disabled: !this.paymentId }));
  }

  #renderConfirming(): TemplateResult {
    const busy = this.state === 'sending';
    const yes = button({ label: this.text('refundYes'), press: () => void this.#begin(), kind: 'danger', busy });
    const no = button({ label: this.text('cancel'), press: () => this.#confirm(false), disabled: busy });
    const leave = escape(() => !busy && this.#confirm(false));
    return frame(this, { card: true, busy, message: notice('warning', this.#phrase('refundQuestion')) },
      html`<div part="actions" @keydown=${leave}>${yes}${no}</div>`);
  }

  #renderRefunding(): TemplateResult {
    const message = notice('busy', this.#phrase('refundProcessing'), this.#reference());
    const check = button({ label: this.text('checkStatus'), press: () => this.#poll.now() });
    return frame(this, { card: true, message }, this.#payment ? actions(check) : nothing);
  }

  #phrase(key: TextKey): Content {
    const money = { value: this.#payment?.amount.value ?? this.amount, currency: 'IDR' };
    return phrase(this.text(key), { amount: isMoney(money) ? moneyText(money satisfies Money) : '' });
  }

  #reference(): Content {
    const reference = this.#payment?.refund?.reference;
    return reference ? `${this.text('reference')} ${reference}` : nothing;
  }

  #confirm(confirming: boolean): void {
    this.#confirming = confirming;
    this.requestUpdate();
  }

  /** One key per confirmation: the polls that follow repeat it and cannot begin a second refund. */
  async #begin(): Promise<void> {
    if (this.#send.status === TaskStatus.PENDING) return;
    this.#key = newKey();
    await this.#send.run();
    this.#confirm(false);
  }

  /** After a lost answer the same key again; after a refusal a new question. */
  #retry(): void {
    const repeat = this.#problem?.retryable && this.#key;
    this.#problem = undefined;
    this.#confirming = true;
    if (repeat) void this.#send.run().then(() => this.#confirm(false));
    else this.requestUpdate();
  }

  #request(session: Session, paymentId: string, key: string, signal: AbortSignal): Promise<Payment> {
    return session.client.refund(paymentId, this.reason ? { reason: this.reason } : {}, key, signal);
  }

  #heard(payment: Payment): void {
    const news = payment.status === 'refunded' && this.#payment?.status !== 'refunded';
    this.#payment = payment;
    this.#problem = undefined;
    if (!news) return;
    this.tell(new AlloRefundedEvent(payment));
    this.session?.moneyMoved();
  }

  /** A poll that was lost on the way says nothing about the refund. */
  #notHeard(error: AlloError): void {
    if (this.state !== 'refunding' || !error.retryable) this.#problem = error;
  }

  #forget(): void {
    this.#send.abort();
    this.#payment = this.#problem = undefined;
    this.#confirming = false;
    this.#key = '';
  }
}

/** What the backend answered comes before what the page said. */
function refundState(payment: Payment | undefined, given: PaymentStatus): AlloRefundState {
  const status = payment?.status ?? given;
  if (payment?.refund?.status === 'manual') return 'manual';
  if (payment?.refund?.status === 'failed') return 'failed';
  if (status === 'refunded' || status === 'refunding') return status;
  return status === 'paid' ? 'ready' : 'unavailable';
}
