/**
 * The fault laboratory: a run on its stage, from the first order to the last event, and at the end the evidence for the
 * checker.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AlloEvent } from '../../packages/server/src/index.ts';
import type { Canaries } from '../server/support/canaries.ts';
import { lookAtDatabase } from '../server/support/canary-watch.ts';
import { readBooks, readOpen } from './books.ts';
import type { Evidence } from './evidence.ts';
import { labOrder } from './shop.ts';
import { setUp, tearDown } from './stage.ts';
import type { LabOptions, Stage } from './stage.ts';
import { brewForOrder, stir } from './weather.ts';

export interface LabRun {
  evidence: Evidence;
  /** How often each server was killed. */
  kills: readonly number[];
  /** What the processes ended with when they were asked to end. */
  exitCodes: (number | null)[];
  /** Secrets that came out, and where. */
  leaks: string[];
  /** How many secrets were looked for, and in how many bytes. */
  watched: ReturnType<Canaries['figures']>;
  seconds: number;
}

const stirEveryMs = 400;
const lookingBackAtOnce = 8;
/** How long a drain may take, in real milliseconds; it ends as soon as nothing is open. */
const longestDrainMs = 60_000;

/** @param play What happens in the shop. Default: every order once, while everything fails around them. */
export async function runLab(options: LabOptions, play = openShop): Promise<LabRun> {
  const startedAt = performance.now();
  const stage = await setUp(options);
  try {
    await play(options, stage);
    await drain(stage);
    await atATime(Array.from({ length: options.orders }, (_, index) => index), lookingBackAtOnce, (index) => stage.shoppers.lookBack(labOrder(index, stage.evidence.customers)));
    const exitCodes = await stage.merchants.stop();
    const evidence = await gather(stage);
    await lookAtDatabase(stage.canaries, stage.database);
    stage.canaries.look('the events', JSON.stringify(evidence.events));
    stage.log.lookThrough();
    return { evidence, leaks: stage.canaries.found(), watched: stage.canaries.figures(), kills: stage.merchants.kills(), exitCodes, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await tearDown(stage);
  }
}

/** Every order once, many at a time, while everything fails around them. */
export async function openShop({ orders, atOnce = 32 }: LabOptions, stage: Stage): Promise<void> {
  const { simulator, killer, shoppers, chance, climate, evidence: { customers } } = stage;
  await atATime(Array.from({ length: customers }, (_, index) => index), atOnce, (index) => shoppers.link(index));
  const ending = new AbortController();
  const weather = keepStirring(stage, ending.signal);
  let done = 0;
  killer.progress(done);
  await atATime(Array.from({ length: orders }, (_, index) => index), atOnce, async (index) => {
    const order = labOrder(index, customers);
    brewForOrder(simulator, order, climate, chance.fork(`weather of ${order.orderId}`));
    await shoppers.shop(order);
    killer.progress(done += 1);
  });
  await killer.finish();
  ending.abort();
  await weather;
}

async function atATime<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of rest) await work(item);
  }));
}

/** Bad weather at the bank, and now and then a network that cannot be reached at all. */
async function keepStirring({ simulator, bankSide, chance, climate }: Stage, signal: AbortSignal): Promise<void> {
  const drawn = chance.fork('weather');
  while (!signal.aborted) {
    stir(simulator, climate, drawn);
    const isCutOff = drawn.happens(climate.network.cutOff);
    if (isCutOff) await bankSide.refuse();
    await pause(stirEveryMs, undefined, { signal }).catch(() => undefined);
    if (isCutOff) await bankSide.accept();
  }
}

/** The sun comes out; whatever is still open has to come to its end. */
async function drain({ simulator, calm, database }: Stage): Promise<void> {
  calm();
  simulator.faults.clear();
  simulator.configure({ autoConfirm: 'off' });
  const endsAt = performance.now() + longestDrainMs;
  for (let open = await readOpen(database); open.length > 0 && performance.now() < endsAt; open = await readOpen(database)) await pause(150);
}

async function gather({ folder, database, simulator, evidence }: Stage): Promise<Evidence> {
  const lines = readLines(join(folder, 'events.jsonl'));
  return {
    ...evidence, journal: simulator.journal(), notifications: simulator.notifications(), books: await readBooks(database),
    events: lines.map((line) => JSON.parse(line) as AlloEvent),
  };
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}
