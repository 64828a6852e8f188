/**
 * One server process of the lab's merchant: the product over plain `node:http`, with everything that shortens
 * waiting and nothing that softens a failure. Told by its parent what to do, killed by it without warning.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Allo, AlloEvent, AlloOptions, Logger } from '../../packages/server/src/index.ts';
import { compressedClock, realMs } from './clock.ts';
import { readMutant } from './mutants/active.ts';
import { installMutant } from './mutants/install.ts';
import { lookUpOrder } from './shop.ts';

/** What the parent hands over, as JSON in the first argument. */
export interface MerchantSettings {
  startedAtMs: number;
  customers: number;
  publicUrl: string;
  database: string;
  encryptionKey: string;
  doku: NonNullable<AlloOptions['doku']>;
  bankLimits?: AlloOptions['bankLimits'];
  /** Where `onEvent` writes what it is told, one line of JSON each. */
  eventsFile: string;
}

const minuteMs = 60_000;

/** The product's own limits of 10 and 30 seconds, compressed; they cannot be set from outside. */
const answerTimes = { token: realMs(20_000), other: realMs(36_000) };

/** DOKU's server is asked once; who waits too long goes away. */
const impatientFetch: typeof fetch = (input, init) => {
  const url = input instanceof Request ? input.url : input.toString();
  const timeUp = AbortSignal.timeout(url.includes('access-token') ? answerTimes.token : answerTimes.other);
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeUp]) : timeUp });
};

/** The merchant's own books lose nothing that was written; that it sometimes fails before or after is the point. */
function onEvent(eventsFile: string, event: AlloEvent): void {
  if (Math.random() < 0.05) throw new Error('the shop is away');
  appendFileSync(eventsFile, `${JSON.stringify(event)}\n`);
  if (Math.random() < 0.05) throw new Error('the shop failed after it had written the event');
}

const say = (level: string) => (message: string, fields?: Record<string, unknown>): void => {
  process.stderr.write(`${process.pid} ${level} ${message} ${JSON.stringify(fields ?? {})}\n`);
};
const log: Logger = { info: say('info'), warn: say('warn'), error: say('error') };

const cookie = (request: Request, name: string): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1];

function optionsOf(settings: MerchantSettings): AlloOptions {
  return {
    doku: settings.doku,
    publicUrl: settings.publicUrl,
    encryptionKey: settings.encryptionKey,
    database: settings.database,
    env: {},
    now: compressedClock(settings.startedAtMs),
    fetch: impatientFetch,
    reconcileEveryMs: realMs(5_000),
    timing: { browserWaitMs: realMs(20_000), eventWaitMs: 2_000, checkDelaysMs: [minuteMs, 1.5 * minuteMs, 2 * minuteMs] },
    log,
    ...(settings.bankLimits && { bankLimits: settings.bankLimits }),
    customer: (request) => {
      const id = cookie(request, 'shop-customer');
      return id === undefined ? null : { id };
    },
    order: (orderId, { id }) => lookUpOrder(orderId, id, settings.customers),
    onEvent: (event) => onEvent(settings.eventsFile, event),
    authorizeRefund: (request) => cookie(request, 'shop-office') === 'yes',
  };
}

async function serve(settings: MerchantSettings): Promise<void> {
  const mutant = readMutant();
  if (mutant !== undefined) installMutant();
  // Only now, so that a mutant's stand-ins are found in place of the product's own modules.
  const { createAllo } = await import('../../packages/server/src/allo.ts');
  const { toNode } = await import('../../packages/server/src/adapters/node.ts');
  const { mutateHandler } = await import('./mutants/handler.ts');
  const allo: Allo = createAllo(optionsOf(settings));
  const listener = toNode(mutateHandler(allo));
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.once('SIGTERM', () => {
    server.close(() => void allo.close().then(() => process.exit(0)));
    server.closeIdleConnections();
  });
}

// Nothing of the lab outlives it.
process.once('disconnect', () => process.exit(1));
await serve(JSON.parse(process.argv[2] ?? '{}') as MerchantSettings);
