/**
 * What the tests of `snap/` share: the captured vectors, and a DOKU on loopback that answers as it is told.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { memoryAccessTokenStore } from '../../../packages/server/src/snap/access-token.ts';
import { readOwnKeys } from '../../../packages/server/src/keys.ts';
import { createSnap } from '../../../packages/server/src/snap/snap.ts';
import type { Snap, SnapOptions } from '../../../packages/server/src/snap/snap.ts';

export interface Vector {
  request: { path: string; headers: [string, string][]; bodyUtf8: string };
  stringToSign: string;
  signature: string;
  bodySha256: string;
  sdkReturned: Record<string, unknown>;
}

export interface Keys {
  clientId: string;
  secretKey: string;
  merchantPrivateKeyPkcs8Pem: string;
  merchantPublicKeySpkiPem: string;
  dokuPrivateKeyPkcs8Pem: string;
  dokuPublicKeySpkiPem: string;
  tokens: { b2bIssuedByDoku: string; b2b2cIssuedByDoku: string; authCode: string };
}

const vectors = new URL('../../fixtures/vectors/', import.meta.url);

export const keys = readFixture('keys') as Keys;
export const [merchantKeys] = readOwnKeys({ name: 'merchant', value: keys.merchantPrivateKeyPkcs8Pem });
export const [dokuKeys] = readOwnKeys({ name: 'DOKU', value: keys.dokuPrivateKeyPkcs8Pem });

/** 2025-03-14T10:15:30+07:00 */
export const instant = Date.UTC(2025, 2, 14, 3, 15, 30);

export const random = (bytes: number): Uint8Array => randomBytes(bytes);

export function readVector(name: string): Vector {
  return readFixture(name) as Vector;
}

export function headerOf(vector: Vector, name: string): string {
  const header = vector.request.headers.find(([key]) => key.toLowerCase() === name.toLowerCase());
  if (header === undefined) throw new Error(`the vector has no ${name}`);
  return header[1];
}

/** A request as DOKU received it. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Doku {
  baseUrl: string;
  received: Received[];
}

type Answer = (request: Received, response: ServerResponse, index: number) => unknown;

/** A server of DOKU on a free port of loopback, closed with the test. */
export async function startDoku(t: TestContext, answer: Answer): Promise<Doku> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void receive(request).then((each) => answer(each, response, received.push(each) - 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** An address of loopback at which nobody listens. */
export async function findClosedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Answers token requests with `token-1`, `token-2`, … and everything else as told. */
export function withTokens(answer: Answer): Answer {
  let minted = 0;
  let answered = 0;
  return (request, response) => {
    if (!request.path.endsWith('/access-token/b2b')) return answer(request, response, answered++);
    minted += 1;
    const token = { accessToken: `token-${minted}`, expiresIn: 900 };
    answerJson(response, 200, { responseCode: '2007300', responseMessage: 'Successful', ...token });
    return undefined;
  };
}

export function createTestSnap(baseUrl: string, options: Partial<SnapOptions> = {}): Snap {
  return createSnap({
    clientId: keys.clientId,
    secretKeys: [keys.secretKey],
    privateKeys: [merchantKeys.privateKey],
    baseUrl,
    profile: 'core-v1',
    fetch,
    now: () => instant,
    random,
    tokenStore: memoryAccessTokenStore(),
    ...options,
  });
}

export const customerToken = keys.tokens.b2b2cIssuedByDoku;

/** A payment, complete and correct. */
export const payment = {
  partnerReferenceNo: 'INV20250314101533000000000000000001',
  amount: { value: '12000.00', currency: 'IDR' },
  remarks: 'order 1',
  lineItems: [{ name: 'Kopi susu', price: '12000.00', quantity: 1 }],
  successPaymentUrl: 'https://merchant.example/allo/pay/ok',
  failedPaymentUrl: 'https://merchant.example/allo/pay/fail',
  customerToken,
  ipAddress: '103.10.20.30',
} as const;

/** A refund of {@link payment}, complete and correct. */
export const refund = {
  originalPartnerReferenceNo: payment.partnerReferenceNo,
  originalExternalId: '1741922133000',
  refundAmount: payment.amount,
  reason: 'customer request',
  partnerRefundNo: 'RFN20250314101534000000000000000001',
  customerToken,
  ipAddress: '103.10.20.30',
} as const;

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString('utf8') };
}

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, vectors), 'utf8'));
}
