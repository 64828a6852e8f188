/**
 * What goes wrong on purpose. A fault is one plain object, so that a test, the control API and the control
 * page say it the same way. Without any, the simulator behaves.
 *
 * @module
 */
import type { Operation } from './refusal.ts';

/**
 * Before the commit nothing has happened and the X-EXTERNAL-ID is still free; after it the session, the
 * refund, the unbinding … is real, only the answer goes wrong.
 *
 * - `delay-before-commit`, `delay-after-commit`: wait {@link OperationFault.delayMs} of real time, then go on
 * - `drop-before-commit`, `drop-after-commit`: destroy the connection without an answer
 * - `error-before-commit`, `error-after-commit`: HTTP 500 `500xx00`
 * - `garbled-after-commit`: HTTP 200 with a body that is no JSON
 * - `answer-before-commit`, `answer-after-commit`: {@link OperationFault.responseCode} and its HTTP status
 * - `b2b-token-invalid`: `401xx01`, as if the merchant's token had expired; not for tokens
 * - `customer-token-invalid`: `401xx02`, as if the customer had unlinked; not for tokens
 * - `insufficient-funds`, `limit-exceeded`: payments only, refused in the answer (`4035414`, `4035402`); the payment is FAILED
 * - `insufficient-funds-at-bank`, `limit-exceeded-at-bank`: payments only, found after the PIN
 * - `confirm-before-answer`: payments and bindings only; confirmed and notified while the answer is held back
 * - `unlink`: the customer unlinks in the bank's app just before the call is looked at
 */
export type OperationEffect =
  | 'delay-before-commit'
  | 'delay-after-commit'
  | 'drop-before-commit'
  | 'drop-after-commit'
  | 'error-before-commit'
  | 'error-after-commit'
  | 'garbled-after-commit'
  | 'answer-before-commit'
  | 'answer-after-commit'
  | 'b2b-token-invalid'
  | 'customer-token-invalid'
  | 'insufficient-funds'
  | 'limit-exceeded'
  | 'insufficient-funds-at-bank'
  | 'limit-exceeded-at-bank'
  | 'confirm-before-answer'
  | 'unlink';

/** A fault in answering calls. Of several that fit, the first is used. */
export interface OperationFault {
  on: Operation | 'any';
  effect: OperationEffect;
  /** How many calls it hits. Default: all, until it is cleared. */
  times?: number;
  /** Real milliseconds, with the delays. Default 1000. */
  delayMs?: number;
  /** Seven digits, with the `answer-…` effects; the first three are the HTTP status. Default `5045400` with the right service. */
  responseCode?: string;
  /** Text with the `answer-…` effects. Default `Simulated`. */
  responseMessage?: string;
  /** Hit only calls that carry these. Default: every call. */
  when?: FaultFilter;
}

export interface FaultFilter {
  /** `amount.value` or `refundAmount.value`, for example `"13013.00"`. */
  amount?: string;
  /** `phoneNo`, or the phone of the customer whose token is presented. */
  phoneNo?: string;
  /** Start of partnerReferenceNo, originalPartnerReferenceNo or partnerRefundNo. */
  referencePrefix?: string;
}

/**
 * - `missing`: never sent
 * - `duplicate`: sent twice, one after the other, as two notifications with different X-EXTERNAL-ID
 * - `late`: sent {@link NotificationFault.delayMs} of simulated time later
 * - `wrong-signature`: signed with another key
 * - `altered-amount`: payments only; correctly signed, but the amount is Rp 1 less
 */
export type NotificationEffect = 'missing' | 'duplicate' | 'late' | 'wrong-signature' | 'altered-amount';

/** A fault in notifying the merchant. Of several that fit, the first is used. */
export interface NotificationFault {
  on: 'payment' | 'binding' | 'any';
  effect: NotificationEffect;
  /** How many notifications it hits. Default: all, until it is cleared. */
  times?: number;
  /** Simulated milliseconds, with `late`. Default 60000. */
  delayMs?: number;
}

export interface Faults {
  operations: OperationFault[];
  notifications: NotificationFault[];
  /** All of DOKU is away: `drop` destroys each connection, `unavailable` answers HTTP 503 without a SNAP body. Default `no`. */
  down: 'no' | 'drop' | 'unavailable';
}

/** What a call carries that a {@link FaultFilter} can ask for. */
export interface CallTraits {
  amount?: string;
  phoneNo?: string;
  references: string[];
}

export interface FaultBox {
  /** The faults that are still to come. */
  current(): Faults;
  /** Replaces what is given, keeps the rest. */
  set(faults: Partial<Faults>): void;
  /** Adds one to the end of the list. */
  add(fault: OperationFault): void;
  addToNotifications(fault: NotificationFault): void;
  clear(): void;
  /** Uses up the fault that hits this call, if any. */
  take(operation: Operation, traits: CallTraits): OperationFault | undefined;
  takeForNotification(kind: 'payment' | 'binding'): NotificationFault | undefined;
}

export function createFaults(): FaultBox {
  let faults: Faults = noFaults();
  return {
    current: () => structuredClone(faults),
    set: (next) => void (faults = { ...faults, ...structuredClone(next) }),
    add: (fault) => void faults.operations.push({ ...fault }),
    addToNotifications: (fault) => void faults.notifications.push({ ...fault }),
    clear: () => void (faults = noFaults()),
    take: (operation, traits) => use(faults.operations, (fault) => hits(fault, operation, traits)),
    takeForNotification: (kind) => use(faults.notifications, ({ on }) => on === 'any' || on === kind),
  };
}

function noFaults(): Faults {
  return { operations: [], notifications: [], down: 'no' };
}

function use<Fault extends { times?: number }>(list: Fault[], fits: (fault: Fault) => boolean): Fault | undefined {
  const fault = list.find(fits);
  if (fault?.times === undefined) return fault;
  fault.times -= 1;
  if (fault.times <= 0) list.splice(list.indexOf(fault), 1);
  return fault;
}

function hits({ on, when = {} }: OperationFault, operation: Operation, traits: CallTraits): boolean {
  const { amount, phoneNo, referencePrefix } = when;
  if (on !== 'any' && on !== operation) return false;
  if (amount !== undefined && amount !== traits.amount) return false;
  if (phoneNo !== undefined && phoneNo !== traits.phoneNo) return false;
  return referencePrefix === undefined || traits.references.some((reference) => reference.startsWith(referencePrefix));
}
