import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Order } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { base } from '../internal/base.styles.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import { linkingView, phoneView } from '../internal/link-views.ts';
import { actions, bankLink, button, frame, moneyText, notice, phrase, problem, skeleton, title } from '../internal/templates.ts';
import { PayFlow } from './pay-flow.ts';
import type { AlloPayState } from './pay-state.ts';
import { isPayable, payState } from './pay-state.ts';
import { receiptView } from './receipt-view.ts';
import { styles } from './allo-pay.styles.ts';

export type { AlloPayState } from './pay-state.ts';

/**
 * @summary Pays one order with the linked Allo Bank account.
 *
 * The amount and the state of the payment are the backend's to say; the element sends an order id and nothing
 * else. A payment begins only when the shopper presses the button. While the outcome is open the element asks again
 * and offers no second payment.
 *
 * @fires allo-pay-started {AlloPayStartedEvent} before anything is sent; cancelable
 * @fires allo-authorize-request {AlloAuthorizeRequestEvent} before the window goes to the bank; cancelable
 * @fires allo-paid {AlloPaidEvent} when the order became paid
 * @fires allo-pay-failed {AlloPayFailedEvent} when a payment ended without money being taken
 * @fires allo-refunded {AlloRefundedEvent} when the money came back
 * @fires allo-state-change {AlloStateChangeEvent} when another state is shown
 * @fires allo-error {AlloErrorEvent} when a request failed
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 */
export class AlloPay extends AlloElement<AlloPayState> {
  static override styles: CSSResultGroup = [base, styles];

  static override properties: PropertyDeclarations = {
    orderId: { attribute: 'order-id' },
    returnTo: { attribute: 'return-to' },
    disabled: { type: Boolean },
    disabledReason: { attribute: 'disabled-reason' },
  };

  /** The merchant's id of the order. While it is missing the element shows its loading state. */
  declare orderId: string | undefined;
  /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
  declare returnTo: string | undefined;
  /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
  declare disabled: boolean;
  /** Why it is disabled, in the shopper's language. Default: a general sentence. */
  declare disabledReason: string | undefined;

  override readonly wantsBalance = true;
  override readonly linkRank = 1;
  readonly #flow = new PayFlow(this, () => this.session);
  readonly #link = new LinkFlow(this, () => this.session);

  constructor() {
    super('loading');
    this.disabled = false;
  }

  /** The order as last heard from the backend. */
  get order(): Order | undefined {
    return this.#flow.order;
  }

  override get error(): AlloError | undefined {
    const account = this.session?.account;
    return this.#flow.problem ?? this.#link.error ?? (account?.value || account?.loading ? undefined : account?.error);
  }

  override refresh(): void {
    this.#flow.reload();
    if (!this.session?.account.value) void this.session?.account.refresh();
  }

  /** Begins the payment, as a press of the button does. Nothing if the state does not allow it, or one is under way. */
  pay(): void {
    if (isPayable(this.state)) this.#flow.begin();
  }

  override sessionWoke(): void {
    this.#flow.leaving = false;
    this.#link.returned();
    if (this.#flow.order || this.#flow.problem) this.refresh();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Put back after it was taken out: what it knew then is forgotten.
    if (this.hasUpdated && !this.#flow.order) this.#flow.reload();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    this.connection.follow();
    this.#flow.follow(changed.has('orderId'));
    super.willUpdate(changed);
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#flow.watch(this.isConnected);
  }

  protected override release(): void {
    this.#flow.abort();
    this.#link.abort();
  }

  protected override deriveState(): AlloPayState {
    return payState({
      order: this.#flow.order,
      account: this.session?.account.value,
      balance: this.session?.balance.value,
      linkStep: this.#link.step,
      sending: this.#flow.sending,
      leaving: this.#flow.leaving,
      failed: this.error !== undefined,
      disabled: this.disabled,
    });
  }

  override render(): TemplateResult {
    const order = this.#flow.order;
    if (!order && this.state !== 'error') return skeleton(this);
    switch (this.state) {
      case 'loading':
        return skeleton(this);
      case 'ready':
      case 'disabled':
      case 'creating':
      case 'opening':
        return this.#renderButton();
      case 'phone':
        return phoneView(this, this.#link);
      case 'linking':
        return this.#linksElsewhere ? this.#renderUnlinked() : linkingView(this, this.#link, this.session?.account.value);
      case 'unlinked':
      case 'relink-required':
        return this.#renderUnlinked();
      case 'insufficient':
        return this.#renderInsufficient();
      case 'waiting':
        return this.#renderWaiting();
      case 'processing':
        return this.#renderProcessing();
      case 'failed':
      case 'cancelled':
      case 'expired':
        return this.#renderFailed();
      case 'paid':
      case 'refunding':
      case 'refunded':
        return order?.payment ? receiptView(this, order.payment, this.text(this.state)) : skeleton(this);
      case 'review':
        return frame(this, { card: true, message: notice('warning', this.text('review'), this.#reference()) });
      case 'error':
        return problem(this, this.text(this.error?.code ?? 'UNAVAILABLE'), () => this.#retry());
    }
  }

  #renderButton(): TemplateResult {
    const { state } = this;
    const busy = state === 'creating' || state === 'opening';
    const disabled = state === 'disabled';
    const label = busy ? this.text(state) : this.#phrase('pay');
    const reason = disabled ? html`<p part="hint footnote" id="reason">${this.disabledReason ?? this.text('disabled')}</p>` : nothing;
    return frame(this, { busy }, [button({ label, press: () => this.pay(), kind: 'primary', busy, disabled, wallet: true, ...(disabled && { describedBy: 'reason' }) }), reason]);
  }

  #renderUnlinked(): TemplateResult {
    const relink = this.state === 'relink-required';
    const words = relink ? this.text('RELINK_REQUIRED') : this.#phrase('payUnlinked');
    const link = button({ label: this.text(relink ? 'linkAgain' : 'link'), press: () => this.#link.begin(), kind: 'primary' });
    return frame(this, { card: true, message: notice(relink ? 'warning' : 'wallet', words) }, this.#linksElsewhere ? nothing : actions(link));
  }

  #renderInsufficient(): TemplateResult {
    const balance = this.session?.balance;
    const main = balance?.value?.instruments.find(({ type }) => type === 'BALANCE');
    const words = phrase(this.text('insufficient'), { balance: main ? moneyText(main.available) : '' });
    const again = button({ label: this.text('checkBalance'), press: () => void balance?.refresh(), kind: 'primary', busy: balance?.loading === true });
    return frame(this, { card: true, message: notice('warning', words) }, actions(again));
  }

  #renderWaiting(): TemplateResult {
    const url = this.#flow.order?.payment?.action?.url;
    const message = notice('wallet', this.#phrase('waiting'));
    return frame(this, { card: true, message }, actions(url ? bankLink(this, url) : nothing, this.#checkButton()));
  }

  #renderProcessing(): TemplateResult {
    const message = notice('busy', title(this.text('processing')), this.text('processingHint'));
    return frame(this, { card: true, message }, actions(this.#checkButton()));
  }

  #renderFailed(): TemplateResult {
    const words = this.text(this.#flow.order?.payment?.failure ?? 'failed');
    const tone = this.state === 'failed' ? 'danger' : 'neutral';
    const again = button({ label: this.#phrase('payAgain'), press: () => this.pay(), kind: 'primary' });
    return frame(this, { card: true, urgent: true, message: notice(tone, words) }, actions(again));
  }

  #checkButton(): TemplateResult {
    return button({ label: this.text('checkStatus'), press: () => this.#flow.check() });
  }

  #phrase(key: 'pay' | 'payAgain' | 'payUnlinked' | 'waiting'): ReturnType<typeof phrase> {
    return phrase(this.text(key), { amount: this.#flow.order ? moneyText(this.#flow.order.amount) : '' });
  }

  #reference(): string {
    return `${this.text('reference')} ${this.#flow.order?.payment?.receipt?.reference ?? this.#flow.order?.payment?.paymentId ?? ''}`;
  }

  /** Another element of the page already offers to link: the shopper should not find it twice. */
  get #linksElsewhere(): boolean {
    return [...(this.session?.members ?? [])].some(({ linkRank }) => linkRank > this.linkRank);
  }

  #retry(): void {
    const link = this.#link.error?.retryable;
    this.#link.reset();
    if (link) this.#link.begin();
    else if (this.#flow.problem) this.#flow.retry();
    else this.refresh();
  }
}
