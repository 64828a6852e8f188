/**
 * A whole world for one test: the simulator, the product over real HTTP and a real database file, and shoppers
 * with cookies of their own. One clock, moved by the test. Closing it holds the ledger against the bank's journal and
 * against its own audit trail, and looks for secrets in all that came out.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAllo } from '../../../packages/server/src/allo.ts';
import type { Allo, AlloOptions } from '../../../packages/server/src/allo.ts';
import { toNode } from '../../../packages/server/src/adapters/node.ts';
import type { Payment } from '../../../packages/server/src/contract.ts';
import type { AlloEvent } from '../../../packages/server/src/ledger/allo-event.ts';
import { startSimulator } from '../../../packages/server/src/simulator/index.ts';
import type { Simulator, SimulatorOptions } from '../../../packages/server/src/simulator/index.ts';
import { assertAuditReplays } from './audit.ts';
import { watchAnswers } from '../../fuzz/support/watched.ts';
import { assertBooksAgree, assertLogKeepsSecrets, readLedger } from './books.ts';
import type { Ledger, LogLine } from './books.ts';
import { createCanaries } from './canaries.ts';
import type { Canaries } from './canaries.ts';
import { lookAtDatabase, watchHandler, watchOptions } from './canary-watch.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from './credentials.ts';
import { keepLog } from './kept-log.ts';
import type { KeptLog } from './kept-log.ts';
import { createNetwork } from './network.ts';
import type { Network } from './network.ts';
import { createShopper, phoneOf } from './shopper.ts';
import type { Shopper } from './shopper.ts';

export { phoneOf } from './shopper.ts';
export type { Answer, Shopper } from './shopper.ts';
export type { LogLine } from './books.ts';

export interface World {
  allo: Allo;
  simulator: Simulator;
  /** How the product reaches the simulator. */
  dokuOptions: NonNullable<AlloOptions['doku']>;
  /** Everything `createAllo` was given. */
  alloOptions: AlloOptions;
  /** The present process's way to DOKU. */
  network: Network;
  /** Origin of the merchant's server. */
  url: string;
  databasePath: string;
  events: AlloEvent[];
  log: LogLine[];
  /** Amounts of orders, in rupiah; an order that is not here does not exist. */
  orders: Map<string, { amount: string; customerId?: string }>;
  shopper(customerId: string): Shopper;
  /** Moves time for everybody in steps, and lets the product look at what is due after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Resolves when nothing is under way on either side. */
  settled(): Promise<void>;
  /** Ends the product in good order, and starts it anew on the same file. */
  restart(options?: Partial<AlloOptions>): Promise<void>;
  /** The product's process is gone in the middle of what it did; another starts on the same file. */
  crash(options?: Partial<AlloOptions>): void;
  /** What the bank says of the money: taken minus given back, in sen. */
  taken(): number;
  ledger(): Ledger;
  /** Types of the events the merchant was told of, in order. */
  told(): string[];
  close(): Promise<void>;
}

export interface WorldOptions {
  allo?: Partial<AlloOptions>;
  simulator?: Partial<SimulatorOptions>;
  /** How the merchant's server serves the product. Default: plain `node:http`. */
  mount?: (allo: Allo) => RequestListener;
}

/** Of real time: an answer that comes is waited for, however slow the machine. What is DOKU's stays DOKU's. */
const patience = { browserWaitMs: 600_000 };

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'allo-'));
  const databasePath = join(folder, 'allo.db');
  const simulator = await startSimulator({
    clientId, secretKey, merchantPublicKey: merchantKeys.publicKey, privateKey: dokuKeys.privateKey, clock: { frozen: true }, ...options.simulator,
  });
  const facts = { events: [] as AlloEvent[], log: [] as LogLine[], orders: new Map<string, { amount: string; customerId?: string }>() };
  const server = createServer((request, response) => { life.listener(request, response); });
  const url = await listen(server);
  const undocumented: string[] = [];
  const canaries = createCanaries();
  const kept = keepLog(join(folder, 'log.txt'), canaries);
  const start = (more: Partial<AlloOptions> = {}) => {
    const life = startLife(alloOptions({ facts, simulator, url, databasePath, more: { ...options.allo, ...more } }), canaries, kept);
    const watched = watchAnswers(watchHandler(life.allo, canaries), (deviation) => undocumented.push(deviation));
    return { ...life, listener: options.mount?.(watched) ?? toNode(watched) };
  };
  let life = start();
  simulator.configure({
    tokenUrl: `${url}/allo/doku/authorization/v1/access-token/b2b`,
    paymentNotificationUrl: `${url}/allo/doku/notifications/payment`,
    bindingNotificationUrl: `${url}/allo/doku/notifications/binding`,
  });
  const world: World = {
    ...facts, simulator, url, databasePath, dokuOptions: dokuOptionsOf(simulator),
    get allo() { return life.allo; },
    get alloOptions() { return life.options; },
    get network() { return life.network; },
    shopper(customerId) {
      canaries.learn(JSON.stringify({ phone: phoneOf(customerId) }));
      return createShopper(url, customerId);
    },
    async pass(ms, stepMs = ms) {
      for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
        await simulator.advance(Math.min(stepMs, ms - passedMs));
        await life.allo.reconcile();
        await simulator.settled();
      }
    },
    async settled() {
      await simulator.settled();
      await life.allo.reconcile();
    },
    async restart(more) {
      await life.allo.close();
      life = start(more);
    },
    crash(more) {
      life.network.die();
      life = start(more);
    },
    taken: () => simulator.journal().reduce((sum, entry) => sum + (entry.kind === 'debit' ? entry.amount : -entry.amount), 0),
    ledger: () => readLedger(databasePath),
    told: () => facts.events.map(({ type }) => type),
    async close() {
      try {
        await simulator.settled();
        const { database = '' } = life.options;
        await lookAtDatabase(canaries, database);
        await life.allo.close();
        await lookAtDatabase(canaries, database);
        canaries.look('the events', JSON.stringify(facts.events));
        kept.lookThrough();
        assert.deepEqual(canaries.found(), [], 'a secret came out');
        assertBooksAgree(world);
        assertAuditReplays(databasePath);
        assertLogKeepsSecrets(facts.log);
        assert.deepEqual(undocumented, [], 'an answer is not in the OpenAPI document');
      } finally {
        kept.close();
        await simulator.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
  return world;
}

/** One process of the product. */
function startLife(given: AlloOptions, canaries: Canaries, kept: KeptLog) {
  const network = createNetwork();
  const { now = Date.now } = given;
  const options = { fetch: network.fetch, ...given };
  const mortalNow = (): number => {
    network.assertAlive();
    return now();
  };
  return { allo: createAllo({ ...watchOptions(options, canaries, kept), now: mortalNow }), network, options };
}

interface Parts {
  facts: Pick<World, 'events' | 'log' | 'orders'>;
  simulator: Simulator;
  url: string;
  databasePath: string;
  more: Partial<AlloOptions>;
}

function alloOptions({ facts, simulator, url, databasePath, more }: Parts): AlloOptions {
  const write = (level: string) => (message: string, fields?: Record<string, unknown>): void => void facts.log.push({ level, message, fields });
  return {
    doku: dokuOptionsOf(simulator),
    publicUrl: url,
    encryptionKey,
    database: `file:${databasePath}`,
    reconcileEveryMs: 0,
    now: () => simulator.now(),
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    customer: (request) => {
      const id = /(?:^|;\s*)shop-customer=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1];
      return id === undefined ? null : { id };
    },
    order: (orderId, customer) => {
      const order = facts.orders.get(orderId);
      if (order === undefined || (order.customerId ?? customer.id) !== customer.id) return null;
      const amount = { value: order.amount, currency: 'IDR' } as const;
      return { orderId, amount, lines: [{ name: 'Kopi susu', price: amount, quantity: 1 }] };
    },
    onEvent: (event) => void facts.events.push(event),
    authorizeRefund: (request) => (request.headers.get('cookie') ?? '').includes('shop-office=yes'),
    env: {},
    // Tests that are not about limits do in a second what people do in a week.
    limits: 'off',
    ...more,
    timing: { ...patience, ...more.timing },
  };
}

const dokuOptionsOf = (simulator: Simulator): World['dokuOptions'] => ({
  environment: 'simulator', clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: simulator.publicKey, baseUrl: simulator.url,
});

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Links the shopper's account, with the bank's page approved. */
export async function linkAccount(world: World, shopper: Shopper): Promise<void> {
  const { body } = await shopper.link();
  await shopper.comeBack(await world.simulator.approve(body.url));
  // The notification may have been faster; then its exchange is still under way when the shopper is back.
  await until(async () => (await shopper.account()).body.status !== 'linking');
  await world.settled();
  assert.equal((await shopper.account()).body.status, 'linked');
}

/** A customer whose account is linked. */
export async function linkedShopper(world: World, customerId: string): Promise<Shopper> {
  const shopper = world.shopper(customerId);
  await linkAccount(world, shopper);
  return shopper;
}

/** A new order of this amount, in rupiah. */
export function placeOrder(world: World, orderId: string, amount = '125000.00', customerId?: string): string {
  world.orders.set(orderId, { amount, ...(customerId !== undefined && { customerId }) });
  return orderId;
}

/** Pays the order to the end: the shopper confirms at the bank and comes back. */
export async function payInFull(world: World, shopper: Shopper, orderId: string): Promise<Payment> {
  const { body } = await shopper.pay(orderId);
  await shopper.comeBack(await world.simulator.approve(body.action?.url ?? ''));
  await world.settled();
  const paid = (await shopper.payment(body.paymentId)).body;
  assert.equal(paid.status, 'paid');
  return paid;
}

/** The same items in another order, the same one for the same seed. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const rest = [...items];
  return items.flatMap((_, index) => rest.splice((Math.imul(seed + index, 2_654_435_761) >>> 0) % rest.length, 1));
}

/** Waits until `isSo`, without saying how long that may take; the test runner's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
