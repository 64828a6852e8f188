/**
 * X-TIMESTAMP and its kin: ISO 8601 with an offset, seconds precision, Western Indonesian Time (UTC+7)
 * whatever the host's zone (dossier 2.4). Must never read the host's zone or locale.
 *
 * @module
 */

const wibOffsetMs = 7 * 60 * 60 * 1000;
const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Writes an instant as DOKU wants it: `2025-03-14T10:15:30+07:00`.
 *
 * @param epochMs epoch milliseconds; what is below a second is cut off
 * @throws RangeError outside the years 0000–9999
 */
export function formatTimestamp(epochMs: number): string {
  const text = new Date(epochMs + wibOffsetMs).toISOString();
  if (text.length !== 24) throw new RangeError('a timestamp must lie in the years 0000–9999');
  return `${text.slice(0, 19)}+07:00`;
}

/** The calendar day in Western Indonesian Time as eight digits, `20250314`. */
export function formatDay(epochMs: number): string {
  return formatTimestamp(epochMs).slice(0, 10).replaceAll('-', '');
}

/**
 * Reads an instant: `Z` or an offset, with or without a fraction of a second.
 *
 * @returns epoch milliseconds, or `undefined` if the text is no such instant (30 February is none)
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts;
  const utcMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (Number.isNaN(utcMs) || !new Date(utcMs).toISOString().startsWith(written)) return undefined;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return utcMs + Number(fraction.padEnd(3, '0').slice(0, 3)) + (sign === '-' ? offsetMs : -offsetMs);
}

/**
 * As {@link parseTimestamp}, but a text without an offset is taken as Western Indonesian Time: DOKU's `refundTime`
 * may lack one (dossier 3.4).
 */
export function parseLenientTimestamp(text: string): number | undefined {
  return parseTimestamp(text) ?? parseTimestamp(`${text}+07:00`);
}
