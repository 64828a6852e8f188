/**
 * Reads the JSON that DOKU sends, and writes the compact forms over which a sender may have signed it
 * (dossier 2.5). Must never re-serialise parsed values: that reorders keys and changes numbers.
 *
 * @module
 */

import { decodeUtf8 } from './encoding.ts';

/** A JSON object that was read from bytes. */
export interface ReadJson {
  value: Record<string, unknown>;
  /** The text without the whitespace outside strings (the documented rule). */
  minified: string;
  /**
   * As `minified`, and each string written with as few escapes as JSON allows (what DOKU is seen to do). Key order
   * and the texts of numbers are kept.
   */
  canonical: string;
}

const maxDepth = 32;
// A string, or one character of anything else but whitespace. Only used on text that JSON.parse has accepted, hence so short.
const token = /("[^"\\]*(?:\\.[^"\\]*)*")|[^"\s]/g;

/**
 * Reads an object of JSON.
 *
 * @returns `undefined` if it is not UTF-8, not JSON, no object, nested deeper than 32 levels, or names a key twice
 *   in one object (which two parsers may read differently)
 */
export function readJson(bytes: Uint8Array): ReadJson | undefined {
  const text = decodeUtf8(bytes) ?? '';
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const forms = compact(text);
  return forms && { value: value as Record<string, unknown>, ...forms };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compact(text: string): { minified: string; canonical: string } | undefined {
  const isAllowed = createStructureCheck();
  let minified = '';
  let canonical = '';
  for (const [part, string] of text.matchAll(token)) {
    const shortest = string === undefined ? part : JSON.stringify(JSON.parse(string));
    if (!isAllowed(shortest)) return undefined;
    minified += part;
    canonical += shortest;
  }
  return { minified, canonical };
}

/** Follows the parts of a valid document: false at the first that nests too deep or repeats a key of its object. */
function createStructureCheck(): (part: string) => boolean {
  const levels: Set<string>[] = [];
  let previous = '';
  return (part) => {
    const key = previous;
    previous = part;
    if (part === '{' || part === '[') return levels.push(new Set()) <= maxDepth;
    if (part === '}' || part === ']') levels.pop();
    if (part !== ':') return true;
    const keys = levels.at(-1);
    if (keys === undefined || keys.has(key)) return false;
    keys.add(key);
    return true;
  };
}
