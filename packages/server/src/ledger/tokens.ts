/**
 * The customer's token, always looked up by the link it belongs to: there is no current token anywhere. Renewed by one
 * process after the other, and written before it is used.
 *
 * @module
 */

import { linkPlace } from '../store/places.ts';
import type { SealedField } from '../store/places.ts';
import type { LinkRow, LinkState } from '../store/rows.ts';
import { takeTurn } from '../store/turns.ts';
import type { Turn } from '../store/turns.ts';
import type { BankAnswer, CustomerToken } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { accountEvent } from './events.ts';
import { linkTransitions } from './transitions.ts';

/** The steps by which a link that is being ended stays as it is. */
const staying: Readonly<{ [State in LinkState]?: keyof typeof linkTransitions }> = {
  unlinking: 'stillUnlinking', disowned: 'stillDisowned', relink_required: 'stillDead',
};

/**
 * Where a token comes from: from the ledger, which kept it; from the bank, which was asked for it just now by nobody else; or
 * out of a race for it with another process, of whose two tokens the bank may honour the other alone.
 */
type TokenSource = 'ledger' | 'bank' | 'race';

/** A token to use now, or why there is none. `dead`: the customer has to link again. `isAsked`: whether the bank may have heard that one is wanted. */
export type TokenAnswer = { outcome: 'token'; token: string; from: TokenSource } | { outcome: 'dead' } | { outcome: 'unavailable'; isAsked: boolean };

/** Why there is none after the bank refused the last, and its evidence of that. */
export type NoToken = { outcome: 'dead'; evidence: string } | { outcome: 'unavailable'; evidence: string };

export const sealFor = (ctx: LedgerContext, linkId: string, field: SealedField, text: string): Promise<string> =>
  ctx.seal.close(text, linkPlace(linkId, field));

/** The columns of a freshly exchanged token. */
export async function sealToken(ctx: LedgerContext, linkId: string, { token, expiresAt }: CustomerToken) {
  return { tokenSealed: await sealFor(ctx, linkId, 'token', token), tokenExpiresAt: expiresAt };
}

/** What is erased when a link ends. The masked number stays while the page asks to link that account again. */
export const erased = {
  authCodeSealed: null, tokenSealed: null, tokenExpiresAt: null, phoneHash: null, pageUrl: null, nextAt: null,
};

/** What is erased of an attempt that came to nothing, or when the customer unlinks. */
export const forgotten = { ...erased, phoneMask: null };

export async function openAuthCode(ctx: LedgerContext, link: LinkRow): Promise<string | undefined> {
  return link.authCodeSealed === null ? undefined : ctx.seal.open(link.authCodeSealed, linkPlace(link.id, 'authCode'));
}

const renewals = new WeakMap<LedgerContext, Map<string, Promise<TokenAnswer>>>();

/** An attempt that was disowned before it was confirmed has no token yet; its code tells whether there is something to unlink. */
const hasNone = ({ state, tokenSealed }: LinkRow): boolean => tokenSealed === null && state !== 'disowned';

/** The token of a link that is active or being ended, renewed if it is about to run out. */
export async function customerToken(ctx: LedgerContext, { id, tokenSealed, tokenExpiresAt }: LinkRow): Promise<TokenAnswer> {
  const isGood = (tokenExpiresAt ?? 0) - ctx.timing.tokenMarginMs > ctx.now();
  return tokenSealed !== null && isGood ? openToken(ctx, id, tokenSealed) : renewOnce(ctx, id, (kept) => isSameToken(ctx, id, kept, tokenSealed));
}

const openSealed = (ctx: LedgerContext, linkId: string, tokenSealed: string): Promise<string> => ctx.seal.open(tokenSealed, linkPlace(linkId, 'token'));

const openToken = async (ctx: LedgerContext, linkId: string, tokenSealed: string): Promise<TokenAnswer> =>
  ({ outcome: 'token', token: await openSealed(ctx, linkId, tokenSealed), from: 'ledger' });

/** How often a request is made anew, each time with another token. */
const mostRenewals = 2;

/**
 * Asks with a customer's token; where the bank refuses it, which proves that nothing was executed, with another, and once more.
 * Answers `token-refused` only of two that the bank gave for this: it gives tokens and refuses them. One that was kept already,
 * or came out of a race, may be over by another's, and so may a single one be: the bank may come to a question that was given
 * up for lost only after the next. That such a one is refused says nothing of the link.
 */
export async function askWithToken<Value>(
  token: string, ask: (token: string) => Promise<BankAnswer<Value>>, renewed: (refused: string) => Promise<TokenAnswer>,
): Promise<BankAnswer<Value> | NoToken> {
  let refused = token;
  let areGiven = true;
  let answer = await ask(token);
  for (let renewals = 0; answer.outcome === 'token-refused' && renewals < mostRenewals; renewals += 1) {
    const another = await renewed(refused);
    if (another.outcome !== 'token') return { outcome: another.outcome, evidence: answer.evidence };
    refused = another.token;
    answer = await ask(refused);
    areGiven &&= another.from === 'bank';
  }
  return answer.outcome === 'token-refused' && !areGiven ? { outcome: 'unavailable', evidence: answer.evidence } : answer;
}

/**
 * After the bank refused a token of the link: another one, or the certainty that the link is dead. What is compared is the
 * token itself: it may have been renewed since the link was read, by this process or another.
 */
export async function renewCustomerToken(ctx: LedgerContext, { id }: LinkRow, refused: string): Promise<TokenAnswer> {
  const isRefused = async (kept: string): Promise<boolean> => (await openSealed(ctx, id, kept)) === refused;
  const underWay = renewals.get(ctx)?.get(id);
  if (underWay === undefined) return renewOnce(ctx, id, isRefused);
  const found = await underWay;
  // What was under way already may have come to the very token that was refused.
  return found.outcome === 'token' && found.token === refused ? renewOnce(ctx, id, isRefused) : found;
}

/** Whether the token that is kept, under seal, is the one that is to be replaced. */
type IsOver = (kept: string) => Promise<boolean>;

function renewOnce(ctx: LedgerContext, linkId: string, isOver: IsOver): Promise<TokenAnswer> {
  const pending = renewals.get(ctx) ?? new Map<string, Promise<TokenAnswer>>();
  renewals.set(ctx, pending);
  const running = pending.get(linkId);
  if (running !== undefined) return running;
  const renewal = renew(ctx, linkId, isOver).finally(() => pending.delete(linkId));
  pending.set(linkId, renewal);
  return renewal;
}

/** While another process asks for a token, it is looked so often whether it has one. */
const lookEveryMs = 100;
/** Who has waited for longer asks, whoever else is at it. */
const longestWaitMs = 8_000;
/** How many links can be renewed at once by all processes together. */
const renewalTurns = 64;

/**
 * By one process after the other: the bank may honour the latest token alone, so that two who ask for one at the same time
 * would each end the other's, and take the link for dead.
 */
async function renew(ctx: LedgerContext, linkId: string, isOver: IsOver): Promise<TokenAnswer> {
  const name = `renew/${Buffer.from(linkId).reduce((sum, byte) => sum + byte, 0) % renewalTurns}`;
  const waitUntil = performance.now() + longestWaitMs;
  for (;;) {
    const held = await heldToken(ctx, linkId, isOver);
    if ('outcome' in held) return held;
    const turn = await takeTurn(ctx.store, name);
    if (turn !== undefined || performance.now() >= waitUntil) {
      // One that cannot be released is taken over soon; the token counts all the same.
      return renewInTurn(ctx, linkId, isOver, turn).finally(() => turn?.release().catch(() => undefined));
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** What is to be said of the link's token without asking for one, or the link whose token is to be replaced. */
async function heldToken(ctx: LedgerContext, linkId: string, isOver: IsOver): Promise<TokenAnswer | LinkRow> {
  const link = await ctx.store.link(linkId);
  if (link === undefined || hasNone(link)) return { outcome: 'dead' };
  // Somebody else renewed it meanwhile: adopt, do not mint.
  return link.tokenSealed === null || (await isOver(link.tokenSealed)) ? link : openToken(ctx, linkId, link.tokenSealed);
}

async function renewInTurn(ctx: LedgerContext, linkId: string, isOver: IsOver, turn: Turn | undefined): Promise<TokenAnswer> {
  const link = await heldToken(ctx, linkId, isOver);
  if ('outcome' in link) return link;
  const answer = await askForToken(ctx, link);
  if (answer.outcome === 'done') return tokenInTurn(await keep(ctx, link, answer.value), answer.value.token, turn);
  if (answer.outcome !== 'refused') return { outcome: 'unavailable', isAsked: answer.outcome !== 'not-sent' };
  await markDead(ctx, link, 'exchange-refused', 'gone');
  return { outcome: 'dead' };
}

/** The token that is kept by now; if it is the one we were given, and nobody else was at it from before until it was kept, the bank honours that one. */
async function tokenInTurn(kept: string | undefined, given: string, turn: Turn | undefined): Promise<TokenAnswer> {
  if (kept === undefined) return { outcome: 'dead' };
  const isOurs = kept === given && turn?.isTakenOver === false && (await turn.isHeld().catch(() => false));
  return { outcome: 'token', token: kept, from: isOurs ? 'bank' : 'race' };
}

/** Also when it was sealed anew under another key meanwhile: that makes no new token of it. */
async function isSameToken(ctx: LedgerContext, linkId: string, kept: string, failed: string | null): Promise<boolean> {
  if (kept === failed) return true;
  if (failed === null) return false;
  return (await openSealed(ctx, linkId, kept)) === (await openSealed(ctx, linkId, failed));
}

/** The exchange also tells whether the customer unlinked inside the bank's app. */
async function askForToken(ctx: LedgerContext, link: LinkRow): Promise<BankAnswer<CustomerToken>> {
  const authCode = await openAuthCode(ctx, link);
  return authCode === undefined ? { outcome: 'refused', failure: 'RELINK_REQUIRED', evidence: 'nothing to exchange' } : ctx.bank.exchange(authCode);
}

/** Answers the token that is kept by then, another's if that was faster; none of a link that has ended. */
async function keep(ctx: LedgerContext, link: LinkRow, token: CustomerToken): Promise<string | undefined> {
  // Whoever has this link in hand, to end it, goes on with the new token: no other process may take it on meanwhile.
  const set = { ...(await sealToken(ctx, link.id, token)), leaseUntil: link.leaseUntil };
  const { from, to } = renewedIn(link.state);
  const kept = await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, from, to, version: link.version, set, cause: 'token renewed' }],
  });
  if (kept) return token.token;
  const latest = await ctx.store.link(link.id);
  if (latest === undefined || hasNone(latest)) return undefined;
  // No newer one, but something else happened to the link: the one that stands there is the one that was to be replaced.
  if (latest.tokenSealed === null || (await isSameToken(ctx, link.id, latest.tokenSealed, link.tokenSealed))) return keep(ctx, latest, token);
  return openSealed(ctx, link.id, latest.tokenSealed);
}

const renewedIn = (state: LinkState) => linkTransitions[staying[state] ?? 'renewed'];

/**
 * The bank no longer honours the link; one that is being ended already stays as it is, also while that waits for payments:
 * it ends as unlinked. Gone is what the bank gives no token for; where it gives tokens and refuses them, a link stands there
 * all the same, and is ended before it is forgotten.
 */
export async function markDead(ctx: LedgerContext, { id }: LinkRow, cause: string, is: 'gone' | 'refused'): Promise<void> {
  const link = await ctx.store.link(id);
  if (link === undefined || link.unlinkRequestedAt !== null) return;
  const set = is === 'gone' ? erased : { phoneHash: null, pageUrl: null, checks: 0, nextAt: ctx.now() };
  await ctx.store.commit({
    changes: [{ table: 'links', id, ...linkTransitions.dead, version: link.version, set, cause }],
    events: [accountEvent(ctx, 'account.relink-required', link)],
    forgetShopperOf: id,
  });
}
