import type { ReactiveController, ReactiveControllerHost } from 'lit';

const firstMs = 1_000;
const longestMs = 15_000;
const growth = 1.5;

/**
 * Asks again and again while the answer is open: after 1 s, 1.5 s … up to every 15 s, without end, since giving up
 * asking is not knowing. Rests while the page is hidden; the session's waking asks at once.
 */
export class Poll implements ReactiveController {
  #delayMs = firstMs;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #active = false;
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;

  constructor(host: ReactiveControllerHost, ask: (signal: AbortSignal) => Promise<unknown>) {
    this.#ask = ask;
    host.addController(this);
  }

  get active(): boolean {
    return this.#active;
  }

  /** Starts or stops; the same value again changes nothing. */
  set active(active: boolean) {
    if (active === this.#active) return;
    if (active) this.#start();
    else this.hostDisconnected();
  }

  hostDisconnected(): void {
    this.#active = false;
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
  }

  /** Asks at once, and then often again. Nothing if not active, or if an answer is on its way. */
  now(): void {
    if (!this.#active || this.#running) return;
    clearTimeout(this.#timer);
    this.#delayMs = firstMs;
    void this.#run();
  }

  #start(): void {
    this.#active = true;
    this.#delayMs = firstMs;
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      if (document.hidden) this.#schedule();
      else void this.#run();
    }, this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * growth, longestMs);
  }

  async #run(): Promise<void> {
    const running = (this.#running = new AbortController());
    try {
      await this.#ask(running.signal);
    } catch {
      // The answer is still open; the next round asks again.
    }
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#schedule();
  }
}
