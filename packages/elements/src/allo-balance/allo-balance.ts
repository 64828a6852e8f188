import type { CSSResultGroup, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Balance, Instrument, InstrumentType } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloBalanceLoadedEvent } from '../events.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { base } from '../internal/base.styles.ts';
import type { Content } from '../internal/templates.ts';
import { actions, button, frame, glyph, moneyText, notice, phrase, skeleton, title } from '../internal/templates.ts';
import { icon } from '../internal/icons.ts';
import type { MessageKey } from '../localize.ts';
import { formatTime } from '../localize.ts';
import { styles } from './allo-balance.styles.ts';

/** What `<allo-balance>` can show. */
export type AlloBalanceState = 'loading' | 'unlinked' | 'relink-required' | 'shown' | 'stale' | 'error';

const names: Record<InstrumentType, MessageKey> = { BALANCE: 'balance', POINT: 'points', PAYLATER: 'paylater' };

/**
 * @summary Shows what the linked Allo Bank account holds, and as of when.
 *
 * Never a zero that is not one: while nothing is known it shows grey shapes, and after a failed refresh the last
 * known balance, marked as such. It refreshes itself when an element here or in another tab moved money.
 *
 * @fires allo-balance-loaded {AlloBalanceLoadedEvent} when a balance was fetched
 * @fires allo-state-change {AlloStateChangeEvent} when another state is shown
 * @fires allo-error {AlloErrorEvent} when a request failed
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 */
export class AlloBalance extends AlloElement<AlloBalanceState> {
  static override styles: CSSResultGroup = [base, styles];

  override readonly wantsBalance = true;
  #loaded: Balance | undefined;

  constructor() {
    super('loading');
  }

  /** The last known balance, if the account is linked. */
  get balance(): Balance | undefined {
    return this.session?.balance.value;
  }

  override get error(): AlloError | undefined {
    const { account, balance } = this.session ?? {};
    if (!account?.value) return account?.loading ? undefined : account?.error;
    return balance?.loading ? undefined : balance?.error;
  }

  override refresh(): void {
    if (this.session?.account.value?.status === 'linked') void this.session.balance.refresh();
    else void this.session?.account.refresh();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    const balance = this.balance;
    if (balance && balance !== this.#loaded) this.dispatchEvent(new AlloBalanceLoadedEvent(balance));
    this.#loaded = balance;
  }

  protected override deriveState(): AlloBalanceState {
    const account = this.session?.account.value;
    if (!account) return this.error ? 'error' : 'loading';
    if (account.status === 'relink-required') return 'relink-required';
    if (account.status !== 'linked') return 'unlinked';
    if (this.balance) return this.session.balance.error ? 'stale' : 'shown';
    return this.error ? 'error' : 'loading';
  }

  override render(): TemplateResult {
    switch (this.state) {
      case 'loading':
        return skeleton(this, true);
      case 'unlinked':
        return this.#renderNotice('wallet', this.text('balanceUnlinked'));
      case 'relink-required':
        return this.#renderNotice('warning', this.text('RELINK_REQUIRED'));
      case 'shown':
      case 'stale':
        return this.balance ? this.#renderBalance(this.balance) : skeleton(this, true);
      case 'error':
        return this.#renderError();
    }
  }

  #renderNotice(name: 'wallet' | 'warning', hint: string): TemplateResult {
    return frame(this, { card: true, message: notice(name, title(this.text('balance')), hint) });
  }

  #renderBalance({ instruments, asOf }: Balance): TemplateResult {
    const stale = this.state === 'stale';
    const time = formatTime(asOf, this.language);
    const note = html`<p part="hint as-of" data-tone=${stale ? 'warning' : nothing}>${phrase(this.text(stale ? 'stale' : 'asOf'), { time })}</p>`;
    const [first, ...others] = [...instruments].sort((a, b) => Number(b.type === 'BALANCE') - Number(a.type === 'BALANCE'));
    const rest = others.length > 0 ? html`<dl part="rows">${others.map((instrument) => this.#renderRow(instrument))}</dl>` : nothing;
    return frame(this, { card: true, message: [first ? this.#renderMain(first) : nothing, rest, note] }, this.#renderRefresh());
  }

  #renderMain({ type, available }: Instrument): Content {
    return html`<p part="hint caption">${glyph('wallet')}${this.text(names[type])}</p>
      <p part="amount">${moneyText(available)}</p>`;
  }

  #renderRow({ type, available }: Instrument): TemplateResult {
    return html`<div part="row"><dt>${this.text(names[type])}</dt><dd>${moneyText(available)}</dd></div>`;
  }

  #renderRefresh(): TemplateResult {
    const busy = this.session?.balance.loading === true;
    return html`<button part="button plain refresh" type="button" aria-label=${this.text('refresh')} title=${this.text('refresh')}
      aria-disabled=${busy ? 'true' : nothing} @click=${busy ? nothing : () => this.refresh()}>${icon(busy ? 'busy' : 'refresh')}</button>`;
  }

  #renderError(): TemplateResult {
    const hint = this.text(this.error?.code ?? 'UNAVAILABLE');
    const retry = button({ label: this.text('retry'), press: () => this.refresh() });
    return frame(this, { card: true, urgent: true, message: notice('danger', title(this.text('balance')), hint) }, actions(retry));
  }
}
