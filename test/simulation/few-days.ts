/**
 * A few seeds of the simulation as one TAP test in one process: what tells soonest that the ledger was broken. Ends at the
 * first promise that was not kept.
 */
import { installSimulation } from './install.ts';

const seeds = 30;

installSimulation();
// Only now, so that the stand-ins are found in place of the product's own modules.
const { simulate } = await import('./simulate.ts');

async function findBroken(): Promise<string | undefined> {
  let paid = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const { debits, violations: [violation] } = await simulate(String(seed));
    if (violation) return `seed ${seed}: ${violation.rule}`;
    paid += debits;
  }
  return paid < seeds ? 'hardly anything was paid' : undefined;
}

const broken = await findBroken().catch((error: unknown) => String(error));
process.stdout.write(`TAP version 13\n1..1\n${broken === undefined ? 'ok' : 'not ok'} 1 - ${seeds} simulated days${broken === undefined ? '' : ` # ${broken}`}\n`);
process.exit(broken === undefined ? 0 : 1);
