/**
 * How much is run, and how a run is had again. `FUZZ_LONG=1` runs the long form; `FUZZ_SEED=…` repeats the run that
 * printed that seed; `FUZZ_SHARE=0.1` runs a tenth of whichever form it is.
 */

const isLong = process.env['FUZZ_LONG'] === '1';
const share = Number(process.env['FUZZ_SHARE'] ?? 1);

/** The short form is the same every time; the long form draws another seed each time, and says which. */
export const seed = Number(process.env['FUZZ_SEED'] ?? (isLong ? Date.now() % 1_000_000_000 : 20_261_122));

/** How many of something are made in this form. */
export const count = (short: number, long: number): number => Math.ceil((isLong ? long : short) * share);

/** Says what was done, where the test runner shows it. */
export function tell(context: { diagnostic(message: string): void }, figures: Readonly<Record<string, number>>): void {
  context.diagnostic(`seed ${seed}: ${Object.entries(figures).map(([name, figure]) => `${figure.toLocaleString('en')} ${name}`).join(', ')}`);
}

/** Mulberry32: the same numbers for the same seed, 0 (inclusive) to 1 (exclusive). */
export function createDice(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
