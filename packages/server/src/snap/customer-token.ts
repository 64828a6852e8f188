/**
 * The B2B2C token of one customer's binding (dossier 2.7): exchanged, and handed to the caller, who keys it by customer
 * and binding. Must never keep a token: the official SDK keeps one for everybody, and sends one customer's token for
 * another. DOKU's refresh token is not used: the exchange can be repeated, and it alone tells who has unlinked.
 *
 * @module
 */

import { decodeBase64Url } from './encoding.ts';
import { readJson } from './json.ts';
import { readInstant } from './message.ts';
import type { Message } from './message.ts';
import { readToken } from './token-request.ts';
import type { RequestToken } from './token-request.ts';
import type { Clock, TokenAnswer } from './types.ts';

/** A customer's token. A secret. Instants are epoch milliseconds. */
export interface CustomerToken {
  accessToken: string;
  /** As DOKU says; else as the token says of itself; else 15 days from now. */
  expiresAt: number;
}

/** What the exchange of customer tokens needs. */
export interface CustomerTokensOptions {
  requestToken: RequestToken;
  /** Path of DOKU's B2B2C token endpoint. */
  path: string;
  now: Clock;
}

/** The exchange of customer tokens. */
export interface CustomerTokens {
  /**
   * Exchanges the authCode of a binding. Can be repeated while the binding lives. `refused` with `4017400`: the
   * customer has not finished linking, or has unlinked.
   */
  exchange(authCode: string): Promise<TokenAnswer<CustomerToken>>;
}

const defaultLifeMs = 15 * 24 * 60 * 60 * 1000;

/** Creates the exchange of customer tokens. No I/O until it is asked, and nothing kept between calls. */
export function createCustomerTokens({ requestToken, path, now }: CustomerTokensOptions): CustomerTokens {
  return {
    exchange: (authCode) => requestToken({
      operation: 'tokenB2b2c', path, body: { grantType: 'authorization_code', authCode }, read: (answer) => readCustomerToken(answer, now()),
    }),
  };
}

function readCustomerToken(answer: Message, now: number): CustomerToken | undefined {
  const accessToken = readToken(answer, 'accessToken');
  if (accessToken === undefined) return undefined;
  return { accessToken, expiresAt: readInstant(answer, 'accessTokenExpiryTime') ?? readExpiryOfJwt(accessToken) ?? now + defaultLifeMs };
}

/**
 * Not verified, and no need: it is DOKU's token for DOKU, and a wrong expiry costs no more than one exchange. It may have a
 * fraction (RFC 7519 §2), and PostgreSQL would refuse part of a millisecond, and with it the link.
 */
function readExpiryOfJwt(token: string): number | undefined {
  const payload = decodeBase64Url(token.split('.')[1] ?? '');
  const expirySeconds = payload && readJson(payload)?.value['exp'];
  const expiresAt = typeof expirySeconds === 'number' ? Math.floor(expirySeconds * 1000) : 0;
  return expiresAt > 0 && Number.isSafeInteger(expiresAt) ? expiresAt : undefined;
}
