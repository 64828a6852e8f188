/**
 * A shop that is busy for a long time: memory, descriptors and the delay of the event loop stay where they were once it
 * was warm. What is compared are medians of thirds, so that one bad moment of the machine says nothing.
 *
 * `FIRE_SOAK_MINUTES` says how long (5, and 60 for the longest form); without it there is nothing to run.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findViolations } from '../faults/checker.ts';
import { runLab } from '../faults/lab.ts';
import { labOrder } from '../faults/shop.ts';
import type { LabOptions, Stage } from '../faults/stage.ts';
import { fairWeather } from '../faults/weather.ts';
import type { Vitals } from './vitals.ts';

const minutes = Number(process.env['FIRE_SOAK_MINUTES'] ?? 0);
const lengthMs = minutes * 60_000;
const samples = 120;
const shoppersAtOnce = 12;

/** Far less than any machine does of it (reliability §9 has 300 requests a second), and far more than a shop that stands still. */
const leastPerSecond = { answers: 30, orders: 2 } as const;

/**
 * V8 touches ever more of a large heap before it looks for what it can have back; in a small one, what a process grows by
 * is what it lost.
 */
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=4'];

const options: LabOptions = {
  seed: 'soak', orders: 240, kills: 0, climate: fairWeather,
  nodeFlags: [...smallHeap, '--expose-gc', '--import', fileURLToPath(new URL('./vitals.ts', import.meta.url))],
};

/** And how long this process waits for its turn: it has as much to do, so what both wait longer is the machine's doing. */
interface Sample extends Vitals {
  delayBesideMs: number;
}

const delays = monitorEventLoopDelay({ resolution: 10 });

async function takeVitals(child: ChildProcess): Promise<Sample> {
  const answer = once(child, 'message');
  child.send('vitals');
  const [vitals] = (await answer) as [Vitals];
  const delayBesideMs = delays.percentile(99) / 1e6;
  delays.reset();
  return { ...vitals, delayBesideMs };
}

/** Orders without end, until the time is up. Answers how many. */
async function keepShopping({ shoppers, evidence: { customers } }: Stage, isOver: () => boolean): Promise<number> {
  let index = 0;
  await Promise.all(Array.from({ length: shoppersAtOnce }, async () => {
    while (!isOver()) await shoppers.shop(labOrder(index++, customers));
  }));
  return index;
}

async function soak(stage: Stage): Promise<{ vitals: Sample[]; orders: number }> {
  const { shoppers, simulator, merchants, evidence: { customers } } = stage;
  for (let index = 0; index < customers; index += 1) await shoppers.link(index);
  simulator.configure({ autoConfirm: 'after-answer' });
  const [child] = merchants.processes();
  assert.ok(child !== undefined);
  const endsAt = performance.now() + lengthMs;
  const shopping = keepShopping(stage, () => performance.now() >= endsAt);
  const vitals: Sample[] = [];
  delays.enable();
  while (performance.now() < endsAt) {
    await pause(lengthMs / samples);
    vitals.push(await takeVitals(child));
  }
  delays.disable();
  return { vitals, orders: await shopping };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** Where the system tells it. */
const valuesOf = (vitals: readonly Sample[], name: keyof Sample): number[] => vitals.flatMap((one) => one[name] ?? []);

/** What it was in each fifth of the time, so that what goes on growing can be told from what came to rest. */
function courseOf(vitals: readonly Sample[], name: keyof Sample): string {
  const fifth = Math.ceil(vitals.length / 5);
  return [0, 1, 2, 3, 4].map((index) => median(valuesOf(vitals.slice(index * fifth, (index + 1) * fifth), name)).toFixed(1)).join(' · ');
}

/** The first fifth is for warming up. Answers what was in the first and in the last third of the rest. */
function compare(vitals: readonly Sample[], name: keyof Sample): { first: number; last: number } {
  const warm = valuesOf(vitals.slice(Math.floor(vitals.length / 5)), name);
  const third = Math.floor(warm.length / 3);
  return { first: median(warm.slice(0, third)), last: median(warm.slice(-third)) };
}

/** How much more there may be in the last third than in the first; `slower` is how much longer everybody waits on this machine by then. */
const mayGrowBy: Readonly<Record<keyof Vitals, (first: number, slower: number) => number>> = {
  // Reliability §9: 0.2 MB a minute; the megabyte is what the ledger's own rows under way come and go by.
  heapMb: () => 1 + 0.2 * minutes * 0.55,
  residentMb: () => 20,
  // Connections come and go with the crowd; one that is never closed would be there a thousand times.
  descriptors: () => 20,
  loopDelayMs: (first, slower) => 10 + first * (slower - 1),
};

/** Reliability §9: 50 ms; on a machine on which the process beside it waits long, too, no more than twice as long as that. */
const longestDelayMs = (besideMs: number): number => Math.max(50, 2 * besideMs);

function report(t: TestContext, vitals: readonly Sample[]): string[] {
  const beside = compare(vitals, 'delayBesideMs');
  const slower = Math.max(1, beside.last / beside.first);
  t.diagnostic(`delay of the process beside it: ${beside.first.toFixed(1)} → ${beside.last.toFixed(1)}`);
  const grown = (Object.keys(mayGrowBy) as (keyof Vitals)[]).flatMap((name) => {
    if (valuesOf(vitals, name).length === 0) {
      t.diagnostic(`${name}: not looked at, this system does not tell`);
      return [];
    }
    const { first, last } = compare(vitals, name);
    t.diagnostic(`${name}: ${first.toFixed(1)} → ${last.toFixed(1)} (by fifths: ${courseOf(vitals, name)})`);
    return last - first <= mayGrowBy[name](first, slower) ? [] : [`${name} grew from ${first.toFixed(1)} to ${last.toFixed(1)}`];
  });
  const { last: delayMs } = compare(vitals, 'loopDelayMs');
  return delayMs <= longestDelayMs(beside.last) ? grown : [...grown, `loopDelayMs was ${delayMs.toFixed(1)} in the end, of at most ${longestDelayMs(beside.last).toFixed(1)}`];
}

test(`a shop that is busy for ${minutes} minutes`, { skip: minutes === 0 && 'FIRE_SOAK_MINUTES is not set', timeout: 2 * lengthMs + 300_000 }, async (t) => {
  const seen: Partial<Awaited<ReturnType<typeof soak>>> = {};
  let answers = 0;
  const { evidence, leaks } = await runLab({ ...options, onAnswer: (text) => void (answers += text.startsWith('HTTP/1.1 ') ? 1 : 0) }, async (_, stage) => void Object.assign(seen, await soak(stage)));
  const { vitals = [], orders = 0 } = seen;
  t.diagnostic(`${orders} orders, ${evidence.journal.length} movements of money, ${(answers / (minutes * 60)).toFixed(0)} answers a second`);
  assert.deepEqual(report(t, vitals), []);
  const seconds = minutes * 60;
  assert.ok(vitals.length >= samples / 2 && evidence.journal.length > orders / 2, 'hardly anything happened');
  assert.ok(answers >= leastPerSecond.answers * seconds && orders >= leastPerSecond.orders * seconds, `${orders} orders and ${answers} answers are no busy shop`);
  assert.deepEqual(findViolations(evidence), []);
  assert.deepEqual(leaks, []);
});
