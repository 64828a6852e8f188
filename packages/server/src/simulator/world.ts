/**
 * The parts of one simulator, handed to whoever needs them. There is no other shared state.
 *
 * @module
 */
import type { Background } from './background.ts';
import type { Bank } from './bank.ts';
import type { SimulatorClock } from './clock.ts';
import type { ExternalIds } from './external-ids.ts';
import type { FaultBox } from './faults.ts';
import type { Keys } from './keys.ts';
import type { MerchantAddresses, Switches } from './options.ts';
import type { RequestLog } from './request-log.ts';
import type { Tokens } from './tokens.ts';

/** The merchant as DOKU knows it. */
export interface Merchant extends MerchantAddresses {
  clientId: string;
  secretKey: string;
  name: string;
}

export interface World {
  merchant: Merchant;
  switches: Switches;
  clock: SimulatorClock;
  keys: Keys;
  tokens: Tokens;
  bank: Bank;
  faults: FaultBox;
  requests: RequestLog;
  externalIds: ExternalIds;
  background: Background;
  /** Customer tokens with which payments were made, by payment id: notifications carry them. Never written anywhere. */
  customerTokens: Map<string, string>;
  /** Origin for redirectUrl and webRedirectUrl; known once the simulator listens. */
  origin: string;
  log: (line: string) => void;
}
