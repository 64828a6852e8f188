/**
 * Payment host-to-host (service 54), dossier 3.3. Must never take its success for a payment: `2005400` says that
 * DOKU opened a session, and no money has moved.
 *
 * @module
 */

import { assert, assertAmount, assertDeviceId, assertIpAddress, assertReference, assertToken, assertUrl } from './assert.ts';
import { present, readMember, readText, readUrl } from './message.ts';
import type { Message } from './message.ts';
import { channel } from './operation.ts';
import type { OperationContext } from './operation.ts';
import { toSafeText } from './text.ts';
import type { Amount, SnapAnswer } from './types.ts';

/** Where the money comes from. */
export type PayMethod = 'BALANCE' | 'POINT' | 'PAYLATER';

/** A line of the order, for the shopper's eyes. */
export interface LineItem {
  /** Sent as safe text, cut at 32 characters. */
  name: string;
  /** Price of one, as the value of an amount: `"12000.00"`. */
  price: string;
  /** A whole number, 1 or more. */
  quantity: number;
}

/** What a payment takes. */
export interface PayInput {
  /** The merchant's number of this payment, 32–64 letters and digits, unique for ever. */
  partnerReferenceNo: string;
  /** Rupiah, at least 1.00. */
  amount: Amount;
  /** Default `BALANCE`. */
  payMethod?: PayMethod | undefined;
  /** Default 0.00. */
  feeAmount?: Amount | undefined;
  /** Sent as safe text, cut at 40 characters. */
  remarks: string;
  /** If empty, one line with the remarks as its name and the whole amount is sent. */
  lineItems: readonly LineItem[];
  /** Where DOKU sends the browser after success. Proves nothing. */
  successPaymentUrl: string;
  /** Where DOKU sends the browser after failure. */
  failedPaymentUrl: string;
  /** The customer's B2B2C access token. */
  customerToken: string;
  /** The shopper's IPv4 address, 10–15 characters. */
  ipAddress: string;
  /** 1–64 letters, digits and hyphens. */
  deviceId?: string | undefined;
}

/** A begun payment. */
export interface PayBody {
  /** The bank's page, open for 5 minutes. Check its host before sending anyone there. */
  webRedirectUrl?: string;
  /** DOKU's number; it changes, so never a key (dossier 3.3). */
  referenceNo?: string;
}

/**
 * Begins a payment. After `unknown`, ask for the status: never send it again under another reference.
 *
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function pay({ post, origin }: OperationContext, input: PayInput): Promise<SnapAnswer<PayBody>> {
  assertPayInput(input);
  const { amount, feeAmount = { value: '0.00', currency: 'IDR' }, payMethod = 'BALANCE' } = input;
  return post({
    operation: 'paymentHostToHost',
    body: {
      partnerReferenceNo: input.partnerReferenceNo,
      amount: toWire(amount),
      payOptionDetails: [{ payMethod, transAmount: toWire(amount), feeAmount: toWire(feeAmount) }],
      additionalInfo: present({
        channel,
        remarks: toRemarks(input),
        successPaymentUrl: input.successPaymentUrl,
        failedPaymentUrl: input.failedPaymentUrl,
        lineItems: toLineItems(input),
        origin,
      }),
    },
    idempotencyMember: 'partnerReferenceNo',
    customerToken: input.customerToken,
    ipAddress: input.ipAddress,
    deviceId: input.deviceId,
    read: (answer) => readPayment(answer, input.partnerReferenceNo),
  });
}

function assertPayInput(input: PayInput): void {
  assertReference('partnerReferenceNo', input.partnerReferenceNo);
  assertAmount('amount', input.amount);
  assertUrl('successPaymentUrl', input.successPaymentUrl);
  assertUrl('failedPaymentUrl', input.failedPaymentUrl);
  assertToken('customerToken', input.customerToken);
  assertIpAddress('ipAddress', input.ipAddress);
  assertDeviceId('deviceId', input.deviceId);
  for (const { price, quantity } of input.lineItems) {
    assert(/^\d{1,16}\.\d{2}$/.test(price), 'the price of a line item must be 1–16 digits, a point and two digits');
    assert(Number.isSafeInteger(quantity) && quantity > 0, 'the quantity of a line item must be a whole number, 1 or more');
  }
}

/** Two members in this order and no other: what is signed must not depend on how the caller built the object. */
function toWire({ value, currency }: Amount): Amount {
  return { value, currency };
}

function toRemarks({ remarks }: PayInput): string {
  return toSafeText(remarks, 40, 'Payment');
}

function toLineItems(input: PayInput): LineItem[] {
  if (input.lineItems.length === 0) {
    return [{ name: toSafeText(input.remarks, 32, 'Payment'), price: input.amount.value, quantity: 1 }];
  }
  return input.lineItems.map(({ name, price, quantity }) => ({ name: toSafeText(name, 32, 'Item'), price, quantity }));
}

function readPayment(answer: Message, partnerReferenceNo: string): PayBody | undefined {
  // DOKU may leave the reference out; another one is an answer to another question.
  if ((readMember(answer, 'partnerReferenceNo') ?? partnerReferenceNo) !== partnerReferenceNo) return undefined;
  const webRedirectUrl = readUrl(answer, 'webRedirectUrl');
  const isPageUnreadable = webRedirectUrl === undefined && (readMember(answer, 'webRedirectUrl') ?? '') !== '';
  return isPageUnreadable ? undefined : present({ webRedirectUrl, referenceNo: readText(answer, 'referenceNo') });
}
