/**
 * Phone numbers as shoppers type them and as a page may show them.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import { toPhoneNo } from '../snap/phone-no.ts';

/** `"0812-3456-789"`, `"+62 812…"` → `"62812…"`. Throws `INVALID_PHONE` for anything else. */
export function parsePhone(text: string): string {
  const phone = toPhoneNo(text);
  if (phone === undefined) throw new AlloServerError('INVALID_PHONE');
  return phone;
}

/** `"628123456789"` → `"0812••••789"` */
export function maskPhone(phone: string): string {
  const local = `0${phone.slice(2)}`;
  return `${local.slice(0, 4)}••••${local.slice(-3)}`;
}
