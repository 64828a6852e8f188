/**
 * DOKU's hand, and everybody's who would like to have it: tokens and signatures made with Node's own crypto, right or
 * wrong in any part. Shares no code with what checks them.
 */
import { createHash, createHmac, createSign } from 'node:crypto';
import type { Allo } from '../../../packages/server/src/allo.ts';
import { clientId, dokuKeys, merchantKeys, secretKey } from '../../server/support/credentials.ts';
import { jakartaTime } from '../../server/support/doku.ts';

/** A notification as it goes over the wire. */
export interface Letter {
  kind: 'payment' | 'binding';
  /** Behind the path of its kind, with the question mark. */
  query: string;
  /** Names may stand twice. */
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

/** What is signed; each part has its honest default. */
export interface Pen {
  method?: string;
  path?: string;
  token: string;
  /** Hash of the body in lower-case hex. */
  bodyHash: string;
  timestamp: string;
  key?: string;
}

export const pathOf = (kind: Letter['kind']): string => `/allo/doku/notifications/${kind}`;

export const sha256 = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('hex');

export const stringToSign = ({ method = 'POST', path = pathOf('payment'), token, bodyHash, timestamp }: Pen): string => [method, path, token, bodyHash, timestamp].join(':');

export const sign = (pen: Pen): string => createHmac('sha512', pen.key ?? secretKey).update(stringToSign(pen)).digest('base64');

const part = (value: object | string): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token as the merchant's server makes them, but for what is told. */
export function forgeToken({ header = { alg: 'RS256', typ: 'JWT' }, claims, key = merchantKeys.privateKey, seal }: {
  header?: object; claims: object | string; key?: string; seal?: (signed: string) => string;
}): string {
  const signed = `${part(header)}.${part(claims)}`;
  const signature = seal === undefined ? createSign('RSA-SHA256').update(signed).sign(key, 'base64url') : seal(signed);
  return `${signed}.${signature}`;
}

/** What a token of ours claims. */
export function claimsAt(nowMs: number): { iss: string; aud: string; sub: string; clientId: string; iat: number; exp: number; jti: string } {
  const iat = Math.floor(nowMs / 1000);
  return { iss: 'allo-kit', aud: 'doku-notify', sub: clientId, clientId, iat, exp: iat + 900, jti: '0'.repeat(32) };
}

/** An honest letter. `signed` is what the signature covers, if that is another form of the same JSON. */
export function write(body: string, { kind = 'payment', token, sentAt, timestamp = jakartaTime(sentAt), signed = body }: {
  kind?: Letter['kind']; token: string; sentAt: number; timestamp?: string; signed?: string;
}): Letter {
  const signature = sign({ path: pathOf(kind), token, bodyHash: sha256(signed), timestamp });
  return {
    kind, query: '', body: new Uint8Array(Buffer.from(body)),
    headers: [
      ['content-type', 'application/json'], ['authorization', `Bearer ${token}`], ['x-timestamp', timestamp], ['x-signature', signature],
      ['x-partner-id', clientId], ['x-external-id', '17419221650001234567'], ['channel-id', 'H2H'],
    ],
  };
}

/** Carries it to the door; undefined if no client can send such headers. */
export async function deliver(allo: Allo, origin: string, { kind, query, headers, body }: Letter): Promise<{ status: number; text: string } | undefined> {
  const made = new Headers();
  try {
    for (const [name, value] of headers) made.append(name, value);
  } catch {
    return undefined;
  }
  const response = await allo.handler(new Request(`${origin}${pathOf(kind)}${query}`, { method: 'POST', headers: made, body }));
  return { status: response.status, text: await response.text() };
}

/** A token as DOKU fetches it, `age` seconds after the second in which it was asked for: one second, one token. */
export async function fetchToken(allo: Allo, origin: string, nowMs: number, ageSeconds: number): Promise<string> {
  const timestamp = jakartaTime(nowMs - ageSeconds * 1000);
  const signature = createSign('RSA-SHA256').update(`${clientId}|${timestamp}`).sign(dokuKeys.privateKey, 'base64');
  const response = await allo.handler(new Request(`${origin}/allo/doku/authorization/v1/access-token/b2b`, {
    method: 'POST', body: '{"grantType":"client_credentials"}', headers: { 'content-type': 'application/json', 'x-client-key': clientId, 'x-timestamp': timestamp, 'x-signature': signature },
  }));
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** Runs `work` for 0 … `times` − 1, so many at once. */
export async function inParallel(times: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let index = next++; index < times; index = next++) await work(index);
  }));
}
