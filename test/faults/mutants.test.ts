/**
 * The proof of the proof (reliability R92): each known mistake, built into the servers alone, has to be found by the
 * checker, and by a rule that speaks of it; and the same hour without a mistake has to pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { findViolations } from './checker.ts';
import type { Rule } from './checker.ts';
import { runLab } from './lab.ts';
import type { LabOptions } from './lab.ts';
import { mutants } from './mutants/active.ts';
import type { Mutant } from './mutants/active.ts';
import { worstHour } from './weather.ts';

/** The rules one of which has to find the mistake, and how many kills it takes to show. */
const findings: Readonly<Record<Mutant, { rules: Rule[]; kills: number }>> = {
  M1: { rules: ['one debit per order', 'every debit is in the ledger'], kills: 0 },
  M2: { rules: ['debited is what we say', 'one debit per order'], kills: 0 },
  M3: { rules: ['one debit per order'], kills: 0 },
  M4: { rules: ['what was acknowledged is kept'], kills: 6 },
  M5: { rules: ['events are the final states'], kills: 6 },
  M6: { rules: ['debited is what we say', 'one debit per order'], kills: 0 },
  M7: { rules: ['every debit is in the ledger'], kills: 0 },
  M8: { rules: ['nothing forged is taken'], kills: 0 },
  M9: { rules: ['told of the own order'], kills: 0 },
  M10: { rules: ['every debit is in the ledger', 'told only what is true'], kills: 6 },
};

/** A mistake shows by chance, so it gets another hour to show itself before it counts as unseen. */
const mostHours = 3;
const seed = process.env['LAB_SEED'] ?? '1';
const orders = Number(process.env['LAB_ORDERS'] ?? 32);

const hourOf = (options: Pick<LabOptions, 'seed' | 'kills'> & Partial<LabOptions>): LabOptions => ({ orders, climate: worstHour, ...options });

/** Runs one hour with the mistake; answers how often the rules that speak of it were broken. */
async function countFindings(t: TestContext, mutant: Mutant, hour: number): Promise<number> {
  const { rules, kills } = findings[mutant];
  const { evidence } = await runLab(hourOf({ seed: `${seed}/${mutant}/${hour}`, kills, mutant }));
  const count = findViolations(evidence).filter(({ rule }) => rules.includes(rule)).length;
  const states = Array.from(Map.groupBy(evidence.books.payments, ({ state }) => state), ([state, payments]) => `${state} ${payments.length}`);
  t.diagnostic(`${mutant}, hour ${hour}: found ${count} times; ${evidence.journal.length} movements of money; ${states.join(', ')}`);
  return count;
}

describe('the checker', { concurrency: 2, timeout: 600_000 }, () => {
  test(`finds nothing wrong in an hour without a mistake (seed ${seed})`, async () => {
    const { evidence } = await runLab(hourOf({ seed, kills: 6 }));
    assert.ok(evidence.journal.length >= orders / 5, 'hardly anything was paid');
    assert.deepEqual(findViolations(evidence), [], `seed ${seed}`);
  });

  for (const name of Object.keys(mutants) as Mutant[]) {
    test(`finds ${name}: ${mutants[name]}`, async (t) => {
      for (let hour = 1; hour <= mostHours; hour += 1) {
        if ((await countFindings(t, name, hour)) > 0) return;
      }
      assert.fail(`${name} was not found, seed ${seed}`);
    });
  }
});
