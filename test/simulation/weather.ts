/**
 * What goes wrong on the ways between shoppers, servers, bank and database: how often, by weights. Severity 0 is a
 * sunny day; the seed decides how bad a day each run has.
 */
import type { Chance } from '../faults/random.ts';

type Weights<Name extends string> = Readonly<Record<Name, number>>;

/**
 * What becomes of a request to the bank.
 *
 * - `not-sent`: no connection
 * - `lost`, `answer-lost`: nothing ever comes back
 * - `reset`, `answer-reset`: the connection breaks, before or after the bank has done it
 * - `late`: the bank does it long after the server has given up
 * - `twice`: the network delivers it twice
 * - `doubtful`, `answer-doubtful`: an answer that proves nothing, though the bank has not done it, or has
 * - `garbled`: done, and the answer cannot be read
 * - `token-refused`: the merchant's token is refused, and nothing done
 */
export type BankFate =
  | 'answered' | 'not-sent' | 'lost' | 'answer-lost' | 'reset' | 'answer-reset' | 'late' | 'twice' | 'doubtful' | 'answer-doubtful' | 'garbled'
  | 'token-refused';

/** What becomes of a request of a shopper, or of the bank to the merchant. */
export type ShopFate = 'answered' | 'not-sent' | 'lost' | 'answer-lost' | 'twice';

/** What becomes of one transaction: `refused` is rolled back, `unconfirmed` is committed and the connection breaks. */
export type StoreFate = 'done' | 'refused' | 'unconfirmed';

/**
 * What becomes of a notification.
 *
 * - `missing`: never sent
 * - `late`: minutes later, when a status inquiry may have been faster
 * - `altered`: rightly signed, and names another amount
 * - `forged`: sent, and a forgery of it, too
 */
export type NewsFate = 'sent' | 'missing' | 'twice' | 'late' | 'altered' | 'forged';

export type ServerFate = 'lives' | 'dies-before' | 'dies-after';

export interface Weather {
  /** 0 to 1; anybody may set it. */
  severity: number;
  bankFate(): BankFate;
  shopFate(): ShopFate;
  storeFate(): StoreFate;
  newsFate(): NewsFate;
  serverFate(): ServerFate;
}

const bankTroubles: Weights<Exclude<BankFate, 'answered'>> = {
  'not-sent': 2, lost: 2, 'answer-lost': 4, reset: 2, 'answer-reset': 3, late: 3, twice: 2, doubtful: 2, 'answer-doubtful': 4, garbled: 2, 'token-refused': 2,
};
const shopTroubles: Weights<Exclude<ShopFate, 'answered'>> = { 'not-sent': 2, lost: 2, 'answer-lost': 4, twice: 2 };
const storeTroubles: Weights<Exclude<StoreFate, 'done'>> = { refused: 2, unconfirmed: 1 };
const newsTroubles: Weights<Exclude<NewsFate, 'sent'>> = { missing: 38, twice: 20, late: 23, altered: 4, forged: 15 };
const serverTroubles: Weights<Exclude<ServerFate, 'lives'>> = { 'dies-before': 1, 'dies-after': 1 };

/** Shares of trouble on the worst of days. */
const worst = { bank: 0.5, shop: 0.15, store: 0.02, news: 0.7, server: 0.02 } as const;

export function createWeather(chance: Chance, severity: number): Weather {
  const troubled = (share: number): boolean => chance.happens(share * weather.severity);
  const weather: Weather = {
    severity,
    bankFate: () => (troubled(worst.bank) ? chance.weighted(bankTroubles) : 'answered'),
    shopFate: () => (troubled(worst.shop) ? chance.weighted(shopTroubles) : 'answered'),
    storeFate: () => (troubled(worst.store) ? chance.weighted(storeTroubles) : 'done'),
    newsFate: () => (troubled(worst.news) ? chance.weighted(newsTroubles) : 'sent'),
    serverFate: () => (troubled(worst.server) ? chance.weighted(serverTroubles) : 'lives'),
  };
  return weather;
}
