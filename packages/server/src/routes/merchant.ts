/**
 * What the merchant gives: who is asking, what an order costs, and what to do when something happened. Answers
 * that could never be paid are refused here, before anything is written or sent.
 *
 * @module
 */

import type { Money, OrderLine, Payment } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import { toMinorUnits } from '../snap/amount.ts';
import { isSafeText } from '../snap/text.ts';

/** The customer who is signed in at the merchant. */
export interface Customer {
  /** The merchant's own, never changing id: 1–64 letters, digits and `.-/+,=_:'@%` or spaces (DOKU's text rule). */
  id: string;
  /** Allo phone number, if the merchant knows it; otherwise, or if it is no Indonesian mobile number, the shopper is asked. */
  phone?: string;
  name?: string;
  email?: string;
}

/** An order of the merchant. */
export interface MerchantOrder {
  orderId: string;
  /** What is to be paid, in all; at least Rp 1. */
  amount: Money;
  /** What for; shown on the bank's page. */
  lines: OrderLine[];
}

export interface Merchant {
  /** Who is asking, by the merchant's own session; null answers 401. Ids in the request are never believed. */
  customer(request: Request): Customer | null | Promise<Customer | null>;
  /** The order, if this customer may pay it; null answers 404. The only source of amounts. */
  order(orderId: string, customer: Customer): MerchantOrder | null | Promise<MerchantOrder | null>;
  /** Whether this request may unlink this customer's account, for example only soon after the password was typed. Default: yes. */
  authorizeUnlink?: ((request: Request, customer: Customer) => boolean | Promise<boolean>) | undefined;
  /** Whether this request may refund this payment. Without it there is no refund route. */
  authorizeRefund?: ((request: Request, payment: Payment) => boolean | Promise<boolean>) | undefined;
}

const longestCustomerId = 64;
const leastMinor = 100;

export async function findCustomer(merchant: Merchant, request: Request): Promise<Customer | undefined> {
  const customer = await merchant.customer(request);
  if (customer === null) return undefined;
  if (typeof customer.id !== 'string' || customer.id === '' || !isSafeText(customer.id, longestCustomerId)) {
    throw new TypeError(`customer() has to answer null or { id }: 1 to ${longestCustomerId} letters, digits and .-/+,=_:'@%`);
  }
  return customer;
}

export async function requireCustomer(merchant: Merchant, request: Request): Promise<Customer> {
  const customer = await findCustomer(merchant, request);
  if (customer === undefined) throw new AlloServerError('UNAUTHENTICATED');
  return customer;
}

export async function requireOrder(
  merchant: Merchant, orderId: string, customer: Customer,
): Promise<MerchantOrder & { amountMinor: number }> {
  const order = await merchant.order(orderId, customer);
  if (order === null) throw new AlloServerError('ORDER_NOT_FOUND');
  if (order.orderId !== orderId) throw new TypeError(`order() was asked for ${orderId} and answered another order`);
  return { ...order, amountMinor: payableAmount(order) };
}

function payableAmount(order: MerchantOrder): number {
  const amountMinor = toMinorUnits(order.amount);
  if (amountMinor < leastMinor) throw new RangeError(`order ${order.orderId} costs less than Rp 1, the least the bank takes`);
  for (const line of order.lines) {
    toMinorUnits(line.price);
    if (!Number.isSafeInteger(line.quantity) || line.quantity < 1) throw new RangeError(`order ${order.orderId} has a line whose quantity is not a whole number of 1 or more`);
  }
  return amountMinor;
}
