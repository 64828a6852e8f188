/**
 * All of DOKU SNAP for Allo Bank behind one factory. What it returns holds functions alone: secrets stay in their
 * closures, where neither JSON nor an inspector finds them. Must never do I/O before an operation is called.
 *
 * @module
 */

import { createAccessTokens, memoryAccessTokenStore } from './access-token.ts';
import type { AccessTokenStore } from './access-token.ts';
import { bindAccount, unbindAccount } from './account.ts';
import type { BindAccountBody, BindAccountInput, UnbindAccountBody, UnbindAccountInput } from './account.ts';
import { assert, assertToken } from './assert.ts';
import { inquireBalance } from './balance.ts';
import type { BalanceBody, InquireBalanceInput } from './balance.ts';
import { createCustomerTokens } from './customer-token.ts';
import type { CustomerToken } from './customer-token.ts';
import { pay } from './payment.ts';
import type { PayBody, PayInput } from './payment.ts';
import { createSignedPost } from './post.ts';
import type { OnMatch } from './signature.ts';
import { resolvePaths } from './profiles.ts';
import type { Operation, Paths, ProfileName } from './profiles.ts';
import { refund } from './refund.ts';
import type { RefundBody, RefundInput } from './refund.ts';
import { checkStatus } from './status.ts';
import type { CheckStatusInput, StatusBody } from './status.ts';
import { readTimeouts, timeoutOf } from './timeouts.ts';
import type { SnapTimeouts } from './timeouts.ts';
import { createTokenRequests } from './token-request.ts';
import type { Clock, CryptoKey, Fetch, Random, SnapAnswer, TokenAnswer } from './types.ts';
import { parseWebUrl } from './web-url.ts';

/** What the factory takes. */
export interface SnapOptions {
  /** Client ID from DOKU's dashboard, for example `BRN-0203-1699999999999`. At most 36 characters. */
  clientId: string;
  /** Secret keys from DOKU's dashboard, the current one first. The first signs; all of them verify elsewhere. */
  secretKeys: readonly string[];
  /** The merchant's RSA private keys, the newest first. An older one signs only where DOKU does not know the newer ones yet. */
  privateKeys: readonly CryptoKey[];
  /** Told which of them DOKU took. */
  onPrivateKeyTaken?: OnMatch | undefined;
  /** DOKU's origin, as in `baseUrls`: scheme, host and port, no path. */
  baseUrl: string;
  /** Default `merchant-allo-v1.0`. */
  profile?: ProfileName | undefined;
  /** Paths in place of the profile's. */
  paths?: Partial<Paths> | undefined;
  fetch: Fetch;
  now: Clock;
  random: Random;
  /** Where the merchant's processes share the B2B token. Default: within this process. */
  tokenStore?: AccessTokenStore | undefined;
  timeouts?: Partial<SnapTimeouts> | undefined;
  /** CHANNEL-ID, 1–5 characters. Default `DH` (dossier 8.17). */
  channelId?: string | undefined;
  /** The service code in the body of a status request. Default `55` (dossier 8.3). */
  statusServiceCode?: '54' | '55' | undefined;
  /** The member `additionalInfo.origin` of every operation. Default: left out. */
  origin?: Readonly<Record<string, string>> | undefined;
}

/** The operations. Each rejects with a TypeError, before anything is sent, if its input breaks a rule of DOKU. */
export interface Snap {
  bindAccount(input: BindAccountInput): Promise<SnapAnswer<BindAccountBody>>;
  unbindAccount(input: UnbindAccountInput): Promise<SnapAnswer<UnbindAccountBody>>;
  inquireBalance(input: InquireBalanceInput): Promise<SnapAnswer<BalanceBody>>;
  pay(input: PayInput): Promise<SnapAnswer<PayBody>>;
  checkStatus(input: CheckStatusInput): Promise<SnapAnswer<StatusBody>>;
  refund(input: RefundInput): Promise<SnapAnswer<RefundBody>>;
  exchangeAuthCode(authCode: string): Promise<TokenAnswer<CustomerToken>>;
}

/**
 * Creates the client of DOKU SNAP.
 *
 * @throws TypeError naming the option that is wrong
 */
export function createSnap(options: SnapOptions): Snap {
  const { clientId, privateKeys, fetch, now, random, origin, statusServiceCode = '55' } = options;
  const baseUrl = readOrigin(options.baseUrl);
  const secretKey = readSecretKey(options.secretKeys);
  assertOptions(options);
  const paths = resolvePaths(options.profile ?? 'merchant-allo-v1.0', options.paths);
  const timeouts = readTimeouts(options.timeouts);
  const timeoutMs = (operation: Operation): number => timeoutOf(timeouts, operation);
  const requestToken = createTokenRequests({
    fetch, now, clientId, privateKeys, baseUrl, timeoutMs: timeouts.tokenMs, onKeyTaken: options.onPrivateKeyTaken,
  });
  const store = options.tokenStore ?? memoryAccessTokenStore();
  const accessTokens = createAccessTokens({ requestToken, path: paths.tokenB2b, store, now });
  const customerTokens = createCustomerTokens({ requestToken, path: paths.tokenB2b2c, now });
  const channelId = options.channelId ?? 'DH';
  const post = createSignedPost({ fetch, now, random, accessTokens, clientId, secretKey, baseUrl, paths, channelId, timeoutMs });
  const context = { post, origin };
  return {
    bindAccount: (input) => bindAccount(context, input),
    unbindAccount: (input) => unbindAccount(context, input),
    inquireBalance: (input) => inquireBalance(context, input),
    pay: (input) => pay(context, input),
    checkStatus: (input) => checkStatus(context, statusServiceCode, input),
    refund: (input) => refund(context, input),
    exchangeAuthCode: (authCode) => customerTokens.exchange(authCode),
  };
}

function readOrigin(baseUrl: string): string {
  const url = parseWebUrl(baseUrl);
  assert(url !== undefined && url.href === `${url.origin}/`, 'baseUrl must be an http or https origin without a path, for example "https://api-sandbox.doku.com"');
  return url.origin;
}

function readSecretKey([secretKey = '']: readonly string[]): string {
  assert(secretKey !== '', "secretKeys must hold at least the current secret key of DOKU's dashboard");
  return secretKey;
}

function assertOptions({ clientId, privateKeys, channelId = 'DH' }: SnapOptions): void {
  assertToken('clientId', clientId);
  assert(clientId.length <= 36, 'clientId must be at most 36 characters');
  const canSign = ({ algorithm, usages }: CryptoKey): boolean => algorithm.name === 'RSASSA-PKCS1-v1_5' && usages.includes('sign');
  assert(privateKeys.length > 0 && privateKeys.every(canSign), 'privateKeys must hold RSASSA-PKCS1-v1_5 keys for signing, at least one');
  assert(/^[A-Za-z0-9]{1,5}$/.test(channelId), 'channelId must be 1–5 letters and digits');
}
