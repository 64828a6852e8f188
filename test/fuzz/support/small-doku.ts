/**
 * A DOKU in memory for two customers at a time, that keeps every answer back until it is told to let it go, and
 * knows for whom each call is really made. It checks no signature: the simulator does that.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { addressOf } from '../../server/support/network.ts';

export const smallDokuUrl = 'http://127.0.0.1:9';

export interface SmallDoku {
  fetch: typeof fetch;
  /** Runs `work` as a request of this customer; every call to DOKU that comes of it is known as theirs. */
  actingFor<Result>(customerId: string, work: () => Promise<Result>): Promise<Result>;
  /** Lets go of the customer's call that is kept back; false if there is none. */
  release(customerId: string): boolean;
  /** Whom to tell when a call of a customer is kept back. */
  onHeld: (customerId: string) => void;
  /** The customer agrees at the bank's page. */
  approve(pageUrl: string): string;
  /** The bank refuses all tokens the customer has had so far. */
  endTokens(customerId: string): void;
  /** Calls for one customer that carried something of another. */
  crossings: string[];
  /** How many calls there were, by operation. */
  calls: Map<string, number>;
}

interface Grant {
  customerId: string;
  isActive: boolean;
  successUrl: string;
}

type Body = Record<string, unknown> & { additionalInfo?: Record<string, string> };

export function createSmallDoku(now: () => number): SmallDoku {
  const acting = new AsyncLocalStorage<string>();
  const held = new Map<string, () => void>();
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, { grant: Grant; isGood: boolean }>();
  const calls = new Map<string, number>();
  const crossings: string[] = [];
  let number = 0;

  const hold = (customerId: string): Promise<void> => new Promise((release) => {
    held.set(customerId, release);
    doku.onHeld(customerId);
  });

  const belongs = (operation: string, owner: string | undefined): void => {
    const actor = acting.getStore();
    if (owner !== actor) crossings.push(`${operation} for ${actor} carried something of ${owner}`);
  };

  const bearer = (operation: string, token: string): Grant | undefined => {
    const known = tokens.get(token);
    belongs(operation, known?.grant.customerId);
    return known?.isGood && known.grant.isActive ? known.grant : undefined;
  };

  const answers: Record<string, (body: Body, token: string) => [string, object]> = {
    'registration-account-binding': ({ additionalInfo = {}, phoneNo }) => {
      const customerId = additionalInfo['custIdMerchant'] ?? '';
      belongs('binding', customerId);
      if (!phoneOwner(String(phoneNo), customerId)) crossings.push(`binding of ${customerId} carried another phone`);
      const authCode = `authcode-${customerId}-${(number += 1)}`;
      grants.set(authCode, { customerId, isActive: false, successUrl: additionalInfo['successRegistrationUrl'] ?? '' });
      return ['2000700', { referenceNo: `b${number}`, redirectUrl: `${smallDokuUrl}/page/${authCode}`, additionalInfo: { custIdMerchant: customerId, accountStatus: 'PENDING', authCode } }];
    },
    b2b2c: ({ authCode }) => {
      const grant = grants.get(String(authCode));
      belongs('exchange', grant?.customerId);
      if (!grant?.isActive) return ['4017400', { responseMessage: 'Unauthorized. Invalid Authorization Code' }];
      const accessToken = `token-${grant.customerId}-${(number += 1)}`;
      tokens.set(accessToken, { grant, isGood: true });
      return ['2007400', { accessToken, tokenType: 'Bearer', accessTokenExpiryTime: new Date(now() + 15 * 86_400_000).toISOString().replace(/\.\d+Z/, '+00:00') }];
    },
    'balance-inquiry': (_, token) => {
      const grant = bearer('balance', token);
      if (grant === undefined) return ['4011102', {}];
      return ['2001100', { accountInfos: [{ balanceType: 'BALANCE', availableBalance: { value: balanceOf(grant.customerId), currency: 'IDR' } }] }];
    },
    'payment-host-to-host': ({ partnerReferenceNo, additionalInfo }, token) => {
      const grant = bearer('payment', token);
      if (!JSON.stringify(additionalInfo).includes(`${acting.getStore()}-order`)) crossings.push('a payment carried another order');
      if (grant === undefined) return ['4015402', {}];
      return ['2005400', { partnerReferenceNo, referenceNo: `p${(number += 1)}`, webRedirectUrl: `${smallDokuUrl}/page/${grant.customerId}-${number}` }];
    },
    'registration-account-unbinding': ({ tokenId }) => {
      const grant = bearer('unbinding', String(tokenId));
      if (grant === undefined) return ['4010902', {}];
      grant.isActive = false;
      return ['2000900', { referenceNo: 'u' }];
    },
  };

  const doku: SmallDoku = {
    async fetch(input, init) {
      const operation = addressOf(input).split('/').at(-1) ?? '';
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
      // One token for all customers: nobody waits for anybody in getting it.
      if (operation === 'b2b') return reply('2007300', { accessToken: `b2b-${(number += 1)}`, tokenType: 'Bearer', expiresIn: 900 });
      const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString()) as Body;
      const token = new Headers(init?.headers).get('authorization-customer')?.replace('Bearer ', '') ?? '';
      await hold(acting.getStore() ?? 'nobody');
      const [code, members] = answers[operation]?.(body, token) ?? ['5000000', {}];
      return reply(code, members);
    },
    actingFor: (customerId, work) => acting.run(customerId, work),
    release(customerId) {
      const release = held.get(customerId);
      held.delete(customerId);
      release?.();
      return release !== undefined;
    },
    onHeld: () => undefined,
    approve(pageUrl) {
      const grant = grants.get(pageUrl.split('/').at(-1) ?? '');
      if (grant === undefined) throw new Error('there is no such page');
      grant.isActive = true;
      return grant.successUrl;
    },
    endTokens(customerId) {
      for (const token of tokens.values()) if (token.grant.customerId === customerId) token.isGood = false;
    },
    crossings,
    calls,
  };
  return doku;
}

function reply(responseCode: string, members: object): Response {
  return new Response(JSON.stringify({ responseCode, responseMessage: 'Successful', ...members }), {
    status: Number(responseCode.slice(0, 3)), headers: { 'content-type': 'application/json' },
  });
}

/** Each customer's number ends with digits nobody else has. */
export const phoneNumbers: Readonly<Record<string, string>> = {
  'ayu-pays': '6281200000111', 'bima-pays': '6281200000222', 'ayu-links': '6281200000333', 'bima-links': '6281200000444',
};

const phoneOwner = (phone: string, customerId: string): boolean => phoneNumbers[customerId] === phone;

/** Each customer has an amount nobody else has. */
export function balanceOf(customerId: string): string {
  return `${7_000_001 + Object.keys(phoneNumbers).indexOf(customerId) * 1_111}.00`;
}
