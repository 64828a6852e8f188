/**
 * The product over a DOKU that answers whatever a test tells it to, and keeps what it was sent. For answers that the
 * simulator, which is well-bred, never gives. Closing it looks for secrets in all that came out.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAllo } from '../../../packages/server/src/allo.ts';
import type { Allo, AlloOptions } from '../../../packages/server/src/allo.ts';
import type { Payment } from '../../../packages/server/src/contract.ts';
import { createCanaries } from '../../server/support/canaries.ts';
import { lookAtDatabase, watchHandler, watchOptions } from '../../server/support/canary-watch.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from '../../server/support/credentials.ts';
import { keepLog } from '../../server/support/kept-log.ts';
import { addressOf } from '../../server/support/network.ts';

export const shop = 'https://shop.example';

/** After this long the bank is asked how a payment stands. */
export const firstLookMs = 61_000;

/** The last part of an operation's path. */
export type StubbedOperation = 'b2b' | 'b2b2c' | 'registration-account-binding' | 'payment-host-to-host' | 'balance-inquiry' | 'status' | 'refund' | 'registration-account-unbinding';

export interface Call {
  operation: string;
  headers: Headers;
  body: string;
}

export interface Stubbed {
  allo: Allo;
  calls: Call[];
  /** What DOKU answers to an operation: the text of its body. Of what is not told, it answers what it should. */
  answers: Map<StubbedOperation, string>;
  /** As a page of the shop sends it, signed in as somebody. */
  send(customerId: string, path: string, body?: object, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; text: string }>;
  /** Moves time, and lets the product look at what is due then. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const usual: Readonly<Record<StubbedOperation, () => object>> = {
  b2b: () => ({ responseCode: '2007300', accessToken: 'b2b-token-of-the-stub', tokenType: 'Bearer', expiresIn: 900 }),
  b2b2c: () => ({ responseCode: '2007400', accessToken: 'customer-token-of-the-stub', tokenType: 'Bearer', accessTokenExpiryTime: '2030-01-01T00:00:00+07:00' }),
  'registration-account-binding': () => ({ responseCode: '2000700', referenceNo: 'r', redirectUrl: 'https://sandbox.doku.com/link', additionalInfo: { authCode: randomUUID(), accountStatus: 'PENDING' } }),
  'payment-host-to-host': () => ({ responseCode: '2005400', referenceNo: 'r', webRedirectUrl: 'https://sandbox.doku.com/pay' }),
  'balance-inquiry': () => ({ responseCode: '2001100', accountInfos: [{ balanceType: 'BALANCE', availableBalance: { value: '1000.00', currency: 'IDR' } }] }),
  status: () => ({ responseCode: '2005500', latestTransactionStatus: '03' }),
  refund: () => ({ responseCode: '2005800', refundTime: '2026-01-01T00:00:00+07:00' }),
  'registration-account-unbinding': () => ({ responseCode: '2000900', referenceNo: 'r' }),
};

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A stub that answers as it is told, in the form that DOKU has. */
function createStub(): Pick<Stubbed, 'calls' | 'answers'> & { fetch: typeof fetch } {
  const calls: Call[] = [];
  const answers: Stubbed['answers'] = new Map();
  return {
    calls, answers,
    async fetch(input, init) {
      const operation = (addressOf(input).split('/').at(-1) ?? '') as StubbedOperation;
      calls.push({ operation, headers: new Headers(init?.headers), body: Buffer.from((init?.body ?? '') as Uint8Array).toString() });
      const text = answers.get(operation) ?? JSON.stringify({ responseMessage: 'Successful', ...usual[operation]() });
      const status = Number(/"responseCode":"(\d{3})/.exec(text)?.[1] ?? 200);
      return new Response(text, { status, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) } });
    },
  };
}

export function createStubbed(more: Partial<AlloOptions> = {}): Stubbed {
  const folder = mkdtempSync(join(tmpdir(), 'allo-'));
  const database = `file:${join(folder, 'allo.db')}`;
  const { calls, answers, fetch: stub } = createStub();
  const canaries = createCanaries();
  const log = keepLog(join(folder, 'log.txt'), canaries);
  let passedMs = 0;
  const options: AlloOptions = {
    doku: { environment: 'sandbox', clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: dokuKeys.publicKey },
    publicUrl: shop, encryptionKey, database, reconcileEveryMs: 0, limits: 'off', env: {}, fetch: stub, log: quiet,
    now: () => Date.now() + passedMs,
    customer: (request) => ({ id: /shop-customer=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? 'nobody' }),
    order: (orderId) => ({ orderId, amount: { value: '10000.00', currency: 'IDR' }, lines: [] }),
    onEvent: () => undefined,
    authorizeRefund: () => true,
    ...more,
  };
  const allo = watchHandler(createAllo(watchOptions(options, canaries, log)), canaries);
  return {
    allo, calls, answers,
    async send(customerId, path, body, headers = {}) {
      const all = { cookie: `shop-customer=${customerId}`, ...(body && { origin: shop, 'allo-contract': '1', 'content-type': 'application/json', 'idempotency-key': randomUUID() }), ...headers };
      const response = await allo.handler(new Request(`${shop}/allo${path}`, { headers: all, ...(body && { method: 'POST', body: JSON.stringify(body) }) }), { ip: '203.0.113.7' });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async pass(ms) {
      passedMs += ms;
      await allo.reconcile();
    },
    async close() {
      await lookAtDatabase(canaries, database);
      await allo.close();
      await lookAtDatabase(canaries, database);
      log.lookThrough();
      log.close();
      rmSync(folder, { recursive: true, force: true });
      assert.deepEqual(canaries.found(), [], 'a secret came out');
    },
  };
}

/** The customer has been at the bank and back. */
export async function linkStubbed(stubbed: Stubbed, customerId: string): Promise<void> {
  await stubbed.send(customerId, await beginLink(stubbed, customerId));
}

/** The customer is at the bank; answers the way back. */
export async function beginLink(stubbed: Stubbed, customerId: string): Promise<string> {
  const phone = `0812${String(Math.abs(Buffer.from(customerId).reduce((sum, byte) => (sum * 31 + byte) % 100_000_000, 7))).padStart(8, '0')}`;
  await stubbed.send(customerId, '/account/link', { phone });
  const asked = JSON.parse(stubbed.calls.findLast(({ operation }) => operation === 'registration-account-binding')?.body ?? '{}') as { additionalInfo: { successRegistrationUrl: string } };
  return asked.additionalInfo.successRegistrationUrl.slice(`${shop}/allo`.length);
}

export const paidAnswer = JSON.stringify({ responseCode: '2005500', latestTransactionStatus: '00', transAmount: { value: '10000.00', currency: 'IDR' } });

/** The bank says of the payment that it is paid, as soon as it may be asked. */
export async function payStubbed(stubbed: Stubbed, customerId: string, orderId: string): Promise<Payment> {
  const begun = await stubbed.send(customerId, '/payments', { orderId });
  assert.equal(begun.status, 201, `${JSON.stringify(orderId)}: ${begun.text}`);
  stubbed.answers.set('status', paidAnswer);
  await stubbed.pass(firstLookMs);
  stubbed.answers.delete('status');
  const { paymentId } = JSON.parse(begun.text) as Payment;
  return JSON.parse((await stubbed.send(customerId, `/payments/${paymentId}`)).text) as Payment;
}
