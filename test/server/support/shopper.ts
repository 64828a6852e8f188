/**
 * A browser of one customer, without the browser: cookies, the headers a page of the shop sends, and the bank's
 * pages by their forms.
 */
import { randomUUID } from 'node:crypto';
import type { Account, Balance, LinkStarted, Order, Payment, Problem } from '../../../packages/server/src/contract.ts';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** A body that may be a problem instead; its `status` is in the answer. */
type Or<Body> = Body & Omit<Problem, 'status'>;

/** A browser of one customer, without the browser. */
export interface Shopper {
  cookies: Map<string, string>;
  account(): Promise<Answer<Or<Account>>>;
  link(phone?: string, returnTo?: string): Promise<Answer<Or<LinkStarted>>>;
  unlink(): Promise<Answer<Or<Account>>>;
  balance(): Promise<Answer<Or<Balance>>>;
  order(orderId: string): Promise<Answer<Or<Order>>>;
  pay(orderId: string, key?: string): Promise<Answer<Or<Payment>>>;
  payment(paymentId: string): Promise<Answer<Or<Payment>>>;
  refund(paymentId: string, key?: string): Promise<Answer<Or<Payment>>>;
  /** Follows the bank's way back; answers where it leads. */
  comeBack(url: string): Promise<string>;
  /** Fills in the bank's page once; answers the address it leads to, or undefined if the page stays. */
  fillIn(pageUrl: string, form: { otp?: string; pin?: string; action?: 'cancel' }): Promise<string | undefined>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<Problem>>;
  send(path: string, init?: RequestInit): Promise<Answer<unknown>>;
}

export function createShopper(url: string, customerId: string): Shopper {
  const cookies = new Map([['shop-customer', customerId]]);
  const request = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('cookie', Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(address, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    return response;
  };
  const send = async <Body>(path: string, init?: RequestInit): Promise<Answer<Body>> => {
    const response = await request(`${url}/allo${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  };
  const post = <Body>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> =>
    send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'allo-contract': '1', origin: url, ...headers } });
  return {
    cookies,
    account: () => send('/account'),
    link: (phone = phoneOf(customerId), returnTo = '/shop') => post('/account/link', { phone, returnTo }),
    unlink: () => post('/account/unlink', {}),
    balance: () => send('/balance'),
    order: (orderId) => send(`/orders/${orderId}`),
    pay: (orderId, key = randomUUID()) => post('/payments', { orderId, returnTo: `/orders/${orderId}` }, { 'idempotency-key': key }),
    payment: (paymentId) => send(`/payments/${paymentId}`),
    refund: (paymentId, key) => post(`/payments/${paymentId}/refund`, { reason: 'customer request' }, key === undefined ? {} : { 'idempotency-key': key }),
    async comeBack(address) {
      const response = await request(address);
      await response.arrayBuffer();
      return response.headers.get('location') ?? '';
    },
    async fillIn(pageUrl, form) {
      const response = await fetch(pageUrl, { method: 'POST', body: new URLSearchParams({ action: 'continue', ...form }), redirect: 'manual' });
      await response.arrayBuffer();
      const location = response.headers.get('location') ?? '';
      return location.startsWith('http') ? location : undefined;
    },
    post,
    send,
  };
}

/** Each customer has a phone number of their own. */
export function phoneOf(customerId: string): string {
  const digits = Array.from(customerId).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_000, 7);
  return `0812${String(digits).padStart(9, '0')}`;
}
