/**
 * The three state machines as tables (reference: reliability requirements §2.1–2.3). A step that is not listed
 * here is refused by the store; final states have no way out but the listed ones.
 *
 * @module
 */

import type { LinkState, PaymentState, RefundState } from '../store/rows.ts';

type Table<State extends string, Event extends string> = Record<Event, { from: readonly State[]; to: State }>;

const openPayment = ['requires_action', 'pending', 'unknown'] as const;
const sentPayment = ['sending', ...openPayment] as const;
const unpaid = ['failed', 'not_executed', 'expired', 'cancelled'] as const;

/** Of a payment that may have been sent, and has not come to its end. */
export const sentStates: readonly PaymentState[] = sentPayment;
/** Of one that has not come to its end, sent or not. */
export const openStates: readonly PaymentState[] = ['created', ...sentPayment];
/** Of one that came to nothing; but that the bank may take the money after all. */
export const unpaidStates: readonly PaymentState[] = unpaid;

/**
 * A payment. `paid` may also overtake the answer to the request itself (`sending`), when the notification is
 * faster, and the bank's page may come when the row has moved on. `review` absorbs all news: people decide, and what they
 * can decide is to give the money back, by the bank or by hand; but that the bank has, by then, leaves them nothing to do.
 */
export const paymentTransitions = {
  claimed: { from: ['created'], to: 'sending' },
  abandonedBeforeSending: { from: ['created'], to: 'expired' },
  refusedBeforeSending: { from: ['created'], to: 'failed' },
  pageOpened: { from: ['sending', 'pending', 'unknown'], to: 'requires_action' },
  accepted: { from: ['sending', 'unknown'], to: 'pending' },
  refused: { from: ['sending'], to: 'failed' },
  unclear: { from: ['sending'], to: 'unknown' },
  stillOpen: { from: ['requires_action'], to: 'requires_action' },
  stillPending: { from: ['pending'], to: 'pending' },
  stillUnknown: { from: ['unknown'], to: 'unknown' },
  paid: { from: sentPayment, to: 'succeeded' },
  paidWrongAmount: { from: [...sentPayment, ...unpaid], to: 'review' },
  failedAtBank: { from: sentPayment, to: 'failed' },
  cancelledAtBank: { from: sentPayment, to: 'cancelled' },
  pageExpired: { from: ['requires_action'], to: 'expired' },
  neverArrived: { from: ['unknown'], to: 'not_executed' },
  gaveUp: { from: sentPayment, to: 'review' },
  refundedElsewhere: { from: [...sentPayment, ...unpaid, 'succeeded', 'refunding', 'late_success', 'review'], to: 'refunded' },
  paidLate: { from: unpaid, to: 'late_success' },
  lateWaits: { from: ['late_success'], to: 'late_success' },
  lateAccepted: { from: [...unpaid, 'late_success'], to: 'succeeded' },
  lateContradicted: { from: ['late_success'], to: 'review' },
  refundStarted: { from: ['succeeded', 'late_success'], to: 'refunding' },
  refundStartedAgain: { from: ['review'], to: 'refunding' },
  refundDone: { from: ['refunding'], to: 'refunded' },
  refundRefused: { from: ['refunding'], to: 'succeeded' },
  refundStuck: { from: ['refunding'], to: 'review' },
  refundedByHand: { from: ['succeeded', 'review'], to: 'refunded' },
  returned: { from: ['requires_action'], to: 'requires_action' },
  checkedAgain: { from: ['succeeded'], to: 'succeeded' },
} as const satisfies Table<PaymentState, string>;

/** A refund: full, once, always under one reference. */
export const refundTransitions = {
  claimed: { from: ['created', 'manual'], to: 'sending' },
  sentAgain: { from: ['unknown'], to: 'sending' },
  notPossible: { from: ['created', 'sending', 'pending', 'unknown'], to: 'manual' },
  transferred: { from: ['manual', 'review'], to: 'succeeded' },
  doneElsewhere: { from: ['created', 'sending', 'pending', 'unknown', 'manual', 'review'], to: 'succeeded' },
  accepted: { from: ['sending', 'unknown'], to: 'pending' },
  done: { from: ['sending', 'pending', 'unknown'], to: 'succeeded' },
  refused: { from: ['created', 'sending', 'pending', 'unknown'], to: 'failed' },
  putOff: { from: ['created', 'sending'], to: 'created' },
  unclear: { from: ['sending'], to: 'unknown' },
  underWayElsewhere: { from: ['created', 'sending', 'manual'], to: 'unknown' },
  stillPending: { from: ['pending'], to: 'pending' },
  stillUnknown: { from: ['unknown'], to: 'unknown' },
  gaveUp: { from: ['sending', 'pending', 'unknown'], to: 'review' },
} as const satisfies Table<RefundState, string>;

/**
 * A link between a customer and an Allo account. `disowned`: an attempt that is over for us while its page may still be
 * open at the bank; what comes of it there is taken back.
 */
export const linkTransitions = {
  pageOpened: { from: ['initiated'], to: 'redirected' },
  startFailed: { from: ['initiated'], to: 'failed' },
  superseded: { from: ['initiated'], to: 'abandoned' },
  returned: { from: ['redirected'], to: 'returned' },
  claimed: { from: ['redirected', 'returned'], to: 'exchanging' },
  notYet: { from: ['exchanging'], to: 'redirected' },
  retryLater: { from: ['exchanging'], to: 'returned' },
  confirmed: { from: ['exchanging'], to: 'active' },
  notCompleted: { from: ['redirected', 'returned', 'exchanging'], to: 'failed' },
  timedOut: { from: ['initiated', 'redirected', 'returned', 'exchanging'], to: 'abandoned' },
  leftBehind: { from: ['redirected', 'returned', 'exchanging'], to: 'disowned' },
  stillDisowned: { from: ['disowned'], to: 'disowned' },
  takenBack: { from: ['disowned'], to: 'abandoned' },
  returnedWhileExchanging: { from: ['exchanging'], to: 'exchanging' },
  refusedAfterAll: { from: ['active'], to: 'unlinking' },
  renewed: { from: ['active'], to: 'active' },
  unlinkRequested: { from: ['active'], to: 'active' },
  dead: { from: ['active'], to: 'relink_required' },
  stillDead: { from: ['relink_required'], to: 'relink_required' },
  unlinkClaimed: { from: ['active'], to: 'unlinking' },
  stillUnlinking: { from: ['unlinking'], to: 'unlinking' },
  unlinked: { from: ['unlinking', 'active'], to: 'unlinked' },
} as const satisfies Table<LinkState, string>;
