/**
 * The checker by itself: it lets what is right pass, and whatever is spoiled in it fires the one rule that speaks of it.
 * A rule that never fires would prove nothing, and the known mistakes do not need all of them.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findViolations } from './checker.ts';
import type { Rule } from './checker.ts';
import type { Evidence } from './evidence.ts';
import { addEvent, addPayment, addLink, addTrail, givenBack, rightRun, tellMerchant, tellShopper } from './right-run.ts';
import type { Story } from './right-run.ts';
import { customerName } from './shop.ts';

/** Spoils one piece of a run. */
type Spoil = (run: Evidence) => void;
type Spoils = { [Name in Rule]?: Record<string, Spoil> };

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  assert.ok(item !== undefined);
  return item;
}

const spoilEach = <Name extends string>(names: readonly Name[], what: string, spoil: (name: Name) => Spoil): Record<string, Spoil> =>
  Object.fromEntries(names.map((name) => [`${what} ${name}`, spoil(name)]));

const add = (story: Story): Spoil => (run) => void addPayment(run, story);
const paid = { states: ['created', 'sending', 'succeeded'], events: ['payment.paid'], moved: ['debit'] } as const satisfies Partial<Story>;
const failed = { states: ['created', 'sending', 'failed'], events: ['payment.failed'] } as const satisfies Partial<Story>;
/** Taken after it had failed. */
const late = { states: ['created', 'sending', 'failed', 'succeeded'], events: ['payment.failed', 'payment.paid'], moved: ['debit'] } as const satisfies Partial<Story>;
/** Given back by the bank itself. */
const elsewhere = { ...givenBack, states: ['created', 'sending', 'succeeded', 'refunded'] } as const satisfies Partial<Story>;

const debits = {
  'one debit per order': {
    'a second payment of an order': add({ order: 0, id: 'payment-0-again', ...paid }),
    'a late one that was kept': (run) => {
      run.takenLate = new Set(['reference-0-again']);
      addPayment(run, { order: 0, id: 'payment-0-again', ...late });
    },
  },
  'every debit is in the ledger': {
    'a debit that nobody knows of': (run) => run.journal.push({ ...first(run.journal), partnerReferenceNo: 'reference-9', amount: 1_000_900 }),
    'a debit from somebody else': (run) => void (first(run.journal).custIdMerchant = customerName(1)),
  },
  'debited is what we say': {
    'a payment that was not debited': add({ order: 5, ...paid, moved: [] }),
    'a debit that failed': add({ order: 5, ...failed, moved: ['debit'] }),
  },
  'refunded is what we say': {
    'a refund that the bank knows nothing of': add({ order: 6, ...givenBack, moved: ['debit'] }),
    'a refund of which the payment knows nothing': add({ order: 6, ...paid, moved: ['debit', 'refund'] }),
    'two refunds of one payment': add({ order: 6, ...givenBack, moved: ['debit', 'refund', 'refund'] }),
    'a refund under another number': (run) => {
      addPayment(run, { order: 6, ...givenBack, moved: ['debit'] });
      run.journal.push({ ...first(run.journal.filter(({ kind }) => kind === 'refund')), partnerReferenceNo: 'reference-6', partnerRefundNo: 'another', amount: 1_000_600, custIdMerchant: customerName(0) });
    },
    'a payment that was given back without a refund': (run) => {
      addPayment(run, { order: 6, ...givenBack });
      run.books.refunds.pop();
      run.books.steps = run.books.steps.filter(({ rowId }) => rowId !== 'refund-6');
    },
    'a refund that failed, of a payment that was given back': add({ order: 6, ...givenBack, refund: ['created', 'sending', 'failed'], events: ['payment.paid', 'refund.failed', 'payment.refunded'] }),
    'a refund that people look at, of a payment they do not': add({ order: 6, ...paid, refund: ['created', 'sending', 'review'], events: ['payment.paid', 'refund.review'] }),
    'what the bank gave back by itself, and we call paid': (run) => {
      run.givenBackElsewhere = new Set(['reference-6']);
      addPayment(run, { order: 6, ...paid, moved: ['debit', 'refund'] });
    },
    'what the bank gave back by itself, and people still look at': (run) => {
      run.givenBackElsewhere = new Set(['reference-6']);
      addPayment(run, { order: 6, ...elsewhere, refund: ['created', 'manual'], events: ['payment.paid', 'refund.manual', 'payment.refunded'] });
    },
    'what the bank gave back by itself, and somebody transferred, too': (run) => {
      run.givenBackElsewhere = new Set(['reference-6']);
      addPayment(run, { order: 6, ...elsewhere, moved: ['debit', 'refund', 'refund'] });
    },
    'a refund of no payment': (run) => {
      run.books.refunds.push({ id: 'refund-9', state: 'succeeded', version: 1, isWaiting: false, reference: 'refund-9-at-bank', paymentId: 'payment-9' });
      addTrail(run, 'refunds', 'refund-9', ['succeeded']);
    },
  },
} satisfies Spoils;

const answers = {
  'told only what is true': {
    'paid before the debit': add({ order: 5, ...paid, told: [['paid', 30]] }),
    'refunded before the refund': add({ order: 6, ...givenBack, told: [['refunded', 70]] }),
    ...spoilEach(['failed', 'cancelled', 'expired'], 'after the debit,', (status) => add({ order: 5, ...paid, told: [[status, 70]] })),
    'a payment that is not there': (run) => void (tellShopper(run, first(run.books.payments), 'created', 1).payment.paymentId = 'payment-9'),
  },
  'told of the own order': {
    'another order': (run) => void (first(run.told).orderId = 'order-7'),
    'another amount': (run) => void (first(run.told).payment.amount = '1.00'),
    'somebody else': (run) => void (first(run.told).customerId = customerName(1)),
    'somebody else’s points': (run) => run.pointsShown.push({ customerId: customerName(1), value: '100.00' }),
  },
  'told never goes back': {
    'processing after paid': add({ order: 5, ...paid, told: [['paid', 70], ['processing', 80]] }),
    'paid after failed, by a bank that stands by its word': add({ order: 5, ...paid, told: [['failed', 10], ['paid', 70]] }),
    'processing after failed, by one that does not': (run) => {
      run.takenLate = new Set(['reference-5']);
      addPayment(run, { order: 5, ...late, told: [['failed', 10], ['processing', 20]] });
    },
    'paid after refunded': add({ order: 6, ...givenBack, told: [['refunded', 130], ['paid', 140]] }),
  },
  'nothing forged is taken': {
    'a forgery': (run) => void (first(run.forged).httpStatus = 200),
    'a wrong signature of the bank’s': (run) => void (first(run.notifications).fault = 'wrong-signature'),
  },
  'what was acknowledged is kept': { 'a notification': (run) => void run.books.notifications.pop() },
  'no odd answers': { 'a broken server': (run) => run.oddAnswers.push('HTTP 500') },
} satisfies Spoils;

const trails = {
  'steps follow each other': {
    'a row that is not where its trail leads': (run) => void (first(run.books.links).state = 'relink_required'),
    'a step that is gone': (run) => void run.books.steps.splice(1, 1),
    'one of two like steps that is gone': (run) => void run.books.steps.splice(3, 1),
    'a last step that is gone, though the state stayed': (run) => void (first(run.books.payments).version += 1),
    'a trail of nothing': (run) => addTrail(run, 'payments', 'payment-9', ['created']),
    'a row without a trail': (run) => run.books.links.push({ id: 'link-9', state: 'failed', version: 1, isWaiting: false }),
    'paid after failed, by a bank that stands by its word': add({ order: 5, ...late }),
    'paid after refunded': add({ order: 6, ...givenBack, states: [...givenBack.states, 'succeeded', 'refunding', 'refunded'] }),
    'paid after review': add({ order: 6, states: ['created', 'sending', 'review', 'succeeded'], events: ['payment.review', 'payment.paid'], moved: ['debit'] }),
    'given back after failed, by a bank that stands by its word': add({ order: 6, ...givenBack, states: ['created', 'sending', 'failed', 'refunded'], events: ['payment.failed', 'payment.refunded'] }),
    'a refund after its end': add({ order: 6, ...givenBack, refund: ['created', 'sending', 'succeeded', 'succeeded'] }),
    'a link after its end': (run) => addLink(run, ['initiated', 'failed', 'redirected', 'failed']),
  },
} satisfies Spoils;

const news = {
  'events are the final states': {
    'paid and never told': add({ order: 5, ...paid, events: [] }),
    'a link that nobody was told of': (run) => addLink(run, ['initiated', 'redirected', 'exchanging', 'active']),
    ...spoilEach(['payment.review', 'payment.late', 'refund.review'], 'what was paid, and', (type) => add({ order: 5, ...paid, events: ['payment.paid', type] })),
    'what was paid, and before payment.failed': add({ order: 5, ...paid, events: ['payment.failed', 'payment.paid'] }),
    'a refund that failed, and was not told': add({ order: 6, ...paid, states: ['created', 'sending', 'succeeded', 'refunding', 'succeeded'], refund: ['created', 'sending', 'failed'] }),
    'payment.review of what failed': add({ order: 5, ...failed, events: ['payment.failed', 'payment.review'] }),
    'refund.failed of a refund that did not': add({ order: 6, ...givenBack, events: ['payment.paid', 'refund.failed', 'payment.refunded'] }),
    'refunded before paid': add({ order: 6, ...givenBack, events: ['payment.refunded', 'payment.paid'] }),
    'another amount': (run) => {
      const [event] = run.events.filter(({ type }) => type === 'payment.paid');
      assert.ok(event !== undefined && 'amount' in event);
      event.amount = { value: '1.00', currency: 'IDR' };
    },
    'one thing under two ids': (run) => tellMerchant(run, first(run.books.payments), 'payment.paid'),
    'an event that the ledger does not know': (run) => {
      tellMerchant(run, first(run.books.payments), 'payment.paid');
      run.books.events.pop();
    },
    'another event under the same id': (run) => run.events.push({ ...first(run.events), type: 'account.unlinked', customerId: customerName(0), linkId: 'link-0' }),
    'an event that never came': (run) => void run.events.shift(),
  },
} satisfies Spoils;

/** From the first state to this one. */
const way = (from: string, to: string): string[] => (from === to ? [from] : [from, to]);
const refunding = { states: ['created', 'sending', 'succeeded', 'refunding'], events: ['payment.paid'], moved: ['debit'] } as const satisfies Partial<Story>;

/** Rows that rest where they must not: that alone is wrong with them. */
const open: Record<string, Spoil> = {
  ...spoilEach(['created', 'sending', 'requires_action', 'pending', 'unknown', 'nonsense'], 'a payment that is', (state) => add({ order: 5, states: way('created', state) })),
  ...spoilEach(['created', 'sending', 'pending', 'unknown'], 'a refund that is', (state) => add({ order: 6, ...refunding, refund: way('created', state) })),
  'a payment that was taken late': (run) => {
    run.takenLate = new Set(['reference-5']);
    addPayment(run, { order: 5, states: ['created', 'sending', 'failed', 'late_success'], events: ['payment.failed', 'payment.late'], moved: ['debit'] });
  },
  ...spoilEach(['initiated', 'redirected', 'returned', 'exchanging', 'disowned', 'unlinking', 'nonsense'], 'a link that is', (state) => (run) => addLink(run, way('initiated', state))),
  'a payment that is looked at again': (run) => void (first(run.books.payments).isWaiting = true),
  'an event that was not told': (run) => void (first(run.books.events).isDelivered = false),
};

const rulesOf = (run: Evidence): Rule[] => [...new Set(findViolations(run).map(({ rule }) => rule))];

/** A try to give a payment of order 6 back, which came to nothing before the one that counts. */
function failBefore(run: Evidence, paymentId: string): void {
  run.books.refunds.push({ id: 'refund-6-before', state: 'failed', version: 2, isWaiting: false, reference: 'before', paymentId });
  addTrail(run, 'refunds', 'refund-6-before', ['created', 'failed']);
}

describe('the checker finds nothing wrong with', () => {
  test('a run in which all went right', () => assert.deepEqual(findViolations(rightRun()), []));

  test('a refund that failed and one that succeeded then', () => {
    const run = rightRun();
    addPayment(run, {
      order: 6, ...givenBack, states: ['created', 'sending', 'succeeded', 'refunding', 'succeeded', 'refunding', 'refunded'], events: ['payment.paid'], moved: ['debit', 'refund'],
    });
    failBefore(run, 'payment-6');
    const payment = first(run.books.payments.filter(({ id }) => id === 'payment-6'));
    addEvent(run, 'refund-6-before', { id: 'event-of-refund-6', at: '', type: 'refund.failed', paymentId: payment.id, orderId: payment.orderId, customerId: payment.customerId, reference: payment.reference, amount: { value: '10006.00', currency: 'IDR' } });
    tellMerchant(run, payment, 'payment.refunded');
    assert.deepEqual(findViolations(run), []);
  });

  test('a bank that gives back by itself what nobody gives back, what failed here, and what people were to transfer', () => {
    const run = rightRun();
    run.givenBackElsewhere = new Set(['reference-4', 'reference-5', 'reference-6', 'reference-7']);
    const { states, events, moved } = elsewhere;
    const bare = { states, events, moved };
    addPayment(run, { order: 4, ...bare, told: [['paid', 70], ['refunded', 130]] });
    addPayment(run, { order: 5, ...bare, refund: ['created', 'sending', 'failed'], events: ['payment.paid', 'refund.failed', 'payment.refunded'] });
    addPayment(run, { order: 6, ...bare, refund: ['created', 'manual', 'succeeded'], events: ['payment.paid', 'refund.manual', 'payment.refunded'] });
    run.takenLate = new Set(['reference-7']);
    addPayment(run, { order: 7, ...bare, states: ['created', 'sending', 'expired', 'refunded'], events: ['payment.failed', 'payment.refunded'], told: [['expired', 70], ['refunded', 130]] });
    assert.deepEqual(findViolations(run), []);
  });

  test('people who transfer what the bank could not give back, and what nobody knew of', () => {
    const run = rightRun();
    const byHand = { ...givenBack, states: ['created', 'sending', 'succeeded', 'refunding', 'succeeded', 'refunded'] } as const;
    addPayment(run, { order: 6, ...byHand, refund: ['created', 'manual', 'succeeded'], events: ['payment.paid', 'refund.manual', 'payment.refunded'] });
    addPayment(run, { order: 7, ...givenBack, states: ['created', 'sending', 'succeeded', 'refunding', 'review', 'refunded'], refund: ['created', 'sending', 'review', 'succeeded'], events: ['payment.paid', 'refund.review', 'payment.refunded'] });
    for (const entry of run.journal) if (entry.kind === 'refund' && /-[67]$/.test(entry.partnerReferenceNo)) delete entry.partnerRefundNo;
    assert.deepEqual(findViolations(run), []);
  });

  test('a late payment whose refund could not be sent at first, of which nobody is told', () => {
    const run = rightRun();
    run.takenLate = new Set(['reference-6-late']);
    addPayment(run, { order: 6, ...paid });
    addPayment(run, {
      order: 6, id: 'payment-6-late', states: ['created', 'sending', 'expired', 'late_success', 'refunding', 'refunded'], refund: ['created', 'sending', 'created', 'sending', 'succeeded'],
      events: ['payment.failed', 'payment.late', 'payment.refunded'], moved: ['debit', 'refund'],
    });
    assert.deepEqual(findViolations(run), []);
  });

  test('a bank that takes what it had called unpaid', () => {
    const run = rightRun();
    run.takenLate = new Set(['reference-5', 'reference-6-late']);
    addPayment(run, { order: 5, ...late, told: [['failed', 70], ['paid', 80]] });
    addPayment(run, { order: 6, ...paid });
    addPayment(run, {
      order: 6, id: 'payment-6-late', states: ['created', 'sending', 'expired', 'late_success', 'refunding', 'refunded'], refund: ['created', 'sending', 'succeeded'],
      events: ['payment.failed', 'payment.late', 'payment.refunded'], moved: ['debit', 'refund'], told: [['expired', 70], ['review', 80], ['refunded', 130]],
    });
    assert.deepEqual(findViolations(run), []);
  });
});

const pieces: Readonly<Record<Rule, Record<string, Spoil>>> = { ...debits, ...answers, ...trails, ...news, 'nothing is open': open };

describe('the checker finds', () => {
  for (const [rule, spoils] of Object.entries(pieces)) {
    for (const [name, spoil] of Object.entries(spoils)) {
      test(`${rule}: ${name}`, () => {
        const run = rightRun();
        spoil(run);
        assert.deepEqual(rulesOf(run), [rule]);
      });
    }
  }
});
