/**
 * A process that runs simulations: it is told which seeds, one batch after the other, and answers what became of them.
 */
import { readMutant } from '../faults/mutants/active.ts';
import { installMutant } from '../faults/mutants/install.ts';
import { installSimulation } from './install.ts';
import type { Outcome } from './simulate.ts';

/** What the parent asks for. */
export interface Batch {
  seeds: readonly string[];
}

// A mutant first: the simulation's stand-ins then lie below those of the mutant.
if (readMutant() !== undefined) installMutant();
installSimulation();
// Only now, so that the stand-ins are found in place of the product's own modules.
const { simulate } = await import('./simulate.ts');

async function run({ seeds }: Batch): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await simulate(seed));
  return outcomes;
}

// No worker outlives the test that started it.
process.once('disconnect', () => process.exit());
process.on('message', (batch: Batch) => void run(batch).then((outcomes) => process.send?.(outcomes)));
process.send?.([]);
