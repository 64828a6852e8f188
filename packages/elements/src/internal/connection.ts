import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Account } from '../contract.ts';
import type { MessageOverrides } from '../localize.ts';
import type { Session, SessionMember } from './session.ts';
import { sessionFor } from './session.ts';
import { watchLanguage } from './language-watch.ts';

/** What an `<allo-provider>` gives to the elements inside it. */
export interface ProviderConfig {
  readonly endpoint: string | undefined;
  readonly credentials: RequestCredentials | undefined;
  readonly messages: MessageOverrides | undefined;
}

/** Fired by a provider on itself, also when it is upgraded after the elements inside it. */
export const providerChange = 'allo-provider-change';

export interface ConnectionHost extends ReactiveControllerHost, HTMLElement {
  readonly endpoint: string | undefined;
  readonly needsAccount: boolean;
  readonly wantsBalance: boolean;
  readonly linkRank: number;
  sessionWoke(): void;
  linkChanged(account: Account): void;
}

/** Finds an element's backend, by its own `endpoint` or the nearest provider, and joins the session of it. */
export class Connection implements ReactiveController, SessionMember {
  session: Session | undefined;
  #provider: (Element & Partial<ProviderConfig>) | undefined;
  #stopWatching: (() => void) | undefined;
  readonly #host: ConnectionHost;

  constructor(host: ConnectionHost) {
    this.#host = host;
    host.addController(this);
  }

  get needsAccount(): boolean {
    return this.#host.needsAccount;
  }

  get messages(): MessageOverrides | undefined {
    return this.#provider?.messages;
  }

  get wantsBalance(): boolean {
    return this.#host.wantsBalance;
  }

  get linkRank(): number {
    return this.#host.linkRank;
  }

  hostConnected(): void {
    this.#provider = nearestProvider(this.#host);
    this.#provider?.addEventListener(providerChange, this.sessionChanged);
    this.#stopWatching = watchLanguage(this.sessionChanged);
    this.#join();
  }

  hostDisconnected(): void {
    this.#provider?.removeEventListener(providerChange, this.sessionChanged);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.session?.leave(this);
  }

  /** Before every render: the endpoint may be another one. Not from `hostUpdate`, which comes after the state is derived. */
  follow(): void {
    if (this.#stopWatching) this.#join();
  }

  readonly sessionChanged = (): void => this.#host.requestUpdate();

  sessionWoke(): void {
    this.#host.sessionWoke();
  }

  linkChanged(account: Account): void {
    this.#host.linkChanged(account);
  }

  #join(): void {
    const provider = this.#provider;
    const endpoint = this.#host.endpoint ?? provider?.endpoint ?? provider?.getAttribute('endpoint') ?? '/allo';
    const session = sessionFor(endpoint, provider?.credentials ?? 'same-origin');
    if (session === this.session && session.members.has(this)) return;
    this.session?.leave(this);
    this.session = session;
    session.join(this);
  }
}

/** Upwards across shadow roots; also a provider that is not upgraded yet, or of another copy of the kit. */
function nearestProvider(element: Element): Element | undefined {
  const provider = element.closest('allo-provider');
  if (provider) return provider;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearestProvider(root.host) : undefined;
}
