/**
 * What the servers need is away for a while: the process lives, says 503 and when to come again, works again within five
 * seconds after it is back, and nothing is lost. Real processes, a real database, real connections.
 *
 * `FIRE_OUTAGE_MS` says how long (the long form: 60 000).
 */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { findViolations } from '../faults/checker.ts';
import type { LabOptions, Stage } from '../faults/stage.ts';
import { startPostgres } from '../server/support/postgres.ts';
import type { NoPostgres, PostgresServer } from '../server/support/postgres.ts';
import { runOutage } from './outage.ts';
import type { Outage } from './outage.ts';

const lengthMs = Number(process.env['FIRE_OUTAGE_MS'] ?? 2_000);
const soonMs = 5_000;
/** So long a server waits for another process to let go of an SQLite file before it says that the database is away. */
const sqlitePatienceMs = 10_000;

interface Expectation {
  /** Whether anybody is told to come again; otherwise the wait is short enough to be sat out. */
  isTold?: boolean;
  options?: Partial<LabOptions>;
}

async function assertSurvived(t: TestContext, outage: Outage, { isTold = true, options = {} }: Expectation = {}): Promise<void> {
  const { heard, recoveredAfterMs, evidence, exitCodes, leaks } = await runOutage(outage, { lengthMs, untilTold: isTold, options });
  const troubled = heard.filter(({ status }) => status >= 500);
  t.diagnostic(`${lengthMs} ms away: ${heard.length} answers, ${troubled.length} of them 503; paid again after ${recoveredAfterMs.toFixed(0)} ms; ${evidence.journal.length} movements of money`);
  assert.deepEqual(troubled.filter(({ status, retryAfterSeconds }) => status !== 503 || !(retryAfterSeconds !== undefined && retryAfterSeconds >= 1)), []);
  assert.ok(recoveredAfterMs <= soonMs, `works again after ${recoveredAfterMs.toFixed(0)} ms`);
  assert.ok(exitCodes.every((code) => code === 0), 'the process that began is the one that ends, in good order');
  assert.deepEqual(findViolations(evidence), []);
  assert.deepEqual(leaks, []);
}

const bankAway: Outage = { begin: ({ bankSide }) => bankSide.refuse(), end: ({ bankSide }) => bankSide.accept() };

/** There, away, there, away. */
function flapping(): Outage {
  const ending = new AbortController();
  let flaps: Promise<void> = Promise.resolve();
  const flap = async (stage: Stage): Promise<void> => {
    while (!ending.signal.aborted) {
      await bankAway.begin(stage);
      await pause(300);
      await bankAway.end(stage);
      await pause(150);
    }
  };
  return {
    begin: async (stage) => void (flaps = flap(stage)),
    end() {
      ending.abort();
      return flaps;
    },
  };
}

/** Another process has the file to itself. */
function fileLocked(): Outage {
  let other: DatabaseSync | undefined;
  return {
    async begin({ database }) {
      other = new DatabaseSync(database.slice('file:'.length));
      other.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE');
    },
    async end() {
      other?.close();
    },
  };
}

describe('while DOKU', { timeout: 8 * lengthMs + 240_000 }, () => {
  test('is away', (t) => assertSurvived(t, bankAway));
  test('comes and goes', (t) => assertSurvived(t, flapping(), { isTold: false }));
});

describe('while the database', { timeout: 8 * lengthMs + 240_000 }, () => {
  let server: PostgresServer | NoPostgres = { reason: 'not started' };
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    if ('close' in server) await server.close();
  });

  test('on PostgreSQL is away, for two servers', async (t) => {
    if ('reason' in server) return t.skip(server.reason);
    const { outage } = server;
    if (outage === undefined) return t.skip('the server that is given is not ours to stop');
    await assertSurvived(t, outage, { options: { database: await server.createDatabase(), instances: 2 } });
  });

  test('in an SQLite file is another process’s', (t) => assertSurvived(t, fileLocked(), { isTold: lengthMs > 2 * sqlitePatienceMs }));
});
