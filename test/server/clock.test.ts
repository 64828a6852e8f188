import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { createClockJudge, judgeClock, watchClock } from '../../packages/server/src/snap/clock-watch.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';

const secondMs = 1_000;
const noon = Date.UTC(2026, 10, 22, 12);

/** What is said of our clock, if these are its readings before and after an answer with this date. */
async function skewOf(readings: readonly number[], date: string | undefined): Promise<number[]> {
  const left = [...readings];
  const said: number[] = [];
  const answer = new Response('{}', { headers: date === undefined ? {} : { date } });
  const watched = watchClock(() => Promise.resolve(answer), { now: () => left.shift() ?? 0, onSkew: (skewMs) => said.push(skewMs) });
  assert.equal(await watched('http://doku.invalid'), answer);
  return said;
}

describe('the clock beside DOKU\'s', () => {
  const date = new Date(noon).toUTCString();

  it('is right if DOKU can have written its date between request and answer', async () => {
    assert.deepEqual(await skewOf([noon - 5 * secondMs, noon + 5 * secondMs], date), [0]);
    assert.deepEqual(await skewOf([noon + 900, noon + 950], date), [0], 'a date has no fraction of a second');
  });

  it('is ahead or behind by what cannot be explained otherwise', async () => {
    assert.deepEqual(await skewOf([noon + 61 * secondMs, noon + 63 * secondMs], date), [60 * secondMs]);
    assert.deepEqual(await skewOf([noon - 63 * secondMs, noon - 60 * secondMs], date), [-60 * secondMs]);
  });

  it('is not judged by an answer without a date, or with none that can be read', async () => {
    assert.deepEqual(await skewOf([noon, noon], undefined), []);
    assert.deepEqual(await skewOf([noon, noon], 'application/json'), []);
  });

  it('is worth a look from 30 seconds on, and wrong from 4 minutes on, either way', () => {
    const verdicts = [0, 30, 31, 240, 241].map((seconds) => [judgeClock(seconds * secondMs), judgeClock(-seconds * secondMs)]);
    assert.deepEqual(verdicts, [['right', 'right'], ['right', 'right'], ['off', 'off'], ['off', 'off'], ['wrong', 'wrong']]);
  });

  it('is told of when that changes, and not with every answer', () => {
    const judge = createClockJudge();
    assert.deepEqual([0, 60, 61, 300, 301, 0, 0].map((seconds) => judge(seconds * secondMs)), [undefined, 'off', undefined, 'wrong', undefined, 'right', undefined]);
  });

  test('that is so wrong that DOKU refuses everything charges nobody, and starts no storm', async () => {
    const world = await createWorld();
    const budi = await linkedShopper(world, 'budi');
    // So that the servers' own token is used up, and a new one asked for.
    await world.pass(60 * 60 * secondMs);
    const { simulator } = world;
    for (const minutes of [-20, 20]) {
      await world.restart({ now: () => simulator.now() + minutes * 60 * secondMs });
      world.simulator.revokeTokens('b2b');
      const asked = world.simulator.requests().length;
      const { body } = await budi.pay(placeOrder(world, `order-${minutes}`));
      assert.deepEqual([body.status, body.failure], ['failed', 'BANK_UNAVAILABLE'], `${minutes} minutes`);
      assert.ok(world.simulator.requests().length - asked <= 3, 'asked again and again');
      assert.ok(world.log.some(({ level, message }) => level === 'error' && message.startsWith('the clock of this machine is so wrong')));
      world.log.splice(0);
    }
    assert.equal(world.taken(), 0);
    await world.restart();
    await payInFull(world, budi, placeOrder(world, 'order-right'));
    await world.close();
  });

  test('is told to the log and as a figure, once it is wrong', async () => {
    const figures: number[] = [];
    const world = await createWorld({ allo: { onMetric: (name, value) => {
      if (name === 'allo.clock.skew') figures.push(value);
    } } });
    const said = () => world.log.flatMap(({ level, message }) => (message.includes('clock of this machine') ? [level] : []));
    const budi = await linkedShopper(world, 'budi');
    assert.deepEqual(new Set(figures), new Set([0]));
    assert.deepEqual(said(), []);
    const { simulator } = world;
    await world.restart({ now: () => simulator.now() - 5 * 60 * secondMs });
    await budi.balance();
    await budi.balance();
    assert.deepEqual(said(), ['error']);
    assert.ok((figures.at(-1) ?? 0) < -4 * 60 * secondMs);
    await world.restart();
    await world.close();
  });
});
