import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Balance, InstrumentType } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { base } from '../internal/base.styles.ts';
import { icon } from '../internal/icons.ts';
import { keep, recall } from '../internal/keep.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, frame, glyph, hidden, moneyText, phrase, problem, skeleton } from '../internal/templates.ts';
import { balanceTexts } from '../locales/balance.ts';
import type { MessageKey } from '../localize.ts';
import { formatTime } from '../localize.ts';
import { styles } from './allo-balance.styles.ts';

/** What `<allo-balance>` can show. */
export type AlloBalanceState = 'loading' | 'unlinked' | 'relink-required' | 'hidden' | 'shown' | 'stale' | 'offline' | 'error';

const names: Record<InstrumentType, MessageKey> = { BALANCE: 'balance', POINT: 'points', PAYLATER: 'paylater' };

/**
 * @summary Shows what the linked Allo Bank account holds, and as of when.
 *
 * Never a zero that is not one: while nothing is known it shows grey shapes, and after a failed refresh the last
 * known balance, marked as such. It refreshes itself when an element here or in another tab moved money.
 *
 * @fires allo-balance-loaded {AlloBalanceLoadedEvent} when a balance was fetched
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 * @csspart caption - What the amount is, above it.
 * @csspart amount - The balance.
 * @csspart money - Every amount of money.
 * @csspart row - A line of a name and its value.
 * @csspart as-of - When the bank said so, or that it is hidden.
 * @csspart tools - The buttons in the corner.
 * @csspart refresh - The button that asks anew.
 * @csspart show - The closed eye.
 * @csspart hide - The open eye.
 * @csspart title - A headline above smaller words.
 * @csspart plain - A button that looks like a link or an icon.
 * @csspart skeleton - Grey shapes while loading.
 * @cssproperty --allo-font-size-amount - Size of the balance.
 */
export class AlloBalance extends AlloElement<AlloBalanceState> {
  static override styles: CSSResultGroup = [base, styles];

  static override properties: PropertyDeclarations = { masked: { type: Boolean } };

  /**
   * Hides the figures until the shopper asks for them, and does not even fetch them until then. What the shopper chose
   * last is remembered in this browser. Default `false`.
   */
  declare masked: boolean;

  protected override readonly texts = balanceTexts;
  #loaded: Balance | undefined;

  constructor() {
    super('loading');
    this.masked = false;
  }

  override get wantsBalance(): boolean {
    return !this.masked || Boolean(recall(this.#choice));
  }

  get hidesBalance(): boolean {
    return !this.wantsBalance;
  }

  /** The last known balance, if the account is linked. */
  get balance(): Balance | undefined {
    return this.session?.balance.value;
  }

  override get error(): AlloError | undefined {
    const balance = this.session?.balance;
    return super.error ?? (balance?.busy || !this.wantsBalance ? undefined : balance?.error);
  }

  override refresh(): void {
    const { account, balance } = this.session ?? {};
    void (account?.value?.status === 'linked' && this.wantsBalance ? balance : account)?.run();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // Only from one to the other: at first the session asks anyway.
    if (changed.get('masked') !== undefined) void this.updateComplete.then(() => this.session?.changed());
    const balance = this.wantsBalance ? this.balance : undefined;
    if (balance && balance !== this.#loaded) this.dispatchEvent(new AlloEvent('allo-balance-loaded', { balance }));
    this.#loaded = balance;
  }

  protected override deriveState(): AlloBalanceState {
    const status = this.session?.account.value?.status;
    if (status === 'relink-required') return status;
    if (status && status !== 'linked') return 'unlinked';
    if (status && !this.wantsBalance) return 'hidden';
    if (status && this.balance) return this.session?.balance.error ? 'stale' : 'shown';
    return this.error ? 'error' : 'loading';
  }

  override render(): TemplateResult {
    const { balance, state } = this;
    const title = this.text('balance');
    if (state === 'error' || state === 'offline') return problem(this, () => this.refresh(), title);
    if (state === 'unlinked') return card(this, 'wallet', title, this.text('balanceUnlinked'));
    if (state === 'relink-required') return card(this, 'warning', title, this.text('RELINK_REQUIRED'));
    // The eye is the same node in every state: it keeps the focus.
    const tools = (more?: Content): Content => html`<div part="tools">${this.masked ? this.#renderTool(this.wantsBalance ? 'hide' : 'show') : nothing}${more}</div>`;
    if (state === 'hidden') return frame(this, 'base card', [this.#renderMain('BALANCE', html`<span aria-hidden="true">Rp\u00a0••••••</span>`), html`<p part="hint as-of">${this.text(state)}</p>`], tools());
    if (!balance) return skeleton(this, 'base card', this.session?.account.value ? tools() : nothing);
    return frame(this, 'base card', this.#renderBalance(balance), tools(this.#renderTool('refresh')));
  }

  #renderBalance({ instruments, asOf }: Balance): Content {
    const stale = this.state === 'stale';
    const [main, ...others] = [...instruments].sort((a, b) => Number(b.type === 'BALANCE') - Number(a.type === 'BALANCE'));
    return [
      main && this.#renderMain(main.type, moneyText(main.available)),
      others.map(({ type, available }) => html`<p part="hint row">${this.text(names[type])} ${moneyText(available)}</p>`),
      html`<p part="hint as-of" data-tone=${stale ? 'warning' : nothing}>${phrase(this.text(stale ? 'stale' : 'asOf'), formatTime(asOf, this.language))}</p>`,
    ];
  }

  #renderMain(type: InstrumentType, figure: Content): TemplateResult {
    return html`<p part="hint caption">${glyph('wallet')}${this.text(names[type])}</p><p part="amount">${figure}</p>`;
  }

  #renderTool(name: 'refresh' | 'show' | 'hide'): TemplateResult {
    const refresh = name === 'refresh';
    return button(hidden(this.text(name)), () => (refresh ? this.refresh() : this.#reveal(name)), `plain ${name}`, refresh && this.session?.balance.busy ? 'busy' : '', icon(name));
  }

  get #choice(): string {
    return `allo-kit:balance-shown:${this.session?.scope}`;
  }

  /** All balances of the page follow. */
  #reveal(choice: 'show' | 'hide'): void {
    const show = choice === 'show';
    keep(this.#choice, show ? '1' : undefined);
    if (show) void this.session?.balance.run();
    this.session?.changed();
  }
}
