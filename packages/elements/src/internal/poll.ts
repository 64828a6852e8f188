const firstMs = 1_000;
const longestMs = 15_000;
const growth = 1.5;

/**
 * Asks again and again while the answer is open: after 1 s, 1.5 s … up to every 15 s, without end, since giving up
 * asking is not knowing. Rests while the page is hidden; the session's waking asks at once.
 */
export class Poll {
  #delayMs = firstMs;
  /** There as long as the answer is open. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ask: () => Promise<void> | undefined;

  constructor(ask: () => Promise<void> | undefined) {
    this.#ask = ask;
  }

  /** Starts or stops; the same again changes nothing. */
  watch(open: unknown): void {
    if (!open === !this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#delayMs = firstMs;
    if (open) this.#schedule();
  }

  /** Asks at once, and then often again. Nothing if the answer is not open. */
  now(): void {
    if (!this.#timer) return;
    this.watch(false);
    this.watch(true);
    void this.#run();
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#run(), this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * growth, longestMs);
  }

  async #run(): Promise<void> {
    const timer = this.#timer;
    clearTimeout(timer);
    if (!document.hidden) await this.#ask();
    if (timer === this.#timer) this.#schedule();
  }
}
