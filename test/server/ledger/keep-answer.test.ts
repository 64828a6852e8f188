import assert from 'node:assert/strict';
import { beforeEach, describe, mock, test } from 'node:test';
import { defaultTiming } from '../../../packages/server/src/ledger/context.ts';
import type { LedgerContext } from '../../../packages/server/src/ledger/context.ts';
import { keepAnswer } from '../../../packages/server/src/ledger/keep-answer.ts';
import { StoreError } from '../../../packages/server/src/store/store.ts';

/** Real time, without its passing: each pause is over at once, and is remembered. */
let pauses: number[];
let clock: number;

beforeEach((context) => {
  pauses = [];
  clock = 5_000;
  mock.method(performance, 'now', () => clock);
  mock.method(globalThis, 'setTimeout', (work: () => void, ms: number) => {
    if (pauses.push(ms) > 100) throw new Error('it goes on for ever');
    clock += ms;
    queueMicrotask(work);
  });
  assert.ok('after' in context);
  context.after(() => mock.restoreAll());
});

const away = new StoreError(new Error('away'));
const contextWith = (answerKeptMs: number, isClosed = () => false) => ({ timing: { ...defaultTiming, answerKeptMs }, isClosed }) as unknown as LedgerContext;

/** A database that is away for so many attempts to write. */
function writeAfter(failures: number, error: Error = away): () => Promise<string> {
  let left = failures;
  return () => ((left -= 1) < 0 ? Promise.resolve('written') : Promise.reject(error));
}

describe('the bank\'s answer, while the database is away', () => {
  test('is written at once if that works', async () => {
    assert.equal(await keepAnswer(contextWith(30_000), writeAfter(0)), 'written');
    assert.deepEqual(pauses, []);
  });

  test('is written as soon as it works again, tried after pauses that grow to a second', async () => {
    assert.equal(await keepAnswer(contextWith(30_000), writeAfter(8)), 'written');
    assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  test('is kept for so long, to the millisecond, and then left to the reconciler', async () => {
    await assert.rejects(keepAnswer(contextWith(350), writeAfter(9)), away);
    assert.deepEqual(pauses, [50, 100, 200]);
    pauses = [];
    await assert.rejects(keepAnswer(contextWith(349), writeAfter(9)), away);
    assert.deepEqual(pauses, [50, 100]);
  });

  test('is let go of when the store was closed for good', async () => {
    let isClosed = false;
    await assert.rejects(keepAnswer(contextWith(30_000, () => isClosed), () => {
      isClosed = pauses.length === 2;
      return Promise.reject(away);
    }), away);
    assert.deepEqual(pauses, [50, 100]);
  });

  test('is not tried twice when it was no failure of the database', async () => {
    await assert.rejects(keepAnswer(contextWith(30_000), writeAfter(1, new TypeError('a mistake of ours'))), /a mistake of ours/);
    assert.deepEqual(pauses, []);
  });
});
