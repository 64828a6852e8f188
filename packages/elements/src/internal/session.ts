import type { AlloClient } from '../client.ts';
import { createClient } from '../client.ts';
import type { Account, Balance } from '../contract.ts';
import { AlloError } from '../errors.ts';
import { createAttempts } from './attempts.ts';
import type { Attempts } from './attempts.ts';
import { Resource } from './resource.ts';

/** An element that takes part in a session while it is in the page. */
export interface SessionMember {
  /** Whether it shows something of the account; a back office has no customer whose account it could ask for. */
  readonly needsAccount: boolean;
  /** Whether it shows the balance; nobody asks the bank for a balance that nobody shows. */
  readonly wantsBalance: boolean;
  /** The account or the balance changed, or another member came or went. */
  sessionChanged(): void;
  /** The page came back to life, or another tab changed something: ask the backend for whatever is shown. */
  sessionWoke(): void;
  /** The account became linked, or stopped being so. Said to one member only. */
  linkChanged(account: Account): void;
  /** Who is told of {@link linkChanged}: the highest. */
  readonly linkRank: number;
}

/** Coming back to the tab asks the backend again, but not more often than this. */
const wakeFloorMs = 10_000;

/**
 * What all elements of one page know together about one backend: the account and the balance are fetched once, a
 * change that one element makes reaches the others and the other tabs, and nothing is kept once the last element
 * has gone, since the next shopper at this browser may be another one.
 */
export class Session {
  readonly client: AlloClient;
  readonly attempts: Attempts;
  readonly account: Resource<Account>;
  readonly balance: Resource<Balance>;
  readonly #scope: string;
  readonly #members = new Set<SessionMember>();
  readonly #closed: () => void;
  #channel: BroadcastChannel | undefined;
  #status: Account['status'] | undefined;
  #holder = '';
  #missedChange = false;
  #isOpen = false;

  constructor(endpoint: string, credentials: RequestCredentials, closed: () => void) {
    this.#scope = endpoint;
    this.#closed = closed;
    this.client = createClient({ endpoint, credentials });
    this.attempts = createAttempts(endpoint);
    this.account = new Resource((signal) => this.client.account(signal), this.#accountChanged);
    this.balance = new Resource((signal) => this.#fetchBalance(signal), this.#notify);
  }

  get members(): ReadonlySet<SessionMember> {
    return this.#members;
  }

  join(member: SessionMember): void {
    this.#members.add(member);
    if (!this.#isOpen) this.#open();
    if (this.#accountWanted()) this.account.ensure();
    this.#accountChanged();
  }

  leave(member: SessionMember): void {
    this.#members.delete(member);
    this.#notify();
    // A node that is moved leaves and joins within one task: nothing has to be fetched again for that.
    queueMicrotask(() => {
      if (this.#members.size === 0 && this.#isOpen) this.#close();
    });
  }

  /** Tells the other tabs that an account or a payment is not what it was. */
  announce(): void {
    this.#channel?.postMessage('changed');
  }

  /** Money moved: the balance is another one, here and in the other tabs. */
  moneyMoved(): void {
    if (this.#balanceWanted()) void this.balance.refresh();
    this.announce();
  }

  /** Asks the backend anew for all that is shown. */
  wake(): void {
    this.#missedChange = false;
    if (this.#accountWanted()) void this.account.refresh();
    if (this.#balanceWanted()) void this.balance.refresh();
    for (const member of this.#members) member.sessionWoke();
  }

  /** Remembers that this browser sent the shopper to the bank to link, so that coming back linked is told as news. */
  expectLink(): void {
    try {
      localStorage.setItem(this.#expectation, '1');
    } catch {
      // Storage is refused here: the news is lost, the link is not.
    }
  }

  #open(): void {
    this.#isOpen = true;
    window.addEventListener('pageshow', this.#pageShown);
    window.addEventListener('online', this.#online);
    document.addEventListener('visibilitychange', this.#visibilityChanged);
    if (!('BroadcastChannel' in globalThis)) return;
    this.#channel = new BroadcastChannel(`allo-kit:${this.#scope}`);
    this.#channel.onmessage = this.#otherTabChanged;
  }

  #close(): void {
    this.#isOpen = false;
    window.removeEventListener('pageshow', this.#pageShown);
    window.removeEventListener('online', this.#online);
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
    this.#channel?.close();
    this.#channel = undefined;
    this.account.clear();
    this.balance.clear();
    this.#closed();
  }

  /** From the back-forward cache the page comes as it was left, which may be long ago. */
  readonly #pageShown = (event: PageTransitionEvent): void => {
    if (event.persisted) this.wake();
  };

  readonly #online = (): void => this.wake();

  readonly #visibilityChanged = (): void => {
    if (!document.hidden && (this.#missedChange || Date.now() - this.account.loadedAt > wakeFloorMs)) this.wake();
  };

  readonly #otherTabChanged = (): void => {
    if (document.hidden) this.#missedChange = true;
    else this.wake();
  };

  readonly #notify = (): void => {
    for (const member of this.#members) member.sessionChanged();
  };

  readonly #accountChanged = (): void => {
    // Signed out: whoever signs in next must not see what belongs to the last one.
    if (this.account.error?.code === 'UNAUTHENTICATED') this.account.value = undefined;
    const account = this.account.value;
    const linked = account?.status === 'linked';
    const holder = linked ? `${account.phone} ${account.linkedAt}` : '';
    if (holder !== this.#holder) this.balance.clear();
    this.#holder = holder;
    if (linked && this.#balanceWanted()) this.balance.ensure();
    if (account) this.#tellLink(account);
    this.#notify();
  };

  #tellLink(account: Account): void {
    const before = this.#status;
    this.#status = account.status;
    const linked = account.status === 'linked';
    const news = linked ? this.#takeExpectation() || (before && before !== 'linked') : before === 'linked' && account.status === 'unlinked';
    if (!news) return;
    const teller = [...this.#members].sort((a, b) => b.linkRank - a.linkRank)[0];
    teller?.linkChanged(account);
  }

  get #expectation(): string {
    return `allo-kit:link:${this.#scope}`;
  }

  #takeExpectation(): boolean {
    try {
      const expected = localStorage.getItem(this.#expectation) !== null;
      if (expected) localStorage.removeItem(this.#expectation);
      return expected;
    } catch {
      return false;
    }
  }

  #accountWanted(): boolean {
    return [...this.#members].some((member) => member.needsAccount);
  }

  #balanceWanted(): boolean {
    return this.account.value?.status === 'linked' && [...this.#members].some((member) => member.wantsBalance);
  }

  async #fetchBalance(signal: AbortSignal): Promise<Balance> {
    try {
      return await this.client.balance(signal);
    } catch (error) {
      const code = error instanceof AlloError ? error.code : undefined;
      if (code === 'UNAUTHENTICATED' || code === 'NOT_LINKED' || code === 'RELINK_REQUIRED') void this.account.refresh();
      throw error;
    }
  }
}

const sessions = new Map<string, Session>();

/** The session of a backend: one for all elements of the page that talk to it. */
export function sessionFor(endpoint: string, credentials: RequestCredentials): Session {
  const base = endpoint.replace(/\/+$/, '');
  const name = `${credentials} ${base}`;
  let session = sessions.get(name);
  if (!session) sessions.set(name, (session = new Session(base, credentials, () => sessions.delete(name))));
  return session;
}
