/**
 * The default log: one JSON object a line on standard error. What looks like a secret is blotted out, whoever
 * put it there. And a log of the merchant's own, which may fail.
 *
 * @module
 */

import { callAside } from './ledger/call-aside.ts';
import type { Logger } from './ledger/context.ts';

/**
 * JWTs, bearer tokens, PEM bodies, DOKU's secret keys and authorisation codes, Indonesian phone numbers. Looked for in time
 * that grows with the text alone, as visitors write some of it: of the `eyJ` in a row only the first is tried as a JWT,
 * for what follows it follows them all.
 */
const secrets = /(?<!eyJ[\w-]*?)eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer\s+\S+|-----BEGIN [^-]+-----[^-]*(?:-----END [^-]+-----)?|SK-[\w-]{8,}|2238\d{36}|(?<![\d.])(?:\+?62|0)8\d{6,13}(?!\d)/g;

const longestText = 2000;

/** Of a longer text no more than this is looked at. */
const longestRead = 64 * 1024;

/** What is last in a text that was cut: it may be half a secret, which no pattern knows. */
const lastWord = /(?<![\w.+-])[\w.+-]+$/;

export function createConsoleLogger(): Logger {
  const write = (level: string) => (message: string, fields: Record<string, unknown> = {}): void => {
    console.error(defuse(toLine({ time: new Date().toISOString(), level, message, ...fields })));
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

type LogOfTheirs = Readonly<Record<keyof Logger, (...line: Parameters<Logger['info']>) => unknown>>;

/** The merchant's log. A line that it does not take, now or after a while, goes to standard error, and disturbs nothing. */
export function createFailsafeLogger(theirs: LogOfTheirs): Logger {
  const ours = createConsoleLogger();
  const write = (level: keyof Logger): Logger['info'] => (...line) => callAside(() => theirs[level](...line), () => ours[level](...line));
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** JSON leaves alone what some terminals obey (C1 controls) and some readers of lines break at. */
const defuse = (line: string): string => line.replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Whatever was given, a log must not throw into the one who writes it. */
function toLine(entry: Record<string, unknown>): string {
  try {
    return JSON.stringify(entry, (_key, value: unknown) => blot(value));
  } catch (error) {
    return JSON.stringify({ time: entry['time'], level: entry['level'], message: blot(entry['message']), unloggable: String(error) });
  }
}

/** `value` without anything that looks like a secret. */
export function blot(value: unknown): unknown {
  return typeof value === 'string' ? cut(value).replace(secrets, '[redacted]').slice(0, longestText) : value;
}

const cut = (text: string): string => (text.length > longestRead ? text.slice(0, longestRead).replace(lastWord, '[redacted]') : text);
