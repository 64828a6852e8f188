import { Task, TaskStatus } from '@lit/task';
import type { ReactiveControllerHost } from 'lit';
import type { LinkStarted } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { goToBank, thisPage } from './bank.ts';
import { toAlloError, unlessAborted } from './outcome.ts';
import type { Session } from './session.ts';

export interface LinkHost extends ReactiveControllerHost, HTMLElement {
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
  /** Why the link could not be opened. */
  error: AlloError | undefined;
  #askPhone = false;
  #leaving = false;
  readonly #host: LinkHost;
  readonly #session: () => Session | undefined;
  readonly #start: Task<readonly [string | undefined], LinkStarted>;

  constructor(host: LinkHost, session: () => Session | undefined) {
    this.#host = host;
    this.#session = session;
    this.#start = new Task(host, {
      autoRun: false,
      task: ([phone]: readonly [string | undefined], { signal }) => unlessAborted(signal, () => this.#open(phone, signal)),
      onComplete: (started) => this.#opened(started),
      onError: (cause) => this.#failed(toAlloError(cause)),
    });
  }

  get step(): LinkStep {
    if (this.#leaving || this.#start.status === TaskStatus.PENDING) return 'opening';
    return this.#askPhone ? 'phone' : 'none';
  }

  /** The shopper wants to link: asks for the number if there is none, else goes on to the bank. */
  begin(): void {
    if (this.step === 'opening') return;
    this.error = undefined;
    this.phoneRefused = false;
    this.#askPhone = this.#session()?.account.value?.phoneRequired === true;
    if (!this.#askPhone) void this.#start.run([undefined]);
    this.#host.requestUpdate();
  }

  /** The shopper gave a number. Spaces, dots, dashes and brackets in it do not matter. */
  submit(phone: string): void {
    if (this.step === 'opening') return;
    const digits = phone.replace(/[\s().-]/g, '');
    this.phoneRefused = !/^(?:\+?62|0)8\d{6,13}$/.test(digits);
    if (!this.phoneRefused) void this.#start.run([digits]);
    this.#host.requestUpdate();
  }

  /** The shopper came back from the bank, or never left: the account's status says what to show. A number half typed stays. */
  returned(): void {
    this.#leaving = false;
    this.#host.requestUpdate();
  }

  /** Back to where it began: the shopper changed their mind. */
  reset(): void {
    this.#askPhone = this.#leaving = this.phoneRefused = false;
    this.error = undefined;
    this.#host.requestUpdate();
  }

  /** The element has left the page. */
  abort(): void {
    this.#start.abort();
    this.reset();
  }

  async #open(phone: string | undefined, signal: AbortSignal): Promise<LinkStarted> {
    const session = this.#session();
    if (!session) throw new Error('not connected');
    const started = await session.client.link({ returnTo: this.#host.returnTo ?? thisPage(), ...(phone && { phone }) }, signal);
    session.expectLink();
    return started;
  }

  #opened({ url }: LinkStarted): void {
    this.#askPhone = false;
    this.#leaving = goToBank(this.#host, url, 'link');
    // The account is `linking` now: that is what to show if the window does not leave.
    void this.#session()?.account.refresh();
  }

  #failed(error: AlloError): void {
    this.phoneRefused = error.code === 'INVALID_PHONE';
    this.#askPhone = this.phoneRefused || error.code === 'PHONE_REQUIRED';
    this.error = this.#askPhone || error.code === 'ALREADY_LINKED' ? undefined : error;
    void this.#session()?.account.refresh();
  }
}
