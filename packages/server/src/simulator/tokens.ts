/**
 * B2B and B2B2C access tokens: RS256 JWTs in DOKU's form, signed by the simulator's own key. Tokens are
 * checked by their signature and claims, not by a list, so that one survives a restart; the lists here only
 * take tokens away. It must never log or store a token where a page or file could show it.
 *
 * @module
 */
import { createSign, createVerify, randomBytes } from 'node:crypto';
import type { SimulatorClock } from './clock.ts';
import type { Keys } from './keys.ts';

/** Seconds for which a B2B token lives. */
export const b2bLifeSeconds = 900;
/** Days for which a customer token and its refresh token live. */
export const customerLifeDays = 15;
export const refreshLifeDays = 30;

const daySeconds = 86_400;

/** `jti` is ours: it tells tokens of the same second apart. DOKU's carry the other members alone. */
interface Claims {
  exp: number;
  iss: string;
  clientId: string;
  accountId?: string;
  jti?: string;
}

export interface IssuedToken {
  token: string;
  expiresAtMs: number;
}

export interface Tokens {
  issueB2b(): IssuedToken;
  issueCustomer(accountId: string): IssuedToken;
  isB2bValid(token: string, latestOnly: boolean): boolean;
  /** The accountId of a valid customer token, otherwise undefined. */
  readCustomer(token: string, latestOnly: boolean): string | undefined;
  /** Ends every B2B token issued so far. */
  revokeB2b(): void;
  /** Ends every customer token issued so far. */
  revokeCustomer(): void;
}

export function createTokens(keys: Keys, clientId: string, clock: SimulatorClock): Tokens {
  const issuedB2b = new Set<string>();
  const issuedCustomer = new Set<string>();
  const revoked = new Set<string>();
  const latestCustomer = new Map<string, string>();
  let latestB2b = '';

  function issue(lifeSeconds: number, claims: Partial<Claims>): IssuedToken {
    const exp = Math.floor(clock.now() / 1000) + lifeSeconds;
    const jti = randomBytes(8).toString('hex');
    return { token: sign(keys, { exp, iss: 'DOKU', clientId, ...claims, jti }), expiresAtMs: exp * 1000 };
  }

  function read(token: string): Claims | undefined {
    const claims = revoked.has(token) ? undefined : verify(keys, token);
    const honoured = claims && claims.clientId === clientId && claims.exp * 1000 > clock.now();
    return honoured ? claims : undefined;
  }

  return {
    issueB2b() {
      const issued = issue(b2bLifeSeconds, {});
      latestB2b = issued.token;
      issuedB2b.add(issued.token);
      return issued;
    },
    issueCustomer(accountId) {
      const issued = issue(customerLifeDays * daySeconds, { accountId });
      latestCustomer.set(accountId, issued.token);
      issuedCustomer.add(issued.token);
      return issued;
    },
    isB2bValid(token, latestOnly) {
      const claims = read(token);
      return claims !== undefined && claims.accountId === undefined && !(latestOnly && token !== latestB2b);
    },
    readCustomer(token, latestOnly) {
      const accountId = read(token)?.accountId;
      const replaced = latestOnly && accountId !== undefined && latestCustomer.get(accountId) !== token;
      return replaced ? undefined : accountId;
    },
    revokeB2b: () => issuedB2b.forEach((token) => revoked.add(token)),
    revokeCustomer: () => issuedCustomer.forEach((token) => revoked.add(token)),
  };
}

function sign(keys: Keys, claims: Claims): string {
  const head = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${head}.${createSign('RSA-SHA256').update(head).sign(keys.privateKey, 'base64url')}`;
}

function verify(keys: Keys, token: string): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !signature) return undefined;
  const genuine = createVerify('RSA-SHA256').update(`${header}.${payload}`).verify(keys.publicKey, signature, 'base64url');
  if (!genuine || decode(header)['alg'] !== 'RS256') return undefined;
  return readClaims(decode(payload));
}

function readClaims(payload: Record<string, unknown>): Claims | undefined {
  const { exp, iss, clientId, accountId } = payload;
  if (typeof exp !== 'number' || iss !== 'DOKU' || typeof clientId !== 'string') return undefined;
  return { exp, iss, clientId, ...(typeof accountId === 'string' && { accountId }) };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
