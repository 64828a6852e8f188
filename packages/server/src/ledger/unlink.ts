/**
 * Unlinking: waits for open payments, is repeated until the bank confirms, and erases what was kept.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { LinkRow } from '../store/rows.ts';
import type { Device } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { accountEvent } from './events.ts';
import { pauseMs } from './schedule.ts';
import { customerToken, forgotten, renewCustomerToken } from './tokens.ts';
import { linkTransitions } from './transitions.ts';

/** Pauses between attempts, and between looks at open payments that hold it up. */
export const retryDelaysMs = [5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

/** Used where the reconciler acts without a shopper. */
export const serverDevice: Device = { id: 'allokitserver', ipAddress: '100.64.0.10' };

/** Unlinks the customer's account, now or when the last open payment is final. Throws `NOT_LINKED` if there is none. */
export async function requestUnlink(ctx: LedgerContext, customerId: string, device: Device): Promise<LinkRow> {
  const link = await ctx.store.latestLink(customerId);
  if (link?.state === 'unlinking') return link;
  if (link?.state !== 'active') throw new AlloServerError('NOT_LINKED');
  await ctx.store.commit({
    changes: [{
      table: 'links', id: link.id, ...linkTransitions.unlinkRequested,
      set: { unlinkRequestedAt: link.unlinkRequestedAt ?? ctx.now(), checks: 0, nextAt: ctx.now() + retryDelaysMs[0] }, cause: 'unlink asked for',
    }],
  });
  await continueUnlink(ctx, link.id, device);
  return (await ctx.store.link(link.id)) ?? link;
}

/** Within this time after a payment, goods still come back. */
const refundableMs = 30 * 24 * 60 * 60_000;

/** Throws `REFUNDS_POSSIBLE` while payments of the last 30 days could be refunded only through the customer's link. */
export async function assertNothingRefundable(ctx: LedgerContext, customerId: string): Promise<void> {
  const count = await ctx.store.countRefundable(customerId, ctx.now() - refundableMs);
  if (count > 0) throw new AlloServerError('REFUNDS_POSSIBLE', { detail: `${count} payments of the last 30 days could be refunded by hand alone afterwards; unlink with force if that is meant` });
}

/** The next step of an unlink that was asked for; a link that has ended meanwhile takes none. */
export async function continueUnlink(ctx: LedgerContext, linkId: string, device = serverDevice): Promise<void> {
  const link = await ctx.store.link(linkId);
  if (link === undefined) return;
  if (link.state === 'unlinking') return unlinkAtBank(ctx, link, device);
  if (link.unlinkRequestedAt === null) return;
  if ((await ctx.store.countOpenPayments(link)) > 0) return waitForPayments(ctx, link);
  const claimed = await ctx.store.commit({
    changes: [{
      table: 'links', id: link.id, ...linkTransitions.unlinkClaimed, version: link.version,
      set: { leaseUntil: ctx.now() + ctx.timing.leaseMs, checks: 0, nextAt: ctx.now() + ctx.timing.leaseMs, failure: null }, cause: 'unlink',
    }],
  });
  if (claimed) await unlinkAtBank(ctx, { ...link, state: 'unlinking' }, device);
}

async function waitForPayments(ctx: LedgerContext, link: LinkRow): Promise<void> {
  const step = link.state === 'unlinking' ? linkTransitions.stillUnlinking : linkTransitions.unlinkRequested;
  const set = { checks: link.checks + 1, nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, link.checks) };
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...step, set, cause: 'waits for open payments' }] });
}

async function unlinkAtBank(ctx: LedgerContext, link: LinkRow, device: Device): Promise<void> {
  // A refund may have begun between the look at the payments and the claim; from here on none gets a token of this link. A
  // link that is refused, since somebody else agreed to it, waits for nothing.
  if (link.unlinkRequestedAt !== null && (await ctx.store.countOpenPayments(link)) > 0) return waitForPayments(ctx, link);
  const { isGone, cause } = await endAtBank(ctx, link, device);
  await (isGone ? finish(ctx, link, cause) : retry(ctx, link, cause));
}

/** What became of a link at the bank: whether nothing of it is left there now, and by what we know. */
export interface EndAtBank {
  isGone: boolean;
  /** Whether it was this request that ended it; else the bank knew of none. */
  wasThere: boolean;
  cause: string;
}

/** Ends the link at the bank, as far as its answers go. */
export async function endAtBank(ctx: LedgerContext, link: LinkRow, device: Device): Promise<EndAtBank> {
  const token = await customerToken(ctx, link);
  if (token.outcome === 'dead') return { isGone: true, wasThere: false, cause: 'no longer honoured' };
  if (token.outcome === 'unavailable') return { isGone: false, wasThere: false, cause: 'no token' };
  const { outcome, evidence: cause } = await ctx.bank.unlink(token.token, device);
  if (outcome === 'done') return { isGone: true, wasThere: true, cause };
  // The token was refused: only a fruitless exchange proves that the link is gone.
  const isRefused = outcome === 'token-refused' || outcome === 'refused';
  return { isGone: isRefused && (await isGoneByExchange(ctx, link, token.token)), wasThere: true, cause };
}

const isGoneByExchange = async (ctx: LedgerContext, link: LinkRow, refused: string): Promise<boolean> =>
  (await renewCustomerToken(ctx, link, refused)).outcome === 'dead';

async function finish(ctx: LedgerContext, link: LinkRow, cause: string): Promise<void> {
  const set = { ...forgotten, externalId: null, deviceHash: '', returnTo: '/' };
  await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...linkTransitions.unlinked, set, cause }],
    events: [accountEvent(ctx, 'account.unlinked', link)],
    forgetShopperOf: link.id,
  });
}

async function retry(ctx: LedgerContext, link: LinkRow, cause: string): Promise<void> {
  // Nobody asked for the end of a link from which somebody else came back.
  tellIfLong(ctx, link, link.unlinkRequestedAt ?? link.returnedAt ?? ctx.now());
  const set = { checks: link.checks + 1, nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, link.checks) };
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.stillUnlinking, set, cause }] });
}

/** What the bank has not ended for a day it will hardly end by itself. */
function tellIfLong(ctx: LedgerContext, { id }: LinkRow, since: number): void {
  if (ctx.now() - since < ctx.timing.reviewAfterMs) return;
  ctx.log.error('the bank does not end a link that was to end a day ago or longer; a person has to ask DOKU', { linkId: id });
}
