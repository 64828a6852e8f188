/**
 * Not one rupiah lost, doubled or invented, while servers are killed, networks break and the bank misbehaves.
 *
 * `LAB_ORDERS` and `LAB_KILLS` scale it, and `LAB_RUNS` is how often it is done, each time with a bank and a database of
 * its own. By default 150 orders and 10 kills on each store, once; the long form is 100 000 orders and 3 000 kills, as 20
 * runs of 5 000 and 150, which memory holds. `LAB_SEED` repeats a schedule as far as processes allow, `LAB_DATABASE` picks
 * `sqlite`, `postgres` or the address of an empty database (for one run: the next would not find it empty),
 * `LAB_AT_ONCE` the number of shoppers at work, `LAB_VERBOSE=1` shows the servers' log.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { startPostgres } from '../server/support/postgres.ts';
import type { NoPostgres, PostgresServer } from '../server/support/postgres.ts';
import { findViolations } from './checker.ts';
import { runLab } from './lab.ts';
import type { LabRun } from './lab.ts';
import type { LabOptions } from './stage.ts';

const { LAB_ORDERS, LAB_KILLS, LAB_RUNS = '1', LAB_SEED, LAB_DATABASE = '', LAB_AT_ONCE } = process.env;
const firstSeed = LAB_SEED ?? String(Math.floor(Math.random() * 1_000_000));
/** The first run has the seed itself, so that a run that failed is had again by its own. */
const seeds = Array.from({ length: Number(LAB_RUNS) }, (_, index) => (index === 0 ? firstSeed : `${firstSeed}/${index + 1}`));
const size = {
  orders: Number(LAB_ORDERS ?? 150), kills: Number(LAB_KILLS ?? 10), ...(LAB_AT_ONCE !== undefined && { atOnce: Number(LAB_AT_ONCE) }),
};
const isUrl = LAB_DATABASE.includes('://');
const longestMs = Math.max(240_000, size.orders * 1_000);

/** The figures, so that a run that passed for want of trouble can be seen. */
function report(t: TestContext, seed: string, { evidence, kills, watched, seconds }: LabRun): void {
  const states = Map.groupBy(evidence.books.payments, ({ state }) => state);
  t.diagnostic(`seed ${seed}: ${size.orders} orders, ${kills.join(' + ')} kills, ${evidence.journal.length} movements of money, ${evidence.told.length} answers, `
    + `${evidence.events.length} events, ${evidence.forged.length} forgeries in ${seconds.toFixed(0)} s; ${watched.secrets} secrets looked for in ${Math.round(watched.bytes / 1_000_000)} MB`);
  t.diagnostic(Array.from(states, ([state, payments]) => `${state} ${payments.length}`).join(', '));
}

async function runAndCheck(t: TestContext, seed: string, options: Partial<LabOptions> = {}): Promise<void> {
  t.diagnostic(`seed ${seed}`);
  const run = await runLab({ seed, ...size, ...options });
  report(t, seed, run);
  assert.deepEqual(findViolations(run.evidence), [], `seed ${seed}`);
  assert.deepEqual(run.leaks, [], 'a secret came out');
  assert.ok(run.watched.secrets > 20, 'hardly anything was looked for');
  assert.equal(run.kills.reduce((sum, kills) => sum + kills, 0), size.kills, 'every planned kill took place');
  assert.ok(Math.max(...run.kills) - Math.min(...run.kills) <= 1, 'all servers were killed alike');
  assert.ok(run.exitCodes.every((code) => code === 0), 'a server that is asked to end ends in good order');
  assert.ok(run.evidence.journal.length >= size.orders / 5, 'hardly anything was paid');
}

describe('every order is debited at most once, and everybody is told the truth about it', { timeout: longestMs * seeds.length }, () => {
  for (const seed of seeds) {
    test(`one server on SQLite, killed again and again (seed ${seed})`, { skip: isUrl || LAB_DATABASE === 'postgres' }, (t) => runAndCheck(t, seed));
  }

  describe('two servers on one PostgreSQL', { skip: LAB_DATABASE === 'sqlite' }, () => {
    let server: PostgresServer | NoPostgres = { reason: 'not asked for' };
    before(async () => {
      if (!isUrl) server = await startPostgres();
    });
    after(async () => {
      if ('close' in server) await server.close();
    });

    for (const seed of seeds) {
      test(`killed again and again (seed ${seed})`, async (t) => {
        if (!isUrl && 'reason' in server) return t.skip(server.reason);
        const database = 'createDatabase' in server ? await server.createDatabase() : LAB_DATABASE;
        await runAndCheck(t, seed, { database, instances: 2 });
      });
    }
  });
});
