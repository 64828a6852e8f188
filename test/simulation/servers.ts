/**
 * The merchant's servers: lives of the product, one after the other on each place, over one database. They die at any
 * moment, close in good order now and then, and their clocks are not quite right.
 */
import type { Allo, AlloEvent, AlloOptions } from '../../packages/server/src/index.ts';
import { createAllo } from '../../packages/server/src/allo.ts';
import { mutateHandler } from '../faults/mutants/handler.ts';
import type { Chance } from '../faults/random.ts';
import { lookUpOrder } from '../faults/shop.ts';
import { clientId, dokuKeys, encryptionKey, merchantKeys, secretKey } from '../server/support/credentials.ts';
import { bankUrl } from './bank.ts';
import type { Database } from './database.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

export const shopUrl = 'http://127.0.0.1:8';

export interface Server {
  owner: Owner;
  allo: Allo | undefined;
  /** How wrong its clock is. */
  skewMs: number;
}

export interface Servers {
  /** One that is up, drawn; undefined if none is. */
  pick(): Server | undefined;
  /** Ends this life at once; another begins some time later. */
  kill(owner: Owner): void;
  /** Ends a life in good order. */
  close(): void;
  /** Sets a clock. */
  stepClock(): void;
  deaths(): number;
  /** How often a server looks for due work, at most. */
  lookEveryMs: number;
}

export interface ServersOptions {
  scheduler: Scheduler;
  chance: Chance;
  weather: Weather;
  database: Database;
  count: number;
  customers: number;
  fetch: typeof fetch;
  onEvent(event: AlloEvent): void;
  /** People are called: what the product logs as an error. */
  onCall(message: string, paymentId: unknown): void;
}

const secondMs = 1_000;

/** What a clock may be wrong by: time servers keep it better. */
const mostSkewMs = 15 * secondMs;
const closingTakesMs = 30 * secondMs;

const quiet = { info: () => undefined, warn: () => undefined };

const cookie = (request: Request, name: string): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1];

export function createServers(options: ServersOptions): Servers {
  const { scheduler, chance, weather, database, count } = options;
  const places: Server[] = [];
  let lives = 0;
  let deaths = 0;

  const begin = (place: number, delayMs: number): void => {
    const server: Server = { owner: { name: `server-${place}-${(lives += 1)}`, isAlive: true }, allo: undefined, skewMs: drawSkew() };
    places[place] = server;
    scheduler.after(delayMs, server.owner, 'starts', () => {
      server.allo = mutateHandler(createAllo(optionsOf(options, server)));
      lookForWork(server);
    });
  };

  const drawSkew = (): number => Math.round(chance.between(-mostSkewMs, mostSkewMs) * weather.severity);

  /** As the product's own clockwork or a scheduler of the merchant's would, but not while nothing is due. */
  const lookForWork = (server: Server, dueMs = nextDueMs()): void => {
    const waitMs = Math.max(dueMs - server.skewMs, 0) + chance.between(100, 4_000);
    scheduler.after(Math.min(waitMs, servers.lookEveryMs), server.owner, 'looks', () => {
      const nowDueMs = nextDueMs();
      if (nowDueMs > server.skewMs) return lookForWork(server, nowDueMs);
      void server.allo?.reconcile().catch(() => undefined).then(() => lookForWork(server));
    });
  };

  /** From now, by true time. */
  const nextDueMs = (): number => {
    const due = database.peek(dueSql)[0]?.['due'] ?? undefined;
    return due === undefined ? Infinity : Number(due) - scheduler.now();
  };

  const endLife = (place: number): void => {
    const server = places[place];
    if (server !== undefined) server.owner.isAlive = false;
    begin(place, chance.between(1, 40) * secondMs);
  };

  const living = (): Server[] => places.filter(({ owner, allo }) => owner.isAlive && allo !== undefined);
  const draw = (): Server | undefined => living()[chance.between(0, Math.max(living().length - 1, 0))];

  const servers: Servers = {
    pick: draw,
    kill(owner) {
      const place = places.findIndex((server) => server.owner === owner);
      if (place < 0 || !owner.isAlive) return;
      deaths += 1;
      scheduler.note(`${owner.name} dies`);
      endLife(place);
    },
    close() {
      const server = draw();
      if (server === undefined) return;
      scheduler.after(0, server.owner, 'is asked to end', () => void server.allo?.close().catch(() => undefined));
      scheduler.after(closingTakesMs, server.owner, 'has ended', () => endLife(places.indexOf(server)));
    },
    stepClock() {
      const server = draw();
      if (server !== undefined) server.skewMs = drawSkew();
    },
    deaths: () => deaths,
    lookEveryMs: 20 * secondMs,
  };
  for (let place = 0; place < count; place += 1) begin(place, 0);
  return servers;
}

/** An event that waits for another to be told is not due. */
const isNext = 'NOT EXISTS (SELECT 1 FROM events AS older WHERE older.about = events.about AND older.place < events.place AND older.delivered_at IS NULL)';

const dueSql = ['payments WHERE', 'refunds WHERE', 'links WHERE', `events WHERE ${isNext} AND`]
  .map((rows) => `SELECT min(max(next_at, coalesce(lease_until, 0))) AS due FROM ${rows} next_at IS NOT NULL`)
  .reduce((all, one) => `${all} UNION ALL ${one}`)
  .replace(/^/, 'SELECT min(due) AS due FROM (')
  .concat(')');

function optionsOf({ scheduler, chance, weather, customers, fetch, onEvent, onCall }: ServersOptions, server: Server): AlloOptions {
  const troubled = (): boolean => chance.happens(0.1 * weather.severity);
  return {
    doku: { environment: 'simulator', clientId, secretKey, privateKey: merchantKeys.privateKey, publicKey: dokuKeys.publicKey, baseUrl: bankUrl },
    publicUrl: shopUrl, encryptionKey, database: 'file:simulated', env: {}, fetch, reconcileEveryMs: 0,
    now: () => scheduler.now() + server.skewMs,
    log: { ...quiet, error: (message, fields) => onCall(message, fields?.['paymentId']) },
    customer: (request) => {
      const id = cookie(request, 'shop-customer');
      return id === undefined ? null : { id };
    },
    order: (orderId, { id }) => lookUpOrder(orderId, id, customers),
    authorizeRefund: (request) => cookie(request, 'shop-office') === 'yes',
    async onEvent(event) {
      if (troubled()) throw new Error('the shop is away');
      if (troubled()) await scheduler.sleep(chance.between(1, 60) * secondMs, 'the shop is slow');
      scheduler.note(`event ${event.type}`);
      onEvent(event);
      if (troubled()) throw new Error('the shop failed after it had written the event');
    },
  };
}
