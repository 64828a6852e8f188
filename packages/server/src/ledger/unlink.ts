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
import { customerToken, forgotten, openAuthCode, renewCustomerToken } from './tokens.ts';
import { linkTransitions } from './transitions.ts';

/** Pauses between attempts, and between looks at open payments that hold it up. */
const retryDelaysMs = [5_000, 15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

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

/** The next step of an unlink that was asked for. */
export async function continueUnlink(ctx: LedgerContext, linkId: string, device = serverDevice): Promise<void> {
  const link = await ctx.store.link(linkId);
  if (link === undefined) return;
  if (link.state === 'unlinking') return unlinkAtBank(ctx, link, device);
  if (link.state !== 'active' || link.unlinkRequestedAt === null) return;
  if (await mustWait(ctx, link)) return;
  const claimed = await ctx.store.commit({
    changes: [{
      table: 'links', id: link.id, ...linkTransitions.unlinkClaimed, version: link.version,
      set: { leaseUntil: ctx.now() + ctx.timing.leaseMs, checks: 0, nextAt: ctx.now() + ctx.timing.leaseMs, failure: null }, cause: 'unlink',
    }],
  });
  if (claimed) await unlinkAtBank(ctx, { ...link, state: 'unlinking' }, device);
}

async function mustWait(ctx: LedgerContext, link: LinkRow): Promise<boolean> {
  if ((await ctx.store.countOpenPayments(link.id)) === 0) return false;
  const set = { checks: link.checks + 1, nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, link.checks) };
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.unlinkRequested, set, cause: 'waits for open payments' }] });
  return true;
}

async function unlinkAtBank(ctx: LedgerContext, link: LinkRow, device: Device): Promise<void> {
  const token = await customerToken(ctx, link);
  if (token.outcome === 'dead') return finish(ctx, link, 'no longer honoured');
  if (token.outcome === 'unavailable') return retry(ctx, link, 'no token');
  const answer = await ctx.bank.unlink(token.token, device);
  if (answer.outcome === 'done') return finish(ctx, link, answer.evidence);
  if (answer.outcome !== 'token-refused' && answer.outcome !== 'refused') return retry(ctx, link, answer.evidence);
  // The token was refused: only a fruitless exchange proves that the link is gone.
  return (await isGone(ctx, link)) ? finish(ctx, link, answer.evidence) : retry(ctx, link, answer.evidence);
}

async function isGone(ctx: LedgerContext, link: LinkRow): Promise<boolean> {
  if ((await openAuthCode(ctx, link)) === undefined) return true;
  const latest = await ctx.store.link(link.id);
  return latest === undefined || (await renewCustomerToken(ctx, latest)).outcome === 'dead';
}

async function finish(ctx: LedgerContext, link: LinkRow, cause: string): Promise<void> {
  // One that was never confirmed was never reported as linked, and somebody may still be on the way back from the bank.
  const wasLinked = link.linkedAt !== null;
  const set = { ...forgotten, externalId: null, ...(wasLinked && { deviceHash: '', returnTo: '/' }) };
  await ctx.store.commit({
    changes: [{ table: 'links', id: link.id, ...linkTransitions.unlinked, set, cause }],
    events: wasLinked ? [accountEvent(ctx, 'account.unlinked', link)] : [],
    forgetShopperOf: link.id,
  });
}

async function retry(ctx: LedgerContext, link: LinkRow, cause: string): Promise<void> {
  const set = { checks: link.checks + 1, nextAt: ctx.now() + pauseMs(ctx, retryDelaysMs, link.checks) };
  await ctx.store.commit({ changes: [{ table: 'links', id: link.id, ...linkTransitions.stillUnlinking, set, cause }] });
}
