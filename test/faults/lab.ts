/**
 * The fault laboratory: the bank with its ground-truth journal, two networks that fail, merchant processes that are
 * killed, shoppers and forgers; and at the end the evidence for the checker.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AlloEvent } from '../../packages/server/src/index.ts';
import { startSimulator } from '../../packages/server/src/simulator/index.ts';
import type { Simulator } from '../../packages/server/src/simulator/index.ts';
import { createCanaries, withoutAllowed } from '../server/support/canaries.ts';
import type { Canaries } from '../server/support/canaries.ts';
import { lookAtDatabase } from '../server/support/canary-watch.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from '../server/support/credentials.ts';
import { readBooks, readOpen } from './books.ts';
import { speed } from './clock.ts';
import type { Evidence } from './evidence.ts';
import { createForger } from './forger.ts';
import { usualHabits } from './habits.ts';
import type { Habits } from './habits.ts';
import { allMoments, createKiller } from './killer.ts';
import type { Killer, Moments } from './killer.ts';
import { startMerchants } from './merchants.ts';
import type { Merchants } from './merchants.ts';
import type { Mutant } from './mutants/active.ts';
import { startFaultProxy } from './proxy.ts';
import type { FaultProxy } from './proxy.ts';
import { createChance } from './random.ts';
import type { Chance } from './random.ts';
import { labOrder } from './shop.ts';
import { createShoppers } from './shoppers.ts';
import type { Shoppers } from './shoppers.ts';
import { badWeek, brewForOrder, stir, stormOf } from './weather.ts';
import type { Climate } from './weather.ts';

export interface LabOptions {
  seed: string;
  orders: number;
  kills: number;
  /** Server processes on one database. Default 1. */
  instances?: number;
  /** `postgres://…` of an empty database. Default: an SQLite file of its own. */
  database?: string;
  /** A mistake that the servers are to have. */
  mutant?: Mutant;
  /** Default: a bad week. */
  climate?: Climate;
  /** How shoppers behave. Default: as they usually do. */
  habits?: Habits;
  /** When servers are killed. Default: at all moments that hurt. */
  moments?: Moments;
  /** Shoppers at work at the same time. Default 32. */
  atOnce?: number;
}

export interface LabRun {
  evidence: Evidence;
  kills: number;
  /** What the processes ended with when they were asked to end. */
  exitCodes: (number | null)[];
  /** Secrets that came out, and where. */
  leaks: string[];
  /** How many secrets were looked for, and in how many bytes. */
  watched: ReturnType<Canaries['figures']>;
  seconds: number;
}

/** Everything the parts of a run share. */
interface Stage {
  folder: string;
  database: string;
  simulator: Simulator;
  bankSide: FaultProxy;
  shopSide: FaultProxy;
  merchants: Merchants;
  killer: Killer;
  shoppers: Shoppers;
  evidence: Omit<Evidence, 'books' | 'events' | 'journal' | 'notifications'>;
  canaries: Canaries;
  chance: Chance;
  climate: Climate;
  /** Ends all faults of the network. */
  calm(): void;
}

const stirEveryMs = 400;
/** How long a drain may take, in real milliseconds; it ends as soon as nothing is open. */
const longestDrainMs = 60_000;
const unlimited = 1_000_000_000_000;

export async function runLab(options: LabOptions): Promise<LabRun> {
  const startedAt = performance.now();
  const stage = await setUp(options);
  try {
    await openShop(options, stage);
    await drain(stage);
    for (let index = 0; index < options.orders; index += 1) await stage.shoppers.lookBack(labOrder(index, stage.evidence.customers));
    const exitCodes = await stage.merchants.stop();
    const evidence = await gather(stage);
    await lookAtDatabase(stage.canaries, stage.database);
    stage.canaries.look('the events', JSON.stringify(evidence.events));
    return { evidence, leaks: stage.canaries.found(), watched: stage.canaries.figures(), kills: stage.merchants.kills(), exitCodes, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await tearDown(stage);
  }
}

async function setUp(options: LabOptions): Promise<Stage> {
  const { seed, orders, kills, instances = 1, database: given, mutant, climate = badWeek, habits = usualHabits, moments = allMoments } = options;
  const chance = createChance(seed);
  const folder = mkdtempSync(join(tmpdir(), 'allo-lab-'));
  const database = given ?? `file:${join(folder, 'allo.db')}`;
  const customers = Math.max(4, Math.min(40, Math.ceil(orders / 6)));
  const startedAtMs = Date.now();
  const reach: { simulatorPort?: number; merchants?: Merchants } = {};
  const killer = createKiller({ merchants: () => reach.merchants, orders, kills, moments, chance: chance.fork('killer') });
  const storms = [stormOf(chance.fork('bank side'), climate.network.bankSide), stormOf(chance.fork('shop side'), climate.network.shopSide)] as const;
  const canaries = createCanaries();
  const answer = (text: string): void => canaries.look('an answer', withoutAllowed(text));
  const bankSide = await startFaultProxy({ target: () => reach.simulatorPort, nextFault: storms[0].nextFault, overhear: { request: canaries.learn, answer: canaries.learn } });
  const shopSide = await startFaultProxy({ target: () => reach.merchants?.port(), nextFault: storms[1].nextFault, overhear: { request: canaries.learn, answer } });
  const simulator = await startSimulator({
    clientId, secretKey, merchantPublicKey: merchantKeys.publicKey, privateKey: dokuKeys.privateKey, publicUrl: bankSide.url,
    clock: { startAtMs: startedAtMs, speed }, openingBalance: { BALANCE: unlimited }, log: (line) => killer.see(line), ...addressesOf(shopSide.url),
  });
  reach.simulatorPort = Number(new URL(simulator.url).port);
  const settings = {
    startedAtMs, customers, publicUrl: shopSide.url, database, encryptionKey, eventsFile: join(folder, 'events.jsonl'),
    doku: { environment: 'simulator', clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: simulator.publicKey, baseUrl: bankSide.url },
  };
  const onOutput = (text: string): void => {
    canaries.look('the log', text);
    if (process.env['LAB_VERBOSE'] === '1') process.stderr.write(text);
  };
  const merchants = await startMerchants({ settings, count: instances, mutant, onOutput });
  reach.merchants = merchants;
  const evidence = { customers, orders, told: [], pointsShown: [], oddAnswers: [], forged: [] };
  const forger = createForger(shopSide.url, () => simulator.now());
  const shoppers = createShoppers({ url: shopSide.url, simulator, forger, habits, chance: chance.fork('shoppers'), customers, evidence });
  const calm = (): void => storms.forEach((storm) => storm.calm());
  return { folder, database, simulator, bankSide, shopSide, merchants, killer, shoppers, evidence, canaries, chance, climate, calm };
}

const addressesOf = (url: string) => ({
  tokenUrl: `${url}/allo/doku/authorization/v1/access-token/b2b`,
  paymentNotificationUrl: `${url}/allo/doku/notifications/payment`,
  bindingNotificationUrl: `${url}/allo/doku/notifications/binding`,
});

/** Every order once, many at a time, while everything fails around them. */
async function openShop({ orders, atOnce = 32 }: LabOptions, stage: Stage): Promise<void> {
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
    const isCutOff = drawn.happens(0.05);
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

async function tearDown({ folder, simulator, bankSide, shopSide, merchants }: Stage): Promise<void> {
  merchants.abandon();
  await Promise.all([simulator.close(), bankSide.close(), shopSide.close()]);
  rmSync(folder, { recursive: true, force: true });
}
