/**
 * `GET /health/live` and `GET /health/ready`, for whatever watches the process. Open to everybody, so they tell no
 * more than whether it works.
 *
 * @module
 */

import type { LedgerContext } from '../ledger/context.ts';
import type { RouteRequest } from './context.ts';

/** Longer than this no payment should be of unknown outcome: one of which the bank never heard is believed to be that after a quarter of an hour. */
const longestUnknownMs = 20 * 60_000;

export const showLive = (c: RouteRequest): Response => c.json({ status: 'live' });

/**
 * `ready`, or `degraded` with the reasons: `bank-away`, `payments-unknown`. Both are 200: another instance would fare
 * no better. Only without a database that it can write to (or while it stops) does the server ask to be left alone, with 503.
 */
export async function showReady(ledger: LedgerContext, c: RouteRequest): Promise<Response> {
  await ledger.store.assertWritable();
  const unknownSince = await ledger.store.oldestUnknownPayment();
  const reasons = [
    ...(ledger.bank.away().length > 0 ? ['bank-away'] : []),
    ...(unknownSince !== undefined && ledger.now() - unknownSince > longestUnknownMs ? ['payments-unknown'] : []),
  ];
  return c.json(reasons.length === 0 ? { status: 'ready' } : { status: 'degraded', reasons });
}
