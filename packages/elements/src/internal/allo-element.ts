import type { PropertyDeclarations } from 'lit';
import type { AlloError } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import type { TextKey } from '../localize.ts';
import type { MessageOverrides } from '../localize.ts';
import { languageOf, nearest, textFor } from '../localize.ts';
import type { Texts } from '../locales/text.ts';
import { KitElement } from './kit-element.ts';
import type { Session, SessionMember } from './session.ts';
import { sessionFor } from './session.ts';

/** What an `<allo-provider>` gives to the elements inside it. */
export interface ProviderConfig {
  readonly endpoint: string | undefined;
  readonly credentials: RequestCredentials | undefined;
  readonly messages: MessageOverrides | undefined;
}

/** Fired by a provider on itself, also when it is upgraded after the elements inside it. */
export const providerChange = 'allo-provider-change';

/**
 * The ground of all elements that show something: a backend, a language, one state. The state is derived before
 * every render, reflected as the attribute `state` and as `:state(…)`, and its changes are told by an event.
 *
 * What all of them have in common is documented here and nowhere else; defaults are read from the style sheets.
 *
 * @attr {'light' | 'dark' | 'auto'} theme - Colours for a light or a dark ground; `auto` follows the system. Default: the page's own `color-scheme`.
 * @fires allo-state-change {AlloStateChangeEvent} when another state is shown
 * @fires allo-error {AlloErrorEvent} when a request failed; the shopper already reads a sentence
 * @csspart base - The outermost box.
 * @csspart card - The outermost box where it is a framed card.
 * @csspart status - What is read out when the reader pauses.
 * @csspart alert - What is read out at once.
 * @csspart notice - A badge with words beside it.
 * @csspart badge - The round ground of the icon.
 * @csspart icon - Every drawn icon.
 * @csspart words - The words beside the badge.
 * @csspart hint - Small words.
 * @csspart actions - The row of buttons.
 * @csspart button - Every button, and the link to the bank.
 * @csspart label - The words of a button.
 * @csspart secondary - A button that is not the main way on.
 * @cssproperty --allo-color-accent - Main button, links, the wallet.
 * @cssproperty --allo-color-accent-hover - Main button under the pointer.
 * @cssproperty --allo-color-on-accent - Words on the main button.
 * @cssproperty --allo-color-surface - Ground of cards.
 * @cssproperty --allo-color-text - Words on cards.
 * @cssproperty --allo-color-muted - Small words.
 * @cssproperty --allo-color-border - Lines, and the frames of cards and buttons.
 * @cssproperty --allo-color-neutral - Icon of what neither succeeded nor failed.
 * @cssproperty --allo-color-success - Icon and words of what succeeded.
 * @cssproperty --allo-color-warning - Icon and words of a warning.
 * @cssproperty --allo-color-danger - Icon and words of a failure, and the button that does what cannot be taken back.
 * @cssproperty --allo-color-on-danger - Words on such a button.
 * @cssproperty --allo-color-focus - The ring around what has the focus.
 * @cssproperty --allo-color-skeleton - Grey shapes while loading.
 * @cssproperty --allo-radius - Corners of cards.
 * @cssproperty --allo-button-radius - Corners of buttons and fields.
 * @cssproperty --allo-button-height - Least height of buttons and fields.
 * @cssproperty --allo-button-weight - Weight of a button's words.
 * @cssproperty --allo-border-width - Frame of cards.
 * @cssproperty --allo-shadow - Shadow of cards.
 * @cssproperty --allo-space - Room inside cards; other gaps are made from it.
 * @cssproperty --allo-font - Font family.
 * @cssproperty --allo-font-size-small - Size of small words.
 * @cssproperty --allo-badge-size - Width and height of the badge.
 * @cssproperty --allo-motion - Duration of transitions.
 */
export abstract class AlloElement<State extends string> extends KitElement implements SessionMember {
  static override properties: PropertyDeclarations = { endpoint: {}, state: { reflect: true } };

  /** Where the backend is mounted. Default: what the nearest `<allo-provider>` says, else `/allo`. */
  declare endpoint: string | undefined;
  /** What the element shows now. To be read only. */
  declare state: State;

  readonly needsAccount: boolean = true;
  readonly linkRank: number = 0;
  /** What the elements of the page know together, while this one is in the page. @internal */
  session: Session | undefined;
  protected texts: Texts = {};
  readonly #internals = this.attachInternals();
  #provider: (Element & Partial<ProviderConfig>) | undefined;
  #told: AlloError | undefined;

  constructor(first: State) {
    super();
    this.state = first;
  }

  /** What went wrong, while the element shows it. */
  get error(): AlloError | undefined {
    const account = this.session?.account;
    return account?.value || account?.busy ? undefined : account?.error;
  }

  get wantsBalance(): boolean {
    return false;
  }

  /** What somebody wanted to be done and was not: that is not done later by itself, as what could not be read is read. */
  protected get undone(): AlloError | undefined {
    return undefined;
  }

  /** Asks the backend anew for what the element shows. */
  abstract refresh(): void;

  override connectedCallback(): void {
    super.connectedCallback();
    // Also one that is not upgraded yet, or of another copy of the kit.
    this.#provider = nearest(this, 'allo-provider');
    this.#provider?.addEventListener(providerChange, this.#changed);
    this.#join();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#provider?.removeEventListener(providerChange, this.#changed);
    this.session?.leave(this);
    // A node that is moved comes back within this task; what it has under way goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.session = undefined;
      this.release();
    });
  }

  /**
   * Each element is drawn first in a task of its own: all of them at once, right after the script was read, would keep a
   * slow phone from answering its shopper. What a server has drawn, which has a state, is taken over at once, and with it
   * what stands inside.
   *
   * @internal
   */
  override async scheduleUpdate(): Promise<void> {
    if (!this.hasAttribute('state') && this.getRootNode() === document) await new Promise((resolve) => setTimeout(resolve));
    this.performUpdate();
  }

  override willUpdate(): void {
    if (this.isConnected) this.#join();
    const state = this.deriveState();
    // What failed for want of a connection says so, and goes on by itself when there is one.
    this.state = state === 'error' && this.error?.code === 'NETWORK_ERROR' && !this.undone && !navigator.onLine ? ('offline' as State) : state;
    this.keepFocus();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    const previous = changed.get('state') as State | undefined;
    const { error, state } = this;
    this.#internals.states.clear();
    this.#internals.states.add(state);
    if (previous) this.dispatchEvent(new AlloEvent('allo-state-change', { previous, state }));
    if (error && error !== this.#told) this.dispatchEvent(new AlloEvent('allo-error', { error }));
    this.#told = error;
  }

  /** The page came back to life. */
  sessionWoke(): void {
    this.requestUpdate();
  }

  protected abstract deriveState(): State;

  /** Ends what is under way; the element has left the page, or is to talk to another backend. */
  protected release(): void {}

  /**
   * When a render takes away what had the focus, the focus goes to the main control of what came instead, or to the
   * element's frame: a keyboard must never be thrown back to the top of the page.
   */
  protected keepFocus(): void {
    const root = this.shadowRoot;
    if (!root?.activeElement) return;
    void this.updateComplete.then(() => {
      if (document.activeElement !== document.body) return;
      const next = root.querySelector<HTMLElement>('input, [part~=primary], button:not([part~=danger])') ?? root.querySelector<HTMLElement>('[part~=base]');
      next?.focus();
    });
  }

  /** Dispatches once the element shows what the event says. @internal */
  tell(event: Event): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.dispatchEvent(event));
  }

  /** The language the element speaks now, a primary subtag. */
  get language(): string {
    return languageOf(this, this.#provider?.messages);
  }

  /** The text for a key or an error's code in the language of the element. */
  text(key: TextKey): string {
    return textFor(key, this.language, this.texts, this.#provider?.messages);
  }

  readonly #changed = (): void => this.requestUpdate();

  /** Before every render too: the endpoint may be another one. */
  #join(): void {
    const provider = this.#provider;
    const endpoint = this.endpoint ?? provider?.endpoint ?? provider?.getAttribute('endpoint') ?? '/allo';
    const session = sessionFor(endpoint, provider?.credentials ?? 'same-origin');
    if (session.members.has(this)) return;
    this.session?.leave(this);
    // What is under way or was heard is another backend's: asked on, this one would be told what nobody wants of it.
    if (this.session !== session) this.release();
    this.session = session;
    session.join(this);
  }
}
