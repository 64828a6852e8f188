/**
 * DOKU's routes: our token endpoint and the notifications. Verified over the raw bytes; acknowledged only after
 * it is committed; answered in SNAP form.
 *
 * @module
 */

import type { Context } from 'hono';
import type { ChargeStatus } from '../ledger/bank.ts';
import { sha256Hex } from '../ledger/context.ts';
import type { LedgerContext } from '../ledger/context.ts';
import { applyStatus } from '../ledger/evidence.ts';
import { linkNotified } from '../ledger/links.ts';
import { toSeconds } from '../ledger/rate-limits.ts';
import type { LimitName } from '../ledger/rate-limits.ts';
import { checkPayment } from '../ledger/reconcile.ts';
import { acknowledge, refuseForNow } from '../snap/acknowledgement.ts';
import type { Acknowledgement, NotificationKind } from '../snap/acknowledgement.ts';
import type { MerchantTokens } from '../snap/merchant-token.ts';
import { parseBindingNotification, parsePaymentNotification } from '../snap/notification.ts';
import type { BindingNotification, Parsed, PaymentNotification } from '../snap/notification.ts';
import type { SnapReply } from '../snap/types.ts';
import type { VerifyNotification } from '../snap/verify-notification.ts';
import { StoreError } from '../store/store.ts';
import { chargeStatusOf, failureOf } from './bank.ts';
import type { RouteEnv } from './context.ts';
import { identifyVisitor } from './device.ts';

export interface DokuRouteContext {
  ledger: LedgerContext;
  merchantTokens: MerchantTokens;
  verify: VerifyNotification;
  /** Path of our base as DOKU knows it: it is part of every signature. */
  publicPath: string;
  trustedProxies: number;
}

type DokuRequest = Context<RouteEnv>;
type Freshness = 'fresh' | 'stale';

export async function issueToken(doku: DokuRouteContext, c: DokuRequest): Promise<Response> {
  const rawBody = await readBody(c);
  const { reply, failed } = await doku.merchantTokens.issue({ headers: c.req.raw.headers, rawBody });
  return failed === undefined ? respond(reply) : refuse(doku, c, 'token', failed, reply);
}

/** A body that broke off is none: nobody signed that. */
const readBody = async (c: DokuRequest): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await c.req.arrayBuffer().catch(() => new ArrayBuffer(0)));

/**
 * Only what DOKU did not sign counts, and what it did sign is never looked at for its address: nobody can use up
 * DOKU's places, so no limit ever stands between DOKU and the truth about a payment. Answers the seconds to wait.
 */
function countRefusal({ ledger, trustedProxies }: DokuRouteContext, c: DokuRequest, limit: LimitName): number | undefined {
  const taken = ledger.limits.tryTake({ [limit]: identifyVisitor(c.req.raw, c.env, { trustedProxies }) });
  return taken.isTaken ? undefined : toSeconds(taken.waitMs);
}

export const paymentNotification = (doku: DokuRouteContext, c: DokuRequest): Promise<Response> =>
  receive(doku, c, 'payment', parsePaymentNotification, takePayment);

export const bindingNotification = (doku: DokuRouteContext, c: DokuRequest): Promise<Response> =>
  receive(doku, c, 'binding', parseBindingNotification, takeBinding);

async function receive<Notification>(
  doku: DokuRouteContext, c: DokuRequest, kind: NotificationKind, parse: (rawBody: Uint8Array) => Parsed<Notification>,
  take: (ledger: LedgerContext, notification: Notification, freshness: Freshness) => Promise<Acknowledgement>,
): Promise<Response> {
  const { ledger } = doku;
  const answer = (acknowledgement: Acknowledgement): Response => respond(acknowledge(kind, acknowledgement, ledger.now()));
  try {
    const rawBody = await readBody(c);
    const path = `${doku.publicPath}/doku/notifications/${kind}${new URL(c.req.url).search}`;
    const verdict = await doku.verify({ path, headers: c.req.raw.headers, rawBody });
    if (verdict.verdict === 'refused') return refuse(doku, c, kind, verdict.check, acknowledge(kind, verdict.check === 'token' ? 'invalid-token' : 'unauthorized', ledger.now()));
    const parsed = parse(rawBody);
    if (parsed.ok) return answer(await take(ledger, parsed.notification, verdict.verdict));
    ledger.log.warn('a verified notification cannot be read', { kind, field: parsed.field, requestId: c.get('requestId') });
    return answer(parsed.problem);
  } catch (error) {
    ledger.log.error('a notification could not be taken; DOKU will send it again', { kind, requestId: c.get('requestId'), error: String(error) });
    return answer(error instanceof StoreError ? 'unavailable' : 'failed');
  }
}

/** The log says which check failed; the sender does not learn it. Whoever keeps on does not fill the log. */
function refuse(doku: DokuRouteContext, c: DokuRequest, kind: NotificationKind | 'token', check: string, reply: SnapReply): Response {
  const { ledger } = doku;
  ledger.meter('allo.notifications.refused', 1, { kind, check });
  const waitSeconds = countRefusal(doku, c, kind === 'token' ? 'refusedTokensPerAddress' : 'refusedNotificationsPerAddress');
  if (waitSeconds !== undefined) return respond(refuseForNow(kind, waitSeconds, ledger.now()));
  ledger.log.warn(kind === 'token' ? 'a token request was refused' : 'a notification was refused', { kind, check, requestId: c.get('requestId') });
  return respond(reply);
}

async function takePayment(ledger: LedgerContext, said: PaymentNotification, freshness: Freshness): Promise<Acknowledgement> {
  const reference = said.originalPartnerReferenceNo;
  const payment = await ledger.store.paymentByReference(reference);
  const status = said.latestTransactionStatus;
  const fingerprint = await sha256Hex(JSON.stringify(['payment', reference, status, said.amount.value, said.amount.currency]));
  await ledger.store.recordNotification({ fingerprint, kind: 'payment', reference, status, matched: payment !== undefined });
  if (payment === undefined) {
    ledger.meter('allo.notifications.orphaned', 1, { status });
    ledger.log.error('DOKU notifies of a payment that is not in the ledger', { status });
    return 'not-found';
  }
  // Old but genuine: it may be a replay. Only what DOKU says now is believed.
  if (freshness === 'stale') return (await checkPayment(ledger, payment)) === 'no-answer' ? 'failed' : 'accepted';
  await applyStatus(ledger, payment.id, readPayment(said), { source: 'notification', text: status });
  return 'accepted';
}

const readPayment = (said: PaymentNotification): ChargeStatus => ({
  status: chargeStatusOf(said.latestTransactionStatus),
  amount: said.amount,
  ...(said.failureReason && { failure: failureOf(said.failureReason) }),
});

const linkSayings = { SUCCESS: 'completed', PENDING: 'open', FAILED: 'failed' } as const;

async function takeBinding(ledger: LedgerContext, said: BindingNotification, freshness: Freshness): Promise<Acknowledgement> {
  const reference = said.originalExternalId ?? '';
  const link = await ledger.store.linkByExternalId(reference);
  const fingerprint = await sha256Hex(JSON.stringify(['link', reference, said.status]));
  await ledger.store.recordNotification({ fingerprint, kind: 'link', reference, status: said.status, matched: link !== undefined });
  if (link === undefined) {
    ledger.log.warn('DOKU notifies of a link that is not in the ledger', { status: said.status });
    return 'not-found';
  }
  // What was said long ago about a link is worth a question, no more.
  const saying = freshness === 'stale' && said.status === 'FAILED' ? 'open' : linkSayings[said.status];
  ledger.background(linkNotified(ledger, link, saying));
  return 'accepted';
}

const respond = ({ status, headers, body }: SnapReply): Response => new Response(JSON.stringify(body), { status, headers });
