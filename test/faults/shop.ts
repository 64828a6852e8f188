/**
 * The lab's shop: who its customers are and what each order costs follows from the number alone, so that driver,
 * merchant and checker know it without asking each other. No two orders have the same amount: the bank's journal
 * names amounts, not orders.
 */
import type { Money } from '../../packages/server/src/contract.ts';
import type { MerchantOrder } from '../../packages/server/src/index.ts';

const dearestFirstRupiah = 10_000;

export interface LabOrder {
  index: number;
  orderId: string;
  customerId: string;
  /** In sen. */
  amountMinor: number;
}

export const customerName = (index: number): string => `customer-${index}`;

export function labOrder(index: number, customers: number): LabOrder {
  return { index, orderId: `order-${index}`, customerId: customerName(index % customers), amountMinor: (dearestFirstRupiah + index) * 100 };
}

/** The order that costs this much, if one does. */
export function orderIndexOfAmount(amountMinor: number): number {
  return amountMinor / 100 - dearestFirstRupiah;
}

/** The customer's own order, as the merchant's look-up answers it. */
export function lookUpOrder(orderId: string, customerId: string, customers: number): MerchantOrder | null {
  const index = /^order-(\d{1,9})$/.exec(orderId)?.[1];
  const order = index === undefined ? undefined : labOrder(Number(index), customers);
  if (order?.customerId !== customerId) return null;
  const amount = toMoney(order.amountMinor);
  return { orderId, amount, lines: [{ name: 'Kopi susu', price: amount, quantity: 1 }] };
}

export const toMoney = (amountMinor: number): Money => ({ value: `${Math.trunc(amountMinor / 100)}.00`, currency: 'IDR' });

/** What the customer's point balance is: nobody spends it, so it tells whose account was shown. */
export const pointsOf = (customerId: string): string => `${100 + Number(customerId.split('-')[1])}.00`;
