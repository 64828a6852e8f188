import { AlloError } from '../errors.ts';

/**
 * Something the backend knows and several elements show: fetched once for all, kept with its last good value,
 * and never replaced by an answer that is older than the reason to ask again.
 */
export class Resource<T> {
  /** The last good answer. Kept when a later request fails. */
  value: T | undefined;
  /** Why the latest request failed; gone as soon as one succeeds. */
  error: AlloError | undefined;
  /** When `value` was fetched, in milliseconds since the epoch; 0 if never. */
  loadedAt = 0;
  #running: AbortController | undefined;
  #again = false;
  readonly #fetch: (signal: AbortSignal) => Promise<T>;
  readonly #changed: () => void;

  constructor(fetch: (signal: AbortSignal) => Promise<T>, changed: () => void) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  get loading(): boolean {
    return this.#running !== undefined;
  }

  /** Fetches unless there is an answer, or one on its way. */
  ensure(): void {
    if (!this.value && !this.error && !this.loading) void this.refresh();
  }

  /** Fetches anew. While a request runs, another follows it: its answer may be older than this call. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    const running = (this.#running = new AbortController());
    this.#changed();
    this.#again = false;
    await this.#load(running.signal);
    if (running.signal.aborted) return;
    this.#running = undefined;
    this.#changed();
    if (this.#isStale()) await this.refresh();
  }

  /** Takes an answer that came another way. */
  set(value: T): void {
    this.value = value;
    this.error = undefined;
    this.loadedAt = Date.now();
    if (this.loading) this.#again = true;
    this.#changed();
  }

  /** Forgets everything and drops what is on its way. */
  clear(): void {
    this.#running?.abort();
    this.#running = this.value = this.error = undefined;
    this.loadedAt = 0;
  }

  /** Somebody asked while the answer was on its way. */
  #isStale(): boolean {
    return this.#again;
  }

  async #load(signal: AbortSignal): Promise<void> {
    try {
      const value = await this.#fetch(signal);
      if (signal.aborted) return;
      this.value = value;
      this.error = undefined;
      this.loadedAt = Date.now();
    } catch (cause) {
      if (!signal.aborted) this.error = cause instanceof AlloError ? cause : new AlloError('INVALID_RESPONSE', { cause });
    }
  }
}
