import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { BankAnswer } from '../../../packages/server/src/ledger/bank.ts';
import { createGate } from '../../../packages/server/src/ledger/gate.ts';
import type { Gate } from '../../../packages/server/src/ledger/gate.ts';

type Outcome = BankAnswer<void>['outcome'];

let clock: number;
let changes: boolean[];
let gate: Gate;

const ask = (outcome: Outcome): Promise<unknown> => gate.ask(() => Promise.resolve({ outcome, evidence: '' } as BankAnswer<void>));
const fail = async (times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) await ask('unknown');
};
const mayEnter = (): boolean => {
  const leave = gate.enter();
  leave?.();
  return leave !== undefined;
};

beforeEach(() => {
  clock = 1_000_000;
  changes = [];
  gate = createGate({ failuresToClose: 3, probeEveryMs: 1_000, mostAtOnce: 2, mostWaiting: 1, now: () => clock, onChange: (isAway) => changes.push(isAway) });
});

describe('the gate, when the bank fails', () => {
  it('closes after so many failures in a row and not before, and says so once', async () => {
    await fail(2);
    assert.deepEqual([gate.isAway(), mayEnter(), changes], [false, true, []]);
    await ask('not-sent');
    assert.deepEqual([gate.isAway(), mayEnter(), changes], [true, false, [true]]);
    await fail(1);
    assert.deepEqual(changes, [true]);
  });

  for (const outcome of ['done', 'pending', 'refused', 'token-refused'] as const) {
    it(`begins to count anew after an answer that is ${outcome}`, async () => {
      await fail(2);
      await ask(outcome);
      await fail(2);
      assert.deepEqual([gate.isAway(), changes], [false, []]);
    });

    it(`opens with an answer that is ${outcome}, and says so once`, async () => {
      await fail(3);
      await ask(outcome);
      await ask(outcome);
      assert.deepEqual([gate.isAway(), mayEnter(), changes], [false, true, [true, false]]);
    });
  }

  it('lets one through after the pause, and then none until the next', async () => {
    await fail(3);
    clock += 999;
    assert.equal(mayEnter(), false);
    clock += 1;
    assert.deepEqual([gate.enter() !== undefined, mayEnter()], [true, false]);
    clock += 1_000;
    assert.deepEqual([gate.enter() !== undefined, mayEnter()], [true, false]);
  });

  it('lets the next one through when one leaves without having asked', async () => {
    await fail(3);
    clock += 1_000;
    const leave = gate.enter();
    assert.deepEqual([leave !== undefined, mayEnter()], [true, false]);
    leave?.();
    assert.deepEqual([mayEnter(), mayEnter(), gate.isAway()], [true, true, true]);
  });

  it('lets nobody through in place of one whose try came to nothing, or which another has followed', async () => {
    await fail(3);
    clock += 1_000;
    const tried = gate.enter();
    await fail(1);
    tried?.();
    assert.equal(mayEnter(), false);
    clock += 1_000;
    const slow = gate.enter();
    clock += 1_000;
    const next = gate.enter();
    assert.deepEqual([slow !== undefined, next !== undefined], [true, true]);
    slow?.();
    assert.equal(mayEnter(), false);
    next?.();
    next?.();
    assert.equal(mayEnter(), true);
  });

  it('counts the pause from the last failure', async () => {
    await fail(3);
    clock += 1_000;
    assert.equal(mayEnter(), true);
    clock += 600;
    await fail(1);
    clock += 600;
    assert.equal(mayEnter(), false);
    clock += 400;
    assert.equal(mayEnter(), true);
  });

  it('does not stay closed because the clock was set back', async () => {
    await fail(3);
    clock -= 3_600_000;
    assert.equal(mayEnter(), true);
  });

  it('hands on what the request throws, and gives the turn back', async () => {
    await assert.rejects(gate.ask(() => Promise.reject(new Error('a mistake of ours'))), /a mistake of ours/);
    await assert.rejects(gate.ask(() => Promise.reject(new Error('a mistake of ours'))));
    await ask('done');
    assert.equal(gate.isAway(), false);
  });
});

describe('the places at the bank', () => {
  it('are as many as were agreed, waiting ones included; who leaves makes room, once', () => {
    const leaves = [gate.enter(), gate.enter(), gate.enter()];
    assert.ok(leaves.every((leave) => leave !== undefined));
    assert.equal(gate.enter(), undefined);
    leaves[0]?.();
    leaves[0]?.();
    assert.equal(mayEnter(), true);
    const again = gate.enter();
    assert.ok(again !== undefined);
    assert.equal(gate.enter(), undefined);
  });

  it('are of no use to whom they come too late: nothing is asked, nothing learnt, and the next has its turn', async () => {
    const answers = [0, 1].map(() => Promise.withResolvers<BankAnswer<void>>());
    const before = answers.map(({ promise }) => gate.ask(() => promise));
    let asked = 0;
    const request = (): Promise<BankAnswer<void>> => Promise.resolve({ outcome: 'done', value: undefined, evidence: String((asked += 1)) });
    const [late, inTime] = [gate.ask(request, clock + 1), gate.ask(request, clock + 2)];
    clock += 2;
    for (const { resolve } of answers) resolve({ outcome: 'unknown', evidence: '' });
    await Promise.all(before);
    assert.deepEqual(await late, { outcome: 'not-sent', evidence: 'its turn came too late' });
    assert.equal((await inTime).outcome, 'done');
    assert.deepEqual([asked, gate.isAway()], [1, false]);
  });

  it('are taken in turn: never more at once, whoever waited longest first', async () => {
    const begun: number[] = [];
    const answers = [0, 1, 2, 3].map(() => Promise.withResolvers<BankAnswer<void>>());
    const asked = answers.map(({ promise }, index) => gate.ask(() => {
      begun.push(index);
      return promise;
    }));
    const end = async (index: number): Promise<void> => {
      answers[index]?.resolve({ outcome: 'done', value: undefined, evidence: '' });
      await asked[index];
      await new Promise(setImmediate);
    };
    await new Promise(setImmediate);
    assert.deepEqual(begun, [0, 1]);
    await end(1);
    assert.deepEqual(begun, [0, 1, 2]);
    await end(0);
    assert.deepEqual(begun, [0, 1, 2, 3]);
    await end(2);
    await end(3);
    await ask('done');
  });
});
