import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { refund, refundTransferred } from '../client.ts';
import type { Payment, PaymentStatus } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { isFinal } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { newKey } from '../internal/attempts.ts';
import { base } from '../internal/base.styles.ts';
import { Exchange } from '../internal/exchange.ts';
import { Poll } from '../internal/poll.ts';
import type { Session } from '../internal/session.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, frame, moneyText, phrase, problem, question, reloadPage, withReference } from '../internal/templates.ts';
import type { TextKey } from '../localize.ts';
import { refundTexts } from '../locales/refund.ts';
import { isMoney } from '../money.ts';

/** What `<allo-refund>` can show. */
export type AlloRefundState = 'ready' | 'confirming' | 'sending' | 'refunding' | 'refunded' | 'manual' | 'failed' | 'unavailable' | 'error';

/** What the page may know of a payment: its status, or that its refund waits for somebody to transfer the money. */
export type RefundableStatus = PaymentStatus | 'manual';

/** What somebody is asked to confirm, or has confirmed. */
type Asking = 'refund' | 'transferred' | undefined;

/**
 * @summary Gives a payment back in full; for a back office.
 *
 * It asks the backend nothing until somebody confirmed: a back office has no customer's session to read a payment
 * with, so the page says what it knows (`amount`, `status`). While a refund is under way the same request is
 * repeated with the same key, which only reads how it stands. Where the bank cannot give it back by itself, somebody
 * transfers it and says so here, which is confirmed, too.
 *
 * @fires allo-refunded {AlloRefundedEvent} when the bank gave the money back, or somebody confirmed that it was transferred
 * @csspart text - A sentence.
 * @csspart money - Every amount of money.
 * @csspart primary - The button of the main way on.
 * @csspart danger - The button that does what cannot be taken back.
 */
export class AlloRefund extends AlloElement<AlloRefundState> {
  static override styles: CSSResultGroup = base;

  static override properties: PropertyDeclarations = {
    paymentId: { attribute: 'payment-id' },
    amount: {},
    status: {},
    reason: {},
    transferReference: { attribute: 'transfer-reference' },
  };

  /** The payment to give back. */
  declare paymentId: string | undefined;
  /** Its amount in rupiah, to be shown only: digits, a point, two digits, for example `125000.00`. Left out, no amount is shown. */
  declare amount: string | undefined;
  /** Its status as the page knows it; `manual` if its refund waits for a transfer by hand. Default `paid`. */
  declare status: PaymentStatus | 'manual' | undefined;
  /** Why, for the books. At most 255 characters. */
  declare reason: string | undefined;
  /** Under which a transfer by hand can be found; told when it is confirmed. At most 64 characters. */
  declare transferReference: string | undefined;

  override readonly needsAccount = false;
  protected override readonly texts = refundTexts;
  readonly #send = new Exchange(this, (signal) => this.#request(signal), (payment) => this.#heard(payment), (error) => this.#notHeard(error));
  readonly #poll = new Poll(() => this.#send.run());
  #asked: string | undefined;
  #key = '';
  #payment: Payment | undefined;
  /** Whether it was heard of; stays when the payment is forgotten, to ask after it again. */
  #isKnown = false;
  #asking: Asking;
  /** The bank said that it cannot give this back by itself. */
  #isManual = false;

  constructor() {
    super('ready');
  }

  override get error(): AlloError | undefined {
    return this.#send.error;
  }

  protected override get undone(): AlloError | undefined {
    return this.error;
  }

  /** Asks how a refund stands. Nothing if none was begun here, or somebody is being asked: this element never begins one by itself. */
  override refresh(): void {
    // While somebody is asked to confirm, the same request would do what they did not confirm yet.
    if (this.#begun && !this.#asking) void this.#send.run();
  }

  override sessionWoke(): void {
    super.sessionWoke();
    this.#poll.now();
    // Somebody else may have transferred it meanwhile: nobody should do it again.
    if (this.state === 'manual') this.refresh();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // The page knows more by now than was heard here: the bank may be giving it back after all.
    if (changed.has('status') && /^(manual|failed)$/.test(this.state)) this.#outdated();
    this.#poll.watch(this.isConnected && this.#begun && this.state === 'refunding');
  }

  protected override release(): void {
    this.#forget();
  }

  protected override deriveState(): AlloRefundState {
    if (this.paymentId !== this.#asked) this.#forget();
    this.#asked = this.paymentId;
    if (this.error) return 'error';
    if (this.#asking) return this.#send.busy ? 'sending' : 'confirming';
    return refundState(this.#payment, this.status ?? 'paid', this.#isManual);
  }

  override render(): TemplateResult {
    const by = this.#asking === 'transferred' ? this.#asking : 'refund';
    switch (this.state) {
      case 'ready':
        return frame(this, 'base', '', button(this.#phrase('refund'), () => this.#confirm('refund'), 'secondary', this.paymentId ? '' : 'off'));
      case 'confirming':
      case 'sending':
        return question(this, this.#phrase(`${by}Question`), this.text(`${by}Yes`), (yes) => (yes ? this.#begin() : this.#confirm(undefined)));
      case 'refunding':
        // What was not begun here the page alone can ask after, at its own server: asking from here could begin a refund.
        return card(this, 'busy', this.#referring('refundProcessing'), '', button(this.text('checkStatus'), () => (this.#begun ? this.#poll.now() : reloadPage())));
      case 'refunded':
        return card(this, 'success', this.#referring('refundDone'));
      case 'manual':
        return card(this, 'warning', this.#referring('refundManual'), undefined, button(this.text('transferred'), () => this.#confirm('transferred')));
      case 'unavailable':
        return card(this, 'neutral', this.text('PAYMENT_NOT_REFUNDABLE'));
      case 'failed':
        return card(this, 'danger', this.text('refundFailed'), undefined, button(this.text('retry'), () => this.#confirm('refund'), 'primary'));
      case 'error':
        return problem(this, () => this.#retry());
    }
  }

  /** Whether there is a refund to ask after. Where somebody only said that it was transferred there is no key: asking would begin one. */
  get #begun(): boolean {
    return this.#key !== '' && this.#isKnown;
  }

  #phrase(key: TextKey): Content {
    const money = { value: this.#payment?.amount.value ?? this.amount, currency: 'IDR' };
    return phrase(this.text(key), isMoney(money) ? moneyText(money) : '');
  }

  #referring(key: TextKey): Content {
    return withReference(this.#phrase(key), this.text('reference'), this.#payment?.refund?.reference);
  }

  #confirm(asking: Asking): void {
    // A look that is on its way must not answer this question, nor be repeated as what is asked for now.
    this.#send.clear();
    this.#asking = asking;
    this.requestUpdate();
  }

  /** One key per confirmation: the polls that follow repeat it and cannot begin a second refund. */
  #begin(): void {
    if (this.#send.busy || !this.#asked) return;
    if (this.#asking === 'refund') {
      this.#key = newKey();
      // Until the backend has answered under it, asking after it could begin the refund that somebody was told had failed.
      this.#isKnown = false;
    }
    void this.#send.run();
  }

  /** After a lost answer the same key again; after a refusal a new question, or a look where nothing waits for what was asked. */
  #retry(): void {
    if (this.#send.busy) return;
    if (this.#asking === 'transferred' && this.error?.code === 'PAYMENT_NOT_REFUNDABLE') return this.#lookAnew();
    const repeat = this.error?.retryable && (this.#asking === 'transferred' || this.#key);
    this.#confirm(this.#asking ?? 'refund');
    if (repeat) void this.#send.run();
  }

  /** That a transfer is wanted may be old: asked after where it was begun here, else believed as the page says it. */
  #outdated(): void {
    this.refresh();
    if (!this.#isManual) return;
    this.#isManual = false;
    this.requestUpdate();
  }

  /** Nothing waits for a transfer: what was known is old, and nobody is asked for one by it. Of what was not begun here the page alone knows. */
  #lookAnew(): void {
    if (!this.#begun) return reloadPage();
    this.#payment = this.#asking = undefined;
    this.#isManual = false;
    void this.#send.run();
  }

  async #request(signal: AbortSignal): Promise<Payment> {
    // The payment that was asked about: the page may have named another one since, of which nobody confirmed anything.
    const { reason, transferReference } = this;
    const paymentId = this.#asked ?? '';
    const { send } = this.session as Session;
    if (this.#asking === 'transferred') return refundTransferred(send, paymentId, transferReference ? { reference: transferReference } : {}, signal);
    return refund(send, paymentId, reason ? { reason } : {}, this.#key, signal);
  }

  #heard(payment: Payment): void {
    const news = payment.status === 'refunded' && this.session?.isNews(payment);
    this.#payment = payment;
    this.#isKnown = true;
    this.#asking = undefined;
    if (!news) return;
    this.tell(new AlloEvent('allo-refunded', { payment }));
    this.session?.moneyMoved();
  }

  /** A look that failed, lost on the way or answered by a proxy, says nothing about the refund. Who may not ask for the payment keeps nothing of it. */
  #notHeard({ code }: AlloError): void {
    const isManual = code === 'REFUND_MANUAL';
    this.#isManual ||= isManual;
    if (isFinal(code)) this.#payment = undefined;
    if (isManual || isFinal(code)) this.#asking = undefined;
    if (isManual || (this.#payment && !this.#asking)) this.#send.error = undefined;
  }

  #forget(): void {
    this.#send.clear();
    this.#poll.watch(false);
    this.#payment = this.#asking = undefined;
    this.#isManual = this.#isKnown = false;
    this.#key = '';
  }
}

/**
 * What the backend answered comes before what the page said; but nobody may give back what either knows to be given back,
 * even where a refund of it was refused: somebody may have done it at the bank.
 */
function refundState(payment: Payment | undefined, given: RefundableStatus, isManual: boolean): AlloRefundState {
  if (given === 'refunded' || payment?.status === 'refunded') return 'refunded';
  const status = payment?.status ?? (isManual ? 'manual' : given);
  if (payment?.refund?.status === 'manual') return 'manual';
  if (payment?.refund?.status === 'failed') return 'failed';
  // Sent, and nobody knows how it ended: also while people look at the payment (`review`).
  if (payment?.refund?.status === 'processing') return 'refunding';
  if (status === 'refunding' || status === 'manual') return status;
  return status === 'paid' ? 'ready' : 'unavailable';
}
