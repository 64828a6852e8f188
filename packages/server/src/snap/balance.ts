/**
 * Balance inquiry (service 11), dossier 3.2.
 *
 * @module
 */

import { readRupiah, toAmount, toMinorUnits } from './amount.ts';
import type { RupiahAmount } from './amount.ts';
import { assertDeviceId, assertIpAddress, assertToken } from './assert.ts';
import { present, readList, readMember, readText } from './message.ts';
import type { Message } from './message.ts';
import { channel } from './operation.ts';
import type { OperationContext } from './operation.ts';
import type { SnapAnswer } from './types.ts';

/** What a balance inquiry takes. */
export interface InquireBalanceInput {
  /** The customer's B2B2C access token. */
  customerToken: string;
  /** The shopper's IPv4 address, 10–15 characters. */
  ipAddress: string;
  /** 1–64 letters, digits and hyphens. */
  deviceId?: string | undefined;
}

/** What one source of money in the account holds. */
export interface AccountInfo {
  /** `BALANCE`, `POINT` or `PAYLATER`; DOKU documents no list for Allo. */
  balanceType: string;
  /** What can be spent: as DOKU says, else `amount` less `holdAmount`, never below zero. */
  availableBalance: RupiahAmount;
  amount?: RupiahAmount;
  holdAmount?: RupiahAmount;
  /** DOKU's SDKs spell it `flatAmount`. */
  floatAmount?: RupiahAmount;
}

/** The balance of an account. */
export interface BalanceBody {
  /** Without the entries that cannot be read. */
  accountInfos: AccountInfo[];
}

/**
 * Asks what the account holds. May be repeated at will.
 *
 * @throws TypeError before anything is sent, if the input breaks a rule of DOKU
 */
export async function inquireBalance(
  { post, origin }: OperationContext,
  input: InquireBalanceInput,
): Promise<SnapAnswer<BalanceBody>> {
  assertToken('customerToken', input.customerToken);
  assertIpAddress('ipAddress', input.ipAddress);
  assertDeviceId('deviceId', input.deviceId);
  const { customerToken, ipAddress, deviceId } = input;
  const body = { additionalInfo: present({ channel, origin }) };
  return post({ operation: 'balanceInquiry', body, customerToken, ipAddress, deviceId, read: readBalance });
}

function readBalance(answer: Message): BalanceBody | undefined {
  const accountInfos = readList(answer, 'accountInfos')?.map(readAccountInfo);
  return accountInfos && { accountInfos: accountInfos.filter((info) => info !== undefined) };
}

function readAccountInfo(info: Message): AccountInfo | undefined {
  const balanceType = readText(info, 'balanceType', 64);
  const amount = readRupiah(readMember(info, 'amount'));
  const holdAmount = readRupiah(readMember(info, 'holdAmount'));
  const floatAmount = readRupiah(readMember(info, 'floatAmount')) ?? readRupiah(readMember(info, 'flatAmount'));
  const availableBalance = readRupiah(readMember(info, 'availableBalance')) ?? (amount && subtract(amount, holdAmount));
  if (balanceType === undefined || availableBalance === undefined) return undefined;
  return present({ balanceType, availableBalance, amount, holdAmount, floatAmount });
}

function subtract(amount: RupiahAmount, holdAmount: RupiahAmount | undefined): RupiahAmount {
  const held = holdAmount === undefined ? 0 : toMinorUnits(holdAmount);
  return toAmount(Math.max(0, toMinorUnits(amount) - held));
}
