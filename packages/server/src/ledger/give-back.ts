/**
 * What the bank is asked about giving money back: to do it, by the customer's present link, and whether it has. Must never
 * write: what follows from an answer is for `refunds.ts`.
 *
 * @module
 */

import type { PaymentRow, RefundRow } from '../store/rows.ts';
import type { BankAnswer, ChargeStatus, Device } from './bank.ts';
import type { LedgerContext } from './context.ts';
import { noticeGivenBack } from './evidence.ts';
import { toAmount } from '../snap/amount.ts';
import { askWithToken, customerToken, renewCustomerToken } from './tokens.ts';
import type { TokenAnswer } from './tokens.ts';
import { serverDevice } from './unlink.ts';

/** What the bank says of a payment of which it took nothing. */
const deniedStatuses: readonly ChargeStatus['status'][] = ['failed', 'cancelled', 'not-found'];

export type RefundAnswer = BankAnswer<{ refundedAt?: number }>;

/** What the bank refuses to the account that is linked now, it may still owe to the one that paid: not by this link. */
const meantOf = (isOther: boolean, answer: RefundAnswer): RefundAnswer =>
  (isOther && answer.outcome === 'refused' ? { outcome: 'token-refused', evidence: `${answer.evidence}, by another link` } : answer);

/** The customer's present link; if the one the payment was made with is still active, there is no other. */
export async function refundToken(ctx: LedgerContext, payment: PaymentRow) {
  const link = await ctx.store.latestLink(payment.customerId);
  if (link?.state !== 'active') return { outcome: 'dead' } as const;
  return { ...(await customerToken(ctx, link)), isOther: link.id !== payment.linkId, renew: (refused: string) => renewCustomerToken(ctx, link, refused) };
}

async function ask(
  ctx: LedgerContext, first: { token: string; isOther: boolean }, payment: PaymentRow, refund: RefundRow, notAfter: number,
): Promise<RefundAnswer> {
  let { isOther } = first;
  const order = {
    reference: refund.reference, paymentReference: payment.reference, paymentExternalId: payment.externalId,
    amount: toAmount(payment.amountMinor), reason: refund.reason, device: deviceOf(payment), notAfter,
  };
  const renewed = async (refused: string): Promise<TokenAnswer> => {
    // Another account may have been linked meanwhile.
    const present = await refundToken(ctx, payment);
    if (present.outcome !== 'token') return present;
    isOther = present.isOther;
    return present.renew(refused);
  };
  const answer = await askWithToken(first.token, (each) => ctx.bank.refund(each, order), renewed);
  if (answer.outcome === 'dead' || answer.outcome === 'unavailable') return { outcome: 'token-refused', evidence: answer.evidence };
  return meantOf(isOther, answer);
}

/** Has the bank give it back, until `notAfter` at the latest. */
export const askToGiveBack = async (
  ctx: LedgerContext, token: { token: string; isOther: boolean }, payment: PaymentRow, refund: RefundRow, notAfter: number,
): Promise<RefundAnswer> => orBackAlready(ctx, payment, refund, await ask(ctx, token, payment, refund, notAfter));

/** Ours may be refused since the money is back already, or on its way, by somebody in DOKU's dashboard for instance: the bank says so of the payment, if it is asked. */
async function orBackAlready(ctx: LedgerContext, payment: PaymentRow, { reference }: RefundRow, answer: RefundAnswer): Promise<RefundAnswer> {
  if (answer.outcome !== 'refused' && answer.outcome !== 'token-refused') return answer;
  const said = await askedOf(ctx, payment);
  if (said === undefined) return answer;
  if (noticeGivenBack(ctx, payment, said.value, reference)) return { outcome: 'done', value: {}, evidence: said.evidence };
  return isGivingBack(said.value) ? { outcome: 'unknown', evidence: said.evidence } : answer;
}

/** What the bank says of a payment that it does not give back for us, if it says anything. */
export async function askedOf(ctx: LedgerContext, payment: PaymentRow): Promise<{ value: ChargeStatus; evidence: string } | undefined> {
  const said = await ctx.bank.chargeStatus(payment.reference, payment.externalId, toAmount(payment.amountMinor));
  if (said.outcome !== 'done') return undefined;
  if (deniedStatuses.includes(said.value.status)) {
    ctx.log.error('the bank denies a payment that is to be given back; a person has to look at it', { paymentId: payment.id, said: said.value.status });
  }
  return said;
}

/** By itself, or by ours: that ours is refused, or has failed, may be for that very reason. */
export const isGivingBack = ({ refunds = [] }: ChargeStatus): boolean => refunds.some(({ status }) => status === 'open');

/** The shopper's, while it is kept. */
const deviceOf = ({ deviceId, ipAddress }: PaymentRow): Device => (deviceId === '' ? serverDevice : { id: deviceId, ipAddress });
