import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Account, LinkFailure } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import { Exchange } from '../internal/exchange.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import { linkingView, phoneView } from '../internal/link-views.ts';
import { Poll } from '../internal/poll.ts';
import { button, card, footnote, frame, notice, problem, question, skeleton } from '../internal/templates.ts';
import { accountTexts } from '../locales/account.ts';
import { linkTexts } from '../locales/link.ts';
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
  | 'offline'
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
 * @slot icon - Replaces the wallet, for the mark a merchant is licensed to show.
 * @csspart title - A headline above smaller words.
 * @csspart text - A sentence.
 * @csspart primary - The button of the main way on.
 * @csspart main - That button where it fills the width and has the wallet.
 * @csspart plain - A button that looks like a link or an icon.
 * @csspart danger - The button that does what cannot be taken back.
 * @csspart footnote - Small words below the main button.
 * @csspart skeleton - Grey shapes while loading.
 * @csspart form - The form that asks for the phone number.
 * @csspart field-label - The label of the phone number's field.
 * @csspart input - The field of the phone number.
 * @csspart tag - The words that the account is linked.
 * @csspart phone - The masked phone number.
 */
export class AlloLinkButton extends AlloElement<AlloLinkButtonState> {
  static override styles: CSSResultGroup = [base, styles];

  static override properties: PropertyDeclarations = { returnTo: { attribute: 'return-to' }, presentation: {} };

  /** Path of the shop to come back to from the bank. Default: this page, without its fragment. */
  declare returnTo: string | undefined;
  /**
   * `popup` opens the bank's page over this one, where that is allowed; `auto` does so on a desktop only. Default
   * `redirect`: this window goes there and comes back.
   */
  declare presentation: Presentation | undefined;

  override readonly linkRank = 2;
  protected override readonly texts = { ...linkTexts, ...accountTexts };
  readonly #flow = new LinkFlow(this);
  readonly #poll = new Poll(() => this.session?.account.run());
  readonly #unlink = new Exchange(this, async (signal) => this.session?.client.unlink(signal), (account) => this.#unlinked(account));
  #confirming = false;

  constructor() {
    super('loading');
  }

  override get error(): AlloError | undefined {
    return this.#flow.error ?? this.#unlink.error ?? super.error;
  }

  override refresh(): void {
    void this.session?.account.run();
  }

  /** Starts linking, as a press of the button does. Nothing if the account is linked. */
  link(): void {
    if (this.session?.account.value?.status !== 'linked') this.#flow.begin();
  }

  override sessionWoke(): void {
    this.#flow.returned();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    this.#poll.watch(this.isConnected && (this.state === 'linking' || this.session?.account.value?.unlinkRequested === true));
  }

  protected override release(): void {
    this.#poll.watch(false);
    this.#flow.reset();
    this.#unlink.clear();
    this.#confirming = false;
  }

  protected override deriveState(): AlloLinkButtonState {
    if (this.#unlink.busy) return 'unlinking';
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
        return linkingView(this, this.#flow);
      case 'linked':
        return this.#renderLinked(account);
      case 'confirming':
      case 'unlinking':
        return question(this, this.text('unlinkQuestion'), this.text(this.state === 'unlinking' ? 'unlinking' : 'unlinkYes'),
          (yes) => (yes ? this.#unlink.run() : this.#confirm(false)), this.text('cancel'));
      case 'relink-required':
        return this.#renderRelink(account);
      case 'offline':
      case 'error':
        return problem(this, () => this.#retry());
    }
  }

  #renderUnlinked({ lastFailure }: Account): TemplateResult {
    const opening = this.state === 'opening';
    const message = lastFailure && !opening ? notice('warning', this.text(failures[lastFailure])) : nothing;
    const link = button(this.text(opening ? 'opening' : 'link'), () => this.#flow.begin(), 'primary main', opening && 'busy');
    return frame(this, 'base', message, [link, footnote(this.text('linkHint'))]);
  }

  #renderLinked({ phone, unlinkRequested }: Account): TemplateResult {
    const [words, tone] = unlinkRequested ? (['unlinkRequested', 'warning'] as const) : (['linked', 'success'] as const);
    const line = html`<span part="tag" data-tone=${tone}>${this.text(words)}</span> <span part="phone">${phone}</span>`;
    const unlink = button(this.text('unlink'), () => this.#confirm(true), 'plain');
    return frame(this, 'base card', notice('wallet', this.text('brand'), line), unlinkRequested ? nothing : unlink);
  }

  #renderRelink({ lastFailure }: Account): TemplateResult {
    const words = this.text(lastFailure ? failures[lastFailure] : 'RELINK_REQUIRED');
    return card(this, 'warning', words, undefined, button(this.text('linkAgain'), () => this.#flow.begin(), 'primary'));
  }

  #confirm(confirming: boolean): void {
    this.#confirming = confirming;
    this.requestUpdate();
  }

  #unlinked(account: Account | undefined): void {
    const session = this.session;
    this.#confirming = false;
    if (!session) return;
    session.account.value = account;
    void session.account.run();
    session.announce();
  }

  /** What failed is tried again; a failure to read the account is read again. */
  #retry(): void {
    const [linking, unlinking] = [this.#flow.error, this.#unlink.error];
    this.#unlink.clear();
    this.#flow.reset();
    if (linking?.retryable) this.#flow.begin();
    else if (unlinking?.retryable) void this.#unlink.run();
    else this.refresh();
  }
}
