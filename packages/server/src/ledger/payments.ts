/**
 * Paying: the intent is committed before a byte leaves; an answer that may mean "executed" is never a failure;
 * one live payment per order, whoever asks and however often.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import type { InstrumentType, OrderLine, PaymentFailure } from '../contract.ts';
import type { LinkRow, PaymentRow } from '../store/rows.ts';
import type { PaymentInserted, PaymentKey } from '../store/store.ts';
import { admit } from './admission.ts';
import type { Admission } from './admission.ts';
import type { BankAnswer, ChargeOrder, ChargePage, Device } from './bank.ts';
import { sha256Hex } from './context.ts';
import type { LedgerContext } from './context.ts';
import { paymentEvent } from './events.ts';
import { inBrowserTime } from './in-browser-time.ts';
import { keepAnswer } from './keep-answer.ts';
import { toAmount } from '../snap/amount.ts';
import { nextCheckAt } from './schedule.ts';
import { askWithToken, customerToken, markDead, renewCustomerToken } from './tokens.ts';
import type { NoToken } from './tokens.ts';
import { openStates, paymentTransitions } from './transitions.ts';

/** A shopper's wish to pay one order, with what the merchant's own look-up says of it. */
export interface PaymentWish {
  customerId: string;
  orderId: string;
  amountMinor: number;
  /** What the shopper was shown that it costs, if the page says so: no payment of another amount begins. */
  shownMinor?: number | undefined;
  lines: OrderLine[];
  instrument: InstrumentType;
  returnTo: string;
  device: Device;
  /** As the browser sent it. */
  idempotencyKey: string;
}

/** States in which money has been taken, whatever follows. */
const takenStates: readonly string[] = ['succeeded', 'refunding', 'refunded', 'late_success'];

/**
 * Starts the payment, or answers the one that stands for this key or order. The bank's answer is awaited for at
 * most `browserWaitMs`; the work goes on behind it. Throws an `AlloServerError` if no payment can be started.
 */
export async function pay(ctx: LedgerContext, wish: PaymentWish): Promise<PaymentRow> {
  const key = await paymentKey(wish);
  const standing = await findStanding(ctx, wish, key);
  if (standing !== undefined) return standing;
  const link = await payableLink(ctx, wish.customerId);
  await refuseChanged(ctx, wish);
  const secret = ctx.newSecret();
  const inserted = await insert(ctx, await newPayment(ctx, wish, link, secret), key);
  if (inserted.outcome === 'key-reused') throw new AlloServerError('IDEMPOTENCY_KEY_REUSED');
  if (inserted.outcome === 'link-ended') throw await linkEnded(ctx, wish.customerId);
  if (inserted.outcome === 'existing') return own(inserted.payment, wish);
  await inBrowserTime(ctx, send(ctx, inserted.payment, link, secret).finally(inserted.admission.end));
  return (await ctx.store.payment(inserted.payment.id)) ?? inserted.payment;
}

/** Only a payment that is new counts as one; it is counted before it is written, so that two at once are two. A key counts in any case. */
async function insert(ctx: LedgerContext, payment: PaymentRow, key: PaymentKey): Promise<PaymentInserted & { admission: Admission }> {
  const admission = admit(ctx, 'charge', { paymentsPerCustomer: payment.customerId });
  let outcome: PaymentInserted['outcome'] | undefined;
  try {
    ctx.limits.take({ paymentKeysPerCustomer: payment.customerId });
    const inserted = await ctx.store.insertPayment(payment, key);
    outcome = inserted.outcome;
    return { ...inserted, admission };
  } finally {
    if (outcome !== 'created') admission.cancel();
  }
}

async function paymentKey(wish: PaymentWish): Promise<PaymentKey> {
  return {
    scope: `${wish.customerId}/payments`,
    key: wish.idempotencyKey,
    fingerprint: await sha256Hex(JSON.stringify([wish.orderId, wish.instrument])),
  };
}

/** A replay needs no link, and must not fail for want of one. Another key for an order with a live payment does need one. */
async function findStanding(ctx: LedgerContext, wish: PaymentWish, key: PaymentKey): Promise<PaymentRow | undefined> {
  const replay = await ctx.store.paymentByKey(key);
  if (replay?.outcome === 'key-reused') throw new AlloServerError('IDEMPOTENCY_KEY_REUSED');
  return replay && own(replay.payment, wish);
}

function own(payment: PaymentRow, wish: PaymentWish): PaymentRow {
  if (payment.customerId !== wish.customerId) throw new AlloServerError('ORDER_NOT_FOUND');
  const drifted = payment.amountMinor !== wish.amountMinor && !takenStates.includes(payment.state);
  if (drifted && payment.nextAt !== null) throw new AlloServerError('ORDER_CHANGED');
  return payment;
}

/** Before anything is written: what is refused uses up no key, which stands for a new payment once the open one has come to nothing. */
async function refuseChanged(ctx: LedgerContext, wish: PaymentWish): Promise<void> {
  if (wish.shownMinor !== undefined && wish.shownMinor !== wish.amountMinor) throw new AlloServerError('ORDER_CHANGED');
  const held = await ctx.store.paymentOfOrder(wish.orderId);
  if (held !== undefined && openStates.includes(held.state)) own(held, wish);
}

async function payableLink(ctx: LedgerContext, customerId: string): Promise<LinkRow> {
  const link = await ctx.store.latestLink(customerId);
  if (link?.state === 'unlinking') throw new AlloServerError('UNLINK_REQUESTED');
  if (link?.state === 'relink_required') throw new AlloServerError('RELINK_REQUIRED');
  if (link?.state !== 'active') throw new AlloServerError('NOT_LINKED');
  if (link.unlinkRequestedAt !== null) throw new AlloServerError('UNLINK_REQUESTED');
  return link;
}

/** In another tab, in this very moment: what is said is what would have been said just after. */
async function linkEnded(ctx: LedgerContext, customerId: string): Promise<unknown> {
  return payableLink(ctx, customerId).then(() => new AlloServerError('UNLINK_REQUESTED'), (error: unknown) => error);
}

async function newPayment(ctx: LedgerContext, wish: PaymentWish, link: LinkRow, secret: string): Promise<PaymentRow> {
  const at = ctx.now();
  return {
    id: ctx.newId(), state: 'created', version: 1, nextAt: at + ctx.timing.createdTtlMs, leaseUntil: null, checks: 0,
    createdAt: at, updatedAt: at, customerId: wish.customerId, linkId: link.id, orderId: wish.orderId,
    reference: ctx.newReference(), externalId: null, amountMinor: wish.amountMinor, currency: 'IDR',
    instrument: wish.instrument, lines: JSON.stringify(wish.lines), deviceId: wish.device.id, ipAddress: wish.device.ipAddress,
    returnHash: await sha256Hex(secret), returnTo: wish.returnTo, returnedAt: null, pageUrl: null, pageExpiresAt: null,
    sentAt: null, notFoundCount: 0, failure: null, paidAt: null,
  };
}

async function send(ctx: LedgerContext, payment: PaymentRow, link: LinkRow, secret: string): Promise<void> {
  const token = await customerToken(ctx, link);
  if (token.outcome !== 'token') {
    return refuse(ctx, payment, 'refusedBeforeSending', failureWithout(token), 'no customer token');
  }
  const sentAt = ctx.now();
  const leaseUntil = sentAt + ctx.timing.leaseMs;
  // The last commit before the first byte: from here on, only the bank can say that it was not executed.
  const claimed = await ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.claimed, version: payment.version, set: { sentAt, leaseUntil, nextAt: leaseUntil }, cause: 'send' }],
  });
  if (!claimed) return;
  const order = chargeOrder(ctx, payment, secret, leaseUntil);
  const answer = await askWithToken(token.token, (each) => ctx.bank.charge(each, order), (refused) => renewCustomerToken(ctx, link, refused));
  await keepAnswer(ctx, async () => {
    if (answer.outcome === 'token-refused') await markDead(ctx, link, answer.evidence, 'refused');
    await settleCharge(ctx, { ...payment, state: 'sending', sentAt }, answer);
  });
}

const failureWithout = ({ outcome }: Pick<NoToken, 'outcome'>): PaymentFailure => (outcome === 'dead' ? 'RELINK_REQUIRED' : 'BANK_UNAVAILABLE');

function chargeOrder(ctx: LedgerContext, payment: PaymentRow, secret: string, notAfter: number): ChargeOrder {
  return {
    reference: payment.reference,
    orderId: payment.orderId,
    amount: toAmount(payment.amountMinor),
    instrument: payment.instrument as InstrumentType,
    lines: JSON.parse(payment.lines) as OrderLine[],
    device: { id: payment.deviceId, ipAddress: payment.ipAddress },
    notAfter,
    ...ctx.returnUrls('payment', secret),
  };
}

async function settleCharge(ctx: LedgerContext, payment: PaymentRow, answer: BankAnswer<ChargePage> | NoToken): Promise<void> {
  const { outcome, evidence } = answer;
  if (outcome === 'dead' || outcome === 'unavailable') return refuse(ctx, payment, 'refused', failureWithout(answer), evidence);
  if (outcome === 'refused') return refuse(ctx, payment, 'refused', answer.failure, evidence);
  if (outcome === 'token-refused') return refuse(ctx, payment, 'refused', 'RELINK_REQUIRED', evidence);
  if (outcome === 'not-sent') return refuse(ctx, payment, 'refused', 'BANK_UNAVAILABLE', evidence);
  const nextAt = nextCheckAt(ctx, payment);
  // No money has moved yet: the bank took the charge on, and only its status or notification says "paid".
  if (outcome === 'done' && answer.value.pageUrl !== undefined) {
    const { pageUrl, externalId } = answer.value;
    const set = { pageUrl, externalId, pageExpiresAt: ctx.now() + ctx.timing.bankPageMs, nextAt };
    await ctx.store.commit({ changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.pageOpened, set, cause: evidence }] });
    return;
  }
  const step = outcome === 'unknown' ? paymentTransitions.unclear : paymentTransitions.accepted;
  await ctx.store.commit({ changes: [{ table: 'payments', id: payment.id, ...step, set: { nextAt, ...(outcome === 'done' && { externalId: answer.value.externalId }) }, cause: evidence }] });
}

async function refuse(
  ctx: LedgerContext, payment: PaymentRow, step: 'refused' | 'refusedBeforeSending', failure: PaymentFailure, cause: string,
): Promise<void> {
  await ctx.store.commit({
    changes: [{ table: 'payments', id: payment.id, ...paymentTransitions[step], set: { failure, nextAt: null }, cause }],
    events: [paymentEvent(ctx, 'payment.failed', payment, { failure })],
  });
}

/** The shopper came back from the bank's page: nothing is decided by that, but the truth is asked for sooner. */
export async function returnFromPayment(ctx: LedgerContext, secret: string): Promise<{ returnTo: string } | undefined> {
  const payment = await ctx.store.paymentByReturn(await sha256Hex(secret));
  if (payment === undefined) return undefined;
  if (payment.returnedAt === null) {
    const soon = Math.max(ctx.now(), (payment.sentAt ?? 0) + ctx.timing.checkNotBeforeMs);
    const set = { returnedAt: ctx.now(), nextAt: Math.min(payment.nextAt ?? soon, soon) };
    await ctx.store.commit({ changes: [{ table: 'payments', id: payment.id, ...paymentTransitions.returned, set, cause: 'return' }] });
  }
  return { returnTo: payment.returnTo };
}
