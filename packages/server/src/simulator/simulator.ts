/**
 * DOKU and the pages of Allo Bank on one port, for tests and laptops: it checks every signature, moves
 * simulated money, and notifies the merchant. It must never be mistaken for the bank, and never share code
 * with the product's own SNAP client.
 *
 * @module
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Actions } from './actions.ts';
import type { AccountView, BindingView, PaymentView, SimulatorState } from './control/views.ts';
import type { FaultBox } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import type { NotificationEntry } from './notifier.ts';
import type { SimulatorOptions } from './options.ts';
import type { RequestEntry } from './request-log.ts';
import { createActions } from './actions.ts';
import { createApp } from './app.ts';
import { assemble } from './assemble.ts';
import { viewAccounts, viewBindings, viewPayments, viewState } from './control/views.ts';
import { toPem } from './keys.ts';

export interface Simulator extends Actions {
  /** Origin, without a slash at the end: the product's DOKU_BASE_URL. */
  url: string;
  /** DOKU's public key, SPKI PEM: the product's DOKU_PUBLIC_KEY. */
  publicKey: string;
  /** Each movement of money of this run, oldest first: the ground truth. */
  journal(): JournalEntry[];
  /** Each call of the merchant, oldest first, with what it was answered. */
  requests(): RequestEntry[];
  /** Each notification to the merchant, oldest first, with its attempts. */
  notifications(): NotificationEntry[];
  accounts(): AccountView[];
  bindings(): BindingView[];
  payments(): PaymentView[];
  state(): SimulatorState;
  faults: FaultBox;
  /** Simulated time, epoch milliseconds. */
  now(): number;
  /** Moves simulated time forward; resolves when all that became due is done. */
  advance(ms: number): Promise<void>;
  /** Simulated seconds per real second. */
  setSpeed(factor: number): void;
  /** Sends a notification of the list once more. */
  resend(number: number): Promise<void>;
  /** Resolves when nothing is on its way to the merchant any more; retries and late sends are not waited for. */
  settled(): Promise<void>;
  /** Stops everything; safe to call twice. */
  close(): Promise<void>;
}

/** Resolves once it listens. Throws a TypeError that names the option if one is wrong. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const doku = assemble(options);
  const actions = createActions(doku);
  const listener = getRequestListener(createApp(doku, actions).fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  // A machine that stands still for a moment must not make both ends forget a connection at different times.
  server.keepAliveTimeout = 60_000;
  const url = await listen(server, options);
  doku.origin = options.publicUrl ?? url;
  return {
    ...actions,
    url,
    publicKey: toPem(doku.keys.publicKey),
    journal: () => doku.bank.journal.entries(),
    requests: () => doku.requests.entries(),
    notifications: () => doku.notifier.entries(),
    accounts: () => viewAccounts(doku),
    bindings: () => viewBindings(doku),
    payments: () => viewPayments(doku),
    state: () => viewState(doku),
    faults: doku.faults,
    now: () => doku.clock.now(),
    advance: (ms) => doku.clock.advance(ms),
    setSpeed: (factor) => doku.clock.setSpeed(factor),
    resend: (number) => doku.notifier.resend(number),
    settled: () => doku.background.idle(),
    async close() {
      await stop(server);
      await doku.background.close();
      doku.clock.close();
    },
  };
}

function listen(server: Server, { port = 0, host = '127.0.0.1' }: SimulatorOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
