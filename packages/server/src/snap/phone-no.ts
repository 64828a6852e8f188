/**
 * An Indonesian mobile number in DOKU's form: `62…`, digits alone, 9–16 of them (dossier 3.1).
 *
 * @module
 */

const dokuForm = /^62[1-9]\d{6,13}$/;

/** Tells whether a text is a phoneNo as DOKU wants it. */
export function isPhoneNo(text: string): boolean {
  return dokuForm.test(text);
}

/**
 * Reads a number as people write it, `0812…`, `62812…` or `+62 812-…`, into DOKU's form.
 *
 * @returns `undefined` if it is none
 */
export function toPhoneNo(text: string): string | undefined {
  const digits = text.replace(/[\s().-]/g, '').replace(/^\+(?=62)/, '').replace(/^0(?=[1-9])/, '62');
  return isPhoneNo(digits) ? digits : undefined;
}
