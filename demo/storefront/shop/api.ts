/** What the shop's own server answers. Payments are not here: the elements talk to /allo by themselves. */

import type { Product } from '../../products.ts';
import type { Cart } from './cart.ts';

export type { Product };

export type OrderStatus = 'open' | 'failed' | 'review' | 'paid' | 'refund-by-hand' | 'refunded';

export interface OrderLine {
  productId: string;
  name: string;
  rupiah: number;
  quantity: number;
}

export interface ShopOrder {
  orderId: string;
  customerId: string;
  placedAt: string;
  /** Whose name is on the parcel; may be empty. */
  name: string;
  lines: OrderLine[];
  totalRupiah: number;
  status: OrderStatus;
  paymentId: string | null;
}

export interface OfficeEvent {
  id: string;
  type: string;
  at: string;
  customerId: string;
  orderId: string | null;
  reference: string | null;
}

/** Money of a payment that is not its order's, to be transferred by hand. */
export interface Owed {
  orderId: string;
  paymentId: string;
  totalRupiah: number;
}

export interface Office {
  orders: ShopOrder[];
  owed: Owed[];
  /** The latest 200, newest first. */
  events: OfficeEvent[];
}

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

export const fetchProducts = async (): Promise<Product[]> => (await ask('/api/products')) as Product[];
export const fetchOrders = async (): Promise<ShopOrder[]> => (await ask('/api/orders')) as ShopOrder[];
export const fetchOffice = async (): Promise<Office> => (await ask('/api/office')) as Office;

/** The customer's own order, or undefined if there is none with this id. */
export async function fetchOrder(orderId: string): Promise<ShopOrder | undefined> {
  const response = await fetch(`/api/orders/${encodeURIComponent(orderId)}`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`The order answered ${response.status}`);
  return (await response.json()) as ShopOrder;
}

const post = (path: string, body: object): Promise<unknown> =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** Back office: unlinks a customer's account, now or when the last open payment is final. */
export async function unlinkCustomer(customerId: string): Promise<void> {
  await post('/api/office/unlink', { customerId });
}

/** Places an order and gives its id. */
export async function placeOrder(cart: Cart, name: string): Promise<string> {
  const lines = Object.entries(cart).map(([productId, quantity]) => ({ productId, quantity }));
  const placed = await post('/api/orders', { lines, name });
  return (placed as { orderId: string }).orderId;
}
