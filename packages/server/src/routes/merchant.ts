/**
 * What the merchant gives: who is asking, what an order costs, and what to do when something happened. Answers
 * that are not as they should be, or could never be paid, are refused here, before anything is written or sent.
 *
 * @module
 */

import type { Money, OrderLine, Payment } from '../contract.ts';
import { AlloServerError } from '../errors.ts';
import { readRupiah, toMinorUnits } from '../snap/amount.ts';
import { isObject } from '../snap/message.ts';
import { isSafeText } from '../snap/text.ts';

/** The customer who is signed in at the merchant, as `customer()` answers it: null stands for what is not known. */
export interface GivenCustomer {
  /** The merchant's own, never changing id: 1–64 letters, digits and `.-/+,=_:'@%` or spaces (DOKU's text rule). */
  id: string;
  /** Allo phone number, if the merchant knows it; otherwise, or if it is no Indonesian mobile number, the shopper is asked. */
  phone?: string | null | undefined;
  name?: string | null | undefined;
  email?: string | null | undefined;
}

/** The same, checked. */
export interface Customer extends GivenCustomer {
  phone?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
}

/**
 * Who is asking, as read once, when they were looked up: what the merchant answered may be a session that changes hands, or
 * is signed out of, while the request is answered.
 */
export interface Asker extends Readonly<Customer> {
  /** The merchant's own object, with what more the merchant knows: for the merchant's own functions alone. */
  readonly given: Customer;
  /** What the merchant answered, itself: its id tells whether it has changed hands. A copy of it would never say so. */
  readonly answered: GivenCustomer;
}

/** An order of the merchant. */
export interface MerchantOrder {
  orderId: string;
  /** What is to be paid, in all; at least Rp 1. */
  amount: Money;
  /** What for; shown on the bank's page. May be empty. */
  lines: readonly OrderLine[];
}

/** The same, checked. */
export interface PayableOrder extends MerchantOrder {
  lines: OrderLine[];
  /** The amount in sen. */
  amountMinor: number;
}

/** What a function of the merchant's may answer at once or later; null and undefined both say that there is none. */
type Found<Value> = Value | null | undefined | Promise<Value | null | undefined>;

export interface Merchant {
  /** Who is asking, by the merchant's own session; null or undefined answers 401. Ids in the request are never believed. */
  customer(request: Request): Found<GivenCustomer>;
  /** The order, if this customer may pay it; null or undefined answers 404. The only source of amounts. */
  order(orderId: string, customer: Customer): Found<MerchantOrder>;
  /** Whether this request may unlink this customer's account, for example only soon after the password was typed. Default: yes. */
  authorizeUnlink?: ((request: Request, customer: Customer) => boolean | Promise<boolean>) | undefined;
  /** Whether this request may refund this payment. Without it there is no refund route. */
  authorizeRefund?: ((request: Request, payment: Payment) => boolean | Promise<boolean>) | undefined;
}

const longestCustomerId = 64;
const leastMinor = 100;

/** An order id in a message comes from a page, and may be as long as a body. */
const longestShown = 64;

const moneyForm = '{ value, currency: "IDR" }, its value a text of digits, a point and two digits such as "125000.00"';

export async function findCustomer(merchant: Merchant, request: Request): Promise<Asker | undefined> {
  const given: unknown = await merchant.customer(request);
  return given === null || given === undefined ? undefined : readCustomer(given);
}

export async function requireCustomer(merchant: Merchant, request: Request): Promise<Asker> {
  const customer = await findCustomer(merchant, request);
  if (customer === undefined) throw new AlloServerError('UNAUTHENTICATED');
  return customer;
}

function readCustomer(given: unknown): Asker {
  const { id, phone, name, email } = isObject(given) ? given : {};
  if (typeof id !== 'string' || !isSafeText(id, longestCustomerId)) {
    throw new TypeError(`customer() has to answer null or { id }: a text of 1 to ${longestCustomerId} letters, digits and .-/+,=_:'@%`);
  }
  const known = { id, phone: readPersonal('phone', phone), name: readPersonal('name', name), email: readPersonal('email', email) };
  const hasNull = [phone, name, email].includes(null);
  // Only where something of it is no `Customer` the merchant's functions get a copy, which has none of its private members.
  return { ...known, given: hasNull ? { ...(given as Customer), ...known } : given as Customer, answered: given as GivenCustomer };
}

function readPersonal(member: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') throw new TypeError(`customer() has to answer "${member}" as a text, or leave it out`);
  return value;
}

/**
 * Asks a function of the merchant's about who is asking. With another id, before it is asked or by the time it answers, it may
 * have answered for somebody else.
 */
async function askOf({ id, given, answered }: Asker, ask: (customer: Customer) => unknown): Promise<unknown> {
  assertIs(id, answered);
  const answer = await ask(given);
  assertIs(id, answered);
  return answer;
}

function assertIs(id: string, answered: GivenCustomer): void {
  if (answered.id !== id) throw new TypeError('what customer() answered has another id by now; it has to answer an object that keeps its id');
}

/** A check that answers nothing by mistake lets nobody through. */
export async function assertMayUnlink(merchant: Merchant, request: Request, customer: Asker): Promise<void> {
  if (merchant.authorizeUnlink === undefined) return;
  const may = await askOf(customer, (given) => merchant.authorizeUnlink?.(request, given));
  if (may !== true) throw new AlloServerError('FORBIDDEN');
}

export async function requireOrder(merchant: Merchant, orderId: string, customer: Asker): Promise<PayableOrder> {
  const given = await askOf(customer, (asker) => merchant.order(orderId, asker));
  if (given === null || given === undefined) throw new AlloServerError('ORDER_NOT_FOUND');
  return readOrder(orderId, given);
}

function readOrder(orderId: string, given: unknown): PayableOrder {
  if (!isObject(given)) throw wrongOrder('null or { orderId, amount, lines }');
  if (typeof given['orderId'] !== 'string') throw wrongOrder('"orderId" as a text');
  if (given['orderId'] !== orderId) throw new TypeError(`order() was asked for ${orderId.slice(0, longestShown)} and answered another order`);
  const amount = readMoney('amount', given['amount']);
  const amountMinor = toMinorUnits(amount);
  if (amountMinor < leastMinor) throw wrongOrder('an "amount" of at least Rp 1, the least the bank takes');
  const { lines } = given;
  if (!Array.isArray(lines)) throw wrongOrder('"lines" as an array of { name, price, quantity }, which may be empty');
  return { orderId, amount, amountMinor, lines: lines.map(readLine) };
}

/** The contract's members alone: what more the merchant keeps with a line is not for the page. */
function readLine(line: unknown, index: number): OrderLine {
  const place = `lines[${index}]`;
  if (!isObject(line)) throw wrongOrder(`"${place}" as { name, price, quantity }`);
  const { name, quantity } = line;
  if (typeof name !== 'string') throw wrongOrder(`"${place}.name" as a text`);
  const price = readMoney(`${place}.price`, line['price']);
  if (!isQuantity(quantity)) throw wrongOrder(`"${place}.quantity" as a whole number of 1 or more`);
  return { name, price, quantity };
}

const isQuantity = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

function readMoney(place: string, value: unknown): Money {
  const money = readRupiah(value);
  if (money === undefined) throw wrongOrder(`"${place}" as ${moneyForm}`);
  return money;
}

const wrongOrder = (form: string): TypeError => new TypeError(`order() has to answer ${form}`);
