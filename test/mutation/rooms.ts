/**
 * The rooms in which a mistake costs money, and which tests tell soonest that one was made in a file: those of the same
 * name, and those named here. Fewer tests than there are, so that a score is rather too low than too high.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const source = 'packages/server/src';

/** Beside the test of the same name, by source file; what is not named has the room's own. Where that test says it all, none. */
const also: Readonly<Record<string, readonly string[]>> = {
  'snap/account.ts': ['snap/inputs', 'snap/operations'],
  'snap/access-token.ts': ['snap/post'],
  'snap/acknowledgement.ts': ['snap/notification'],
  'snap/amount.ts': ['snap/inputs', 'snap/operations'],
  'snap/assert.ts': ['snap/inputs', 'snap/operations', 'snap/post'],
  'snap/balance.ts': ['snap/inputs', 'snap/operations'],
  'snap/clock-watch.ts': [],
  'snap/customer-token.ts': ['snap/operations'],
  'snap/encoding.ts': [],
  'snap/external-id.ts': [],
  'snap/failure-reason.ts': [],
  'snap/http.ts': [],
  'snap/ip-address.ts': [],
  'snap/json.ts': [],
  'snap/merchant-token.ts': [],
  'snap/message.ts': [],
  'snap/notification.ts': [],
  'snap/payment.ts': ['snap/inputs', 'snap/operations'],
  'snap/phone-no.ts': [],
  'snap/post.ts': ['snap/operations'],
  'snap/profiles.ts': [],
  'snap/refund.ts': ['snap/inputs', 'snap/operations'],
  'snap/replay-memory.ts': [],
  'snap/response-code.ts': [],
  'snap/signature.ts': [],
  'snap/status.ts': ['snap/operations', 'snap/inputs'],
  'snap/text.ts': [],
  'snap/timeouts.ts': ['timeouts'],
  'snap/timestamp.ts': [],
  'snap/token-request.ts': ['snap/customer-token'],
  'snap/verify-notification.ts': [],
  'snap/web-url.ts': ['snap/message', 'snap/snap', 'snap/inputs'],
  'ledger/admission.ts': [],
  'ledger/bank.ts': [],
  'ledger/context.ts': [],
  'ledger/events.ts': [],
  'ledger/metrics.ts': ['health'],
  'ledger/evidence.ts': ['ledger/refunds'],
  'ledger/guarded-bank.ts': [],
  'ledger/disown.ts': [],
  'ledger/keep-answer.ts': [],
  'ledger/links.ts': ['ledger/disown'],
  'ledger/link-page.ts': [],
  'ledger/manual-refund.ts': [],
  'ledger/payments.ts': [],
  'ledger/rate-limits.ts': [],
  'ledger/reconcile.ts': [],
  'ledger/refunds.ts': ['ledger/refunds-again', 'ledger/refund-keys'],
  'ledger/retention.ts': [],
  'ledger/gate.ts': [],
  'ledger/retry-budget.ts': ['ledger/schedule'],
  'ledger/schedule.ts': [],
  'ledger/sweep.ts': [],
  'ledger/taken-late.ts': ['ledger/refunds'],
  'ledger/tokens.ts': ['ledger/disown'],
  'ledger/transitions.ts': ['transitions'],
  'ledger/unlink.ts': ['ledger/disown'],
  'routes/doku.ts': ['notifications', 'late-and-contradicting-news', 'key-rotation', 'limits'],
};

/** Runs before the tests of a room's files, but for what tests the file alone: it takes two seconds and goes everywhere. */
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
  const [alone = '', ...others] = wanted.map((test) => `test/server/${test}.test.ts`);
  const tests = [alone, ...(firstOfRoom[room] ?? []), ...others].filter((path) => existsSync(root + path));
  return { room, file: `${source}/${room}/${name}`, tests: [...new Set(tests)] };
}

/** All files of a room, or of all rooms. */
export function subjectsOf(room?: string): Subject[] {
  const inFolder = (folder: string): Subject[] => readdirSync(`${root}${source}/${folder}`)
    .filter((name) => name.endsWith('.ts') && !typesOnly.has(name)).map((name) => subject(folder, name));
  const all = [...inFolder('snap'), subject('routes', 'doku.ts'), ...inFolder('ledger')];
  return all.filter((one) => room === undefined || one.room === room);
}
