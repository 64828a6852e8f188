/**
 * What the simulated bank remembers. Plain data, so that it can be written to a state file as it is.
 *
 * @module
 */

export const instruments = ['BALANCE', 'POINT', 'PAYLATER'] as const;

/** A source of money inside an account. */
export type InstrumentName = (typeof instruments)[number];

export function isInstrument(text: string): text is InstrumentName {
  return instruments.some((name) => name === text);
}

/** An Allo account; its phone number (`62…`) is its identity. Amounts in sen. */
export interface Account {
  phoneNo: string;
  holdings: Record<InstrumentName, number>;
}

/** A visit to the bank's page: first the OTP, then the PIN; three attempts at each. */
export interface Session {
  step: 'otp' | 'pin';
  otpLeft: number;
  pinLeft: number;
  /** What was wrong with the last submission, shown once. */
  problem?: 'otp' | 'pin' | 'otpFormat' | 'pinFormat';
}

export type BindingState = 'PENDING' | 'ACTIVE' | 'UNBOUND' | 'FAILED';

export interface Binding {
  /** 40 digits; the id in redirectUrl and the authCode. */
  id: string;
  /** 32 hex digits, new for each binding, so that a token of an ended binding never works again. */
  accountId: string;
  state: BindingState;
  phoneNo: string;
  custIdMerchant: string;
  referenceNo: string;
  externalId: string;
  successUrl: string;
  failedUrl: string;
  createdAtMs: number;
  expiresAtMs: number;
  endedAtMs?: number;
  /** Why it FAILED or became UNBOUND. */
  reason?: string;
  session: Session;
}

export type PaymentState = 'PENDING' | 'SUCCESS' | 'REFUNDED' | 'CANCELED' | 'FAILED';

export interface PaymentPart {
  instrument: InstrumentName;
  minor: number;
}

export interface Refund {
  refundNo: string;
  partnerRefundNo: string;
  minor: number;
  atMs: number;
  reason?: string;
}

export interface Payment {
  /** 40 digits; the id in webRedirectUrl. */
  id: string;
  state: PaymentState;
  partnerReferenceNo: string;
  /** DOKU's number; replaced when the payment becomes final. */
  referenceNo: string;
  externalId: string;
  accountId: string;
  custIdMerchant: string;
  phoneNo: string;
  /** Amount in sen. */
  minor: number;
  /** What is taken from where; adds up to {@link Payment.minor}. */
  parts: PaymentPart[];
  additionalInfo: Record<string, unknown>;
  successUrl: string;
  failedUrl: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** When it left PENDING. */
  endedAtMs?: number;
  /** Of the outcome, as check status tells it, for example `4035414`. */
  resultCode: string;
  resultMessage: string;
  refund?: Refund;
  /** Set by a fault: what the bank will find after the PIN. */
  flaw?: 'insufficientFunds' | 'limitExceeded';
  session: Session;
}

/** Everything that a state file holds. */
export interface BankState {
  accounts: Account[];
  bindings: Binding[];
  payments: Payment[];
  refreshTokens: RefreshToken[];
}

export interface RefreshToken {
  token: string;
  bindingId: string;
  expiresAtMs: number;
}

export function emptyState(): BankState {
  return { accounts: [], bindings: [], payments: [], refreshTokens: [] };
}

/** How long a bank page can be used: 5 minutes. */
export const sessionLifeMs = 5 * 60_000;

export function newSession(): Session {
  return { step: 'otp', otpLeft: 3, pinLeft: 3 };
}
