import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import type { Money } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, mainButton, moneyText, phrase, problem, skeleton, withReference } from '../internal/templates.ts';
import { bankTexts } from '../locales/bank.ts';
import { linkTexts } from '../locales/link.ts';
import { payTexts } from '../locales/pay.ts';
import { compareMoney } from '../money.ts';
import { PayFlow } from './pay-flow.ts';
import type { AlloPayState } from './pay-state.ts';
import { endedWithoutMoney } from './pay-state.ts';
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
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 * @csspart title - A headline above smaller words.
 * @csspart text - A sentence.
 * @csspart money - Every amount of money.
 * @csspart primary - The button of the main way on.
 * @csspart main - That button where it fills the width and has the wallet.
 * @csspart footnote - Small words below the main button.
 * @csspart skeleton - Grey shapes while loading.
 * @csspart field-label - The label of the phone number's field.
 * @csspart input - The field of the phone number.
 * @csspart receipt - The receipt of a payment, below its title.
 * @csspart rows - The lines of the receipt.
 * @csspart row - A line of a name and its value.
 * @csspart total - The line of the amount on the receipt.
 * @csspart time - The line of the time on the receipt.
 * @csspart reference - The line of the bank's reference on the receipt.
 * @csspart returned - The line of the time at which the money came back.
 */
export class AlloPay extends PayFlow {
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
  protected override readonly texts = { ...bankTexts, ...linkTexts, ...payTexts };
  readonly #link = new LinkFlow(this);

  constructor() {
    super('loading');
    this.disabled = false;
  }

  override get wantsBalance(): boolean {
    return true;
  }

  override get error(): AlloError | undefined {
    return this.problem ?? this.#link.error ?? super.error;
  }

  override refresh(): void {
    this.reload();
    if (!this.session?.account.value) void this.session?.account.run();
  }

  /** Begins the payment, as a press of the button does. Nothing if the state does not allow it, or one is under way. */
  pay(): void {
    if (this.state === 'ready' || endedWithoutMoney(this.state)) this.begin();
  }

  override sessionWoke(): void {
    this.trip.leaving = false;
    this.#link.returned();
    this.reload();
  }

  protected override release(): void {
    super.release();
    this.#link.reset();
  }

  /** The one state to show. What the backend says about a payment comes before all else. */
  protected override deriveState(): AlloPayState {
    this.follow();
    const { order, session } = this;
    const account = session?.account.value;
    const status = order?.payment?.status;
    const { step } = this.#link;
    if (this.sending) return 'creating';
    if (status === 'created') return 'processing';
    if (status === 'requires-action') return this.trip.leaving ? 'opening' : 'waiting';
    if (status && !endedWithoutMoney(status)) return status;
    if (this.error) return 'error';
    if (!order || !account) return 'loading';
    if (account.status !== 'linked') return step === 'none' ? account.status : step;
    if (this.disabled) return 'disabled';
    // Only if we know: a balance that could not be read stops nobody from paying.
    return status ?? (this.#available && compareMoney(this.#available, order.amount) < 0 ? 'insufficient' : 'ready');
  }

  override render(): TemplateResult {
    const { order, state } = this;
    if (state === 'error' || state === 'offline') return problem(this, () => this.#retry());
    if (!order) return skeleton(this);
    const { payment } = order;
    const check = button(this.text('checkStatus'), () => this.check());
    switch (state) {
      case 'loading':
        return skeleton(this);
      case 'phone':
        return this.#link.render();
      case 'linking':
        return this.#linksElsewhere ? this.#renderUnlinked() : this.#link.render();
      case 'unlinked':
      case 'relink-required':
        return this.#renderUnlinked();
      case 'insufficient':
        return this.#renderInsufficient();
      case 'waiting':
        return card(this, 'wallet', this.#phrase(state), '', [payment?.action && this.trip.link(payment.action.url), check]);
      case 'processing':
        return card(this, 'busy', this.text(state), this.text('processingHint'), check);
      case 'failed':
      case 'cancelled':
      case 'expired':
        return card(this, state === 'failed' ? 'danger' : 'neutral', this.text(payment?.failure ?? 'failed'), this.text('notTaken'),
          // A blocked account has to be seen to first.
          button(this.#phrase('payAgain'), () => this.pay(), payment?.failure === 'ACCOUNT_BLOCKED' ? 'secondary' : 'primary'));
      case 'paid':
      case 'refunding':
      case 'refunded':
        return payment ? receiptView(this, payment, state) : skeleton(this);
      case 'review':
        return card(this, 'warning', withReference(this.text(state), this.text('reference'), payment?.receipt?.reference ?? payment?.paymentId));
      default:
        return this.#renderButton();
    }
  }

  #renderButton(): TemplateResult {
    const { state } = this;
    const busy = state === 'creating' || state === 'opening';
    const off = state === 'disabled';
    return mainButton(this, '', busy ? this.text('opening') : this.#phrase('pay'), () => this.pay(), busy ? 'busy' : off ? 'off' : '', off ? (this.disabledReason ?? this.text(state)) : '');
  }

  #renderUnlinked(): TemplateResult {
    const relink = this.state === 'relink-required';
    return card(this, relink ? 'warning' : 'wallet', relink ? this.text('RELINK_REQUIRED') : this.#phrase('payUnlinked'), '',
      this.#linksElsewhere ? '' : button(this.text(relink ? 'linkAgain' : 'link'), () => this.#link.begin(), 'primary'));
  }

  #renderInsufficient(): TemplateResult {
    const balance = this.session?.balance;
    return card(this, 'warning', phrase(this.text('insufficient'), this.#available && moneyText(this.#available)), '',
      button(this.text('retry'), () => balance?.run(), 'primary', balance?.busy ? 'busy' : ''));
  }

  #phrase(key: 'pay' | 'payAgain' | 'payUnlinked' | 'waiting'): Content {
    return phrase(this.text(key), this.order && moneyText(this.order.amount));
  }

  get #available(): Money | undefined {
    return this.session?.balance.value?.instruments.find(({ type }) => type === 'BALANCE')?.available;
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
    else if (this.problem && this.session?.account.value) this.retry();
    else this.refresh();
  }
}
