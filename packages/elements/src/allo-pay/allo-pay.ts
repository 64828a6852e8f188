import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { readOrder } from '../client.ts';
import type { Money, Order } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { isFinal } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import { Exchange } from '../internal/exchange.ts';
import type { Session } from '../internal/session.ts';
import { mainButton, moneyText, phrase, problem, reloadPage, skeleton } from '../internal/templates.ts';
import { payTexts } from '../locales/pay.ts';
import type { Texts } from '../locales/text.ts';
import { compareMoney } from '../money.ts';
import { fetchViews } from './fetch-views.ts';
import type { PayViews } from './pay-views.ts';
import type { AlloPayState } from './pay-state.ts';
import { endedWithoutMoney } from './pay-state.ts';
import { styles } from './allo-pay.styles.ts';

export type { AlloPayState } from './pay-state.ts';

/**
 * @summary Pays one order with the linked Allo Bank account.
 *
 * The amount and the state of the payment are the backend's to say; the element sends an order id, and what its button
 * says, so that no other amount is paid. A payment begins only when the shopper presses the button. While the outcome is open the element asks again
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
  protected override texts: Texts = payTexts;
  #orderId: string | undefined;
  #order: Order | undefined;
  readonly #load = new Exchange(this, async (signal) => readOrder((this.session as Session).send, this.orderId as string, signal), (order) => (this.#flow ?? this).know(order), (error) => this.lost(error));
  /** All but the button: fetched while the order is read, and there before money may move. */
  readonly #later = new Exchange(this, fetchViews, ({ texts }) => (this.texts = texts));
  #flow: PayViews | undefined;

  constructor() {
    super('loading');
    this.disabled = false;
  }

  override get wantsBalance(): boolean {
    return !this.session?.any(({ hidesBalance }) => hidesBalance);
  }

  override get error(): AlloError | undefined {
    return this.#flow?.error ?? this.#load.error ?? this.#later.error ?? super.error;
  }

  /** The order as last heard from the backend; forgotten once that says that it is not for who asks now. */
  get order(): Order | undefined {
    return this.#order;
  }

  /** What the account holds now, as far as the page may know it. @internal */
  get available(): Money | undefined {
    const balance = this.session?.balance;
    return this.wantsBalance && !balance?.error ? balance?.value?.instruments.find(({ type }) => type === 'BALANCE')?.available : undefined;
  }

  override refresh(): void {
    this.#again();
    if (!this.session?.account.value) void this.session?.account.run();
  }

  /** Begins the payment, as a press of the button does. Nothing if the state does not allow it, or one is under way. */
  pay(): void {
    // Not what was drawn last: the order may be another one since.
    const state = this.deriveState();
    const order = this.#order;
    if (state !== 'ready' && !endedWithoutMoney(state)) return;
    // A popup is only allowed within the press: nothing may be waited for if it is there.
    if (this.#flow) this.#flow.begin();
    // Pressed was the button of what was known then; and the page may have ruled it out meanwhile.
    else void this.#later.run().then(() => this.#later.value && order === this.#order && this.pay());
  }

  /** Takes what is known of the order now. @internal */
  know(order: Order): void {
    this.#order = order;
    this.#load.error = undefined;
  }

  /**
   * The order or its payment could not be read. What was known of it is forgotten if that is because it is not for who asks
   * now; else what is known of a payment says more. @internal
   */
  lost(error: AlloError): void {
    if (isFinal(error.code)) this.#forget();
    this.#load.error = this.#order?.payment ? undefined : error;
  }

  /** Reads the order anew. @internal */
  reload(): void {
    if (this.session && this.orderId) void this.#load.run();
  }

  override sessionWoke(): void {
    this.#again();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#flow?.watch();
  }

  protected override release(): void {
    this.#orderId = undefined;
    this.#forget();
  }

  protected override deriveState(): AlloPayState {
    this.#follow();
    this.#later.ensure();
    const due = this.#due();
    // Without the rest a press could not open a popup.
    if (this.#flow || (due === 'ready' && !this.presentation)) return due;
    return this.error ? 'error' : 'loading';
  }

  override render(): TemplateResult {
    const { state } = this;
    const busy = state === 'creating' || state === 'opening';
    const off = state === 'disabled';
    if (state === 'loading') return skeleton(this);
    if (state === 'error' || state === 'offline') return problem(this, () => this.#retry());
    return this.#flow?.render() ?? mainButton(this, '', busy ? this.text('opening') : phrase(this.text('pay'), this.order && moneyText(this.order.amount)), () => this.pay(),
      busy ? 'busy' : off ? 'off' : '', off ? (this.disabledReason ?? this.text(state)) : '');
  }

  /** With another order nothing known counts any more. */
  #follow(): void {
    const { session, orderId } = this;
    if (orderId !== this.#orderId) {
      this.#forget();
      this.#orderId = orderId;
      this.reload();
    }
    if (this.#later.value && session && orderId) this.#flow ??= new this.#later.value(this, session, orderId);
    this.#flow?.yieldToAccount();
  }

  /** The one state to show. What the backend says about a payment comes before all else. */
  #due(): AlloPayState {
    const order = this.#order;
    const flow = this.#flow;
    const account = this.session?.account.value;
    const status = order?.payment?.status;
    if (flow?.sending) return 'creating';
    if (status === 'created') return 'processing';
    if (status === 'requires-action') return flow?.trip.leaving ? 'opening' : 'waiting';
    if (status && !endedWithoutMoney(status)) return status;
    if (this.error) return 'error';
    if (!order || !account) return 'loading';
    if (account.status !== 'linked') return flow?.link.step ?? account.status;
    if (this.disabled) return 'disabled';
    // Only if we know: a balance that could not be read stops nobody from paying.
    return status ?? (this.available && compareMoney(this.available, order.amount) < 0 ? 'insufficient' : 'ready');
  }

  /** Nothing of the order is shown, kept for scripts or under way any more; as in a new page it has to be loaded. */
  #forget(): void {
    this.#flow?.release();
    this.#load.clear();
    this.#flow = this.#order = undefined;
  }

  /** Whatever failed before is tried once more. */
  #again(): void {
    this.#flow?.woke();
    this.#load.error = this.#later.error = undefined;
    this.reload();
  }

  async #retry(): Promise<void> {
    // A browser may keep in mind that a file could not be fetched; a new page asks anew.
    if (this.#later.error) await this.#later.run();
    if (this.#later.error && navigator.onLine) return reloadPage();
    const known = this.session?.account.value;
    // While the account is not known either, one press asks for both.
    if (!known || !this.#flow?.retry()) this.refresh();
  }
}
