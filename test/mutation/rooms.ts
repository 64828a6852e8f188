/**
 * The rooms in which a mistake costs money, and which tests tell soonest that one was made in a file: those of the same
 * name, and those named here. Fewer tests than there are, so that a score is rather too low than too high.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const source = 'packages/server/src';

/** Beside the test of the same name, by source file; what is not named has the room's own. */
const also: Readonly<Record<string, readonly string[]>> = {
  'snap/account.ts': ['snap/inputs', 'snap/operations'],
  'snap/acknowledgement.ts': ['snap/verify-notification', 'snap/merchant-token', 'notifications'],
  'snap/amount.ts': ['snap/inputs', 'snap/operations'],
  'snap/assert.ts': ['snap/inputs', 'snap/operations', 'snap/post'],
  'snap/balance.ts': ['snap/inputs', 'snap/operations'],
  'snap/encoding.ts': ['snap/signature'],
  'snap/failure-reason.ts': ['snap/operations', 'snap/response-code'],
  'snap/ip-address.ts': ['snap/inputs', 'snap/operations', 'adapters'],
  'snap/message.ts': ['snap/operations', 'snap/json'],
  'snap/notification.ts': ['snap/verify-notification'],
  'snap/payment.ts': ['snap/inputs', 'snap/operations'],
  'snap/phone-no.ts': ['snap/inputs', 'snap/operations', 'linking'],
  'snap/refund.ts': ['snap/inputs', 'snap/operations'],
  'snap/status.ts': ['snap/operations', 'snap/inputs'],
  'snap/timeouts.ts': ['timeouts'],
  'snap/token-request.ts': ['snap/access-token', 'snap/customer-token'],
  'ledger/bank.ts': [],
  'ledger/context.ts': [],
  'ledger/admission.ts': [],
  'ledger/events.ts': [],
  'ledger/evidence.ts': [],
  'ledger/guarded-bank.ts': [],
  'ledger/links.ts': ['linking', 'process-death'],
  'ledger/link-page.ts': ['canaries'],
  'ledger/manual-refund.ts': [],
  'ledger/payments.ts': ['one-payment', 'uncertain-outcomes', 'bank-away', 'process-death'],
  'ledger/rate-limits.ts': [],
  'ledger/reconcile.ts': [],
  'ledger/refunds.ts': [],
  'ledger/retention.ts': [],
  'ledger/gate.ts': [],
  'ledger/retry-budget.ts': ['ledger/schedule'],
  'ledger/schedule.ts': [],
  'ledger/sweep.ts': [],
  'ledger/tokens.ts': ['one-payment', 'linking', 'process-death'],
  'ledger/transitions.ts': ['transitions'],
  'ledger/unlink.ts': ['unlinking'],
  'routes/doku.ts': ['notifications', 'late-and-contradicting-news', 'key-rotation', 'limits'],
};

/** Runs before all tests of a room's files but a file's own: it takes two seconds and goes everywhere. */
const firstOfRoom: Readonly<Record<string, readonly string[]>> = { ledger: ['test/simulation/few-days.ts'] };

const ofRoom: Readonly<Record<string, readonly string[]>> = {
  snap: ['snap/operations', 'snap/post'], ledger: ['one-payment', 'notifications', 'refunding'], routes: ['notifications'],
};

export interface Subject {
  room: string;
  /** Path from the root. */
  file: string;
  /** Paths from the root, those that tell soonest first. */
  tests: string[];
}

/** What is only types has nothing to break. */
const typesOnly: ReadonlySet<string> = new Set(['types.ts', 'operation.ts', 'bank.ts', 'allo-event.ts']);

function subject(room: string, name: string): Subject {
  const own = `${room}/${name}`.replace(/\.ts$/, '');
  const wanted = [own, own.replace(/^\w+\//, ''), ...(also[`${room}/${name}`] ?? ofRoom[room] ?? [])];
  const named = wanted.map((test) => `test/server/${test}.test.ts`).filter((path) => existsSync(root + path));
  // What is written for this file alone knows it best.
  const quickest = named.filter((path) => path.includes(`/${own}.`));
  return { room, file: `${source}/${room}/${name}`, tests: [...new Set([...quickest, ...(firstOfRoom[room] ?? []), ...named])] };
}

/** All files of a room, or of all rooms. */
export function subjectsOf(room?: string): Subject[] {
  const inFolder = (folder: string): Subject[] => readdirSync(`${root}${source}/${folder}`)
    .filter((name) => name.endsWith('.ts') && !typesOnly.has(name)).map((name) => subject(folder, name));
  const all = [...inFolder('snap'), subject('routes', 'doku.ts'), ...inFolder('ledger')];
  return all.filter((one) => room === undefined || one.room === room);
}
