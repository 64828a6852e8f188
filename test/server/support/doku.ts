/**
 * DOKU's side of a notification, made by hand, so that a test can get any part of it wrong.
 */
import { createHash, createHmac, createSign, randomUUID } from 'node:crypto';
import { clientId, dokuKeys, secretKey } from './credentials.ts';

export interface DokuSender {
  token(): Promise<string>;
  send(notification: HandmadeNotification): Promise<{ status: number; body: { responseCode?: string } }>;
}

export interface HandmadeNotification {
  kind?: 'payment' | 'binding';
  /** Sent as it is. */
  body: string;
  /** What is signed, if it is not what is sent. */
  signedBody?: string;
  /** The path that is signed. Default: the one that is requested. */
  signedPath?: string;
  sentAt?: number;
  token?: string;
  secretKey?: string;
  /** Sent piece by piece, its length not said before (`Transfer-Encoding: chunked`). */
  isChunked?: boolean;
  headers?: Record<string, string>;
}

/** `YYYY-MM-DDTHH:mm:ss+07:00` */
export function jakartaTime(atMs: number): string {
  return `${new Date(atMs + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00`;
}

/** The endpoint answers one signature once, so each request is of another second. */
let asked = 0;

export function createDokuSender(url: string, now: () => number): DokuSender {
  async function token(): Promise<string> {
    asked = (asked + 1) % 280;
    const timestamp = jakartaTime(now() - asked * 1000);
    const signature = createSign('RSA-SHA256').update(`${clientId}|${timestamp}`).sign(dokuKeys.privateKey, 'base64');
    const response = await fetch(`${url}/allo/doku/authorization/v1/access-token/b2b`, {
      method: 'POST', body: JSON.stringify({ grantType: 'client_credentials' }),
      headers: { 'content-type': 'application/json', 'x-client-key': clientId, 'x-timestamp': timestamp, 'x-signature': signature },
    });
    const { accessToken } = (await response.json()) as { accessToken: string };
    return accessToken;
  }

  return {
    token,
    async send({ kind = 'payment', body, signedBody = body, signedPath, sentAt = now(), token: given, secretKey: key = secretKey, isChunked = false, headers = {} }) {
      const path = `/allo/doku/notifications/${kind}`;
      const accessToken = given ?? (await token());
      const timestamp = jakartaTime(sentAt);
      const hash = createHash('sha256').update(signedBody).digest('hex');
      const signature = createHmac('sha512', key).update(['POST', signedPath ?? path, accessToken, hash, timestamp].join(':')).digest('base64');
      const response = await fetch(url + path, {
        method: 'POST', ...(isChunked ? { body: new Blob([body]).stream(), duplex: 'half' } : { body }),
        headers: {
          'content-type': 'application/json', authorization: `Bearer ${accessToken}`, 'x-timestamp': timestamp, 'x-signature': signature,
          'x-partner-id': clientId, 'x-external-id': randomUUID().replaceAll('-', ''), 'channel-id': 'H2H', ...headers,
        },
      });
      return { status: response.status, body: (await response.json()) as { responseCode?: string } };
    },
  };
}

/** What DOKU says of a payment. */
export function paymentNotice(reference: string, { status = '00', value = '125000.00', currency = 'IDR' } = {}): Record<string, unknown> {
  return {
    originalPartnerReferenceNo: reference, originalReferenceNo: 'RN-1', latestTransactionStatus: status,
    transactionStatusDesc: 'Success', amount: { value, currency }, additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' },
  };
}
