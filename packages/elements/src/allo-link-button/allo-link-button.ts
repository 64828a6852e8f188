import type { CSSResultGroup, PropertyDeclarations, TemplateResult } from 'lit';
import { html } from 'lit';
import { unlink } from '../client.ts';
import type { Account, LinkFailure } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloElement } from '../internal/allo-element.ts';
import type { Presentation } from '../internal/bank.ts';
import { base } from '../internal/base.styles.ts';
import { Exchange } from '../internal/exchange.ts';
import { LinkFlow } from '../internal/link-flow.ts';
import type { Session } from '../internal/session.ts';
import { button, card, frame, mainButton, notice, problem, question, skeleton } from '../internal/templates.ts';
import { accountTexts } from '../locales/account.ts';
import { bankTexts } from '../locales/bank.ts';
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
  expired: 'EXPIRED',
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
  protected override readonly texts = { ...bankTexts, ...linkTexts, ...accountTexts };
  readonly #flow = new LinkFlow(this);
  readonly #unlink = new Exchange(this, async (signal) => unlink((this.session as Session).send, signal), (account) => this.#unlinked(account));
  #confirming = false;

  constructor() {
    super('loading');
  }

  override get error(): AlloError | undefined {
    return this.#flow.error ?? this.#unlink.error ?? super.error;
  }

  protected override get undone(): AlloError | undefined {
    return this.#unlink.error;
  }

  override refresh(): void {
    void this.session?.account.run();
  }

  /** Starts linking, as a press of the button does. Nothing if the account is linked, or not known yet. */
  link(): void {
    const status = this.#account?.status;
    if (status && status !== 'linked') this.#flow.begin();
  }

  override sessionWoke(): void {
    // What was asked for then may be another customer's account by now.
    if (this.#unlink.error) this.release();
    this.#flow.cameBack();
  }

  protected override release(): void {
    this.#confirming = false;
    this.#unlink.clear();
    this.#flow.reset();
  }

  protected override deriveState(): AlloLinkButtonState {
    // Nobody goes on with what was begun for an account that is not to be known any more.
    if (super.error) this.release();
    const status = this.#account?.status ?? 'loading';
    // Nor on the way to link what is linked by now: the number half typed may be another customer's.
    if (status === 'linked') this.#flow.reset();
    // Nor is anything to be unlinked that is not linked: the request had arrived whose answer was lost.
    else this.#unlink.error = undefined;
    if (this.#unlink.busy) return 'unlinking';
    if (this.error) return 'error';
    return this.#flow.step ?? (status === 'linked' && this.#confirming ? 'confirming' : status);
  }

  override render(): TemplateResult {
    const { state } = this;
    const { lastFailure, phone, unlinkRequested } = this.#account ?? {};
    const failure = lastFailure && this.text(failures[lastFailure]);
    const opening = state === 'opening';
    switch (state) {
      case 'loading':
        return skeleton(this);
      case 'unlinked':
      case 'opening':
        return mainButton(this, failure && !opening ? notice('warning', failure) : '', this.text(opening ? state : 'link'), () => this.#flow.begin(), opening ? 'busy' : '', this.text('linkHint'));
      case 'linked':
        // Unlinking stands beside the title: no row of its own for it.
        return frame(this, 'base card', notice('wallet', this.text('brand'), html`<span part="tag" data-tone=${unlinkRequested ? 'warning' : 'success'}>${this.text(unlinkRequested ? 'unlinkRequested' : state)}</span> <span part="phone">${phone}</span>`),
          unlinkRequested ? '' : button(this.text('unlink'), () => this.#confirm(true), 'plain'));
      case 'confirming':
      case 'unlinking':
        return question(this, this.text('unlinkQuestion'), this.text('unlinkYes'), (yes) => (yes ? this.#unlink.run() : this.#confirm(false)));
      case 'relink-required':
        return card(this, 'warning', failure ?? this.text('RELINK_REQUIRED'), undefined, button(this.text('linkAgain'), () => this.#flow.begin(), 'primary'));
      case 'offline':
      case 'error':
        return problem(this, () => this.#retry());
      default:
        return this.#flow.render();
    }
  }

  get #account(): Account | undefined {
    return this.session?.account.value;
  }

  #confirm(confirming: boolean): void {
    this.#confirming = confirming;
    this.requestUpdate();
  }

  #unlinked(account: Account): void {
    const session = this.session as Session;
    this.#confirming = false;
    session.account.value = account;
    void session.account.run();
    session.announce();
  }

  /** What failed is tried again; a failure to read the account is read again. */
  #retry(): void {
    if (this.#flow.retry()) return;
    const again = this.#unlink.error?.retryable;
    this.release();
    if (again) void this.#unlink.run();
    else this.refresh();
  }
}
