/**
 * DOKU's rule for free text, `^[a-zA-Z0-9.\-/+,=_:'@% ]*$` (dossier 3), and how to make a text obey it. Must
 * never alter an identifier or an address: those are checked, and refused or left out.
 *
 * @module
 */

const safeForm = /^[a-zA-Z0-9.\-/+,=_:'@% ]*$/;
const unsafe = /[^a-zA-Z0-9.\-/+,=_:'@% ]/g;
const combiningMarks = /\p{M}/gu;
const substitutes: readonly (readonly [RegExp, string])[] = [
  [/[‘’‚′`]/g, "'"],
  [/[‐-―−]/g, '-'],
  [/&/g, ' and '],
  [/[([{<]/g, ' - '],
];

/** Tells whether a text may be sent as it is: not blank, not longer than `maxLength`, and within DOKU's rule. */
export function isSafeText(text: string, maxLength: number): boolean {
  return text.trim() !== '' && text.length <= maxLength && safeForm.test(text);
}

/**
 * Makes a text that DOKU accepts: accents go, what is forbidden becomes a space, and the length is kept.
 *
 * @param text any text, for example a product name
 * @param maxLength in characters
 * @param fallback taken if nothing is left; must itself be safe
 */
export function toSafeText(text: string, maxLength: number, fallback: string): string {
  let safe = text.normalize('NFKD').replace(combiningMarks, '');
  for (const [pattern, substitute] of substitutes) safe = safe.replace(pattern, substitute);
  safe = safe.replace(unsafe, ' ').replace(/ {2,}/g, ' ').trim().slice(0, maxLength).trimEnd();
  return safe === '' ? fallback : safe;
}
