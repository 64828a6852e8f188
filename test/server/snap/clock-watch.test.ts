import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClockJudge, judgeClock, watchClock } from '../../../packages/server/src/snap/clock-watch.ts';
import { answerJson, instant, startDoku } from './support.ts';

/** What is told after an answer that bears this date, asked for and received at these moments of ours. */
async function skewsOf(date: string | undefined, askedAt: number, answeredAt: number): Promise<number[]> {
  const told: number[] = [];
  const moments = [askedAt, answeredAt];
  const answer = new Response('{}', { status: 401, headers: date === undefined ? {} : { date } });
  const watched = watchClock(() => Promise.resolve(answer), { now: () => moments.shift() ?? Number.NaN, onSkew: (skewMs) => told.push(skewMs) });
  assert.equal(await watched('http://doku.invalid/'), answer);
  return told;
}

const theirs = new Date(instant).toUTCString();

describe('a watched fetch', () => {
  const cases: [string, number, number, number][] = [
    ['a date from between our two moments', -200, 300, 0],
    ['a date that our second has only begun', 999, 999, 0],
    ['a date just a second before we asked, as it has no fraction', 1_000, 1_500, 0],
    ['an older date: we are ahead', 1_001, 60_000, 1],
    ['a date of five minutes before we asked', 300_000, 310_000, 299_000],
    ['a date of the very moment at which the answer came', -5_000, 0, 0],
    ['a later date: we are behind', -5_000, -1, -1],
    ['a date of five minutes after the answer', -310_000, -300_000, -300_000],
  ];
  for (const [what, asked, answered, skewMs] of cases) {
    it(`tells of ${skewMs} ms after ${what}`, async () => assert.deepEqual(await skewsOf(theirs, instant + asked, instant + answered), [skewMs]));
  }

  it('tells nothing where there is no date, or none that can be read', async () => {
    for (const date of [undefined, '', 'soon']) assert.deepEqual(await skewsOf(date, instant, instant), []);
  });

  it('sends what it is given and hands back what comes', async (t) => {
    const doku = await startDoku(t, (_, response) => answerJson(response, 403, { responseCode: '4035414' }));
    const told: number[] = [];
    const watched = watchClock(fetch, { now: Date.now, onSkew: (skewMs) => told.push(skewMs) });
    const response = await watched(`${doku.baseUrl}/pay`, { method: 'POST', body: '{}', headers: { 'x-a': 'b' } });
    assert.deepEqual([response.status, await response.json()], [403, { responseCode: '4035414' }]);
    assert.deepEqual([doku.received[0]?.path, doku.received[0]?.body, doku.received[0]?.headers['x-a']], ['/pay', '{}', 'b']);
    assert.equal(told.length, 1);
  });

  it('fails as the fetch does, and tells nothing', async () => {
    const error = new Error('down');
    const watched = watchClock(() => Promise.reject(error), { now: () => instant, onSkew: () => assert.fail() });
    await assert.rejects(watched('http://doku.invalid/'), error);
  });
});

describe('the clock', () => {
  it('is right up to 30 seconds, off up to 4 minutes, and wrong from there, ahead as behind', () => {
    const verdicts = { right: [0, 1, 30_000], off: [30_001, 240_000], wrong: [240_001, 86_400_000] };
    for (const [verdict, skews] of Object.entries(verdicts)) {
      for (const skewMs of skews) assert.deepEqual([judgeClock(skewMs), judgeClock(-skewMs)], [verdict, verdict], String(skewMs));
    }
  });

  it('is spoken of when its verdict changes, and not before it was anything but right', () => {
    const judge = createClockJudge();
    const skews = [0, 29_000, 31_000, -31_000, 250_000, 250_001, 31_000, 0, 0];
    assert.deepEqual(skews.map(judge), [undefined, undefined, 'off', undefined, 'wrong', undefined, 'off', 'right', undefined]);
  });
});
