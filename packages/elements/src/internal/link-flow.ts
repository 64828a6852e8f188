import type { LitElement } from 'lit';
import type { LinkStarted } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import type { Sender } from './bank.ts';
import { BankTrip, thisPage } from './bank.ts';
import { Exchange } from './exchange.ts';
import type { Session } from './session.ts';

export interface LinkHost extends LitElement, Sender {
  readonly session: Session | undefined;
  readonly returnTo: string | undefined;
}

/** What the shopper is asked or told on the way to the bank; `none` when the account's own status says it all. */
export type LinkStep = 'none' | 'phone' | 'opening';

/**
 * The way from "link" to the bank's page: asks for the phone number if the merchant does not know it, opens the
 * link at the backend, sends the shopper off. Whether it worked is the account's status to say, never ours.
 */
export class LinkFlow {
  /** True if the number given last was not one. */
  phoneRefused = false;
  #asking = false;
  #leaving = false;
  #phone: string | undefined;
  readonly #host: LinkHost;
  readonly #trip = new BankTrip();
  readonly #start: Exchange<LinkStarted>;

  constructor(host: LinkHost) {
    this.#host = host;
    this.#start = new Exchange(host, (signal) => this.#open(signal), ({ url }) => this.#opened(url), ({ code }) => this.#failed(code));
  }

  /** Why the link could not be opened. */
  get error(): AlloError | undefined {
    return this.#start.error;
  }

  get step(): LinkStep {
    if (this.#leaving || this.#start.busy) return 'opening';
    return this.#asking ? 'phone' : 'none';
  }

  /** The shopper wants to link: asks for the number if there is none, else goes on to the bank. */
  begin(): void {
    if (this.step === 'opening') return;
    this.reset();
    this.#asking = this.#host.session?.account.value?.phoneRequired === true;
    if (!this.#asking) this.#run();
  }

  /** The shopper gave a number. Spaces, dots, dashes and brackets in it do not matter. */
  submit(phone: string): void {
    if (this.step === 'opening') return;
    this.#phone = phone.replace(/[\s().-]/g, '');
    this.phoneRefused = !/^(\+?62|0)8\d{6,13}$/.test(this.#phone);
    if (!this.phoneRefused) this.#run();
    this.#host.requestUpdate();
  }

  /** The shopper came back from the bank, or never left: the account's status says what to show. A number half typed stays. */
  returned(): void {
    this.#leaving = false;
    this.#host.requestUpdate();
  }

  /** Back to where it began: the shopper changed their mind, or the element has left the page. */
  reset(): void {
    this.#start.clear();
    this.#trip.end();
    this.#asking = this.phoneRefused = false;
    this.#phone = undefined;
    this.returned();
  }

  #run(): void {
    this.#trip.prepare(this.#host);
    void this.#start.run();
  }

  async #open(signal: AbortSignal): Promise<LinkStarted> {
    const { session, returnTo = thisPage() } = this.#host;
    if (!session) throw new Error('not connected');
    const started = await session.client.link({ returnTo, ...(this.#phone && { phone: this.#phone }) }, signal);
    session.expectLink();
    return started;
  }

  #opened(url: string): void {
    this.#asking = false;
    this.#leaving = this.#trip.go(this.#host, url, 'link');
    // The account is `linking` now: that is what to show if the window does not leave.
    void this.#host.session?.account.run();
  }

  #failed(code: string): void {
    this.#trip.end();
    this.phoneRefused = code === 'INVALID_PHONE';
    this.#asking = this.phoneRefused || code === 'PHONE_REQUIRED';
    if (this.#asking || code === 'ALREADY_LINKED') this.#start.error = undefined;
    void this.#host.session?.account.run();
  }
}
