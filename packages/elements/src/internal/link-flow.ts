import type { LitElement, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { startLink } from '../client.ts';
import type { LinkStarted } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { bankLink } from './bank-link.ts';
import type { Sender } from './bank.ts';
import { BankTrip, thisPage } from './bank.ts';
import { Exchange } from './exchange.ts';
import type { Session } from './session.ts';
import type { Speaker } from './templates.ts';
import { button, card, frame } from './templates.ts';

export interface LinkHost extends LitElement, Sender, Pick<Speaker, 'language' | 'state' | 'error'> {
  readonly session: Session | undefined;
  readonly returnTo: string | undefined;
  text: Speaker['text'];
}

/** What the shopper is asked or told on the way to the bank; none when the account's own status says it all. */
export type LinkStep = 'phone' | 'opening';

/**
 * The way from "link" to the bank's page: asks for the phone number if the merchant does not know it, opens the
 * link at the backend, sends the shopper off. Whether it worked is the account's status to say, never ours.
 */
export class LinkFlow {
  /** True if the number given last was not one. */
  #refused = false;
  #asking = false;
  #phone: string | undefined;
  readonly #host: LinkHost;
  readonly #trip: BankTrip;
  readonly #start: Exchange<LinkStarted>;

  constructor(host: LinkHost) {
    this.#host = host;
    this.#trip = new BankTrip(host);
    this.#start = new Exchange(host, async (signal) => {
      const { session, returnTo = thisPage() } = host;
      return startLink((session as Session).send, { returnTo, ...(this.#phone && { phone: this.#phone }) }, signal);
    }, (link) => this.#opened(link), ({ code }) => this.#failed(code));
  }

  /** Why the link could not be opened. */
  get error(): AlloError | undefined {
    return this.#start.error;
  }

  get step(): LinkStep | undefined {
    if (this.#trip.leaving || this.#start.busy) return 'opening';
    return this.#asking ? 'phone' : undefined;
  }

  /** The shopper wants to link: asks for the number if there is none, else goes on to the bank. */
  begin(): void {
    if (this.step === 'opening') return;
    this.reset();
    this.#asking = this.#host.session?.account.value?.phoneRequired === true;
    if (!this.#asking) this.#run();
  }

  /** After a failure: begins again if that may help. False if not. */
  retry(): boolean | undefined {
    const again = this.error?.retryable;
    this.reset();
    if (again) this.begin();
    return again;
  }

  /** The shopper came back from the bank, or never left: the account's status says what to show. A number half typed stays. */
  cameBack(): void {
    this.#trip.leaving = false;
    this.#host.requestUpdate();
  }

  /** Back to where it began: the shopper changed their mind, or the element has left the page. */
  reset(): void {
    this.#start.clear();
    this.#trip.end();
    this.#asking = this.#refused = false;
    this.#phone = undefined;
    this.cameBack();
  }

  /** Asks for the number of the shopper's Allo account, where Escape goes back; or tells that the shopper is, or just was, at the bank. */
  render(): TemplateResult {
    const host = this.#host;
    const refused = this.#refused;
    if (host.state === 'phone') return frame(host, 'base card', '', html`<form novalidate @submit=${this.#submit}>
      <label part="field-label" for="phone">${host.text('phone')}</label>
      <input part="input" id="phone" type="tel" autocomplete="tel" maxlength="24" required aria-invalid=${refused} aria-describedby="hint">
      <p part="hint" id="hint" role=${refused ? 'alert' : nothing} data-tone=${refused ? 'danger' : nothing}>${refused ? host.text('INVALID_PHONE') : ''} ${host.text('phoneHint')}</p>
      <div part="actions">
        <button part="button primary"><span part="label">${host.text('next')}</span></button>
        ${button(host.text('cancel'), () => this.reset())}
      </div>
    </form>`, '', () => this.reset());
    const url = host.session?.account.value?.link?.url;
    return card(host, 'busy', host.text('linking'), undefined, [url && bankLink(host, this.#trip, url), button(host.text('linkAgain'), () => this.begin())]);
  }

  /** Spaces, dots, dashes and brackets in the number do not matter. */
  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const input = (event.target as HTMLFormElement)[0] as HTMLInputElement;
    this.#phone = input.value.replace(/[\s().-]/g, '');
    this.#refused = !/^(\+?62|0)8\d{6,13}$/.test(this.#phone);
    if (this.#refused) input.focus();
    else if (this.step !== 'opening') this.#run();
    this.#host.requestUpdate();
  };

  #run(): void {
    this.#trip.prepare();
    void this.#start.run();
  }

  #opened({ url, expiresAt }: LinkStarted): void {
    const session = this.#host.session;
    session?.expectLink(this.#trip, expiresAt);
    this.#asking = false;
    this.#trip.go(url, 'link');
    // The account is `linking` now: that is what to show if the window does not leave.
    void session?.account.run().then(() => this.cameBack());
  }

  #failed(code: string): void {
    this.#trip.end();
    this.#refused = code === 'INVALID_PHONE';
    this.#asking = this.#refused || code === 'PHONE_REQUIRED';
    if (this.#asking || code === 'ALREADY_LINKED') this.#start.error = undefined;
    void this.#host.session?.account.run();
  }
}
