/**
 * The B2B access token of the merchant: one for all its processes, minted as seldom as can be (dossier 2.6).
 * Must never hold a customer's token, and never mint a second while a first is under way: DOKU may honour only
 * the latest.
 *
 * @module
 */

import type { Message } from './message.ts';
import { readToken } from './token-request.ts';
import type { RequestToken } from './token-request.ts';
import type { Clock, TokenAnswer } from './types.ts';

/** A B2B token as it is kept. A secret. Instants are epoch milliseconds. */
export interface StoredAccessToken {
  accessToken: string;
  issuedAt: number;
  expiresAt: number;
}

/** Where the processes of a merchant share their B2B token: one entry for each Client ID and environment. */
export interface AccessTokenStore {
  read(): Promise<StoredAccessToken | undefined>;
  /** Writes `next` if what is kept is still `previous` (by its `accessToken`), in one step; tells whether it did. */
  swap(previous: StoredAccessToken | undefined, next: StoredAccessToken): Promise<boolean>;
  /** Takes it upon this process to mint; undefined while another is at it. Who dies or is slow loses it after seconds. */
  claim(): Promise<MintingClaim | undefined>;
}

/** The turn of one process to mint. */
export interface MintingClaim {
  /** Whether nobody has taken it over. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** What the keeper of the B2B token needs. */
export interface AccessTokensOptions {
  requestToken: RequestToken;
  /** Path of DOKU's B2B token endpoint. */
  path: string;
  store: AccessTokenStore;
  now: Clock;
}

/** The keeper of the B2B token. */
export interface AccessTokens {
  /**
   * The token to use now.
   *
   * @throws AccessTokenError if DOKU gives none
   */
  get(): Promise<string>;
  /**
   * A token in place of one that DOKU refused (401xx01, 401xx03): another's if there is one, else a new one.
   *
   * @throws AccessTokenError if DOKU gives none
   */
  renew(failedToken: string): Promise<string>;
}

/** DOKU gave no B2B token. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError';
  /** DOKU's response code, if there was one. */
  readonly responseCode: string | undefined;

  constructor(answer: Exclude<TokenAnswer<unknown>, { outcome: 'success' }>) {
    const responseCode = answer.outcome === 'not-sent' ? undefined : answer.responseCode;
    super(`DOKU gave no B2B access token (${answer.outcome}${responseCode ? ` ${responseCode}` : ''})`, {
      cause: 'cause' in answer ? answer.cause : undefined,
    });
    this.responseCode = responseCode;
  }
}

const refreshAfterShareOfLife = 0.8;
const defaultLifeSeconds = 900;
const maxLifeSeconds = 24 * 60 * 60;

/** While another process mints, it is looked so often whether it has. */
const lookEveryMs = 100;
/** Two claims can come to nothing one after the other. Who has waited for longer mints, whoever else is at it. */
const longestWaitMs = 8_000;

/** Creates the keeper of the B2B token. No I/O until it is asked. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { now } = options;
  let current: StoredAccessToken | undefined;
  let pending: Promise<StoredAccessToken> | undefined;

  function refreshOnce(failedToken?: string): Promise<StoredAccessToken> {
    pending ??= refresh(options, failedToken)
      .then((token) => (current = token))
      .finally(() => (pending = undefined));
    return pending;
  }

  return {
    async get() {
      const older = current;
      if (older !== undefined && isUsable(older, now())) return older.accessToken;
      try {
        return (await refreshOnce()).accessToken;
      } catch (error) {
        // Past 80 % of its life is not past its life: better an old token than a payment refused.
        if (older !== undefined && older === current && now() < older.expiresAt) return older.accessToken;
        throw error;
      }
    },
    async renew(failedToken) {
      if (current !== undefined && isUsable(current, now(), failedToken)) return current.accessToken;
      if (current?.accessToken === failedToken) current = undefined;
      const joined = await refreshOnce(failedToken);
      // A refresh that another call had begun may have adopted the very token that failed.
      return joined.accessToken === failedToken ? (await refreshOnce(failedToken)).accessToken : joined.accessToken;
    },
  };
}

/** A store within this process: the default, and enough for one process. */
export function memoryAccessTokenStore(): AccessTokenStore {
  let kept: StoredAccessToken | undefined;
  let claim: MintingClaim | undefined;
  return {
    read: () => Promise.resolve(kept),
    swap(previous, next) {
      const isCurrent = kept?.accessToken === previous?.accessToken;
      if (isCurrent) kept = next;
      return Promise.resolve(isCurrent);
    },
    claim() {
      if (claim !== undefined) return Promise.resolve(undefined);
      claim = { isHeld: () => Promise.resolve(true), release: () => Promise.resolve(claim = undefined) };
      return Promise.resolve(claim);
    },
  };
}

/** Adopt before mint: another process may have renewed it already, or be about to, and minting again could end its token. */
async function refresh(options: AccessTokensOptions, failedToken: string | undefined): Promise<StoredAccessToken> {
  const { store, now } = options;
  const [begunAt, giveUpAt] = [now(), performance.now() + longestWaitMs];
  const before = await store.read();
  if (before !== undefined && isUsable(before, begunAt, failedToken)) return before;
  for (;;) {
    const claim = await store.claim();
    try {
      const stored = await store.read();
      if (stored !== undefined && isUsable(stored, now(), failedToken)) return stored;
      if (stored !== undefined && isAnother(stored, before, failedToken)) return bornAt(stored, begunAt);
      if (claim !== undefined || performance.now() >= giveUpAt) return await mintInPlaceOf(options, stored, failedToken, claim);
    } finally {
      await claim?.release().catch(() => undefined);
    }
    await new Promise<void>((resolve) => { setTimeout(resolve, lookEveryMs); });
  }
}

const isAnother = ({ accessToken }: StoredAccessToken, before: StoredAccessToken | undefined, failedToken: string | undefined): boolean =>
  accessToken !== before?.accessToken && accessToken !== failedToken;

/** What came while we looked on is new, however far the clock of the server that minted it is from ours. */
const bornAt = ({ accessToken, issuedAt, expiresAt }: StoredAccessToken, at: number): StoredAccessToken =>
  ({ accessToken, issuedAt: at, expiresAt: at + expiresAt - issuedAt });

async function mintInPlaceOf(
  options: AccessTokensOptions, stored: StoredAccessToken | undefined, failedToken: string | undefined, claim: MintingClaim | undefined,
): Promise<StoredAccessToken> {
  const { store, now } = options;
  const minted = await mint(options);
  if (await store.swap(stored, minted)) return minted;
  const winner = await store.read();
  if (winner === undefined || !isUsable(winner, now(), failedToken)) return minted;
  // One whose claim we took over was slow, and not dead. DOKU was asked for ours later, and may honour only that.
  return (await claim?.isHeld()) === true && await store.swap(winner, minted) ? minted : winner;
}

async function mint({ requestToken, path, now }: AccessTokensOptions): Promise<StoredAccessToken> {
  const issuedAt = now();
  const body = { grantType: 'client_credentials' };
  const answer = await requestToken({ operation: 'tokenB2b', path, body, read: (message) => readAccessToken(message, issuedAt) });
  if (answer.outcome !== 'success') throw new AccessTokenError(answer);
  return answer.body;
}

function isUsable({ accessToken, issuedAt, expiresAt }: StoredAccessToken, at: number, failedToken?: string): boolean {
  return accessToken !== failedToken && at < issuedAt + (expiresAt - issuedAt) * refreshAfterShareOfLife;
}

/** The life counts from before the request, so that it is never thought longer than it is. */
function readAccessToken(answer: Message, issuedAt: number): StoredAccessToken | undefined {
  const accessToken = readToken(answer, 'accessToken');
  if (accessToken === undefined) return undefined;
  return { accessToken, issuedAt, expiresAt: issuedAt + Math.floor(readLifeSeconds(answer['expiresIn']) * 1000) };
}

/** DOKU writes a number, SNAP's standard a string (dossier 2.6, 8.6). */
function readLifeSeconds(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'number' || typeof expiresIn === 'string' ? Number(expiresIn) : Number.NaN;
  return seconds > 0 ? Math.min(seconds, maxLifeSeconds) : defaultLifeSeconds;
}
