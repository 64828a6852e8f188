/**
 * Instants as SNAP writes them, in Western Indonesian Time (UTC+7, no summer time).
 *
 * @module
 */

const wibOffsetMs = 7 * 3_600_000;
const dayMs = 86_400_000;

/** `2025-03-14T10:15:31+07:00` */
export function formatTimestamp(epochMs: number): string {
  return `${new Date(epochMs + wibOffsetMs).toISOString().slice(0, 19)}+07:00`;
}

/** `250314101531000`: YYMMDDHHmmssSSS, as in DOKU's session ids. */
export function compactTimestamp(epochMs: number): string {
  return new Date(epochMs + wibOffsetMs).toISOString().replace(/\D/g, '').slice(2);
}

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds, or undefined if the text is not ISO 8601 with seconds and an offset. */
export function parseTimestamp(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** Number of the calendar day in WIB; X-EXTERNAL-ID is unique within one. */
export function wibDay(epochMs: number): number {
  return Math.floor((epochMs + wibOffsetMs) / dayMs);
}
