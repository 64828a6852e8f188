/**
 * The real shop for end-to-end tests: the simulator, the demo's merchant server as its own process on a real
 * database, and real Chromium. The ledger is a file; with `ALLO_DATABASE_URL=postgres://…` that of every shop is a
 * database of its own on that server.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '@allo-kit/server/simulator';
import type { Simulator } from '@allo-kit/server/simulator';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext } from 'playwright-core';
import { query } from '../../faults/books.ts';
import { startPostgres } from '../../server/support/postgres.ts';
import type { PostgresServer } from '../../server/support/postgres.ts';
import { givenPostgres } from '../../server/support/postgres-place.mjs';
import { assertNothingCameOut } from './secrets.ts';

export interface Shop {
  url: string;
  simulator: Simulator;
  /** A shopper with cookies of their own, on a phone. */
  shopper(): Promise<BrowserContext>;
  /** Moves the clock of DOKU and of the merchant's server. */
  advance(ms: number): Promise<void>;
  /** Payments of the ledger, as they stand in the database. */
  payments(): Promise<LedgerPayment[]>;
  /** Ends the merchant's server at once, as a crash does, and starts it again. */
  crash(): Promise<void>;
  /** What the merchant's server printed. */
  output(): string;
  close(): Promise<void>;
}

export interface LedgerPayment {
  reference: string;
  state: string;
  orderId: string;
  amountMinor: number;
  /** Given back by a person's transfer: the bank knows nothing of it. */
  byHand: boolean;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, locale: 'id-ID', timezoneId: 'Asia/Jakarta' };

const given = await givenServer();

async function givenServer(): Promise<PostgresServer | undefined> {
  if (givenPostgres() === undefined) return undefined;
  const server = await startPostgres();
  assert.ok(!('reason' in server));
  return server;
}

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export interface ShopOptions {
  /** Default `merchant-allo-v1.0`. */
  profile?: string;
  /** Where the ledger is kept. Default: the server that is given, or else a file. */
  postgres?: PostgresServer | undefined;
}

export async function openShop({ profile = 'merchant-allo-v1.0', postgres = given }: ShopOptions = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'allo-shop-'));
  const database = (await postgres?.createDatabase()) ?? `file:${join(folder, 'allo.db')}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const clientId = 'BRN-0299-1741922130000';
  const secretKey = `SK-${randomBytes(18).toString('base64url')}`;
  const simulator = await startSimulator({
    clientId, secretKey, merchantPublicKey: keys.publicKey, merchantName: 'Teras Pagi', clock: { startAtMs: Date.now() },
    tokenUrl: `${url}/allo/doku/authorization/v1/access-token/b2b`,
    paymentNotificationUrl: `${url}/allo/doku/notifications/payment`,
    bindingNotificationUrl: `${url}/allo/doku/notifications/binding`,
  });
  const environment = {
    PORT: String(port), SHOP_DATABASE: join(folder, 'shop.db'), ALLO_DATABASE_URL: database,
    ALLO_PUBLIC_URL: url, ALLO_ENCRYPTION_KEY: randomBytes(32).toString('base64'), DOKU_ENV: 'simulator', DOKU_PROFILE: profile,
    DOKU_BASE_URL: simulator.url, DOKU_CLIENT_ID: clientId, DOKU_SECRET_KEY: secretKey, DOKU_PRIVATE_KEY: keys.privateKey, DOKU_PUBLIC_KEY: simulator.publicKey,
    RECORD_TO: folder,
  };
  let server = await startServer(environment);
  const browser = await launchBrowser();
  return {
    url,
    simulator,
    shopper: async () => slowDown(await browser.newContext(phone)),
    async advance(ms) {
      server.process.send({ advanceMs: ms });
      await once(server.process, 'message');
      await simulator.advance(ms);
    },
    payments: () => readPayments(database),
    async crash() {
      server.process.kill('SIGKILL');
      await once(server.process, 'exit');
      server = await startServer(environment);
    },
    output: () => server.output.join(''),
    async close() {
      await browser.close();
      server.process.kill('SIGTERM');
      await once(server.process, 'exit');
      await simulator.close();
      await assertNothingCameOut(folder, environment, server.output.join(''));
      await postgres?.dropDatabase(database);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `SHOP_SLOWNESS=1500` lets each answer of the shop wait up to so many milliseconds: what a test awaits too little shows. */
async function slowDown(context: BrowserContext): Promise<BrowserContext> {
  const longestMs = Number(process.env['SHOP_SLOWNESS'] ?? 0);
  if (longestMs > 0) {
    await context.route('**/allo/**', async (route) => {
      await pause(Math.random() * longestMs);
      await route.continue().catch(() => undefined);
    });
  }
  return context;
}

interface RunningServer {
  process: ChildProcess;
  output: string[];
}

async function startServer(environment: Record<string, string>): Promise<RunningServer> {
  const preloads = ['clock.mjs', 'recorder.mjs'].flatMap((name) => ['--import', fileURLToPath(new URL(name, import.meta.url))]);
  const child = spawn(process.execPath, [...preloads, 'demo/server.ts'], {
    cwd: root, env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the merchant's server ended: ${output.join('')}`);
  });
  ended.catch(() => undefined);
  while (!output.join('').includes('The shop is at')) await Promise.race([once(child.stdout ?? child, 'data'), ended]);
  return { process: child, output };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApps = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
/** What Playwright switches off and shoppers have. */
const asShipped = ['--disable-back-forward-cache', '--disable-popup-blocking'];
const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'];

/** The installed Chromium or Chrome; `CHROME_PATH` goes before. */
export function findChromium(): string {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [process.env['CHROME_PATH'], ...onPath, ...macApps].find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error('no Chromium or Chrome was found: install one, or set CHROME_PATH');
  return found;
}

export function launchBrowser(): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: findChromium(), args: [...sandbox, ...quiet], ignoreDefaultArgs: asShipped });
}

async function readPayments(database: string): Promise<LedgerPayment[]> {
  const rows = await query(database, `SELECT reference, state, order_id, amount_minor,
    EXISTS (SELECT 1 FROM refunds WHERE payment_id = payments.id AND by_hand = 1) AS by_hand FROM payments ORDER BY created_at`);
  return rows.map((row) => ({
    reference: String(row['reference']), state: String(row['state']), orderId: String(row['order_id']), amountMinor: Number(row['amount_minor']),
    byHand: Number(row['by_hand']) === 1,
  }));
}
