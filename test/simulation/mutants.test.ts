/**
 * The proof of the proof: each known mistake, built into the servers alone, has to be found by the simulation within so
 * many seeds, and by a rule that speaks of it. M3 lives on an SQLite file only; the fault laboratory has it.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mutants } from '../faults/mutants/active.ts';
import type { Mutant } from '../faults/mutants/active.ts';
import { runFleet } from './fleet.ts';
import type { Outcome } from './simulate.ts';

/** The rules one of which has to find the mistake. */
const findings: Readonly<Record<Exclude<Mutant, 'M3'>, Outcome['violations'][number]['rule'][]>> = {
  M1: ['one debit per order', 'every debit is in the ledger'],
  M2: ['debited is what we say', 'one debit per order', 'told only what is true', 'steps follow each other'],
  M4: ['what was acknowledged is kept'],
  M5: ['events are the final states'],
  M6: ['debited is what we say', 'one debit per order', 'told only what is true', 'steps follow each other'],
  M7: ['every debit is in the ledger'],
  M8: ['nothing forged is taken'],
  M9: ['told of the own order'],
  M10: ['every debit is in the ledger', 'told only what is true'],
};

const mostSeeds = 400;

/** Answers after how many seeds the mistake was found; undefined if it was not. */
async function findAfter(mutant: Exclude<Mutant, 'M3'>): Promise<number | undefined> {
  let count = 0;
  let found: number | undefined;
  await runFleet({ mutant, processes: 1, seeds: Array.from({ length: mostSeeds }, (_, seed) => String(seed)), onOutcome: ({ violations }) => {
    count += 1;
    if (violations.some(({ rule }) => findings[mutant].includes(rule))) found ??= count;
    return found !== undefined;
  } });
  return found;
}

describe('the simulation', { concurrency: 2, timeout: 1_800_000, skip: process.env['SIMULATION_SEED'] !== undefined }, () => {
  for (const name of Object.keys(findings) as Exclude<Mutant, 'M3'>[]) {
    test(`finds ${name}: ${mutants[name]}`, async (t) => {
      const found = await findAfter(name);
      t.diagnostic(`${name} found after ${found ?? 'more than all'} seeds`);
      assert.ok(found !== undefined, `${name} was not found within ${mostSeeds} seeds`);
    });
  }
});
