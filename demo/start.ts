/**
 * `npm start`: DOKU's simulator, the merchant's server and its storefront on this machine, with nothing to sign up for.
 * The keys are thrown away with demo/.data; they open nothing but the simulator and must never be used elsewhere.
 *
 * @module
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '@allo-kit/server/simulator';
import type { Simulator } from '@allo-kit/server/simulator';

const host = '127.0.0.1';
const usualPorts = { shop: 3000, simulator: 3001 };
const inData = (name: string): string => fileURLToPath(new URL(`.data/${name}`, import.meta.url));

/** Two at once would overwrite each other's simulator. The lock is the system's: it is let go however this process ends. */
function claimData(): DatabaseSync {
  mkdirSync(inData(''), { recursive: true });
  const claim = new DatabaseSync(inData('running.db'));
  try {
    claim.exec('BEGIN EXCLUSIVE');
  } catch {
    console.error('The demo of this folder is running already; the terminal it was started in shows its links.');
    process.exit(1);
  }
  return claim;
}

// --- Keys ---

interface Keys {
  clientId: string;
  secretKey: string;
  /** The merchant's pair: PKCS#8 and SPKI PEM. */
  privateKey: string;
  publicKey: string;
  /** Base64 of 32 bytes, for tokens at rest. */
  encryptionKey: string;
}

function createKeys(): Keys {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const clientId = `BRN-${randomBytes(6).toString('hex')}`;
  const secretKey = `SK-${randomBytes(18).toString('base64url')}`;
  return { clientId, secretKey, ...pair, encryptionKey: randomBytes(32).toString('base64') };
}

/** The keys of the last start, so that what was linked and sealed with them stays good. */
function keptKeys(): Keys {
  const file = inData('keys.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Keys;
  const keys = createKeys();
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}

// --- Ports ---

/** Listens on `port`, or on a free one if that is taken, to find out which it is. */
function reserve(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (port !== 0 && error.code === 'EADDRINUSE' ? resolve(reserve(0)) : reject(error)));
    server.listen(port, host, () => resolve(server));
  });
}

/** Both are known before either server starts, as each has to be told where the other is. */
async function choosePorts(): Promise<{ shop: number; simulator: number }> {
  const reserved = [await reserve(usualPorts.shop), await reserve(usualPorts.simulator)];
  const [shop, simulator] = reserved.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(reserved.map((server) => new Promise((resolve) => server.close(resolve))));
  return { shop: shop ?? 0, simulator: simulator ?? 0 };
}

// --- Start ---

function simulate(keys: Keys, port: number, alloUrl: string): Promise<Simulator> {
  return startSimulator({
    port,
    clientId: keys.clientId,
    secretKey: keys.secretKey,
    merchantPublicKey: keys.publicKey,
    merchantName: 'Teras Pagi',
    tokenUrl: `${alloUrl}/doku/authorization/v1/access-token/b2b`,
    paymentNotificationUrl: `${alloUrl}/doku/notifications/payment`,
    bindingNotificationUrl: `${alloUrl}/doku/notifications/binding`,
    journalFile: inData('journal.jsonl'),
    stateFile: inData('simulator.json'),
  });
}

/** npm ends at once on SIGTERM without passing it on: then we are left with another parent, and end as well. */
function endWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

/** The ledger is kept where `ALLO_DATABASE_URL` says: in PostgreSQL, for instance. */
const { ALLO_DATABASE_URL = '' } = process.env;

/** What a merchant would put into the environment of `npm run demo:server`. */
const environment = (keys: Keys, simulator: Simulator, port: number): Record<string, string> => ({
  PORT: String(port),
  DOKU_ENV: 'simulator',
  DOKU_BASE_URL: simulator.url,
  DOKU_CLIENT_ID: keys.clientId,
  DOKU_SECRET_KEY: keys.secretKey,
  DOKU_PRIVATE_KEY: keys.privateKey,
  DOKU_PUBLIC_KEY: simulator.publicKey,
  ALLO_PUBLIC_URL: `http://${host}:${port}`,
  ALLO_ENCRYPTION_KEY: keys.encryptionKey,
  ALLO_DATABASE_URL: ALLO_DATABASE_URL || `file:${inData('allo.db')}`,
  SHOP_DATABASE: inData('shop.db'),
});

const claim = claimData();
const keys = keptKeys();
const ports = await choosePorts();
const shopUrl = `http://${host}:${ports.shop}`;
const simulator = await simulate(keys, ports.simulator, `${shopUrl}/allo`);
// server.ts lets go of its port on the same signals; when nothing is left to do, the process ends.
const stop = (): void => void simulator.close().then(() => claim.close());
process.once('SIGINT', stop).once('SIGTERM', stop);
endWithNpm();

Object.assign(process.env, environment(keys, simulator, ports.shop));
await import('./server.ts');
console.log(`
  Shop         ${shopUrl}/
  Back office  ${shopUrl}/office/
  Simulator    ${simulator.url}/

  Link any phone number, for example 081234567890. The bank's pages say which OTP and PIN they take.
  ${ALLO_DATABASE_URL === '' ? 'Everything is kept in demo/.data' : 'The ledger is kept where ALLO_DATABASE_URL says, everything else in demo/.data'}; Ctrl-C ends it all.
`);
