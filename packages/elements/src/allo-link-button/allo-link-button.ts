import { Task, TaskStatus } from '@lit/task';
import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Account, LinkFailure } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import { escape, linkingView, phoneView } from '../internal/link-views.ts';
import { toAlloError, unlessAborted } from '../internal/outcome.ts';
import { Poll } from '../internal/poll.ts';
import { base } from '../internal/base.styles.ts';
import { actions, button, frame, notice, problem, skeleton, title } from '../internal/templates.ts';
import type { MessageKey } from '../localize.ts';
import { styles } from './allo-link-button.styles.ts';

/** What `<allo-link-button>` can show. */
export type AlloLinkButtonState =
  | 'loading'
  | 'unlinked'
  | 'phone'
  | 'opening'
  | 'linking'
  | 'linked'
  | 'confirming'
  | 'unlinking'
  | 'relink-required'
  | 'error';

const failures = {
  'not-completed': 'link-not-completed',
  expired: 'link-expired',
  conflict: 'ACCOUNT_CONFLICT',
  refused: 'LINK_REFUSED',
  unavailable: 'BANK_UNAVAILABLE',
} as const satisfies Record<LinkFailure, MessageKey>;

/**
 * @summary Links the shopper's Allo Bank account, and unlinks it.
 *
 * The account's status is the backend's to say; the element shows it, asks again while it is open, and never
 * guesses. OTP and PIN are given on the bank's own page.
 *
 * @fires allo-authorize-request {AlloAuthorizeRequestEvent} before the window goes to the bank; cancelable
 * @fires allo-linked {AlloLinkedEvent} when the account became linked
 * @fires allo-unlinked {AlloUnlinkedEvent} when it is no longer linked
 * @fires allo-state-change {AlloStateChangeEvent} when another state is shown
 * @fires allo-error {AlloErrorEvent} when a request failed
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 */
export class AlloLinkButton extends AlloElement<AlloLinkButtonState> {
  static override styles: CSSResultGroup = [base, styles];

  static override properties: PropertyDeclarations = { returnTo: { attribute: 'return-to' } };

  /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
  declare returnTo: string | undefined;

  override readonly linkRank = 2;
  readonly #flow = new LinkFlow(this, () => this.session);
  readonly #poll = new Poll(this, () => this.session?.account.refresh() ?? Promise.resolve());
  readonly #unlink = new Task(this, {
    autoRun: false,
    args: () => [],
    task: (_none: readonly [], { signal }) => unlessAborted(signal, () => this.#sendUnlink(signal)),
    onError: (cause) => (this.#unlinkError = toAlloError(cause)),
  });
  #confirming = false;
  #unlinkError: AlloError | undefined;

  constructor() {
    super('loading');
  }

  override get error(): AlloError | undefined {
    const account = this.session?.account;
    return this.#flow.error ?? this.#unlinkError ?? (account?.value || account?.loading ? undefined : account?.error);
  }

  override refresh(): void {
    void this.session?.account.refresh();
  }

  /** Starts linking, as a press of the button does. Nothing if the account is linked. */
  link(): void {
    if (this.session?.account.value?.status !== 'linked') this.#flow.begin();
  }

  override sessionWoke(): void {
    this.#flow.returned();
    this.#poll.now();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#poll.active = this.isConnected && (this.state === 'linking' || this.session?.account.value?.unlinkRequested === true);
  }

  protected override release(): void {
    this.#flow.abort();
    this.#unlink.abort();
    this.#confirming = false;
    this.#unlinkError = undefined;
  }

  protected override deriveState(): AlloLinkButtonState {
    if (this.#unlink.status === TaskStatus.PENDING) return 'unlinking';
    if (this.error) return 'error';
    if (this.#flow.step !== 'none') return this.#flow.step;
    const status = this.session?.account.value?.status ?? 'loading';
    return status === 'linked' && this.#confirming ? 'confirming' : status;
  }

  override render(): TemplateResult {
    const account = this.session?.account.value ?? { status: 'unlinked' };
    switch (this.state) {
      case 'loading':
        return skeleton(this);
      case 'unlinked':
      case 'opening':
        return this.#renderUnlinked(account);
      case 'phone':
        return phoneView(this, this.#flow);
      case 'linking':
        return linkingView(this, this.#flow, account);
      case 'linked':
        return this.#renderLinked(account);
      case 'confirming':
      case 'unlinking':
        return this.#renderConfirming();
      case 'relink-required':
        return this.#renderRelink(account);
      case 'error':
        return problem(this, this.text(this.error?.code ?? 'UNAVAILABLE'), () => this.#retry());
    }
  }

  #renderUnlinked({ lastFailure }: Account): TemplateResult {
    const busy = this.state === 'opening';
    const label = this.text(busy ? 'opening' : 'link');
    const message = lastFailure && !busy ? notice('warning', this.text(failures[lastFailure])) : nothing;
    return frame(this, { message, busy }, html`${button({ label, press: () => this.#flow.begin(), kind: 'primary', busy, wallet: true, describedBy: 'hint' })}
      <p part="hint footnote" id="hint">${this.text('linkHint')}</p>`);
  }

  #renderLinked({ phone, unlinkRequested }: Account): TemplateResult {
    const line = html`<span part="tag" data-tone=${unlinkRequested ? 'warning' : 'success'}>${this.text(unlinkRequested ? 'unlinkRequested' : 'linked')}</span>`;
    const message = notice('wallet', title(this.text('brand')), [line, phone ? html` <span part="phone">${phone}</span>` : nothing]);
    const unlink = button({ label: this.text('unlink'), press: () => this.#confirm(true), kind: 'plain' });
    return frame(this, { card: true, message }, unlinkRequested ? nothing : unlink);
  }

  #renderConfirming(): TemplateResult {
    const busy = this.state === 'unlinking';
    const yes = button({ label: this.text(busy ? 'unlinking' : 'unlinkYes'), press: () => void this.#unlink.run(), kind: 'danger', busy });
    const no = button({ label: this.text('cancel'), press: () => this.#confirm(false), disabled: busy });
    const leave = escape(() => !busy && this.#confirm(false));
    return frame(this, { card: true, busy, message: notice('warning', this.text('unlinkQuestion')) },
      html`<div part="actions" @keydown=${leave}>${yes}${no}</div>`);
  }

  #renderRelink({ lastFailure }: Account): TemplateResult {
    const words = this.text(lastFailure ? failures[lastFailure] : 'RELINK_REQUIRED');
    const again = button({ label: this.text('linkAgain'), press: () => this.#flow.begin(), kind: 'primary' });
    return frame(this, { card: true, message: notice('warning', words) }, actions(again));
  }

  #confirm(confirming: boolean): void {
    this.#confirming = confirming;
    this.requestUpdate();
  }

  /** What failed is tried again; a failure to read the account is read again. */
  #retry(): void {
    const [linking, unlinking] = [this.#flow.error, this.#unlinkError];
    this.#unlinkError = undefined;
    this.#flow.reset();
    if (linking?.retryable) this.#flow.begin();
    else if (unlinking?.retryable) void this.#unlink.run();
    else this.refresh();
  }

  async #sendUnlink(signal: AbortSignal): Promise<void> {
    const session = this.session;
    const account = await session?.client.unlink(signal);
    this.#confirming = false;
    if (account) session?.account.set(account);
    session?.announce();
  }
}
