/**
 * X-IP-ADDRESS: the shopper's IPv4 address in 10–15 characters, which is what DOKU's own SDKs insist on
 * (dossier 1.4).
 *
 * @module
 */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipV4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const minLength = 10;

/** Tells whether a text can be an X-IP-ADDRESS. */
export function isIpAddress(text: string): boolean {
  return text.length >= minLength && ipV4.test(text);
}

/**
 * The address to send for a shopper.
 *
 * @param address as the connection gives it; IPv4, IPv6, or IPv4 inside IPv6 (`::ffff:…`)
 * @param fallback sent in place of an IPv6 address or one that is too short for DOKU's rule
 */
export function toIpAddress(address: string | undefined, fallback: string): string {
  const plain = address?.replace(/^::ffff:/i, '') ?? '';
  return isIpAddress(plain) ? plain : fallback;
}
