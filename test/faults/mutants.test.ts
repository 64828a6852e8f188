/**
 * The proof of the proof (reliability R92): each known mistake, built into the servers alone, has to be found by the
 * checker within one hour made for it, and by a rule that speaks of it; and the same hours without a mistake have to pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { findViolations } from './checker.ts';
import type { Rule, Violation } from './checker.ts';
import { runLab } from './lab.ts';
import { mutants } from './mutants/active.ts';
import type { Mutant } from './mutants/active.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

/** Where the mistake has to show, and the rules one of which has to find it. */
const findings: Readonly<Record<Mutant, { scenario: Scenario; rules: Rule[] }>> = {
  M1: { scenario: 'a bank that cannot be believed', rules: ['one debit per order', 'every debit is in the ledger'] },
  M2: { scenario: 'a bank that cannot be believed', rules: ['debited is what we say', 'one debit per order'] },
  M3: { scenario: 'shoppers who do everything at once, and forgers', rules: ['one debit per order'] },
  M4: { scenario: 'servers killed once they have taken a notification', rules: ['what was acknowledged is kept'] },
  M5: { scenario: 'servers killed once they have taken a notification', rules: ['events are the final states'] },
  M6: { scenario: 'a bank that cannot be believed', rules: ['debited is what we say', 'one debit per order'] },
  M7: { scenario: 'shoppers who do everything at once, and forgers', rules: ['every debit is in the ledger'] },
  M8: { scenario: 'shoppers who do everything at once, and forgers', rules: ['nothing forged is taken'] },
  M9: { scenario: 'shoppers who do everything at once, and forgers', rules: ['told of the own order'] },
  M10: { scenario: 'servers killed while the bank answers', rules: ['every debit is in the ledger', 'told only what is true'] },
};

const seed = process.env['LAB_SEED'] ?? '1';

async function live(t: TestContext, scenario: Scenario, mutant?: Mutant, kills: number = scenarios[scenario].kills): Promise<Violation[]> {
  const { evidence, leaks, seconds } = await runLab({ ...scenarios[scenario], kills, seed: `${seed}/${scenario}`, ...(mutant && { mutant }) });
  const { journal, books: { payments } } = evidence;
  assert.ok(journal.length >= scenarios[scenario].orders / 2, 'hardly anything was paid');
  assert.deepEqual(leaks, [], 'a secret came out');
  const violations = findViolations(evidence);
  const states = Array.from(Map.groupBy(payments, ({ state }) => state), ([state, { length }]) => `${state} ${length}`);
  t.diagnostic(`${mutant ?? 'no mistake'}, ${scenario}: ${violations.length} violations, ${journal.length} movements of money, ${states.join(', ')} in ${seconds.toFixed(0)} s`);
  return violations;
}

describe(`the checker (seed ${seed})`, { concurrency: 4, timeout: 600_000 }, () => {
  for (const scenario of Object.keys(scenarios) as Scenario[]) {
    test(`finds nothing wrong with ${scenario}`, async (t) => assert.deepEqual(await live(t, scenario), [], `seed ${seed}`));
  }

  for (const name of Object.keys(mutants) as Mutant[]) {
    const { scenario, rules } = findings[name];
    test(`finds ${name}: ${mutants[name]}`, async (t) => {
      const found = (await live(t, scenario, name)).filter(({ rule }) => rules.includes(rule));
      t.diagnostic(`${name}: found ${found.length} times, first: ${found[0]?.detail ?? 'never'}`);
      assert.ok(found.length > 0, `${name} was not found, seed ${seed}`);
    });
  }

  // It makes the one mistake that it is named for, which only a death shows: what it is found by is not another.
  test('finds nothing of M10 where no server dies', async (t) => assert.deepEqual(await live(t, findings.M10.scenario, 'M10', 0), [], `seed ${seed}`));
});
