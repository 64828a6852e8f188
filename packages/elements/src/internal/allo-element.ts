import type { PropertyDeclarations } from 'lit';
import { LitElement } from 'lit';
import type { Account } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloErrorEvent, AlloLinkedEvent, AlloStateChangeEvent, AlloUnlinkedEvent } from '../events.ts';
import type { Dictionaries, TextKey } from '../localize.ts';
import { dictionaries, languageOf, messageFor } from '../localize.ts';
import { Connection } from './connection.ts';
import { keepFocus } from './focus.ts';
import type { Session } from './session.ts';

/**
 * The ground of all elements that show something: a backend, a language, one state. The state is derived before
 * every render, reflected as the attribute `state` and as `:state(…)`, and its changes are told by an event.
 */
export abstract class AlloElement<State extends string> extends LitElement {
  static override properties: PropertyDeclarations = { endpoint: {}, state: { reflect: true } };

  /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
  declare endpoint: string | undefined;
  /** What the element shows now. To be read only. */
  declare state: State;

  readonly needsAccount: boolean = true;
  readonly wantsBalance: boolean = false;
  readonly linkRank: number = 0;
  protected readonly dictionaries: Dictionaries = dictionaries;
  protected readonly connection = new Connection(this);
  readonly #internals = this.attachInternals();
  #told: AlloError | undefined;

  constructor(first: State) {
    super();
    this.state = first;
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'lang'];
  }

  /** What went wrong, while the element shows it. */
  get error(): AlloError | undefined {
    return undefined;
  }

  /** Asks the backend anew for what the element shows. */
  abstract refresh(): void;

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang') this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A node that is moved comes back within this task; what it has under way goes on.
    queueMicrotask(() => {
      if (!this.isConnected) this.release();
    });
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    this.connection.follow();
    this.state = this.deriveState();
    keepFocus(this);
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    const previous = changed.get('state') as State | undefined;
    this.#internals.states.clear();
    this.#internals.states.add(this.state);
    if (previous) this.dispatchEvent(new AlloStateChangeEvent(previous, this.state));
    const error = this.error;
    if (error && error !== this.#told) this.dispatchEvent(new AlloErrorEvent(error));
    this.#told = error;
  }

  /** The page came back to life. */
  sessionWoke(): void {
    this.requestUpdate();
  }

  /** The account became linked, or stopped being so. */
  linkChanged(account: Account): void {
    this.tell(account.status === 'linked' ? new AlloLinkedEvent(account) : new AlloUnlinkedEvent(account));
  }

  protected abstract deriveState(): State;

  /** Ends what is under way; the element has left the page. */
  protected release(): void {}

  protected get session(): Session | undefined {
    return this.connection.session;
  }

  /** Dispatches once the element shows what the event says. @internal */
  tell(event: Event): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.dispatchEvent(event));
  }

  /** The language the element speaks now, a primary subtag. */
  get language(): string {
    return languageOf(this, this.connection.messages);
  }

  /** The text for a key or an error's code in the language of the element. */
  text(key: TextKey): string {
    return messageFor(key, this.language, this.connection.messages, this.dictionaries);
  }
}
