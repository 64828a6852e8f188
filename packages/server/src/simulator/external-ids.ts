/**
 * X-EXTERNAL-ID is unique within a day (WIB) for one merchant, over all operations (dossier section 7.1).
 *
 * @module
 */
import type { Answer } from './refusal.ts';
import type { SimulatorClock } from './clock.ts';
import { wibDay } from './timestamp.ts';

/** One use of an X-EXTERNAL-ID. */
export interface ExternalIdUse {
  /** Path and body, to tell a resend from a reuse. */
  fingerprint: string;
  /** What was answered, once it is known. */
  answer: Answer | undefined;
}

export interface ExternalIds {
  /** The earlier use of this id today; otherwise undefined, and the id is taken from now on. */
  claim(externalId: string, use: ExternalIdUse): ExternalIdUse | undefined;
}

export function createExternalIds(clock: SimulatorClock): ExternalIds {
  let day = wibDay(clock.now());
  const uses = new Map<string, ExternalIdUse>();
  return {
    claim(externalId, use) {
      const today = wibDay(clock.now());
      if (today !== day) uses.clear();
      day = today;
      const earlier = uses.get(externalId);
      if (!earlier) uses.set(externalId, use);
      return earlier;
    },
  };
}
