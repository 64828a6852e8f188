/**
 * Remembers what was answered to a signature, so that a replay gets nothing (dossier 2.8). Must only be asked about
 * signatures that were verified: nothing else may take up room here.
 *
 * @module
 */

import type { Clock } from './types.ts';

/** Answers the first time, and the same for a moment; `undefined` for a replay. */
export type AnswerOnce<T> = (signature: string, answer: () => Promise<T>) => Promise<T | undefined>;

const burstMs = 5 * 1000;
const maxRemembered = 10_000;

/**
 * Creates the memory, of one process. DOKU's timestamps count seconds and its signature is a function of them, so two
 * requests of one second look the same: for a moment they get the same answer, after that it is a replay.
 *
 * @param keepMs how long a signature is remembered: as long as its timestamp is let in
 */
export function createReplayMemory<T>(now: Clock, keepMs: number): AnswerOnce<T> {
  const seen = new Map<string, { at: number; reply: Promise<T> }>();
  return async (signature, answer) => {
    for (const [known, { at }] of seen) {
      if (at + keepMs >= now() && seen.size <= maxRemembered) break;
      seen.delete(known);
    }
    const before = seen.get(signature);
    if (before !== undefined) return now() - before.at <= burstMs ? before.reply : undefined;
    const reply = answer();
    seen.set(signature, { at: now(), reply });
    return reply;
  };
}
