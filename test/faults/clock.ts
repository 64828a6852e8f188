/**
 * Compressed time, the same in every process of the lab: one real second is {@link speed} seconds of the bank's and
 * the merchant's time, so that DOKU's minutes and our own waiting times pass in seconds, in their true proportions.
 */
export const speed = 60;

/** @param startedAtMs Real epoch milliseconds at which the lab began; both times are the same there. */
export const compressedClock = (startedAtMs: number) => (): number => Math.floor(startedAtMs + (Date.now() - startedAtMs) * speed);

/** Real milliseconds for so many of the lab's. */
export const realMs = (labMs: number): number => Math.ceil(labMs / speed);
