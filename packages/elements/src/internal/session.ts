import type { Send } from '../client.ts';
import { createSend, readAccount, readBalance } from '../client.ts';
import type { Account, Balance, Payment } from '../contract.ts';
import type { AlloError } from '../errors.ts';
import { AlloEvent } from '../events.ts';
import { Exchange } from './exchange.ts';
import { keep, recall } from './keep.ts';
import { Poll } from './poll.ts';

/** An element that takes part in a session while it is in the page. */
export interface SessionMember {
  /** Whether it shows something of the account; a back office has no customer whose account it could ask for. */
  readonly needsAccount: boolean;
  /** Whether it shows the balance; nobody asks the bank for a balance that nobody shows. */
  readonly wantsBalance: boolean;
  /** Whether it keeps the balance from being seen: then no other member of the page may give it away. */
  readonly hidesBalance?: boolean;
  /** Who tells that the account became linked, or stopped being so: the highest. */
  readonly linkRank: number;
  /** The account or the balance changed, or another member came or went. */
  requestUpdate(): void;
  /** The page came back to life, or another tab changed something: ask the backend for whatever is shown. */
  sessionWoke(): void;
  /** Dispatches once the element shows what the event says. */
  tell(event: Event): void;
}

/**
 * The name of the mark in a popup's own storage. By it our elements know, when the bank sends the shopper back, that they
 * stand in a popup: Firefox and Safari take a window's name away on another site.
 */
export const popupMark = 'allo-kit-bank';

/** Coming back to the tab asks the backend again, but not more often than this. */
const wakeFloorMs = 10_000;

/** How long before the bank's page closed a link may have come about to be what became of the trip there: how long it was open, and some room for the clocks of several servers. */
const tripMs = 600_000;

/**
 * What all elements of one page know together about one backend: the account and the balance are fetched once, a
 * change that one element makes reaches the others and the other tabs, and nothing is kept once the last element
 * has gone, since the next shopper at this browser may be another one.
 */
export class Session {
  /** Where the backend is; also the name of this session in what the browser keeps. */
  readonly scope: string;
  /** Sends to the backend. */
  readonly send: Send;
  readonly members = new Set<SessionMember>();
  /** The payments whose status was told, with it. */
  readonly #told = new Set<string>();
  readonly account: Exchange<Account>;
  readonly balance: Exchange<Balance>;
  /** Whichever element shows that the account is about to change by itself. */
  readonly #poll = new Poll(() => this.account.run());
  /** Ends the listening; there while there are members. */
  #life: AbortController | undefined;
  #channel: BroadcastChannel | undefined;
  #status: Account['status'] | undefined;
  /** To the bank, to link. */
  #trip: { close(): void } | undefined;
  #holder = '';
  #missedChange = false;
  #wokeAt = 0;
  /** The latest news from another tab, or told to them. */
  #heard: unknown;

  constructor(scope: string, credentials: RequestCredentials) {
    this.scope = scope;
    const send = createSend({ endpoint: scope, credentials });
    const host = { addController: () => undefined, requestUpdate: () => this.changed() };
    this.account = new Exchange(host, (signal) => readAccount(send, signal));
    this.balance = new Exchange(host, (signal) => readBalance(this.send, signal));
    // What any other answer says about the account, the account has to say itself.
    this.send = (...request) => send<never>(...request).catch((error: unknown) => {
      if (this.account.value && isAboutAccount((error as AlloError).code)) void this.account.run();
      throw error;
    });
  }

  join(member: SessionMember): void {
    this.members.add(member);
    if (!this.#life) this.#open();
    this.changed();
  }

  leave(member: SessionMember): void {
    this.members.delete(member);
    this.changed();
    // A node that is moved leaves and joins within one task: nothing has to be fetched again for that.
    queueMicrotask(() => {
      if (this.members.size === 0) this.#close();
    });
  }

  /** Tells all members of the page, and the other tabs, that an account or a payment is not what it was. */
  announce(): void {
    for (const member of this.members) member.sessionWoke();
    const stamp = (this.#heard = String(Date.now()));
    // By two ways: what does not come through the channel is still heard as a change of the storage.
    this.#channel?.postMessage(stamp);
    keep(this.#nameOf('news'), stamp);
  }

  /** Money moved: the balance is another one, here and in the other tabs. */
  moneyMoved(): void {
    this.#refreshBalance();
    this.announce();
  }

  /** True once in a page: no member has told yet that the payment has this status. */
  isNews({ paymentId, status }: Payment): boolean {
    const { size } = this.#told;
    return size < this.#told.add(`${paymentId} ${status}`).size;
  }

  /** Whether a member wants something, or is something. */
  any(wish: (member: SessionMember) => unknown): boolean {
    return [...this.members].some(wish);
  }

  /** Asks the backend anew for all that is shown. */
  wake(): void {
    this.#missedChange = false;
    this.#wokeAt = Date.now();
    if (this.any(needsAccount)) void this.account.run();
    this.#refreshBalance();
    for (const member of this.members) member.sessionWoke();
  }

  /** Remembers that this browser sent the shopper to the bank to link, on which trip and until when, so that coming back linked is told as news. */
  expectLink(trip: { close(): void }, expiresAt: string): void {
    this.#trip = trip;
    keep(this.#nameOf('link'), expiresAt);
  }

  /** Something that several members look at is not what it was. */
  changed(): void {
    const { account, balance } = this;
    const { status, phone, linkedAt, unlinkRequested } = account.value ?? {};
    const holder = status === 'linked' ? `${phone} ${linkedAt}` : '';
    if (holder !== this.#holder) balance.clear();
    this.#holder = holder;
    if (this.any(needsAccount)) account.ensure();
    this.#poll.watch(this.members.size && (unlinkRequested || status === 'linking'));
    if (holder && this.any(wantsBalance)) balance.ensure();
    if (account.value) this.#tellLink(account.value);
    // None after a sign-out: who comes next may be another customer, whose account is not what became of this one.
    this.#status = status;
    for (const member of this.members) member.requestUpdate();
  }

  /** What the browser keeps for this backend, for all tabs. */
  #nameOf(what: 'news' | 'link'): string {
    return `allo-kit:${what}:${this.scope}`;
  }

  /** In a task of its own: the browser's storage and its channels are slow to answer for the first time. */
  #open(): void {
    const { signal } = (this.#life = new AbortController());
    this.#wokeAt = Date.now();
    setTimeout(() => signal.aborted || this.#listen(signal));
  }

  #listen(signal: AbortSignal): void {
    const channel = (this.#channel = new BroadcastChannel(`allo-kit:${this.scope}`));
    channel.onmessage = ({ data }) => this.#heardNews(data);
    // Texts follow the language of the page.
    const languages = new MutationObserver(() => this.changed());
    languages.observe(document, { subtree: true, attributeFilter: ['lang'] });
    // `focus`: a popup that was closed early or is done gives it back to a page that was never hidden.
    for (const name of ['pageshow', 'online', 'storage', 'focus', 'visibilitychange']) addEventListener(name, this.#noticed, { signal });
    signal.addEventListener('abort', () => {
      channel.close();
      languages.disconnect();
    });
    this.#endPopup();
  }

  /** Where the bank sent the shopper back, but into the popup: the page below it goes on. */
  #endPopup(): void {
    try {
      if (!sessionStorage.getItem(popupMark)) return;
      // A window that is opened from here has a copy of the mark.
      sessionStorage.removeItem(popupMark);
      this.announce();
      close();
    } catch {
      // The browser refuses storage: the page below closes it once it knows how it went.
    }
  }

  #close(): void {
    this.#life?.abort();
    this.#life = this.#channel = undefined;
    this.account.clear();
    this.balance.clear();
    for (const [name, session] of sessions) if (session === this) sessions.delete(name);
  }

  readonly #noticed = (event: Event): void => {
    const { type, persisted, key, newValue } = event as PageTransitionEvent & StorageEvent;
    // From the back-forward cache the page comes as it was left, which may be long ago.
    if (type === 'online' || persisted) this.wake();
    else if (type !== 'storage') this.#seen();
    else if (key === this.#nameOf('news')) this.#heardNews(newValue);
  };

  #heardNews(stamp: unknown): void {
    if (stamp === this.#heard) return;
    this.#heard = stamp;
    this.#missedChange = true;
    this.#seen();
  }

  #seen(): void {
    if (!document.hidden && (this.#missedChange || Math.abs(Date.now() - this.#wokeAt) > wakeFloorMs)) this.wake();
  }

  #tellLink(account: Account): void {
    const before = this.#status;
    const { linkedAt = '9999', status: now } = account;
    if (now === 'linking' || before === now) return;
    const linked = now === 'linked';
    // One that is older than the trip is not what became of it: another customer's, who has signed in since. Of unknown age it is told. Both
    // times are the backend's: the shopper's clock may be wrong.
    const news = linked ? before || Date.parse(linkedAt) > Date.parse(recall(this.#nameOf('link')) ?? '') - tripMs : now === 'unlinked' && before === 'linked';
    // Also of a trip that came to nothing: a link that is found later is not what became of it, and may be another customer's.
    keep(this.#nameOf('link'));
    this.#trip?.close();
    const [teller] = [...this.members].sort((a, b) => b.linkRank - a.linkRank);
    if (news) teller?.tell(new AlloEvent(linked ? 'allo-linked' : 'allo-unlinked', { account }));
  }

  #refreshBalance(): void {
    if (this.#holder && this.any(wantsBalance)) void this.balance.run();
  }
}

/** Whether an error's code says that nobody is signed in, that there is no link, or none that the bank honours. */
export function isAboutAccount(code: string | undefined): boolean {
  return /^(UNAUTHENTICATED|NOT_LINKED|RELINK_REQUIRED)$/.test(String(code));
}

const needsAccount = (member: SessionMember): boolean => member.needsAccount;
const wantsBalance = (member: SessionMember): boolean => member.wantsBalance;

/** Of all backends that the page talks to, by their names. */
export const sessions = new Map<string, Session>();

/** The session of a backend: one for all elements of the page that talk to it. */
export function sessionFor(endpoint: string, credentials: RequestCredentials): Session {
  const scope = endpoint.replace(/\/+$/, '');
  const name = `${credentials} ${scope}`;
  const session = sessions.get(name) ?? new Session(scope, credentials);
  sessions.set(name, session);
  return session;
}
