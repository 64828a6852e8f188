import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../../packages/server/src/simulator/clock.ts';

test('frozen time stands still and moves by advance alone', async () => {
  const clock = createClock({ frozen: true, startAtMs: 1000 });
  assert.equal(clock.now(), 1000);
  await clock.advance(500);
  assert.equal(clock.now(), 1500);
  clock.close();
});

test('runs what is due in the order of its instant, and what that schedules in turn', async () => {
  const clock = createClock({ frozen: true, startAtMs: 0 });
  const ran: string[] = [];
  clock.schedule(20, () => ran.push('second'));
  clock.schedule(10, () => {
    ran.push('first');
    clock.schedule(15, () => ran.push('between'));
  });
  clock.schedule(31, () => ran.push('never'));
  await clock.advance(30);
  assert.deepEqual(ran, ['first', 'between', 'second']);
  clock.close();
});

test('waits for tasks, and survives one that throws', async () => {
  const clock = createClock({ frozen: true, startAtMs: 0 });
  let done = false;
  clock.schedule(1, () => {
    throw new Error('broken');
  });
  clock.schedule(2, () => Promise.reject(new Error('broken too')));
  clock.schedule(3, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    done = true;
  });
  await clock.advance(3);
  assert.equal(done, true);
  clock.close();
});

test('fires by itself at a higher speed', async () => {
  const clock = createClock({ speed: 1_000_000 });
  const hourMs = 3_600_000;
  const dueMs = clock.now() + hourMs;
  // the clock's own timers do not keep a process alive
  const keepAlive = setInterval(() => undefined, 1000);
  const firedMs = await new Promise<number>((resolve) => clock.schedule(dueMs, () => resolve(clock.now())));
  clearInterval(keepAlive);
  assert.ok(firedMs >= dueMs);
  clock.close();
});

test('refuses to go back or to stop', () => {
  const clock = createClock({});
  assert.throws(() => clock.advance(-1), TypeError);
  assert.throws(() => clock.setSpeed(0), TypeError);
  assert.throws(() => createClock({ speed: Number.NaN }), TypeError);
  clock.close();
});
