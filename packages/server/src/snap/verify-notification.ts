/**
 * Whether a notification is DOKU's, and whether it is fresh (dossier 5.5, reliability R40–R45). Must never look at
 * what the body says, nor tell the sender which check failed.
 *
 * @module
 */

import type { MerchantTokens } from './merchant-token.ts';
import { readNotificationBody } from './notification.ts';
import { verifySymmetric } from './signature.ts';
import type { OnMatch } from './signature.ts';
import { parseTimestamp } from './timestamp.ts';
import type { Clock, HeaderReader } from './types.ts';

/** What the check of notifications needs. */
export interface NotificationVerifierOptions {
  /** Client ID of the merchant, as it must stand in X-PARTNER-ID. */
  clientId: string;
  /** The secrets in force: the current one and for a while the previous one. */
  secretKeys: readonly string[];
  /** Told which of them DOKU used. */
  onMatch?: OnMatch | undefined;
  /** Checks the bearer token that DOKU presents. */
  verifyToken: MerchantTokens['verify'];
  now: Clock;
}

/** A notification as it was received. */
export interface ReceivedNotification {
  /** Path under which the merchant is known to DOKU, with the query as received. Not what a router made of it. */
  path: string;
  headers: HeaderReader;
  /** The body before any parser. */
  rawBody: Uint8Array;
}

/**
 * The verdict.
 *
 * - `fresh`: DOKU's, sent within the last 15 minutes: may be applied
 * - `stale`: DOKU's, but sent up to 13 hours ago (its last retry comes after 12), or its token has run out since:
 *   a hint to check the status, nothing more
 * - `refused`: for the log, which check failed
 */
export type NotificationVerdict =
  | { verdict: 'fresh' | 'stale'; sentAt: number; externalId?: string }
  | { verdict: 'refused'; check: 'token' | 'signature' | 'timestamp' | 'partner-id' | 'format' };

/** Checks notifications. */
export type VerifyNotification = (received: ReceivedNotification) => Promise<NotificationVerdict>;

const futureMs = 5 * 60 * 1000;
const freshMs = 15 * 60 * 1000;
const staleMs = 13 * 60 * 60 * 1000;
const bearerForm = /^Bearer ([\x21-\x7e]{1,4096})$/i;

/** Creates the check of notifications. No I/O. */
export function createNotificationVerifier(options: NotificationVerifierOptions): VerifyNotification {
  return async ({ path, headers, rawBody }) => {
    const now = options.now();
    const accessToken = bearerForm.exec(headers.get('authorization') ?? '')?.[1];
    const timestamp = headers.get('x-timestamp') ?? '';
    const sentAt = parseTimestamp(timestamp);
    // A retry may carry the first attempt's token, long expired; what counts is that it was good when that was sent.
    const tokenAt = Math.min(sentAt ?? now, now);
    if (accessToken === undefined || !(await options.verifyToken(accessToken, tokenAt))) return refused('token');
    if (readNotificationBody(rawBody) === undefined) return refused('format');
    const signature = headers.get('x-signature') ?? '';
    const { secretKeys, onMatch } = options;
    if (!(await verifySymmetric({ path, accessToken, timestamp, rawBody, signature, secretKeys, onMatch }))) return refused('signature');
    if (sentAt === undefined || sentAt > now + futureMs || sentAt < now - staleMs) return refused('timestamp');
    if (headers.get('x-partner-id') !== options.clientId) return refused('partner-id');
    const isFresh = sentAt >= now - freshMs && (await options.verifyToken(accessToken, now));
    const externalId = headers.get('x-external-id');
    return { verdict: isFresh ? 'fresh' : 'stale', sentAt, ...(externalId !== null && { externalId }) };
  };
}

function refused(check: Extract<NotificationVerdict, { verdict: 'refused' }>['check']): NotificationVerdict {
  return { verdict: 'refused', check };
}
