import { Task } from '@lit/task';
import type { ReactiveControllerHost } from 'lit';
import type { AlloError } from '../errors.ts';
import { isFinal } from '../errors.ts';

/** Who wants to hear that something changed: an element, or a session for all of its elements. */
export type ExchangeHost = Pick<ReactiveControllerHost, 'addController' | 'requestUpdate'>;

/**
 * A request to the backend as something to show: whether it runs, its last good answer, why the latest try failed.
 * It runs when it is told to, never by itself. Asked again while it runs it starts anew, since the answer on its
 * way may be older than the reason to ask.
 */
export class Exchange<T> {
  /** The last good answer. Kept when a later request fails, unless that says that it is not for who asks now. */
  value: T | undefined;
  /** Why the latest request failed; gone as soon as one succeeds. */
  error: AlloError | undefined;
  busy = false;
  readonly #task: Task<readonly [], void>;

  /** `ask` fails with an {@link AlloError} only: it is a request of the client, or something that cannot fail. */
  constructor(host: ExchangeHost, ask: (signal: AbortSignal) => Promise<T>, heard?: (value: T) => void, failed?: (error: AlloError) => void) {
    this.#task = new Task(host as ReactiveControllerHost, {
      autoRun: false,
      task: async (_: readonly [], { signal }) => {
        const [value, error] = await ask(signal).then((value) => [value] as const, (error: unknown) => [isFinal((error as AlloError).code) ? undefined : this.value, error as AlloError] as const);
        // Leaving the page is not a failure: what was aborted leaves no trace.
        if (signal.aborted) return;
        Object.assign(this, { value, error, busy: false });
        if (error) failed?.(error);
        else heard?.(value as T);
      },
    });
  }

  /** Asks the backend. Never rejects: how it went is in `value` and `error`. */
  run(): Promise<void> {
    this.busy = true;
    return this.#task.run([]);
  }

  /** Asks unless there is an answer, or one on its way. */
  ensure(): void {
    if (!this.value && !this.error && !this.busy) void this.run();
  }

  /** Forgets everything and drops what is on its way. */
  clear(): void {
    this.#task.abort();
    this.value = this.error = undefined;
    this.busy = false;
  }
}
