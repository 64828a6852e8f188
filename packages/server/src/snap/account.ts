/**
 * Account binding (service 07) and account unbinding (service 09), dossier 3.1 and 3.5. Must never take a
 * successful binding answer for a link: the customer has not been to the bank yet.
 *
 * @module
 */

import {
  assert,
  assertDeviceId,
  assertIdentifier,
  assertIpAddress,
  assertPhoneNo,
  assertToken,
  assertUrl,
} from './assert.ts';
import { present, readObject, readText, readUrl } from './message.ts';
import type { Message } from './message.ts';
import { channel } from './operation.ts';
import type { OperationContext } from './operation.ts';
import { isSafeText, toSafeText } from './text.ts';
import type { SnapAnswer } from './types.ts';

/** What an account binding takes. */
export interface BindAccountInput {
  /** The customer's Allo number, `62…`, 9–16 digits. */
  phoneNo: string;
  /** The merchant's id of the customer, 1–64 characters of DOKU's text rule. Refused rather than altered. */
  custIdMerchant: string;
  /** Sent as safe text, cut at 70 characters. */
  customerName?: string | undefined;
  /** Left out if it is longer than 64 characters or breaks DOKU's text rule. */
  email?: string | undefined;
  /** 1–20 characters of DOKU's text rule. Refused rather than altered. */
  idCard?: string | undefined;
  /** Sent as safe text, cut at 60 characters. */
  country?: string | undefined;
  /** Sent as safe text, cut at 255 characters. */
  address?: string | undefined;
  /** `YYYYMMDD`. */
  dateOfBirth?: string | undefined;
  /** Where DOKU sends the browser after success. Proves nothing; put a one-time state of your own into it. */
  successRegistrationUrl: string;
  /** Where DOKU sends the browser after failure. */
  failedRegistrationUrl: string;
  /** Sent as safe text, cut at 64 characters; for example `iPhone15,2`. */
  deviceModel: string;
  osType: 'ios' | 'android';
  channelId: 'app' | 'web';
  /** The shopper's IPv4 address, 10–15 characters. */
  ipAddress: string;
  /** 1–64 letters, digits and hyphens. */
  deviceId: string;
}

/** A begun account binding. */
export interface BindAccountBody {
  /** DOKU's page for the customer. Check its host before sending anyone there. */
  redirectUrl: string;
  /** Exchanged for the customer's token once the customer is done. A secret. */
  authCode: string;
  /** `PENDING` at this point, if DOKU says so. */
  accountStatus?: string;
  referenceNo?: string;
}

/** What an account unbinding takes. */
export interface UnbindAccountInput {
  /** The customer's B2B2C access token. */
  tokenId: string;
  /** The shopper's IPv4 address, 10–15 characters. */
  ipAddress?: string | undefined;
}

/** A finished account unbinding. */
export interface UnbindAccountBody {
  referenceNo?: string;
}

/**
 * Begins an account binding. `refused` with case 15: the account is bound to another customer already, or may not
 * be bound. After `unknown`, no money moved: the binding shows by its notification or by exchanging an authCode.
 *
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function bindAccount(
  { post, origin }: OperationContext,
  input: BindAccountInput,
): Promise<SnapAnswer<BindAccountBody>> {
  assertBindAccountInput(input);
  return post({
    operation: 'accountBinding',
    body: { phoneNo: input.phoneNo, additionalInfo: present({ channel, ...toBindingInfo(input), origin }) },
    ipAddress: input.ipAddress,
    deviceId: input.deviceId,
    read: (answer) => readBinding(answer, input.custIdMerchant),
  });
}

/**
 * Ends a binding. After `unknown`, exchange the authCode: `4017400` says that it is gone.
 *
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function unbindAccount(
  { post, origin }: OperationContext,
  input: UnbindAccountInput,
): Promise<SnapAnswer<UnbindAccountBody>> {
  assertToken('tokenId', input.tokenId);
  assertIpAddress('ipAddress', input.ipAddress);
  return post({
    operation: 'accountUnbinding',
    body: { tokenId: input.tokenId, additionalInfo: present({ channel, origin }) },
    ipAddress: input.ipAddress,
    read: (answer) => present({ referenceNo: readText(answer, 'referenceNo') }),
  });
}

function assertBindAccountInput(input: BindAccountInput): void {
  assertPhoneNo('phoneNo', input.phoneNo);
  assertIdentifier('custIdMerchant', input.custIdMerchant, 64);
  if (input.idCard !== undefined) assertIdentifier('idCard', input.idCard, 20);
  assert(input.dateOfBirth === undefined || /^\d{8}$/.test(input.dateOfBirth), 'dateOfBirth must be YYYYMMDD');
  assertUrl('successRegistrationUrl', input.successRegistrationUrl);
  assertUrl('failedRegistrationUrl', input.failedRegistrationUrl);
  assertIpAddress('ipAddress', input.ipAddress);
  assertDeviceId('deviceId', input.deviceId);
}

function toBindingInfo(input: BindAccountInput): Partial<BindAccountInput> {
  return {
    custIdMerchant: input.custIdMerchant,
    customerName: toOptionalText(input.customerName, 70),
    email: input.email !== undefined && isSafeText(input.email, 64) ? input.email : undefined,
    idCard: input.idCard,
    country: toOptionalText(input.country, 60),
    address: toOptionalText(input.address, 255),
    dateOfBirth: input.dateOfBirth,
    successRegistrationUrl: input.successRegistrationUrl,
    failedRegistrationUrl: input.failedRegistrationUrl,
    deviceModel: toSafeText(input.deviceModel, 64, 'unknown'),
    osType: input.osType,
    channelId: input.channelId,
  };
}

function toOptionalText(text: string | undefined, maxLength: number): string | undefined {
  if (text === undefined) return undefined;
  const safe = toSafeText(text, maxLength, '');
  return safe === '' ? undefined : safe;
}

function readBinding(answer: Message, custIdMerchant: string): BindAccountBody | undefined {
  const redirectUrl = readUrl(answer, 'redirectUrl');
  const info = readObject(answer, 'additionalInfo');
  const authCode = readText(info, 'authCode', 256) ?? readIdOfPage(redirectUrl);
  if (redirectUrl === undefined || authCode === undefined) return undefined;
  // An answer about another customer must never become this customer's link.
  if ((readText(info, 'custIdMerchant') ?? custIdMerchant) !== custIdMerchant) return undefined;
  const accountStatus = readText(info, 'accountStatus') ?? readText(info, 'status');
  return present({ redirectUrl, authCode, accountStatus, referenceNo: readText(answer, 'referenceNo') });
}

/** The authCode is also the id at the end of DOKU's page (dossier 3.1). */
function readIdOfPage(redirectUrl: string | undefined): string | undefined {
  return redirectUrl && /\/(\d{40})$/.exec(new URL(redirectUrl).pathname)?.[1];
}
