/**
 * The ledger's bank, over DOKU SNAP: the one place where product words become SNAP words and back. What cannot
 * be proven becomes `unknown`, never a failure.
 *
 * @module
 */

import type { Instrument, PaymentFailure } from '../contract.ts';
import type { Bank, BankAnswer, ChargePage, ChargeStatus, CustomerToken, LinkPage } from '../ledger/bank.ts';
import type { Logger } from '../ledger/context.ts';
import type { FailureReason } from '../snap/failure-reason.ts';
import { readFailureReason } from '../snap/failure-reason.ts';
import type { Snap } from '../snap/snap.ts';
import { isTransactionNotFound } from '../snap/status.ts';
import type { RefundHistoryEntry, StatusBody, TransactionStatus } from '../snap/status.ts';
import type { SnapAnswer, TokenAnswer } from '../snap/types.ts';

export interface SnapBankOptions {
  snap: Snap;
  /** Whether shoppers may be sent to this address. */
  isBankPage(url: string): boolean;
  log: Logger;
}

export function createSnapBank({ snap, isBankPage, log }: SnapBankOptions): Bank {
  /** What is thrown may have been thrown after sending. */
  const ask = async <Body, Value>(
    operation: string, call: () => Promise<SnapAnswer<Body> | TokenAnswer<Body>>, read: (body: Body, externalId: string) => Value | undefined,
  ): Promise<BankAnswer<Value>> => {
    try {
      const answer = await call();
      if (answer.outcome !== 'success') report(log, operation, answer);
      return translate(answer, read);
    } catch (error) {
      log.error('a request to DOKU failed', { operation, error: String(error) });
      return { outcome: 'unknown', evidence: `${operation}: error` };
    }
  };

  return {
    link: ({ customerId, phone, name, email, device, browser, successUrl, failedUrl }) => ask('account binding', () => snap.bindAccount({
      phoneNo: phone, custIdMerchant: customerId, customerName: name, email, successRegistrationUrl: successUrl,
      failedRegistrationUrl: failedUrl, deviceModel: browser.model, osType: browser.os, channelId: 'web',
      ipAddress: device.ipAddress, deviceId: device.id,
    }), (body, externalId): LinkPage | undefined =>
      isBankPage(body.redirectUrl) ? { url: unambiguous(body.redirectUrl), authCode: body.authCode, externalId } : refusePage(log, body.redirectUrl)),

    exchange: (authCode) => ask('B2B2C token', async () => aboutCustomer(await snap.exchangeAuthCode(authCode)), readToken),

    balance: (customerToken, { id, ipAddress }) => ask('balance inquiry',
      () => snap.inquireBalance({ customerToken, ipAddress, deviceId: id }),
      ({ accountInfos }) => accountInfos.flatMap(readInstrument)),

    charge: (customerToken, order) => ask('payment', () => snap.pay({
      partnerReferenceNo: order.reference, amount: order.amount, payMethod: order.instrument, remarks: `Order ${order.orderId}`,
      lineItems: order.lines.map(({ name, price, quantity }) => ({ name, price: price.value, quantity })),
      successPaymentUrl: order.successUrl, failedPaymentUrl: order.failedUrl, customerToken,
      ipAddress: order.device.ipAddress, deviceId: order.device.id,
    }), ({ webRedirectUrl }, externalId): ChargePage | undefined => {
      if (webRedirectUrl === undefined) return { externalId };
      return isBankPage(webRedirectUrl) ? { externalId, pageUrl: unambiguous(webRedirectUrl) } : refusePage(log, webRedirectUrl);
    }),

    chargeStatus: async (reference, externalId, amount) => {
      const answers: SnapAnswer<StatusBody>[] = [];
      const answer = await ask('check status', async () => {
        const answered = await snap.checkStatus({ originalPartnerReferenceNo: reference, originalExternalId: externalId ?? undefined, amount });
        answers.push(answered);
        return answered;
      }, readStatus);
      const notFound = answers.some(isTransactionNotFound);
      return notFound ? { outcome: 'done', value: { status: 'not-found' }, evidence: 'status: not found' } : answer;
    },

    refund: (customerToken, order) => ask('refund', () => snap.refund({
      originalPartnerReferenceNo: order.paymentReference, originalExternalId: order.paymentExternalId ?? undefined,
      refundAmount: order.amount, reason: order.reason, partnerRefundNo: order.reference, customerToken,
      ipAddress: order.device.ipAddress, deviceId: order.device.id,
    }), ({ refundedAt }) => (refundedAt === undefined ? {} : { refundedAt })),

    unlink: (customerToken, { ipAddress }) => ask('account unbinding', () => snap.unbindAccount({ tokenId: customerToken, ipAddress }), () => true as const)
      .then((answer) => (answer.outcome === 'done' ? { ...answer, value: undefined } : answer)),
  };
}

/** Only a 401 says that the customer has not agreed, or no longer does; any other refusal is a mistake of ours. */
function aboutCustomer<Body>(answer: TokenAnswer<Body>): TokenAnswer<Body> {
  if (answer.outcome !== 'refused' || answer.httpStatus === 401) return answer;
  return { outcome: 'unknown', responseCode: answer.responseCode };
}

function translate<Body, Value>(
  answer: SnapAnswer<Body> | TokenAnswer<Body>, read: (body: Body, externalId: string) => Value | undefined,
): BankAnswer<Value> {
  if (answer.outcome === 'not-sent') return { outcome: 'not-sent', evidence: 'not sent' };
  const evidence = `answer: ${answer.responseCode ?? 'none'}`;
  if (answer.outcome === 'success') {
    const value = read(answer.body, 'externalId' in answer ? answer.externalId : '');
    return value === undefined ? { outcome: 'unknown', evidence } : { outcome: 'done', value, evidence };
  }
  if (answer.outcome === 'in-progress') return { outcome: 'pending', evidence };
  if (answer.outcome === 'customer-token-refused') return { outcome: 'token-refused', evidence };
  if (answer.outcome === 'unknown') return { outcome: 'unknown', evidence };
  return { outcome: 'refused', failure: failureOf(readFailureReason(answer.responseCode)), evidence };
}

const failures = {
  'insufficient-funds': 'INSUFFICIENT_FUNDS',
  'limit-exceeded': 'LIMIT_EXCEEDED',
  'account-blocked': 'ACCOUNT_BLOCKED',
  'not-permitted': 'NOT_PERMITTED',
  expired: 'EXPIRED',
  cancelled: 'CANCELLED',
} as const satisfies Record<FailureReason, PaymentFailure>;

/** What the shopper is told; `DECLINED` if DOKU gave no reason we know. */
export const failureOf = (reason: FailureReason | undefined): PaymentFailure => (reason === undefined ? 'DECLINED' : failures[reason]);

/** The address as browsers read it, so that no other parser finds another host in it (`https://a\\@b/`). */
const unambiguous = (url: string): string => new URL(url).href;

function refusePage(log: Logger, url: string): undefined {
  log.error('DOKU names a page on a host that is not the bank; nobody is sent there. If it is right, add it to doku.pageHosts', { host: new URL(url).host });
}

const readToken = ({ accessToken, expiresAt }: { accessToken: string; expiresAt: number }): CustomerToken => ({ token: accessToken, expiresAt });

const instrumentTypes = ['BALANCE', 'POINT', 'PAYLATER'] as const;

/** DOKU documents no list; OVO's `CASH` is what Allo calls `BALANCE`. What nobody knows is not shown. */
function readInstrument(info: { balanceType: string; availableBalance: Instrument['available'] }): Instrument[] {
  const name = info.balanceType.toUpperCase() === 'CASH' ? 'BALANCE' : info.balanceType.toUpperCase();
  const type = instrumentTypes.find((known) => known === name);
  return type === undefined ? [] : [{ type, available: info.availableBalance }];
}

const statuses = {
  '00': 'paid', '01': 'open', '02': 'open', '03': 'open', '04': 'refunded', '05': 'cancelled', '06': 'failed', '07': 'not-found',
} as const satisfies Record<TransactionStatus, ChargeStatus['status']>;

/** The ledger's reading of `latestTransactionStatus`, by inquiry or notification alike. */
export const chargeStatusOf = (status: TransactionStatus): ChargeStatus['status'] => statuses[status];

function readStatus(body: StatusBody): ChargeStatus {
  return {
    status: chargeStatusOf(body.latestTransactionStatus),
    refunds: body.refundHistory.map(readRefund),
    ...(body.transAmount && { amount: body.transAmount }),
    ...(body.failureReason && { failure: failureOf(body.failureReason) }),
  };
}

function readRefund({ partnerRefundNo, refundStatus, refundAmount }: RefundHistoryEntry): NonNullable<ChargeStatus['refunds']>[number] {
  const status = refundStatus === '00' ? 'done' : refundStatus === '06' ? 'failed' : 'open';
  return { status, ...(partnerRefundNo !== undefined && { reference: partnerRefundNo }), ...(refundAmount && { amount: refundAmount }) };
}

/** What went wrong at DOKU, for the log: the code alone, never its text. */
function report(log: Logger, operation: string, answer: { outcome: string; responseCode?: string; cause?: unknown }): void {
  const cause = answer.cause instanceof Error ? (answer.cause.cause instanceof Error ? answer.cause.cause.message : answer.cause.message) : undefined;
  log.warn('DOKU did not say yes', { operation, outcome: answer.outcome, responseCode: answer.responseCode, cause });
}
