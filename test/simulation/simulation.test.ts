/**
 * Deterministic simulation (reliability R95): the whole proxy in one process, in virtual time, under everything that can
 * go wrong between shoppers, servers, bank and database; each run follows from its seed alone.
 *
 * By default 500 seeds run, which two idle cores do in a quarter of a minute; `SIMULATION_SEEDS=20000` runs that many, and
 * `SIMULATION_FROM=` begins elsewhere. `SIMULATION_SEED=` runs one seed and prints everything that happened in it. Seeds that
 * failed are added to `regressions.json`, and always run.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { runFleet } from './fleet.ts';
import type { Outcome } from './simulate.ts';

interface Regression {
  seed: string;
  /** What went wrong when it was found. */
  found: string;
}

const one = process.env['SIMULATION_SEED'];
const seedCount = Number(process.env['SIMULATION_SEEDS'] ?? 500);
const firstSeed = Number(process.env['SIMULATION_FROM'] ?? 0);
const regressionsFile = new URL('./regressions.json', import.meta.url);
const regressions = JSON.parse(readFileSync(regressionsFile, 'utf8')) as Regression[];

/** More would say no more. */
const mostFailures = 5;

function* seedsFrom(first: number, count: number): Generator<string> {
  for (let seed = first; seed < first + count; seed += 1) yield String(seed);
}

const tell = ({ seed, violations }: Outcome): string =>
  `seed ${seed}: ${violations.map(({ rule, detail }) => `${rule}: ${detail}`).join('; ')}\n  again, with all that happened: SIMULATION_SEED=${seed} npm run test:simulation`;

/** From now on they run first, whatever other seeds run. */
function keep(failures: readonly Outcome[]): void {
  const known = new Set(regressions.map(({ seed }) => seed));
  const added = failures.filter(({ seed }) => !known.has(seed)).map(({ seed, violations }): Regression => ({ seed, found: violations[0]?.rule ?? '' }));
  if (added.length > 0) writeFileSync(regressionsFile, `${JSON.stringify([...regressions, ...added], undefined, 2)}\n`);
}

async function run(seeds: Iterable<string>): Promise<{ outcomes: number; failures: Outcome[]; sums: Record<'tasks' | 'deaths' | 'debits' | 'refunds', number> }> {
  const failures: Outcome[] = [];
  const sums = { tasks: 0, deaths: 0, debits: 0, refunds: 0 };
  let outcomes = 0;
  await runFleet({ seeds, onOutcome: (outcome) => {
    outcomes += 1;
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += outcome[name];
    if (outcome.violations.length > 0) failures.push(outcome);
    return failures.length >= mostFailures;
  } });
  return { outcomes, failures, sums };
}

async function traceOf(seed: string): Promise<string> {
  const hashes: string[] = [];
  await runFleet({ seeds: [seed], processes: 1, onOutcome: ({ traceHash }) => hashes.push(traceHash) < 0 });
  return hashes.join();
}

describe('the simulated proxy', { timeout: 86_400_000, skip: one !== undefined }, () => {
  test('does the same twice under one seed, to the last step, in two processes', async () => {
    const [once, again, other] = await Promise.all([traceOf('11'), traceOf('11'), traceOf('12')]);
    assert.equal(again, once);
    assert.notEqual(other, once, 'every seed has the same trace: it records nothing');
  });

  test('does the same whatever ran before it in the same process', async () => {
    const hashes = new Map<string, string[]>();
    const seeds = ['21', '22', '23', '21', '23', '22'];
    await runFleet({ seeds, processes: 1, onOutcome: ({ seed, traceHash }) => (hashes.set(seed, [...(hashes.get(seed) ?? []), traceHash]), false) });
    for (const [seed, [first, second]] of hashes) assert.equal(second, first, `seed ${seed}`);
  });

  test(`keeps every promise under the ${regressions.length} seeds that once failed`, { skip: regressions.length === 0 }, async () => {
    const { failures } = await run(regressions.map(({ seed }) => seed));
    assert.equal(failures.map(tell).join('\n'), '');
  });

  test(`keeps every promise under ${seedCount} seeds from ${firstSeed}`, async (t) => {
    const startedAt = performance.now();
    const { outcomes, failures, sums } = await run(seedsFrom(firstSeed, seedCount));
    keep(failures);
    t.diagnostic(`${outcomes} seeds in ${Math.round((performance.now() - startedAt) / 1000)} s: ${sums.debits} debits, ${sums.refunds} refunds, ${sums.deaths} deaths of servers, ${sums.tasks} tasks`);
    assert.equal(failures.map(tell).join('\n'), '');
    assert.ok(sums.debits >= outcomes / 2, 'hardly anything was paid');
    assert.ok(sums.deaths >= outcomes / 2, 'hardly any server died');
  });
});

describe('one seed', { skip: one === undefined }, () => {
  test(`keeps every promise under seed ${one ?? ''}`, async () => {
    const { installSimulation } = await import('./install.ts');
    installSimulation();
    const { simulate } = await import('./simulate.ts');
    const outcome = await simulate(one ?? '', (line) => process.stdout.write(line));
    assert.equal(outcome.violations.length === 0 ? '' : tell(outcome), '');
  });
});
