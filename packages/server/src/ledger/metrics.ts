/**
 * Figures for whoever watches the server. No attribute ever holds an id, a name, an amount or a phone number.
 *
 * @module
 */

import { callAside } from './call-aside.ts';

/**
 * - `allo.transitions`: 1 for each step of a row; `table`, `to`
 * - `allo.bank.requests`: milliseconds one request to DOKU took; `operation`, `outcome`
 * - `allo.bank.away`: 1 when DOKU begins to count as away, 0 when it answers again; `operation`
 * - `allo.payments.unknown_age`: milliseconds since the oldest payment of unknown outcome was sent, 0 if there is none; at each reconciliation
 * - `allo.notifications.refused`: 1 for each notification that was not DOKU's; `kind`, `check`
 * - `allo.notifications.orphaned`: 1 for each notification of a payment that is not in the ledger; `status`
 * - `allo.keys.used`: 1 for each token request that DOKU took, and each request of DOKU's that was verified; `key` (its variable), `place` (1: the newest)
 * - `allo.limits.refused`: 1 for each request that came too often; `limit`
 * - `allo.clock.skew`: milliseconds that our clock is ahead of DOKU's, by its answers; negative if it is behind
 */
export type MetricName =
  | 'allo.transitions'
  | 'allo.bank.requests'
  | 'allo.bank.away'
  | 'allo.payments.unknown_age'
  | 'allo.notifications.refused'
  | 'allo.notifications.orphaned'
  | 'allo.keys.used'
  | 'allo.limits.refused'
  | 'allo.clock.skew';

export type MetricHook = (name: MetricName, value: number, attributes: Readonly<Record<string, string>>) => void;

/** A hook that throws, or answers later and then rejects, disturbs nothing; `report` is told of it, once. */
export function createMeter(hook: (...figure: Parameters<MetricHook>) => unknown, report: (error: unknown) => void): MetricHook {
  let hasFailed = false;
  const fail = (error: unknown): void => {
    if (!hasFailed) report(error);
    hasFailed = true;
  };
  return (...figure) => callAside(() => hook(...figure), fail);
}
