import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { Bank, BankAnswer, BankOperation, ChargeOrder } from '../../../packages/server/src/ledger/bank.ts';
import { defaultGateLimits } from '../../../packages/server/src/ledger/gate.ts';
import type { GateLimits } from '../../../packages/server/src/ledger/gate.ts';
import { guardBank } from '../../../packages/server/src/ledger/guarded-bank.ts';

type Outcome = BankAnswer<unknown>['outcome'];

const device = { id: 'device', ipAddress: '203.0.113.7' };
const amount = { value: '1.00', currency: 'IDR' } as const;
const order: ChargeOrder = { reference: 'r', orderId: 'o', amount, instrument: 'BALANCE', lines: [], device, notAfter: Infinity, successUrl: '', failedUrl: '' };
const refundOrder = { reference: 'r', paymentReference: 'p', paymentExternalId: null, amount, reason: '', device, notAfter: Infinity };
const linkOrder = { customerId: 'c', phone: '62', browser: { os: 'ios', model: 'm' }, device, successUrl: '', failedUrl: '' } as const;

let clock: number;
/** How the bank answers, in turn; the last goes on. */
let outcomes: Outcome[];
let asked: string[];
let changes: string[];
let answered: { operation: BankOperation; outcome: Outcome; tookMs: number }[];

beforeEach(() => {
  [clock, outcomes, asked, changes, answered] = [1_000_000, ['done'], [], [], []];
  mock.timers.enable({ apis: ['setTimeout'] });
});
afterEach(() => mock.timers.reset());

const names = ['link', 'exchange', 'balance', 'charge', 'chargeStatus', 'refund', 'unlink'] as const satisfies BankOperation[];

/** The bank behind its gates, and each of its operations as the ledger asks for it. */
function guarded(limits: Partial<GateLimits> = {}, random = 0) {
  const answer = (name: string) => (...given: unknown[]): Promise<BankAnswer<unknown>> => {
    asked.push([name, ...given.map((one) => (typeof one === 'string' ? one : typeof one))].join(' '));
    const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0];
    return Promise.resolve({ outcome, value: name, evidence: 'said' } as BankAnswer<unknown>);
  };
  const bank = guardBank(Object.fromEntries(names.map((name) => [name, answer(name)])) as unknown as Bank, {
    limits: { ...defaultGateLimits, ...limits }, now: () => clock, random: () => random,
    onChange: (operation, isAway) => changes.push(`${operation} ${isAway ? 'away' : 'back'}`),
    onAnswer: (operation, outcome, tookMs) => answered.push({ operation, outcome, tookMs }),
  });
  const ask: Record<BankOperation, () => Promise<BankAnswer<unknown>>> = {
    link: () => bank.link(linkOrder), exchange: () => bank.exchange('code'), balance: () => bank.balance('token', device), charge: () => bank.charge('token', order),
    chargeStatus: () => bank.chargeStatus('r', 'number', amount), refund: () => bank.refund('token', refundOrder), unlink: () => bank.unlink('token', device),
  };
  return { bank, ask };
}

/** Lets everything happen that waits for nothing. */
const soon = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

describe('the guarded bank', () => {
  test('hands on what is asked and what is answered', async () => {
    const { ask } = guarded();
    for (const name of names) assert.deepEqual(await ask[name](), { outcome: 'done', value: name, evidence: 'said' });
    assert.deepEqual(asked, ['link object', 'exchange code', 'balance token object', 'charge token object', 'chargeStatus r number object', 'refund token object', 'unlink token object']);
  });

  test('tells of each request how it ended, and how long it took', async (t) => {
    const { ask } = guarded();
    let timeMs = 5_000;
    t.mock.method(performance, 'now', () => (timeMs += 30));
    for (const outcome of ['done', 'refused'] as const) {
      outcomes = [outcome];
      for (const name of names) await ask[name]();
    }
    assert.deepEqual(answered, ['done', 'refused'].flatMap((outcome) => names.map((operation) => ({ operation, outcome, tookMs: 30 }))));
  });

  test('has a gate for each operation, and says which the bank does not answer', async () => {
    for (const name of names) {
      const { bank, ask } = guarded({ failuresToClose: 1 });
      outcomes = ['unknown'];
      await ask[name]();
      assert.deepEqual(bank.away(), [name]);
      outcomes = ['done'];
      clock += defaultGateLimits.probeEveryMs;
      await ask[name]();
      assert.deepEqual(bank.away(), []);
    }
    assert.deepEqual(changes, names.flatMap((name) => [`${name} away`, `${name} back`]));
  });

  test('lets nobody begin what the bank does not answer, and says when to try again', async () => {
    const { bank, ask } = guarded({ failuresToClose: 1, probeEveryMs: 2_500 });
    outcomes = ['not-sent'];
    for (const operation of ['link', 'charge', 'refund'] as const) {
      await ask[operation]();
      assert.equal(bank.tryEnter(operation), undefined);
      assert.throws(() => bank.enter(operation), { code: 'BANK_UNAVAILABLE', retryAfterSeconds: 3 });
      clock += 2_500;
      assert.equal(typeof bank.tryEnter(operation), 'function');
      clock += 2_500;
      assert.equal(typeof bank.enter(operation), 'function');
    }
  });

  for (const name of ['exchange', 'balance', 'chargeStatus', 'unlink'] as const) {
    test(`asks nothing by itself of a bank that is away (${name})`, async () => {
      const { ask } = guarded({ failuresToClose: 1 });
      outcomes = ['unknown'];
      await ask[name]();
      assert.deepEqual(await ask[name](), { outcome: 'not-sent', evidence: 'bank away' });
      assert.equal(asked.length, 1);
    });

    test(`takes a place for it, and gives it back also when something goes wrong (${name})`, async () => {
      const failing = Object.fromEntries(names.map((one) => [one, () => Promise.reject(new Error('a mistake of ours'))])) as unknown as Bank;
      const options = { limits: { ...defaultGateLimits, mostAtOnce: 1, mostWaiting: 0 }, now: () => clock, random: () => 0, onChange: () => undefined, onAnswer: () => undefined };
      const bank = guardBank(failing, options);
      for (let time = 0; time < 3; time += 1) await assert.rejects({ exchange: () => bank.exchange('c'), balance: () => bank.balance('t', device), chargeStatus: () => bank.chargeStatus('r', null, amount), unlink: () => bank.unlink('t', device) }[name](), /a mistake of ours/);
      const { ask } = guarded({ mostAtOnce: 1, mostWaiting: 0 });
      assert.deepEqual((await Promise.all([ask[name](), ask[name]()])).map(({ outcome }) => outcome), ['done', 'not-sent']);
      assert.equal((await ask[name]()).outcome, 'done');
    });
  }
});

describe('a question that is not answered', () => {
  /** Forty questions, this one counted, by which four repetitions are earned. */
  async function withSavings(limits: Partial<GateLimits> = {}, random = 0) {
    const world = guarded({ failuresToClose: 100, ...limits }, random);
    for (let time = 0; time < 39; time += 1) await world.ask.chargeStatus();
    asked = [];
    return world;
  }

  for (const [random, first, second] of [[0, 100, 200], [0.5, 150, 300]] as const) {
    test(`is repeated twice, after ${first} and ${second} ms, and then given up`, async () => {
      const { ask } = await withSavings({}, random);
      outcomes = ['unknown', 'not-sent', 'unknown'];
      const answer = ask.chargeStatus();
      for (const [pauseMs, times] of [[first, 1], [second, 2]] as const) {
        await soon();
        mock.timers.tick(pauseMs - 1);
        await soon();
        assert.equal(asked.length, times);
        mock.timers.tick(1);
      }
      await soon();
      assert.equal(asked.length, 3);
      assert.partialDeepStrictEqual(await Promise.race([answer, soon()]), { outcome: 'unknown' });
      assert.deepEqual(new Set(asked), new Set(['chargeStatus r number object']));
    });
  }

  test('is repeated no more once it is answered', async () => {
    const { ask } = await withSavings();
    outcomes = ['not-sent', 'refused'];
    const answer = ask.exchange();
    await soon();
    mock.timers.tick(100);
    assert.equal((await answer).outcome, 'refused');
    assert.equal(asked.length, 2);
  });

  test('is not called unsent, if it is its repetition alone that never left', async () => {
    const { ask } = await withSavings();
    outcomes = ['unknown', 'not-sent'];
    const answer = ask.exchange();
    for (const pauseMs of [100, 200]) {
      await soon();
      mock.timers.tick(pauseMs);
    }
    assert.equal((await answer).outcome, 'unknown');
    assert.equal(asked.length, 3);
  });

  for (const outcome of ['done', 'pending', 'refused', 'token-refused'] as const) {
    test(`is none, if the answer is "${outcome}"`, async () => {
      const { ask } = await withSavings();
      outcomes = [outcome];
      assert.equal((await ask.exchange()).outcome, outcome);
      assert.equal(asked.length, 1);
    });
  }

  test('is not repeated at a bank that counts as away by it, nor without savings', async () => {
    const { ask } = await withSavings({ failuresToClose: 1 });
    outcomes = ['unknown'];
    assert.equal((await ask.chargeStatus()).outcome, 'unknown');
    const poor = guarded();
    assert.equal((await poor.ask.chargeStatus()).outcome, 'unknown');
    assert.equal(asked.length, 2);
  });
});

describe('a limit of the bank', () => {
  const isTaken = (limits: object): void => void guarded(limits);

  for (const name of ['failuresToClose', 'probeEveryMs', 'mostAtOnce', 'mostWaiting'] as const) {
    test(`${name} is a whole number, and named if it is not`, () => {
      const least = name === 'mostWaiting' ? 0 : 1;
      isTaken({ [name]: least });
      for (const value of [least - 1, 1.5, NaN, Infinity, '3', null]) assert.throws(() => isTaken({ [name]: value }), { name: 'TypeError', message: new RegExp(`^bankLimits\\.${name} `) });
    });
  }
});
