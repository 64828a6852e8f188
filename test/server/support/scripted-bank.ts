/** The bank of {@link createBench}: it answers what the test says, behind a door that counts. */
import assert from 'node:assert/strict';
import { AlloServerError } from '../../../packages/server/src/errors.ts';
import type { Bank, BankAnswer, BankOperation, ChargeStatus, GuardedBank } from '../../../packages/server/src/ledger/bank.ts';

/** A request to the bank. */
export interface Asked {
  operation: BankOperation;
  /** As the bank got it. */
  given: readonly unknown[];
}

type Answering<Given extends unknown[], Value> = (...given: Given) => BankAnswer<Value> | Promise<BankAnswer<Value>>;
type Said<Given extends unknown[], Value> = BankAnswer<Value> | Answering<Given, Value>;
type ValueOf<Operation extends BankOperation> = Bank[Operation] extends (...given: never[]) => Promise<BankAnswer<infer Value>> ? Value : never;
/** What the bank says to a request, or what happens while it is asked. */
export type SaidTo<Operation extends BankOperation> = Said<Parameters<Bank[Operation]>, ValueOf<Operation>>;

/** What a test has the bank do. */
export interface BankScript {
  /** The bank's next answers to one operation, in order. What nobody said it would be asked fails the test. */
  says<Operation extends BankOperation>(operation: Operation, ...answers: SaidTo<Operation>[]): void;
  /** The bank's answer to one operation from now on, however often it is asked, after those that are in order: {@link silence}, too. */
  saysAlways<Operation extends BankOperation>(operation: Operation, answer: SaidTo<Operation>): void;
  /** What the bank was asked, in order. */
  asked: Asked[];
  /** While the bank counts as away, nobody is let in. */
  setAway(isAway: boolean): void;
  /** How many are at the bank and have not left. */
  placesTaken(): number;
}

/** One operation of the bank, and what is to be said to it. */
interface Line<Given extends unknown[], Value> {
  next: Answering<Given, Value>[];
  always: Answering<Given, Value> | undefined;
  ask(...given: Given): Promise<BankAnswer<Value>>;
}

const toFunction = <Given extends unknown[], Value>(said: Said<Given, Value>): Answering<Given, Value> => (typeof said === 'function' ? said : () => said);

export function createScriptedBank(): { bank: GuardedBank; script: BankScript; unexpected: BankOperation[] } {
  const asked: Asked[] = [];
  // Kept as well, since whoever asks may bear a failure, as the reconciler does.
  const unexpected: BankOperation[] = [];
  const createLine = <Given extends unknown[], Value>(operation: BankOperation): Line<Given, Value> => ({
    next: [],
    always: undefined,
    async ask(...given) {
      asked.push({ operation, given });
      const answer = this.next.shift() ?? this.always;
      if (answer !== undefined) return answer(...given);
      unexpected.push(operation);
      return assert.fail(`the bank was asked: ${operation}`);
    },
  });
  const lines: { [Operation in BankOperation]: Line<Parameters<Bank[Operation]>, ValueOf<Operation>> } = {
    link: createLine('link'), exchange: createLine('exchange'), balance: createLine('balance'), charge: createLine('charge'),
    chargeStatus: createLine('chargeStatus'), refund: createLine('refund'), unlink: createLine('unlink'),
  };
  const door = createDoor();
  const bank: GuardedBank = {
    link: (...given) => lines.link.ask(...given), exchange: (...given) => lines.exchange.ask(...given), balance: (...given) => lines.balance.ask(...given),
    charge: (...given) => lines.charge.ask(...given), chargeStatus: (...given) => lines.chargeStatus.ask(...given), refund: (...given) => lines.refund.ask(...given),
    unlink: (...given) => lines.unlink.ask(...given), tryEnter: door.tryEnter, enter: door.enter, away: () => [],
  };
  const script: BankScript = {
    asked, setAway: door.setAway, placesTaken: door.placesTaken,
    says: (operation, ...answers) => void lines[operation].next.push(...answers.map((said) => toFunction(said))),
    saysAlways: (operation, answer) => { lines[operation].always = toFunction(answer); },
  };
  return { bank, script, unexpected };
}

/** Lets in whoever comes, and counts them, unless the bank is away. */
function createDoor() {
  let isAway = false;
  let taken = 0;
  const tryEnter = (): (() => void) | undefined => {
    if (isAway) return undefined;
    taken += 1;
    let isInside = true;
    return () => {
      if (isInside) taken -= 1;
      isInside = false;
    };
  };
  const enter = (): (() => void) => {
    const leave = tryEnter();
    if (leave === undefined) throw new AlloServerError('BANK_UNAVAILABLE');
    return leave;
  };
  return { tryEnter, enter, setAway: (value: boolean): void => { isAway = value; }, placesTaken: () => taken };
}

/** The bank does as it is told. */
export const done = <Value>(value: Value): BankAnswer<Value> => ({ outcome: 'done', value, evidence: 'bank: done' });
export const unlinked = done(undefined);
export const pending: BankAnswer<never> = { outcome: 'pending', evidence: 'bank: pending' };
export const silence: BankAnswer<never> = { outcome: 'unknown', evidence: 'silence' };
/** For a reason that nothing takes for granted. */
export const refusal: BankAnswer<never> = { outcome: 'refused', failure: 'LIMIT_EXCEEDED', evidence: 'bank: refused' };
export const tokenRefusal: BankAnswer<never> = { outcome: 'token-refused', evidence: 'bank: token-refused' };
export const notSent: BankAnswer<never> = { outcome: 'not-sent', evidence: 'bank: not-sent' };

/** What the bank says of a payment of {@link aPayment}, whole. */
export const paid = { status: 'paid', amount: { value: '10000.00', currency: 'IDR' } } as const satisfies ChargeStatus;
