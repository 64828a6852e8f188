/**
 * The B2B token which DOKU fetches from the merchant before it notifies (dossier 2.8), kept until it expires.
 * It must never be logged.
 *
 * @module
 */
import type { World } from './world.ts';
import { isObject } from './fields.ts';
import { signClientKey } from './signature.ts';
import { formatTimestamp } from './timestamp.ts';

/** Real milliseconds for which DOKU waits for any answer of the merchant. */
export const answerTimeoutMs = 10_000;

export interface MerchantToken {
  /** Throws an Error with a text for the log if the merchant gives none. */
  get(): Promise<string>;
  /** Forgets the token, for example after a 401. */
  forget(): void;
}

export function createMerchantToken(world: World): MerchantToken {
  let held: { token: string; expiresAtMs: number } | undefined;
  let pending: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const issued = await requestToken(world);
    held = { token: issued.token, expiresAtMs: world.clock.now() + issued.lifeSeconds * 1000 };
    return issued.token;
  }

  return {
    get() {
      if (held && held.expiresAtMs > world.clock.now()) return Promise.resolve(held.token);
      pending ??= fetchToken().finally(() => (pending = undefined));
      return pending;
    },
    forget: () => void (held = undefined),
  };
}

async function requestToken(world: World): Promise<{ token: string; lifeSeconds: number }> {
  if (!world.merchant.tokenUrl) throw new Error('no tokenUrl is configured');
  const timestamp = formatTimestamp(world.clock.wireNow());
  const response = await fetch(world.merchant.tokenUrl, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-CLIENT-KEY': world.merchant.clientId,
      'X-TIMESTAMP': timestamp,
      'X-SIGNATURE': signClientKey(world.keys.privateKey, world.merchant.clientId, timestamp),
    },
    body: JSON.stringify({ grantType: 'client_credentials' }),
    redirect: 'manual',
    signal: AbortSignal.any([world.background.signal, AbortSignal.timeout(answerTimeoutMs)]),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok || !isObject(body) || typeof body['accessToken'] !== 'string') {
    throw new Error(`the merchant's token endpoint answered HTTP ${response.status} without a token`);
  }
  return { token: body['accessToken'], lifeSeconds: Number(body['expiresIn']) || 0 };
}
