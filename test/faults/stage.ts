/**
 * The laboratory's stage: the bank with its ground-truth journal, two networks that fail, merchant processes behind one
 * of them, shoppers and forgers, and a watch over secrets on everything.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlloOptions } from '../../packages/server/src/index.ts';
import { startSimulator } from '../../packages/server/src/simulator/index.ts';
import type { Simulator } from '../../packages/server/src/simulator/index.ts';
import { createCanaries, withoutAllowed } from '../server/support/canaries.ts';
import type { Canaries } from '../server/support/canaries.ts';
import { keepLog } from '../server/support/kept-log.ts';
import type { KeptLog } from '../server/support/kept-log.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from '../server/support/credentials.ts';
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
import { createShoppers } from './shoppers.ts';
import type { Shoppers } from './shoppers.ts';
import { badWeek, stormOf } from './weather.ts';
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
  /** How the servers spare the bank. Default: as the product does by itself. */
  bankLimits?: AlloOptions['bankLimits'];
  /** Told of each answer of the servers, head and body. */
  onAnswer?: (text: string) => void;
  /** Flags of Node's for the servers. */
  nodeFlags?: readonly string[];
  /** Shoppers at work at the same time. Default 32. */
  atOnce?: number;
}

/** Everything the parts of a run share. */
export interface Stage {
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
  /** What the servers wrote. */
  log: KeptLog;
  chance: Chance;
  climate: Climate;
  /** Ends all faults of the network. */
  calm(): void;
}

const unlimited = 1_000_000_000_000;

export async function setUp(options: LabOptions): Promise<Stage> {
  const { seed, orders, kills, climate = badWeek, habits = usualHabits, moments = allMoments } = options;
  const chance = createChance(seed);
  const folder = mkdtempSync(join(tmpdir(), 'allo-lab-'));
  const database = options.database ?? `file:${join(folder, 'allo.db')}`;
  const customers = Math.max(4, Math.min(40, Math.ceil(orders / 6)));
  const startedAtMs = Date.now();
  const reach: Reach = {};
  const canaries = createCanaries();
  const log = keepLog(join(folder, 'servers.log'), canaries);
  const killer = createKiller({ merchants: () => reach.merchants, orders, kills, moments, chance: chance.fork('killer') });
  const { bankSide, shopSide, calm } = await startNetworks(options, reach, canaries);
  const simulator = await startSimulator({
    clientId, secretKey, merchantPublicKey: merchantKeys.publicKey, privateKey: dokuKeys.privateKey, publicUrl: bankSide.url,
    clock: { startAtMs: startedAtMs, speed }, openingBalance: { BALANCE: unlimited }, log: (line) => killer.see(line), ...addressesOf(shopSide.url),
  });
  reach.simulatorPort = Number(new URL(simulator.url).port);
  const doku = { environment: 'simulator' as const, clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: simulator.publicKey, baseUrl: bankSide.url };
  const settings = { startedAtMs, customers, publicUrl: shopSide.url, database, encryptionKey, eventsFile: join(folder, 'events.jsonl'), doku };
  const merchants = await startMerchants({
    settings: { ...settings, ...(options.bankLimits && { bankLimits: options.bankLimits }) }, count: options.instances ?? 1, mutant: options.mutant, nodeFlags: options.nodeFlags,
    onOutput: (text) => hearOutput(log, text),
  });
  reach.merchants = merchants;
  const evidence = { customers, orders, told: [], pointsShown: [], oddAnswers: [], forged: [] };
  const forger = createForger(shopSide.url, () => simulator.now());
  const shoppers = createShoppers({ url: shopSide.url, simulator, forger, habits, chance: chance.fork('shoppers'), customers, evidence });
  return { folder, database, simulator, bankSide, shopSide, merchants, killer, shoppers, evidence, canaries, log, chance, climate, calm };
}

/** Where the two networks lead, as soon as there is somebody. */
interface Reach {
  simulatorPort?: number;
  merchants?: Merchants;
}

async function startNetworks({ seed, climate = badWeek, onAnswer }: LabOptions, reach: Reach, canaries: Canaries) {
  const chance = createChance(seed);
  const [bankStorm, shopStorm] = [stormOf(chance.fork('bank side'), climate.network.bankSide), stormOf(chance.fork('shop side'), climate.network.shopSide)];
  const answer = (text: string): void => {
    canaries.look('an answer', withoutAllowed(text));
    onAnswer?.(text);
  };
  const bankSide = await startFaultProxy({ target: () => reach.simulatorPort, nextFault: bankStorm.nextFault, overhear: { request: canaries.learn, answer: canaries.learn } });
  const shopSide = await startFaultProxy({ target: () => reach.merchants?.port(), nextFault: shopStorm.nextFault, overhear: { request: canaries.learn, answer } });
  const calm = (): void => [bankStorm, shopStorm].forEach((storm) => storm.calm());
  return { bankSide, shopSide, calm };
}

function hearOutput(log: KeptLog, text: string): void {
  log.write(text);
  if (process.env['LAB_VERBOSE'] === '1') process.stderr.write(text);
}

const addressesOf = (url: string) => ({
  tokenUrl: `${url}/allo/doku/authorization/v1/access-token/b2b`,
  paymentNotificationUrl: `${url}/allo/doku/notifications/payment`,
  bindingNotificationUrl: `${url}/allo/doku/notifications/binding`,
});

export async function tearDown({ folder, simulator, bankSide, shopSide, merchants, log }: Stage): Promise<void> {
  merchants.abandon();
  log.close();
  await Promise.all([simulator.close(), bankSide.close(), shopSide.close()]);
  rmSync(folder, { recursive: true, force: true });
}
