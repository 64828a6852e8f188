/**
 * Notifications that are almost DOKU's. The forger has more than a real one could have: a bearer token of the
 * merchant, the reference and amount of a payment, even the right signature in another spelling.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { clientId, secretKey } from '../server/support/credentials.ts';
import { createDokuSender, jakartaTime, paymentNotice } from '../server/support/doku.ts';
import type { Forged } from './evidence.ts';

const path = '/allo/doku/notifications/payment';

export interface Forger {
  /** Claims that this payment was paid; undefined if nobody was there to hear it. */
  forge(forgery: Forgery, reference: string, value: string): Promise<Forged | undefined>;
}

interface Claim {
  body: string;
  token: string;
  timestamp: string;
}

const sign = (key: string, signedPath: string, { body, token, timestamp }: Claim): string => {
  const hash = createHash('sha256').update(body).digest('hex');
  return createHmac('sha512', key).update(['POST', signedPath, token, hash, timestamp].join(':')).digest('base64');
};

const flipCase = (text: string): string => text.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));

/** What each puts into X-SIGNATURE. */
export const forgeries = {
  'case flipped': (claim: Claim) => flipCase(sign(secretKey, path, claim)),
  'lower-cased': (claim: Claim) => sign(secretKey, path, claim).toLowerCase(),
  'another key': (claim: Claim) => sign(`${secretKey}x`, path, claim),
  'another path': (claim: Claim) => sign(secretKey, '/doku/notifications/payment', claim),
  'another body': (claim: Claim) => sign(secretKey, path, { ...claim, body: claim.body.replace('"00"', '"06"') }),
  'cut short': (claim: Claim) => sign(secretKey, path, claim).slice(0, 60),
  empty: () => 'AA==',
} as const;

export type Forgery = keyof typeof forgeries;

export const forgeryNames = Object.keys(forgeries) as [Forgery, ...Forgery[]];

export function createForger(url: string, now: () => number): Forger {
  const sender = createDokuSender(url, now);
  return {
    async forge(forgery, reference, value) {
      try {
        const claim: Claim = { body: JSON.stringify(paymentNotice(reference, { value })), token: await sender.token(), timestamp: jakartaTime(now()) };
        const response = await fetch(url + path, { method: 'POST', body: claim.body, headers: headersOf(claim, forgeries[forgery](claim)) });
        await response.arrayBuffer();
        return { forgery, reference, httpStatus: response.status };
      } catch {
        return undefined;
      }
    },
  };
}

const headersOf = ({ token, timestamp }: Claim, signature: string): Record<string, string> => ({
  'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-timestamp': timestamp, 'x-signature': signature,
  'x-partner-id': clientId, 'x-external-id': randomUUID().replaceAll('-', ''), 'channel-id': 'H2H',
});
