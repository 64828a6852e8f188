/**
 * The default log: one JSON object a line on standard error. What looks like a secret is blotted out, whoever
 * put it there.
 *
 * @module
 */

import type { Logger } from './ledger/context.ts';

/** JWTs, bearer tokens, PEM bodies, DOKU's secret keys and authorisation codes, Indonesian phone numbers. */
const secrets = /eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer\s+\S+|-----BEGIN [^-]+-----[^-]*-----END [^-]+-----|\bSK-[\w-]{8,}|\b2238\d{36}\b|(?<![\d.])(?:\+?62|0)8\d{6,12}(?!\d)/g;

const longestText = 2000;

export function createConsoleLogger(): Logger {
  const write = (level: string) => (message: string, fields: Record<string, unknown> = {}): void => {
    const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }, (_key, value: unknown) => blot(value));
    console.error(line);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** `value` without anything that looks like a secret. */
export function blot(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(secrets, '[redacted]').slice(0, longestText) : value;
}
