/**
 * The ten known mistakes (reliability R92): each alone makes a merchant lose money or trust, and each must be
 * caught by the checker. Switched on in a process by its environment.
 */
export const mutants = {
  M1: 'a new reference on a retry',
  M2: '"not found" believed at once',
  M3: 'no rule that an order has one live payment',
  M4: 'a notification acknowledged before it is committed',
  M5: 'events written outside the transaction',
  M6: 'a 5xx taken for a failure',
  M7: 'one customer token for all',
  M8: 'signatures compared without regard to case',
  M9: 'no check of what an idempotency key stood for',
  M10: 'the intent written after the request was sent',
} as const;

export type Mutant = keyof typeof mutants;

export function readMutant(): Mutant | undefined {
  const name = process.env['LAB_MUTANT'];
  return name !== undefined && Object.hasOwn(mutants, name) ? (name as Mutant) : undefined;
}
