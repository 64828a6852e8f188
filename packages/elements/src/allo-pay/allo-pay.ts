import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { nothing } from 'lit';
import type { Order } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import { bankLink, linkingView, phoneView } from '../internal/link-views.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, footnote, frame, moneyText, phrase, problem, skeleton, withReference } from '../internal/templates.ts';
import { linkTexts } from '../locales/link.ts';
import { payTexts } from '../locales/pay.ts';
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
    presentation: {},
    disabled: { type: Boolean },
    disabledReason: { attribute: 'disabled-reason' },
  };

  /** The merchant's id of the order. While it is missing the element shows its loading state. */
  declare orderId: string | undefined;
  /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
  declare returnTo: string | undefined;
  /**
   * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only. Default
   * `redirect`: this window goes there and comes back.
   */
  declare presentation: Presentation | undefined;
  /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
  declare disabled: boolean;
  /** Why it is disabled, in the shopper's language. Default: a general sentence. */
  declare disabledReason: string | undefined;

  override readonly linkRank = 1;
  protected override readonly texts = { ...linkTexts, ...payTexts };
  readonly #flow = new PayFlow(this);
  readonly #link = new LinkFlow(this);

  constructor() {
    super('loading');
    this.disabled = false;
  }

  /** The order as last heard from the backend. */
  get order(): Order | undefined {
    return this.#flow.order;
  }

  override get wantsBalance(): boolean {
    return true;
  }

  override get error(): AlloError | undefined {
    return this.#flow.problem ?? this.#link.error ?? super.error;
  }

  override refresh(): void {
    this.#flow.reload();
    if (!this.session?.account.value) void this.session?.account.run();
  }

  /** Begins the payment, as a press of the button does. Nothing if the state does not allow it, or one is under way. */
  pay(): void {
    if (isPayable(this.state)) this.#flow.begin();
  }

  override sessionWoke(): void {
    this.#flow.leaving = false;
    this.#link.returned();
    this.#flow.reload();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#flow.watch(this.isConnected);
  }

  protected override release(): void {
    this.#flow.forget();
    this.#link.reset();
  }

  protected override deriveState(): AlloPayState {
    this.#flow.follow();
    return payState({
      order: this.order,
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
    const { order, state } = this;
    if (state === 'error' || state === 'offline') return problem(this, () => this.#retry());
    if (!order) return skeleton(this);
    switch (state) {
      case 'loading':
        return skeleton(this);
      case 'phone':
        return phoneView(this, this.#link);
      case 'linking':
        return this.#linksElsewhere ? this.#renderUnlinked() : linkingView(this, this.#link);
      case 'unlinked':
      case 'relink-required':
        return this.#renderUnlinked();
      case 'insufficient':
        return this.#renderInsufficient();
      case 'waiting':
        return this.#renderWaiting(order);
      case 'processing':
        return card(this, 'busy', this.text('processing'), this.text('processingHint'), this.#checkButton());
      case 'failed':
      case 'cancelled':
      case 'expired':
        return card(this, state === 'failed' ? 'danger' : 'neutral', this.text(order.payment?.failure ?? 'failed'), this.text('notTaken'),
          button(this.#phrase('payAgain'), () => this.pay(), 'primary'));
      case 'paid':
      case 'refunding':
      case 'refunded':
        return order.payment ? receiptView(this, order.payment, state) : skeleton(this);
      case 'review':
        return card(this, 'warning', withReference(this.text('review'), this.text('reference'), order.payment?.receipt?.reference ?? order.payment?.paymentId));
      default:
        return this.#renderButton();
    }
  }

  #renderButton(): TemplateResult {
    const { state } = this;
    const busy = state === 'creating' || state === 'opening';
    const disabled = state === 'disabled';
    const label = busy ? this.text(state) : this.#phrase('pay');
    const reason = disabled ? (this.disabledReason ?? this.text(state)) : nothing;
    return frame(this, 'base', nothing, [button(label, () => this.pay(), 'primary main', busy ? 'busy' : disabled && 'off'), footnote(reason)]);
  }

  #renderUnlinked(): TemplateResult {
    const relink = this.state === 'relink-required';
    const link = button(this.text(relink ? 'linkAgain' : 'link'), () => this.#link.begin(), 'primary');
    return card(this, relink ? 'warning' : 'wallet', relink ? this.text('RELINK_REQUIRED') : this.#phrase('payUnlinked'), undefined,
      ...(this.#linksElsewhere ? [] : [link]));
  }

  #renderInsufficient(): TemplateResult {
    const balance = this.session?.balance;
    const main = balance?.value?.instruments.find(({ type }) => type === 'BALANCE');
    const again = button(this.text('checkBalance'), () => balance?.run(), 'primary', balance?.busy && 'busy');
    return card(this, 'warning', phrase(this.text('insufficient'), main ? moneyText(main.available) : ''), undefined, again);
  }

  #renderWaiting({ payment }: Order): TemplateResult {
    const url = payment?.action?.url;
    return card(this, 'wallet', this.#phrase('waiting'), undefined, url ? bankLink(this, url) : nothing, this.#checkButton());
  }

  #checkButton(): TemplateResult {
    return button(this.text('checkStatus'), () => this.#flow.check());
  }

  #phrase(key: 'pay' | 'payAgain' | 'payUnlinked' | 'waiting'): Content {
    return phrase(this.text(key), this.order ? moneyText(this.order.amount) : '');
  }

  /** Another element of the page already offers to link: the shopper should not find it twice. */
  get #linksElsewhere(): boolean {
    return [...(this.session?.members ?? [])].some(({ linkRank }) => linkRank > this.linkRank);
  }

  #retry(): void {
    const link = this.#link.error?.retryable;
    this.#link.reset();
    if (link) this.#link.begin();
    // While the account is not known either, one press asks for both.
    else if (this.#flow.problem && this.session?.account.value) this.#flow.retry();
    else this.refresh();
  }
}
