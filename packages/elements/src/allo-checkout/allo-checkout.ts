import type { CSSResultGroup, LitElement, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { AlloBalance } from '../allo-balance/allo-balance.ts';
import type { AlloLinkButton } from '../allo-link-button/allo-link-button.ts';
import type { AlloPay, AlloPayState } from '../allo-pay/allo-pay.ts';
import type { Order, OrderLine } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import type { AlloErrorEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import type { Content } from '../internal/templates.ts';
import { moneyText } from '../internal/templates.ts';
import { checkoutTexts } from '../locales/checkout.ts';
import { compareMoney, isMoney } from '../money.ts';
import type { Steps } from './arrangement.ts';
import { arrange, currentStep, isSettled, stateOf } from './arrangement.ts';
import { styles } from './allo-checkout.styles.ts';

/** What `<allo-checkout>` can show: the state of the payment, and before it that of the link. */
export type AlloCheckoutState = AlloPayState;

/** More than anybody sees at once; whoever says more does not know. */
const mostLinesKept = 50;

/** Every part of the elements inside but their frames, which are none here. */
const innerParts = [
  'status, alert, notice, badge, icon, words, text, title, hint, footnote, caption, money, amount, as-of, rows, row, receipt, total, time',
  'reference, returned, actions, button, primary, main, secondary, plain, danger, tools, refresh, show, hide, label, field-label, input',
  'phone, tag, skeleton',
].join();

/**
 * @summary The whole way in one tag: what is bought, the account, its balance, the payment, the receipt.
 *
 * Composed of `<allo-link-button>`, `<allo-balance>` and `<allo-pay>`, which it arranges so that the shopper sees the
 * step that is due and nothing twice. Their events come through, each once. Whoever registers the class under another
 * tag registers those three, too; `define.ts` does.
 *
 * @fires allo-linked {AlloLinkedEvent} when the account became linked
 * @fires allo-unlinked {AlloUnlinkedEvent} when it is no longer linked
 * @fires allo-balance-loaded {AlloBalanceLoadedEvent} when a balance was fetched
 * @fires allo-pay-started {AlloPayStartedEvent} before anything is sent; cancelable
 * @fires allo-authorize-request {AlloAuthorizeRequestEvent} before the window goes to the bank; cancelable
 * @fires allo-paid {AlloPaidEvent} when the order became paid
 * @fires allo-pay-failed {AlloPayFailedEvent} when a payment ended without money being taken
 * @fires allo-refunded {AlloRefundedEvent} when the money came back
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show. Each element inside gets a copy, which the page's style sheets do not reach.
 * @csspart order - What is bought.
 * @csspart lines - The lines of the order.
 * @csspart line - A line of the order.
 * @csspart name - What a line is about.
 * @csspart price - What a line costs.
 * @csspart sum - The line with the total of the order.
 * @csspart row - A line of a name and its value.
 * @csspart money - Every amount of money.
 * @csspart steps - The steps: account, balance, payment.
 * @csspart skeleton - Grey shapes while loading.
 */
export class AlloCheckout extends AlloElement<AlloPayState> {
  static override styles: CSSResultGroup = [base, styles];

  static override properties: PropertyDeclarations = {
    orderId: { attribute: 'order-id' },
    returnTo: { attribute: 'return-to' },
    presentation: {},
    lines: { type: Number },
    masked: { type: Boolean },
    disabled: { type: Boolean },
    disabledReason: { attribute: 'disabled-reason' },
  };

  /** The merchant's id of the order. While it is missing the element shows its loading state. */
  declare orderId: string | undefined;
  /**
   * Path of the shop to come back to after paying. Default: this page, without its fragment. From linking the shopper
   * always comes back to this page, where the checkout goes on.
   */
  declare returnTo: string | undefined;
  /**
   * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only. Default
   * `redirect`: this window goes there and comes back.
   */
  declare presentation: Presentation | undefined;
  /** How many lines the order has: so many are kept free until it is known. Default 1, at most 50. */
  declare lines: number;
  /** Hides the figures of the balance until the shopper asks for them. Default `false`. */
  declare masked: boolean;
  /** Keeps the shopper from beginning a payment, for example until terms are accepted. Default `false`. */
  declare disabled: boolean;
  /** Why it is disabled, in the shopper's language. Default: a general sentence. */
  declare disabledReason: string | undefined;

  override readonly needsAccount = false;
  protected override readonly texts = checkoutTexts;
  /** Copies of what is in the slot, one for each element inside: a node can stand in one place only. */
  #marks: readonly Node[] = [];
  readonly #told = new WeakSet<AlloError>();
  #step: AlloLinkButton | AlloPay | undefined;
  /** Which element inside had the focus before something was drawn anew. */
  #focused: HTMLElement | null | undefined;

  constructor() {
    super('loading');
    this.lines = 1;
    this.masked = this.disabled = false;
  }

  /** The order as last heard from the backend; forgotten once that says that it is not for who asks now. */
  get order(): Order | undefined {
    return this.#steps?.pay.order;
  }

  /** Always undefined: the elements inside say what went wrong, each for itself, and tell it by `allo-error`. */
  override get error(): undefined {
    return undefined;
  }

  override refresh(): void {
    this.session?.wake();
  }

  override firstUpdated(): void {
    const steps: LitElement[] = Object.values<LitElement>({ ...this.#steps });
    const follow = { hostUpdate: () => this.#noteFocus(), hostUpdated: () => this.requestUpdate() };
    for (const element of steps) element.addController(follow);
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#moveFocus();
  }

  /** The focus is inside one of the steps, or was: where it goes is known only when they are drawn, too. */
  protected override keepFocus(): void {
    this.#noteFocus();
  }

  protected override deriveState(): AlloPayState {
    return this.#steps ? stateOf(this.#steps) : 'loading';
  }

  override render(): TemplateResult {
    const { order } = this;
    const shown = this.#steps ? arrange(this.#steps) : { link: false, balance: false, pay: true };
    const paid = isSettled(this.state) ? order?.payment?.amount : undefined;
    return html`<div part="base card" role="group" aria-label=${this.text('checkout')} tabindex="-1"
      @allo-state-change=${stop} @allo-error=${this.#tellOnce}>
      <slot name="icon" hidden @slotchange=${this.#copyMark}></slot>
      ${order || this.state === 'loading' ? this.#renderOrder(order) : nothing}
      <div part="steps" ?data-sum=${paid && order && compareMoney(paid, order.amount) === 0}>
        ${this.state === 'loading' ? html`<div part="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>` : nothing}
        <allo-link-button ?hidden=${!shown.link} exportparts=${innerParts} endpoint=${this.endpoint ?? nothing}
          presentation=${this.presentation ?? nothing}>${this.#marks[0]}</allo-link-button>
        <allo-balance ?hidden=${!shown.balance} exportparts=${innerParts} endpoint=${this.endpoint ?? nothing} ?masked=${this.masked}
          >${this.#marks[1]}</allo-balance>
        <allo-pay ?hidden=${!shown.pay} exportparts=${innerParts} endpoint=${this.endpoint ?? nothing} order-id=${this.orderId ?? nothing}
          return-to=${this.returnTo ?? nothing} presentation=${this.presentation ?? nothing} ?disabled=${this.disabled}
          disabled-reason=${this.disabledReason ?? nothing}>${this.#marks[2]}</allo-pay>
      </div>
    </div>`;
  }

  /** No arithmetic: what is told of a line is what the backend says. */
  #renderOrder(order: Order | undefined): TemplateResult {
    const unknown = Array.from({ length: Math.min(this.lines, mostLinesKept) }, () => html`<div part="row line" role="listitem"><i></i><i></i></div>`);
    const lines = order ? linesOf(order).map((line) => this.#renderLine(line)) : unknown;
    return html`<div part="order" aria-busy=${!order}>
      ${lines.length > 0 ? html`<div part="lines" role="list" aria-label=${this.text('order')}>${lines}</div>` : nothing}
      <p part="row sum" lang=${this.language}><span>${this.text('total')}</span>${order ? moneyText(order.amount) : html`<i></i>`}</p>
    </div>`;
  }

  #renderLine({ name, price, quantity }: OrderLine): Content {
    const times = quantity > 1 ? `${quantity} × ` : nothing;
    return html`<div part="row line" role="listitem"><span part="name">${name}</span> <span part="price">${times}${moneyText(price)}</span></div>`;
  }

  get #steps(): Steps | undefined {
    const root = this.shadowRoot;
    const link = root?.querySelector<AlloLinkButton>('allo-link-button');
    const balance = root?.querySelector<AlloBalance>('allo-balance');
    const pay = root?.querySelector<AlloPay>('allo-pay');
    return link && balance && pay ? { link, balance, pay } : undefined;
  }

  /** What fails for all of them, each of them tells. */
  #tellOnce(event: AlloErrorEvent): void {
    if (this.#told.has(event.error)) event.stopPropagation();
    this.#told.add(event.error);
  }

  #copyMark({ currentTarget }: Event): void {
    const [mark] = (currentTarget as HTMLSlotElement).assignedElements();
    this.#marks = mark ? [1, 2, 3].map(() => mark.cloneNode(true)) : [];
    this.requestUpdate();
  }

  #noteFocus(): void {
    this.#focused ??= this.shadowRoot?.activeElement as HTMLElement | null | undefined;
  }

  /** The focus goes along from step to step. Only if it was inside: the page may have something else in hand. */
  #moveFocus(): void {
    const before = this.#step;
    const step = (this.#step = this.#steps && currentStep(this.#steps));
    const had = this.#focused;
    this.#focused = undefined;
    // One that is still seen, and whose step it is, keeps the focus itself: a question that it asks has to be read first.
    if (!step || !had || (!had.hidden && step === before)) return;
    if (!this.shadowRoot?.activeElement && document.activeElement !== document.body) return;
    void step.updateComplete.then(() => focusIn(step));
  }
}

/** None if they are not of the contract: what is to be paid does not hang on them. */
function linesOf({ lines }: Order): readonly OrderLine[] {
  const given: unknown = lines;
  return Array.isArray(given) && given.every((line: Partial<OrderLine> | null) => isMoney(line?.price)) ? lines : [];
}

function focusIn({ shadowRoot }: Element): void {
  const control = shadowRoot?.querySelector<HTMLElement>('input, [part~=primary], button') ?? shadowRoot?.querySelector<HTMLElement>('[part~=base]');
  control?.focus();
}

function stop(event: Event): void {
  event.stopPropagation();
}
