/**
 * Linking: from the shopper's wish to a token in our keeping. Return, notification and reconciler all funnel
 * into one exchange of the authorisation code, and only its answer is believed.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { LinkFailure, ProblemCode } from '../contract.ts';
import type { LinkRow } from '../store/rows.ts';
import { admit } from './admission.ts';
import type { BankAnswer, Browser, Device, LinkPage } from './bank.ts';
import { sha256Hex } from './context.ts';
import type { LedgerContext } from './context.ts';
import { leaveBehind, lookSoon, mayStillBeFinished, takeBack } from './disown.ts';
import { accountEvent } from './events.ts';
import { inBrowserTime } from './in-browser-time.ts';
import { withGap } from './link-page.ts';
import { pauseMs } from './schedule.ts';
import { forgotten, openAuthCode, sealFor, sealToken } from './tokens.ts';
import { linkTransitions } from './transitions.ts';

export interface LinkWish {
  customerId: string;
  /** `62…`, digits only. */
  phone: string;
  phoneMask: string;
  name?: string;
  email?: string;
  returnTo: string;
  device: Device;
  browser: Browser;
  /** Whom the network address stands for, for limits alone; absent if it says nothing. */
  visitor?: string | undefined;
}

/** A page shown for less than this is not worth sending a shopper to. */
const leastPageTimeMs = 20_000;

/** The way back means nothing after this. */
const returnTtlMs = 15 * 60_000;

/** Starts linking, or answers the page of the attempt that is under way. Throws an `AlloServerError` if it cannot. */
export async function startLink(ctx: LedgerContext, wish: LinkWish): Promise<LinkRow> {
  const deviceHash = await sha256Hex(wish.device.id);
  const phoneHash = await ctx.seal.fingerprint(wish.phone);
  const standing = await ctx.store.latestLink(wish.customerId);
  if (standing !== undefined) {
    if (await isSameAttempt(ctx, standing, { phone: wish.phone, deviceHash })) return standing;
    assertRoom(standing);
  }
  const admission = admit(ctx, 'link', { linksPerCustomer: wish.customerId, linksPerPhone: phoneHash, linksPerAddress: wish.visitor, linksInAll: 'all' });
  let asked = false;
  try {
    if (standing !== undefined) await makeRoom(ctx, standing);
    const secret = ctx.newSecret();
    const link = await ctx.store.insertLink({
      ...emptyLink(ctx), customerId: wish.customerId, phoneMask: wish.phoneMask, phoneHash, deviceHash,
      returnHash: await sha256Hex(secret), returnTo: wish.returnTo,
    });
    if (link === undefined) return await otherTabsAttempt(ctx, wish.customerId, { phone: wish.phone, deviceHash });
    const answer = await askForPage(ctx, wish, secret);
    // The bank that never heard of it sent no SMS.
    asked = answer.outcome !== 'not-sent';
    return await settleStart(ctx, link, answer);
  } finally {
    if (asked) admission.end();
    else admission.cancel();
  }
}

function askForPage(ctx: LedgerContext, { customerId, phone, name, email, device, browser }: LinkWish, secret: string): Promise<BankAnswer<LinkPage>> {
  return ctx.bank.link({
    customerId, phone, device, browser, ...ctx.returnUrls('link', secret), ...(name !== undefined && { name }), ...(email !== undefined && { email }),
  });
}

function emptyLink(ctx: LedgerContext): LinkRow {
  const at = ctx.now();
  return {
    id: ctx.newId(), state: 'initiated', version: 1, nextAt: at + ctx.timing.leaseMs, leaseUntil: null, checks: 0,
    createdAt: at, updatedAt: at, customerId: '', phoneMask: null, phoneHash: null, externalId: null, authCodeSealed: null,
    tokenSealed: null, tokenExpiresAt: null, returnHash: '', deviceHash: '', returnTo: '/',
    returnedAt: null, pageUrl: null, pageExpiresAt: null, failure: null, unlinkRequestedAt: null, linkedAt: null,
  };
}

async function isSameAttempt(ctx: LedgerContext, link: LinkRow, wish: { phone: string; deviceHash: string }): Promise<boolean> {
  const open = (link.pageExpiresAt ?? 0) - leastPageTimeMs > ctx.now();
  if (link.state !== 'redirected' || !open || link.phoneHash === null || link.deviceHash !== wish.deviceHash) return false;
  return ctx.seal.isFingerprintOf(wish.phone, link.phoneHash);
}

/** Says why there must be no new attempt, if so. */
function assertRoom(link: LinkRow): void {
  if (link.state === 'active') throw new AlloServerError(link.unlinkRequestedAt === null ? 'ALREADY_LINKED' : 'UNLINK_REQUESTED');
  if (link.state === 'unlinking') throw new AlloServerError('UNLINK_REQUESTED');
  if (link.state === 'exchanging') throw new AlloServerError('BANK_UNAVAILABLE', { detail: 'the last attempt to link is still being confirmed' });
}

/** Clears the way for a new attempt, or says why there must be none. */
async function makeRoom(ctx: LedgerContext, standing: LinkRow): Promise<void> {
  const link = await confirmLink(ctx, standing);
  assertRoom(link);
  // Once its page has long been closed the shopper need not wait for a bank that says neither yes nor no of it.
  if (link.state === 'returned' && mayStillBeFinished(ctx, link)) throw new AlloServerError('BANK_UNAVAILABLE', { detail: 'the last attempt to link is still being confirmed' });
  const cause = 'started anew';
  // Of a start that has not been answered yet nobody sees the page.
  if (link.state === 'initiated') await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.superseded, set: { ...forgotten, failure: null }, cause }] });
  if (link.state === 'redirected' || link.state === 'returned') await leaveBehind(ctx, link, null, cause);
}

async function otherTabsAttempt(ctx: LedgerContext, customerId: string, wish: { phone: string; deviceHash: string }): Promise<LinkRow> {
  const link = await ctx.store.latestLink(customerId);
  if (link !== undefined && (await isSameAttempt(ctx, link, wish))) return link;
  throw new AlloServerError('BANK_UNAVAILABLE', { detail: 'another attempt to link has just begun' });
}

async function settleStart(ctx: LedgerContext, link: LinkRow, answer: BankAnswer<LinkPage>): Promise<LinkRow> {
  if (answer.outcome === 'done') return openPage(ctx, link, answer.value, answer.evidence);
  const { failure, code } = startFailure(answer);
  await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...linkTransitions.startFailed, set: { ...forgotten, failure }, cause: answer.evidence }],
  });
  throw new AlloServerError(code);
}

function startFailure(answer: BankAnswer<LinkPage>): { failure: LinkFailure; code: ProblemCode } {
  if (answer.outcome !== 'refused') return { failure: 'unavailable', code: 'BANK_UNAVAILABLE' };
  if (answer.failure === 'NOT_PERMITTED') return { failure: 'conflict', code: 'ACCOUNT_CONFLICT' };
  return { failure: 'refused', code: 'LINK_REFUSED' };
}

async function openPage(ctx: LedgerContext, link: LinkRow, page: LinkPage, cause: string): Promise<LinkRow> {
  const pageExpiresAt = ctx.now() + ctx.timing.bankPageMs;
  const authCodeSealed = await sealFor(ctx, link.id, 'authCode', page.authCode);
  const opened = await ctx.store.commit({
    changes: [{
      table: 'links', id: link.id, ...linkTransitions.pageOpened, cause,
      set: { authCodeSealed, externalId: page.externalId, pageUrl: withGap(page), pageExpiresAt, nextAt: nextLook(ctx, pageExpiresAt) },
    }],
  });
  if (!opened) throw new AlloServerError('BANK_UNAVAILABLE', { detail: 'another attempt to link took its place' });
  return (await ctx.store.link(link.id)) ?? link;
}

/** Once a minute while the page is open, right after it closed, and once a minute again if the bank is silent then. */
function nextLook(ctx: LedgerContext, pageExpiresAt: number): number {
  const closed = pageExpiresAt + (ctx.timing.confirmDelaysMs[0] ?? 0);
  const later = ctx.now() + ctx.timing.checkNotBeforeMs;
  return ctx.now() >= closed ? later : Math.min(closed, later);
}

export interface Visitor {
  deviceId: string | undefined;
  customerId: string | undefined;
  /** Whether the bank chose the way back for failures. */
  saysFailed: boolean;
}

/**
 * The shopper came back from the bank. Whether it is the one who began it decides if it may go on: somebody who was
 * tricked into finishing another person's link must not hand over an account. Asked before anything else: whoever
 * began it knows the state, and could use it up first.
 */
export async function returnFromLink(ctx: LedgerContext, secret: string, visitor: Visitor): Promise<{ returnTo: string } | undefined> {
  const link = await ctx.store.linkByReturn(await sha256Hex(secret));
  if (link === undefined) return undefined;
  const isLate = ctx.now() - link.createdAt > returnTtlMs;
  if (!(await hasBegun(link, visitor))) {
    if (!isLate) await refuse(ctx, link);
    return undefined;
  }
  if (!isLate && link.returnedAt === null) await goOn(ctx, link, visitor);
  return { returnTo: link.returnTo };
}

/** Who is signed in decides; the browser, which several people may share, only where nobody is. */
async function hasBegun(link: LinkRow, { customerId, deviceId }: Visitor): Promise<boolean> {
  if (customerId !== undefined) return customerId === link.customerId;
  return deviceId !== undefined && (await sha256Hex(deviceId)) === link.deviceHash;
}

/** How often a way back is tried anew after a step that crossed it. */
const mostCrossings = 3;

async function goOn(ctx: LedgerContext, link: LinkRow, visitor: Visitor, crossings = 0): Promise<void> {
  // After a failure one "no" of the bank is enough; after a success it may only be slow.
  const checks = visitor.saysFailed ? ctx.timing.confirmDelaysMs.length : 0;
  const marked = await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...linkTransitions.returned, set: { returnedAt: ctx.now(), checks, nextAt: ctx.now() }, cause: 'return' }],
  });
  if (marked) return inBrowserTime(ctx, confirmLink(ctx, { ...link, state: 'returned' }));
  if (link.state === 'disowned') return lookSoon(ctx, link);
  if ((await useUp(ctx, link, checks)) || crossings >= mostCrossings) return;
  // Between the two an exchange may have ended without a token, or the attempt been left behind: it waits for its way back again.
  const latest = await ctx.store.link(link.id);
  if (latest?.returnedAt === null && latest.version !== link.version) await goOn(ctx, latest, visitor, crossings + 1);
}

/** The notification was faster, and the link is being confirmed or is active already: the way back is one-time all the same. Answers false if neither is so. */
async function useUp(ctx: LedgerContext, link: LinkRow, checks: number): Promise<boolean> {
  const returnedAt = ctx.now();
  const change = { table: 'links', id: link.id, cause: 'return' } as const;
  const leaseUntil = returnedAt + ctx.timing.leaseMs;
  const early = await ctx.store.commit({ changes: [{ ...change, ...linkTransitions.returnedWhileExchanging, set: { returnedAt, checks, leaseUntil } }] });
  return early || ctx.store.commit({ changes: [{ ...change, ...linkTransitions.renewed, set: { returnedAt } }] });
}

/**
 * Somebody else came back with this state: whatever the shopper confirmed is taken back, at the bank too, also if it is
 * linked by now. What the bank would go on to hold for the one who began could never be linked by its owner.
 */
async function refuse(ctx: LedgerContext, link: LinkRow): Promise<void> {
  if (!(await undo(ctx, link))) return;
  ctx.log.warn('the bank sent back somebody else than the one who began to link; the link is refused', { linkId: link.id });
}

/** Answers false if it is over already, or being taken back: asking the bank more often is nothing a visitor can bring about. */
async function undo(ctx: LedgerContext, link: LinkRow): Promise<boolean> {
  const returnedAt = ctx.now();
  if (link.state === 'disowned') {
    if (link.returnedAt === null) await lookSoon(ctx, link);
    return link.returnedAt === null;
  }
  const cause = 'returned in another session';
  // Whose account it is waits for no payment of the one who began it, also where that one had asked to unlink.
  const set = { returnedAt, nextAt: returnedAt, checks: 0, failure: 'not-completed', pageUrl: null, unlinkRequestedAt: null };
  if (await leaveBehind(ctx, { ...link, returnedAt }, 'not-completed', cause)) return true;
  return ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.refusedAfterAll, set, cause }] });
}

/** What a verified binding notification says; `failed` ends the attempt, `completed` only makes us ask. */
export async function linkNotified(ctx: LedgerContext, link: LinkRow, said: 'completed' | 'failed' | 'open'): Promise<void> {
  if (link.state === 'disowned' && said !== 'open') return takeBack(ctx, link);
  if (said === 'completed') await confirmLink(ctx, link);
  // Only the exchange proves that nothing came of it: the code is kept until then.
  if (said === 'failed') await leaveBehind(ctx, link, 'not-completed', 'notification');
}

/** Asks the bank for the token and settles the attempt by its answer. Answers the row as it is afterwards. */
export async function confirmLink(ctx: LedgerContext, link: LinkRow): Promise<LinkRow> {
  if (link.state !== 'redirected' && link.state !== 'returned') return link;
  const claimed = await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...linkTransitions.claimed, set: { leaseUntil: ctx.now() + ctx.timing.leaseMs }, cause: 'exchange' }],
  });
  if (claimed) await exchange(ctx, link);
  return (await ctx.store.link(link.id)) ?? link;
}

async function exchange(ctx: LedgerContext, link: LinkRow): Promise<void> {
  const authCode = await openAuthCode(ctx, link);
  if (authCode === undefined) return endAttempt(ctx, link, 'not-completed', 'no authorisation code');
  const answer = await ctx.bank.exchange(authCode);
  if (answer.outcome === 'done') {
    const set = { ...(await sealToken(ctx, link.id, answer.value)), linkedAt: ctx.now(), nextAt: null, pageUrl: null };
    await ctx.store.commit({
      changes: [{ table: 'links', id: link.id, ...linkTransitions.confirmed, set, cause: answer.evidence }],
      events: [accountEvent(ctx, 'account.linked', link)],
    });
    return;
  }
  await notConfirmed(ctx, link.id, answer.outcome === 'refused', answer.evidence);
}

/** The bank did not (yet) give a token: asked again for a while, sooner after the shopper's return, which may have been meanwhile. */
async function notConfirmed(ctx: LedgerContext, linkId: string, refused: boolean, cause: string): Promise<void> {
  const link = await ctx.store.link(linkId);
  if (link?.state !== 'exchanging') return;
  const isWritten = await (link.returnedAt === null ? stillOpen(ctx, link, refused, cause) : stillReturned(ctx, link, refused, cause));
  if (!isWritten) await notConfirmed(ctx, linkId, refused, cause);
}

async function stillOpen(ctx: LedgerContext, link: LinkRow, refused: boolean, cause: string): Promise<boolean> {
  const pageExpiresAt = link.pageExpiresAt ?? ctx.now();
  if (refused && ctx.now() > pageExpiresAt) return giveUp(ctx, link, 'expired', cause);
  return again(ctx, link, linkTransitions.notYet, nextLook(ctx, pageExpiresAt), cause);
}

async function stillReturned(ctx: LedgerContext, link: LinkRow, refused: boolean, cause: string): Promise<boolean> {
  const { confirmDelaysMs } = ctx.timing;
  if (refused && link.checks >= confirmDelaysMs.length) return giveUp(ctx, link, 'not-completed', cause);
  return again(ctx, link, linkTransitions.retryLater, ctx.now() + pauseMs(ctx, confirmDelaysMs, link.checks), cause);
}

/** Answers false if the row changed meanwhile and nothing was written. */
async function again(
  ctx: LedgerContext, link: LinkRow, step: typeof linkTransitions.notYet | typeof linkTransitions.retryLater, nextAt: number, cause: string,
): Promise<boolean> {
  if (ctx.now() - link.createdAt > ctx.timing.reviewAfterMs) return giveUp(ctx, link, 'unavailable', cause);
  return ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...step, version: link.version, set: { nextAt, checks: link.checks + 1 }, cause }] });
}

/** Over for the shopper, whatever happens meanwhile. As long as the bank may still make a link of it, it is not forgotten. */
async function giveUp(ctx: LedgerContext, link: LinkRow, failure: LinkFailure, cause: string): Promise<true> {
  if (mayStillBeFinished(ctx, link) || failure === 'unavailable') await leaveBehind(ctx, link, failure, cause);
  else await endAttempt(ctx, link, failure, cause);
  return true;
}

async function endAttempt(ctx: LedgerContext, link: LinkRow, failure: LinkFailure, cause: string): Promise<void> {
  const step = failure === 'not-completed' ? linkTransitions.notCompleted : linkTransitions.timedOut;
  await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...step, set: { ...forgotten, failure }, cause }],
  });
}

/** A due link that is not active: a start that died, a page nobody came back from, an exchange that was cut off. */
export async function reconcileLink(ctx: LedgerContext, link: LinkRow): Promise<void> {
  if (link.state === 'initiated') return endAttempt(ctx, link, 'unavailable', 'start was cut off');
  if (link.state !== 'exchanging') await confirmLink(ctx, link);
  else await exchange(ctx, link);
}
