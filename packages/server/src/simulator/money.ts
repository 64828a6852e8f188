/**
 * Amounts of money: SNAP's decimal text on the wire, a safe integer count of sen inside. Never a float.
 *
 * @module
 */

/** SNAP's amount: 1–16 digits, a point, two digits. */
export interface Amount {
  value: string;
  currency: 'IDR';
}

/** Minor units of `"12000.00"`, or undefined if the text is no amount or too large to count exactly. */
export function parseMinor(value: string): number | undefined {
  const match = /^(\d{1,16})\.(\d{2})$/.exec(value);
  if (!match) return undefined;
  const minor = Number(`${match[1]}${match[2]}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}

export function formatMinor(minor: number): string {
  if (!Number.isSafeInteger(minor)) throw new TypeError('an amount is a safe integer count of sen');
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function toAmount(minor: number): Amount {
  return { value: formatMinor(minor), currency: 'IDR' };
}

/** For people: `Rp 12.000` (with `,50` only where there are sen). */
export function formatRupiah(minor: number): string {
  const [rupiah = '0', sen] = formatMinor(minor).split('.');
  return `Rp ${rupiah.replace(/\B(?=(\d{3})+$)/g, '.')}${sen === '00' ? '' : `,${sen}`}`;
}
