/**
 * Checks what the caller gives before anything is signed or sent: a TypeError is a mistake in the calling code,
 * and proves that nothing was sent. Must never quote the value, which may be personal or secret.
 *
 * @module
 */

import { readRupiah, toMinorUnits } from './amount.ts';
import { isIpAddress } from './ip-address.ts';
import { isPhoneNo } from './phone-no.ts';
import { isSafeText } from './text.ts';
import type { Amount } from './types.ts';
import { parseWebUrl } from './web-url.ts';

const referenceForm = /^[A-Za-z0-9]{32,64}$/;
const tokenForm = /^[\x21-\x7e]{1,4096}$/;
const printable = /^[\x21-\x7e]+$/;
const oneRupiah = 100;

/** A partnerReferenceNo or partnerRefundNo: 32–64 letters and digits (dossier 3.3, 3.4). */
export function assertReference(name: string, value: string): void {
  assert(referenceForm.test(value), `${name} must be 32–64 letters and digits`);
}

/** An identifier that DOKU's text rule must let through as it is. */
export function assertIdentifier(name: string, value: string, maxLength: number): void {
  assert(isSafeText(value, maxLength), `${name} must be 1–${maxLength} characters of A–Z a–z 0–9 . - / + , = _ : ' @ % and space`);
}

/** A phoneNo in DOKU's form. */
export function assertPhoneNo(name: string, value: string): void {
  assert(isPhoneNo(value), `${name} must be 9–16 digits that begin with 62`);
}

/** An X-IP-ADDRESS. */
export function assertIpAddress(name: string, value: string | undefined): void {
  assert(value === undefined || isIpAddress(value), `${name} must be an IPv4 address of 10–15 characters`);
}

/** An X-DEVICE-ID. */
export function assertDeviceId(name: string, value: string | undefined): void {
  assert(value === undefined || /^[A-Za-z0-9-]{1,64}$/.test(value), `${name} must be 1–64 letters, digits and hyphens`);
}

/** A token or authCode: fit for a header. */
export function assertToken(name: string, value: string): void {
  assert(tokenForm.test(value), `${name} must be 1–4096 printable ASCII characters without blanks`);
}

/** An address on the web, in ASCII. */
export function assertUrl(name: string, value: string): void {
  assert(printable.test(value) && parseWebUrl(value) !== undefined, `${name} must be an absolute http or https address in ASCII`);
}

/** Rupiah of at least 1.00 (dossier 3). */
export function assertAmount(name: string, amount: Amount): void {
  const rupiah = readRupiah(amount);
  assert(rupiah !== undefined && toMinorUnits(rupiah) >= oneRupiah, `${name} must be rupiah of at least "1.00"`);
}

/** Throws a TypeError with the message unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message);
}
