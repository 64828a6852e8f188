/**
 * A merchant for the simulator's tests, written on its own: it signs with node:crypto, has a token endpoint
 * and receives notifications. It shares no code with the product.
 */
import { createHash, createHmac, generateKeyPairSync, randomInt, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator } from '../../../packages/server/src/simulator/simulator.ts';
import type { Simulator } from '../../../packages/server/src/simulator/simulator.ts';
import type { SimulatorOptions } from '../../../packages/server/src/simulator/options.ts';

const pem = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const;
export const merchantKeys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: pem.publicKeyEncoding, privateKeyEncoding: pem.privateKeyEncoding });
/** DOKU's key pair, made once: making one for each simulator would cost more than the tests. */
export const dokuKeys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: pem.publicKeyEncoding, privateKeyEncoding: pem.privateKeyEncoding });
export const clientId = 'BRN-0299-1741922130000';
export const secretKey = 'SK-TESTONLY0123456789abcdef';

export const paths = {
  b2b: '/authorization/v1/access-token/b2b',
  b2b2c: '/authorization/v1/access-token/b2b2c',
  binding: '/direct-debit/core/v1/registration-account-binding',
  balance: '/direct-debit/core/v1/balance-inquiry',
  payment: '/direct-debit/core/v1/debit/payment-host-to-host',
  refund: '/direct-debit/core/v1/debit/refund',
  unbinding: '/direct-debit/core/v1/registration-account-unbinding',
  status: '/orders/v1.0/debit/status',
} as const;

export type Json = Record<string, unknown>;

export interface Reply {
  status: number;
  headers: Headers;
  code: unknown;
  message: unknown;
  body: Json;
}

export interface CallOptions {
  /** Headers to replace; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
  /** Sent instead of the body's JSON; the signature covers `signedBody` or this. */
  rawBody?: string;
  signedBody?: string;
  signedPath?: string;
  method?: string;
}

export function timestamp(epochMs: number): string {
  return `${new Date(epochMs + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;
}

export function externalId(): string {
  return `${Date.now()}${randomInt(1_000_000_000_000)}`;
}

export function referenceNo(prefix = 'INV'): string {
  return `${prefix}${Array.from({ length: 40 - prefix.length }, () => randomInt(10)).join('')}`;
}

/** RSA-SHA256 over `clientKey|timestamp`. */
export function signToken(clientKey: string, at: string, key: string = merchantKeys.privateKey): string {
  return sign('RSA-SHA256', Buffer.from(`${clientKey}|${at}`), key).toString('base64');
}

/** HMAC-SHA512 over `METHOD:path:token:sha256(body):timestamp`. */
export function signCall(method: string, path: string, token: string, body: string, at: string, key: string = secretKey): string {
  const hash = createHash('sha256').update(body).digest('hex');
  return createHmac('sha512', key).update(`${method}:${path}:${token}:${hash}:${at}`).digest('base64');
}

export class TestMerchant {
  readonly simulator: Simulator;
  b2bToken = '';

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  now(): string {
    return timestamp(this.simulator.now());
  }

  /** A token request, signed with RSA. */
  async token(path: string, body: Json, options: CallOptions = {}): Promise<Reply> {
    const at = options.headers?.['X-TIMESTAMP'] ?? this.now();
    const headers = {
      'Content-Type': 'application/json',
      'X-CLIENT-KEY': clientId,
      'X-TIMESTAMP': at,
      'X-SIGNATURE': signToken(options.headers?.['X-CLIENT-KEY'] ?? clientId, at),
      ...options.headers,
    };
    return this.send(path, headers, options.rawBody ?? JSON.stringify(body), options.method);
  }

  async fetchB2b(): Promise<string> {
    const { body } = await this.token(paths.b2b, { grantType: 'client_credentials' });
    this.b2bToken = String(body['accessToken']);
    return this.b2bToken;
  }

  /** An operation, signed with HMAC; fetches a B2B token first if there is none. */
  async call(path: string, body: Json, options: CallOptions = {}): Promise<Reply> {
    const token = this.b2bToken || (await this.fetchB2b());
    const at = options.headers?.['X-TIMESTAMP'] ?? this.now();
    const sent = options.rawBody ?? JSON.stringify(body);
    const method = options.method ?? 'POST';
    const headers = {
      'Content-Type': 'application/json',
      'X-PARTNER-ID': clientId,
      'X-EXTERNAL-ID': externalId(),
      'X-TIMESTAMP': at,
      'X-SIGNATURE': signCall(method, options.signedPath ?? path, token, options.signedBody ?? sent, at),
      Authorization: `Bearer ${token}`,
      'X-IP-ADDRESS': '103.10.20.30',
      'X-DEVICE-ID': 'd9b1c2a34e5f',
      ...options.headers,
    };
    return this.send(path, headers, sent, method);
  }

  async send(path: string, headers: Record<string, string | undefined>, body: string, method = 'POST'): Promise<Reply> {
    const kept = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    // a body of bytes, so that fetch adds no Content-Type of its own
    const response = await fetch(this.simulator.url + path, {
      method,
      headers: kept,
      ...(method !== 'GET' && { body: new TextEncoder().encode(body) }),
    });
    const answer = parse(await response.text());
    return { status: response.status, headers: response.headers, code: answer['responseCode'], message: answer['responseMessage'], body: answer };
  }

  bindingBody(info: Json = {}, phoneNo = '6281234567890'): Json {
    return {
      phoneNo,
      additionalInfo: {
        channel: 'DIRECT_DEBIT_ALLO_SNAP',
        custIdMerchant: 'cust-001',
        successRegistrationUrl: 'https://merchant.example/bind/ok?state=abc&x=1',
        failedRegistrationUrl: 'https://merchant.example/bind/fail',
        deviceModel: 'iPhone15,2',
        osType: 'ios',
        channelId: 'web',
        ...info,
      },
    };
  }

  paymentBody(members: Json = {}, info: Json = {}): Json {
    const amount = members['amount'] ?? { value: '12000.00', currency: 'IDR' };
    return {
      partnerReferenceNo: referenceNo(),
      amount,
      payOptionDetails: [{ payMethod: 'BALANCE', transAmount: amount, feeAmount: { value: '0.00', currency: 'IDR' } }],
      additionalInfo: {
        channel: 'DIRECT_DEBIT_ALLO_SNAP',
        remarks: 'order 1',
        successPaymentUrl: 'https://merchant.example/pay/ok?state=def',
        failedPaymentUrl: 'https://merchant.example/pay/fail',
        lineItems: [{ name: 'Kopi susu', price: '12000.00', quantity: 1 }],
        ...info,
      },
      ...members,
    };
  }

  refundBody(originalPartnerReferenceNo: unknown, members: Json = {}): Json {
    return {
      originalPartnerReferenceNo,
      refundAmount: { value: '12000.00', currency: 'IDR' },
      partnerRefundNo: referenceNo('RFD'),
      reason: 'customer changed their mind',
      additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' },
      ...members,
    };
  }

  /** Opens a binding session; the reply has the authCode and the page's address. */
  async startBinding(info: Json = {}, phoneNo?: string): Promise<{ authCode: string; pageUrl: string }> {
    const { body } = await this.call(paths.binding, this.bindingBody(info, phoneNo));
    const { authCode } = body['additionalInfo'] as { authCode: string };
    return { authCode, pageUrl: String(body['redirectUrl']) };
  }

  /** Binds a customer without a browser; resolves with the customer token. */
  async bind(custIdMerchant = 'cust-001', phoneNo = '6281234567890'): Promise<{ authCode: string; token: string; refreshToken: string }> {
    const { authCode, pageUrl } = await this.startBinding({ custIdMerchant }, phoneNo);
    await this.simulator.approve(pageUrl);
    const { body } = await this.exchange(authCode);
    return { authCode, token: String(body['accessToken']), refreshToken: String(body['refreshToken']) };
  }

  exchange(authCode: string): Promise<Reply> {
    return this.token(paths.b2b2c, { grantType: 'authorization_code', authCode, additionalInfo: {} });
  }

  pay(customerToken: string, body: Json = this.paymentBody(), options: CallOptions = {}): Promise<Reply> {
    return this.call(paths.payment, body, withCustomer(customerToken, options));
  }

  /** Pays and approves; resolves with the partnerReferenceNo. */
  async paid(customerToken: string, body: Json = this.paymentBody()): Promise<string> {
    const reply = await this.pay(customerToken, body);
    await this.simulator.approve(String(reply.body['webRedirectUrl']));
    return String(body['partnerReferenceNo']);
  }

  refund(customerToken: string, body: Json, options: CallOptions = {}): Promise<Reply> {
    return this.call(paths.refund, body, withCustomer(customerToken, options));
  }

  balance(customerToken: string, options: CallOptions = {}): Promise<Reply> {
    return this.call(paths.balance, { additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' } }, withCustomer(customerToken, options));
  }

  unbind(tokenId: string, path: string = paths.unbinding): Promise<Reply> {
    return this.call(path, { tokenId, additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' } });
  }

  status(originalPartnerReferenceNo: unknown, members: Json = {}): Promise<Reply> {
    return this.call(paths.status, { originalPartnerReferenceNo, serviceCode: '55', ...members });
  }
}

function withCustomer(token: string, options: CallOptions): CallOptions {
  return { ...options, headers: { 'Authorization-Customer': `Bearer ${token}`, ...options.headers } };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** What the merchant's endpoints received. */
export interface Received {
  path: string;
  method: string;
  headers: IncomingMessage['headers'];
  raw: string;
  body: Json;
  /** Simulated time of arrival. */
  atMs: number;
}

/** The merchant's own endpoints: `/token`, `/pay?x=1`, `/bind`. */
export class MerchantEndpoints {
  readonly received: Received[] = [];
  /** HTTP status of the next answers to notifications; the last one stays. */
  statuses: number[] = [200];
  tokenStatus = 200;
  tokensIssued = 0;
  expiresIn: unknown = 900;
  clock: () => number = Date.now;
  /** Called before a notification is answered. */
  onNotification: (received: Received) => void | Promise<void> = () => undefined;
  url = '';
  #server: Server | undefined;

  get notifications(): Received[] {
    return this.received.filter(({ path }) => path !== '/token');
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      void this.#read(request).then(async (received) => {
        const { status, body } = await this.#answer(received);
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async #read(request: IncomingMessage): Promise<Received> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const received = { path: request.url ?? '', method: request.method ?? '', headers: request.headers, raw, body: parse(raw), atMs: this.clock() };
    this.received.push(received);
    return received;
  }

  async #answer(received: Received): Promise<{ status: number; body: Json }> {
    if (received.path === '/token') {
      this.tokensIssued += 1;
      const accessToken = `merchant-token-${this.tokensIssued}`;
      return { status: this.tokenStatus, body: { responseCode: '2007300', accessToken, tokenType: 'Bearer', expiresIn: this.expiresIn } };
    }
    await this.onNotification(received);
    const status = (this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0]) ?? 200;
    return { status, body: { responseCode: `${status}5600`, responseMessage: 'noted' } };
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }
}

/** A simulator with the merchant's keys. */
export function startTestSimulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({
    clientId,
    secretKey,
    merchantPublicKey: merchantKeys.publicKey,
    privateKey: dokuKeys.privateKey,
    ...options,
  });
}

/** A simulator that notifies the given endpoints. */
export async function startWithEndpoints(
  options: Partial<SimulatorOptions> = {},
): Promise<{ simulator: Simulator; merchant: TestMerchant; endpoints: MerchantEndpoints; stop: () => Promise<void> }> {
  const endpoints = await new MerchantEndpoints().start();
  const simulator = await startTestSimulator({
    tokenUrl: `${endpoints.url}/token`,
    paymentNotificationUrl: `${endpoints.url}/pay?x=1`,
    bindingNotificationUrl: `${endpoints.url}/bind`,
    ...options,
  });
  endpoints.clock = () => simulator.now();
  const stop = async (): Promise<void> => {
    await simulator.close();
    await endpoints.stop();
  };
  return { simulator, merchant: new TestMerchant(simulator), endpoints, stop };
}
