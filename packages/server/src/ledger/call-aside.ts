/**
 * Functions of the merchant's for which nothing waits: a log, a hook for figures.
 *
 * @module
 */

/** Calls it; `fail` is told what it throws, or rejects with after a while, and nothing else is disturbed. */
export function callAside(call: () => unknown, fail: (error: unknown) => void): void {
  try {
    const answer = call();
    if (answer !== undefined) Promise.resolve(answer).catch(fail);
  } catch (error) {
    fail(error);
  }
}
