import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReplayMemory } from '../../../packages/server/src/snap/replay-memory.ts';
import { instant } from './support.ts';

const keepMs = 600_000;

/** A memory, and how to ask it: each answer that is made has a number of its own. */
function createWorld(): { clock: { now: number }; ask: (signature: string) => Promise<number | undefined> } {
  const clock = { now: instant };
  const answerOnce = createReplayMemory<number>(() => clock.now, keepMs);
  let made = 0;
  return { clock, ask: (signature) => answerOnce(signature, () => Promise.resolve((made += 1))) };
}

describe('a signature', () => {
  it('is answered once, for five seconds always the same, and then not at all', async () => {
    const { clock, ask } = createWorld();
    assert.equal(await ask('a'), 1);
    assert.equal(await ask('a'), 1);
    clock.now += 5_000;
    assert.equal(await ask('a'), 1);
    clock.now += 1;
    assert.equal(await ask('a'), undefined);
    assert.equal(await ask('b'), 2);
  });

  it('is remembered for its time to the millisecond, whatever came after it', async () => {
    const { clock, ask } = createWorld();
    await ask('a');
    clock.now += 10;
    await ask('b');
    clock.now = instant + keepMs;
    assert.equal(await ask('a'), undefined);
    clock.now += 1;
    assert.equal(await ask('a'), 3);
    assert.equal(await ask('b'), undefined);
  });

  it('is forgotten, the oldest first, only where there are more than 10 000', async () => {
    const { clock, ask } = createWorld();
    for (let number = 1; number <= 10_000; number++) await ask(`s${number}`);
    clock.now += 5_001;
    assert.equal(await ask('s1'), undefined);
    await ask('one more');
    assert.equal(await ask('s2'), undefined);
    assert.equal(await ask('s1'), 10_002);
  });

  it('is answered to all who wait for the one answer', async () => {
    const { ask } = createWorld();
    assert.deepEqual(await Promise.all([ask('a'), ask('a'), ask('a')]), [1, 1, 1]);
  });
});
