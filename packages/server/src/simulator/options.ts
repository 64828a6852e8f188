/**
 * What the simulator can be told: who the merchant is, where its endpoints are, and how DOKU behaves where
 * the documents leave it open. Nothing here may be read from the environment: a test states all it needs.
 *
 * @module
 */

/** Ports, keys, addresses and behaviour of one simulator. */
export interface SimulatorOptions {
  /** TCP port on {@link SimulatorOptions.host}. Default 0: any free port. */
  port?: number;
  /** Address to bind. Default `127.0.0.1`; the control page has no password, so think before opening it to a network. */
  host?: string;
  /** Origin under which browsers reach the simulator, for example behind a proxy. Default: the bound address. */
  publicUrl?: string;
  /** The merchant's Client ID (`BRN-…`), expected in X-CLIENT-KEY and X-PARTNER-ID. */
  clientId: string;
  /** The merchant's Secret Key (`SK-…`, 8 to 256 characters), used as its UTF-8 bytes for HMAC-SHA512 in both directions. */
  secretKey: string;
  /** The merchant's public key, SPKI PEM; verifies its token requests. */
  merchantPublicKey: string;
  /** The name shown on the bank's pages. Default `Merchant`. */
  merchantName?: string;
  /** The merchant's own B2B token endpoint. Without it no notification can be sent. */
  tokenUrl?: string;
  /** Where payment notifications go. Without it none is sent. */
  paymentNotificationUrl?: string;
  /** Where binding notifications go. Without it none is sent. */
  bindingNotificationUrl?: string;
  /** Append each movement of money to this file, one JSON object a line. Default: memory only. */
  journalFile?: string;
  /** Keep accounts, bindings, payments and DOKU's key in this JSON file across restarts. Default: memory only. */
  stateFile?: string;
  /** DOKU's own private key, PKCS#8 PEM. Default: the one of the state file, otherwise a fresh RSA-2048 key. */
  privateKey?: string;
  /** The simulator's own time. Default: the time of the machine, at its speed. */
  clock?: ClockOptions;
  /** What an account holds when it is first seen. Default Rp 2.500.000 BALANCE, Rp 25.000 POINT, Rp 1.000.000 PAYLATER. */
  openingBalance?: Partial<OpeningBalance>;
  /** How DOKU behaves where the documents are silent. Each has its own default. */
  switches?: Partial<Switches>;
  /** Called with one line for each thing worth telling a developer; never with a token, a key or a code. Default: silence. */
  log?: (line: string) => void;
}

/**
 * Sessions, tokens and retries live by this time. X-TIMESTAMP goes by it only if it has a start or is frozen;
 * otherwise `advance()` and `speed` leave the clocks of DOKU and the merchant in step.
 */
export interface ClockOptions {
  /** Epoch milliseconds at which the simulator's time begins. Default: now. */
  startAtMs?: number;
  /** Simulated seconds per real second, above 0. Default 1. */
  speed?: number;
  /** Time stands still and moves by `advance()` alone. Default false. */
  frozen?: boolean;
}

/** Opening amounts in minor units (sen; 100 = Rp 1). */
export interface OpeningBalance {
  BALANCE: number;
  POINT: number;
  PAYLATER: number;
}

/**
 * - `off`: a person (or a test) confirms on the bank's page
 * - `after-answer`: confirmed without a browser as soon as the HTTP answer has left (or its connection is gone)
 * - `before-answer`: confirmed, and the notification delivered, before the HTTP answer leaves
 */
export type AutoConfirm = 'off' | 'after-answer' | 'before-answer';

/** Behaviour on which DOKU's documents are silent or disagree (dossier section 8). */
export interface Switches {
  /** Bindings and payments confirm themselves. Default `off`. */
  autoConfirm: AutoConfirm;
  /** Send the binding notification, which DOKU documents for OVO only. Default true. */
  bindingNotification: boolean;
  /** Tell the merchant when a payment session ran out. Default false: seen nowhere. */
  expiryNotification: boolean;
  /** Serve the paths of the archived `merchant/allo/v1.0` generation too. Default true. */
  archivePaths: boolean;
  /** Demand 32–64 characters for partnerReferenceNo and partnerRefundNo, as DOKU's SDKs do. Default false: 1–64. */
  strictReferences: boolean;
  /** Demand remarks and lineItems on payments. Default false. */
  strictContent: boolean;
  /** Demand that payOptionDetails add up to the amount. Default false: DOKU was seen not to check. */
  strictSum: boolean;
  /** A repeated X-EXTERNAL-ID with the same body answers HTTP 409 with the first body instead of `409xx00`. Default false. */
  replayWithConflict: boolean;
  /** Only the B2B token issued last is honoured. Default false. */
  latestTokenOnly: boolean;
  /** Send `expiresIn` as a string. Default false. */
  expiresInAsString: boolean;
  /** A new customer token ends the older ones of the same binding. Default false. */
  latestCustomerTokenOnly: boolean;
  /** A retried notification carries a new X-EXTERNAL-ID. Default false: the same one, signed anew. */
  retryWithNewExternalId: boolean;
}

export const defaultSwitches: Readonly<Switches> = {
  autoConfirm: 'off',
  bindingNotification: true,
  expiryNotification: false,
  archivePaths: true,
  strictReferences: false,
  strictContent: false,
  strictSum: false,
  replayWithConflict: false,
  latestTokenOnly: false,
  expiresInAsString: false,
  latestCustomerTokenOnly: false,
  retryWithNewExternalId: false,
};

export const defaultOpeningBalance: Readonly<OpeningBalance> = {
  BALANCE: 250_000_000,
  POINT: 2_500_000,
  PAYLATER: 100_000_000,
};

/** What can be changed while the simulator runs; see the members of the same name in {@link SimulatorOptions}. */
export type Reconfiguration = Partial<Switches> &
  Pick<SimulatorOptions, 'tokenUrl' | 'paymentNotificationUrl' | 'bindingNotificationUrl' | 'merchantName'>;

/** The addresses of the merchant, as they stand now. */
export interface MerchantAddresses {
  tokenUrl?: string;
  paymentNotificationUrl?: string;
  bindingNotificationUrl?: string;
}
