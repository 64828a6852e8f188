/**
 * Five times as many shoppers as the bank can serve: those it can serve are served, all others are told at once when to
 * come again, and nothing is left of it a moment later. Real processes; the bank takes its time, so that it is the
 * bank's places that are short and not this machine.
 *
 * `FIRE_OVERLOAD_MS` says how long (the long form: 60 000).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { findViolations } from '../faults/checker.ts';
import { speed } from '../faults/clock.ts';
import { runLab } from '../faults/lab.ts';
import { customerName, labOrder } from '../faults/shop.ts';
import type { LabOptions, Stage } from '../faults/stage.ts';
import { fairWeather } from '../faults/weather.ts';
import { createShopper } from '../server/support/shopper.ts';
import type { Shopper } from '../server/support/shopper.ts';
import { untilItPays } from './outage.ts';

const lengthMs = Number(process.env['FIRE_OVERLOAD_MS'] ?? 4_000);
const times = 5;
const soonMs = 5_000;
const bankTakesMs = 250;
const options: LabOptions = {
  seed: 'overload', orders: 24, kills: 0, climate: fairWeather,
  bankLimits: { mostAtOnce: 4, mostWaiting: 12, probeEveryMs: speed * 1_000 },
};

interface Served {
  /** Payments that the bank took on, per second. */
  perSecond: number;
  answers: { status: number; retryAfter: string | null }[];
}

/** Each click pays another order. */
function createCrowd({ shopSide, simulator, evidence: { customers } }: Stage) {
  const browsers: Shopper[] = Array.from({ length: customers }, (_, index) => createShopper(shopSide.url, customerName(index)));
  let index = 0;

  async function click(): Promise<Served['answers'][number]> {
    const order = labOrder(index++, customers);
    const answer = await browsers[order.index % customers]?.pay(order.orderId);
    return { status: answer?.status ?? 0, retryAfter: answer?.headers.get('retry-after') ?? null };
  }

  async function during(work: (answers: Served['answers'], isOver: () => boolean) => Promise<void>): Promise<Served> {
    const [startedAt, before, answers] = [performance.now(), simulator.journal().length, [] as Served['answers']];
    await work(answers, () => performance.now() - startedAt >= lengthMs);
    return { answers, perSecond: ((simulator.journal().length - before) * 1_000) / (performance.now() - startedAt) };
  }

  return {
    /** As many at once as the bank has places for. */
    calm: () => during(async (answers, isOver) => {
      await Promise.all(Array.from({ length: options.bankLimits?.mostAtOnce ?? 1 }, async () => {
        while (!isOver()) answers.push(await click());
      }));
    }),
    /** So many per second, whatever becomes of those before, and however late this machine wakes. */
    rush: (perSecond: number) => during(async (answers, isOver) => {
      const [startedAt, clicks] = [performance.now(), [] as Promise<unknown>[]];
      while (!isOver()) {
        const due = ((performance.now() - startedAt) * perSecond) / 1_000;
        while (clicks.length < due) clicks.push(click().then((answer) => answers.push(answer)));
        await pause(1_000 / perSecond);
      }
      await Promise.all(clicks);
    }),
  };
}

test(`five times as many payments as the bank can take, for ${lengthMs} ms`, { timeout: 8 * lengthMs + 120_000 }, async (t) => {
  const seen: { before?: Served; rush?: Served; after?: Served; recoveredAfterMs?: number } = {};
  const { evidence, exitCodes, leaks } = await runLab(options, async (_, stage) => {
    for (let index = 0; index < stage.evidence.customers; index += 1) await stage.shoppers.link(index);
    stage.simulator.configure({ autoConfirm: 'after-answer' });
    stage.simulator.faults.add({ on: 'payment', effect: 'delay-before-commit', delayMs: bankTakesMs });
    const crowd = createCrowd(stage);
    seen.before = await crowd.calm();
    seen.rush = await crowd.rush(times * seen.before.perSecond);
    seen.recoveredAfterMs = await untilItPays(stage);
    seen.after = await crowd.calm();
  });
  const { before, rush, after, recoveredAfterMs = Infinity } = seen;
  assert.ok(before !== undefined && rush !== undefined && after !== undefined);
  // What else runs on this machine comes and goes: the calm on both sides of the rush tells what could be done then.
  const peakPerSecond = Math.min(before.perSecond, after.perSecond);
  const refused = rush.answers.filter(({ status }) => status >= 400);
  t.diagnostic(`${before.perSecond.toFixed(1)} and ${after.perSecond.toFixed(1)} payments per second in the calm before and after, ${rush.perSecond.toFixed(1)} of ${(times * before.perSecond).toFixed(0)} in the rush; ${refused.length} of ${rush.answers.length} refused; paid again after ${recoveredAfterMs.toFixed(0)} ms`);
  assert.deepEqual(refused.filter(({ status, retryAfter }) => status !== 503 || !(Number(retryAfter) >= 1)), []);
  assert.ok(refused.length > rush.answers.length / 3, 'it was no rush');
  assert.ok(rush.perSecond >= 0.7 * peakPerSecond, `${rush.perSecond.toFixed(1)} per second of ${peakPerSecond.toFixed(1)}`);
  assert.ok(recoveredAfterMs <= soonMs, `pays again after ${recoveredAfterMs.toFixed(0)} ms`);
  assert.ok(exitCodes.every((code) => code === 0));
  assert.deepEqual(findViolations(evidence), []);
  assert.deepEqual(leaks, []);
});
