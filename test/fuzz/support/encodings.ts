/**
 * One JSON value in every spelling that senders are seen to use (dossier 2.5), by a writer of our own: blanks of all
 * kinds, escapes of all kinds, and the two compact forms that they sign instead of what they send.
 */
import type { Draw } from './forgeries.ts';

/** A value as it is to be written: numbers by their text, members in their order. */
export type Value = { text: string } | { number: string } | { members: [string, Value][] } | { items: Value[] };

export interface Spelling {
  name: string;
  /** Between the parts. */
  blank(): string;
  /** How one letter of a text is written; undefined for the shortest way. */
  letter(unit: string): string | undefined;
}

const shortest = (unit: string): string => JSON.stringify(unit).slice(1, -1);
const hex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');
const nothing = (): string => '';

/** An escape is of one UTF-16 unit; a letter of two is escaped in both or in none. */
function writeLetter(letter: string, spelling: Spelling): string {
  const units = Array.from({ length: letter.length }, (_, at) => spelling.letter(letter.charAt(at)));
  return units.some((unit) => unit === undefined) ? shortest(letter) : units.join('');
}

const writeText = (text: string, spelling: Spelling): string => `"${Array.from(text, (letter) => writeLetter(letter, spelling)).join('')}"`;

export function spell(value: Value, spelling: Spelling): string {
  const { blank } = spelling;
  if ('text' in value) return writeText(value.text, spelling);
  if ('number' in value) return value.number;
  if ('items' in value) return `[${blank()}${value.items.map((item) => `${spell(item, spelling)}${blank()}`).join(`,${blank()}`)}]`;
  return `{${blank()}${value.members.map(([name, member]) => `${writeText(name, spelling)}${blank()}:${blank()}${spell(member, spelling)}${blank()}`).join(`,${blank()}`)}}`;
}

const plain = (): undefined => undefined;
const ascii = (unit: string): string | undefined => (unit > '\u007e' ? `\\u${hex(unit)}` : undefined);

/** A spelling of somebody's; `draw` decides where it is free. */
export function spellings(draw: Draw): Spelling[] {
  return [
    { name: 'compact (Node, Go)', blank: nothing, letter: plain },
    { name: 'spaced and ASCII (Python)', blank: () => ' ', letter: ascii },
    { name: 'escaped slashes (PHP)', blank: nothing, letter: (unit) => (unit === '/' ? '\\/' : ascii(unit)) },
    { name: 'HTML escapes (Java with Gson)', blank: nothing, letter: (unit) => ('<>&=\''.includes(unit) ? `\\u${hex(unit)}` : undefined) },
    { name: 'pretty', blank: () => '\n  ', letter: plain },
    { name: 'pretty with tabs and CRLF', blank: () => '\r\n\t', letter: (unit) => (unit > '\u007e' ? `\\u${hex(unit).toUpperCase()}` : undefined) },
    { name: 'any blanks, any escapes', blank: () => ['', ' ', '\n', '\t', '\r\n', '   '][draw(6)] ?? '', letter: (unit) => (draw(3) === 0 ? `\\u${hex(unit)}` : undefined) },
  ];
}

/** The form without blanks outside texts (the documented rule), for a spelling that is the same each time. */
export const minified = (value: Value, { letter }: Spelling): string => spell(value, { name: 'minified', blank: nothing, letter });

/** Compact, and with as few escapes as JSON allows (what DOKU is seen to sign). */
export const canonical = (value: Value): string => spell(value, { name: 'canonical', blank: nothing, letter: plain });

const texts = [
  'Success', 'Kopi  susu', '', ' ', 'a/b', '<b>&=\'"', '\\', '\\\\"', '{"a":1}', '[,:]', 'é', 'Sukses ✓', '😀', '日本語', '\u00a0', '\u2028\u2029', '\ud800', 'tab\there', 'line\nend', '\u0000', '\u0001\u001f', '\u007f', '//evil', 'x'.repeat(400), '"', '\\u0041', 'NaN', '1e5',
] as const;
const numbers = ['0', '-0', '1', '1.0', '1.00', '-1.5e-10', '1E5', '1e+400', '12345678901234567890', '0.1', '10000.00'] as const;
const names = ['a', 'more', '__proto__', 'constructor', 'toString', '0', '1', '10', 'é', '', 'a b', '"', '\\', 'latestTransactionstatus', '😀', 'additional'] as const;

/** Any value; no name twice in one object, as DOKU's own parser would make of it. */
export function anyValue(draw: Draw, depth = 0): Value {
  const kind = draw(depth > 4 ? 2 : 4);
  if (kind === 0) return { text: texts[draw(texts.length)] ?? '' };
  if (kind === 1) return { number: numbers[draw(numbers.length)] ?? '0' };
  if (kind === 2) return { items: Array.from({ length: draw(4) }, () => anyValue(draw, depth + 1)) };
  return { members: anyMembers(draw, depth + 1) };
}

export function anyMembers(draw: Draw, depth = 0): [string, Value][] {
  const chosen = new Set(Array.from({ length: draw(4) }, () => names[draw(names.length)] ?? ''));
  return Array.from(chosen, (name) => [name, anyValue(draw, depth)]);
}

/** The same members in another order. */
export function inAnyOrder<Item>(items: readonly Item[], draw: Draw): Item[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(draw(rest.length), 1));
}
