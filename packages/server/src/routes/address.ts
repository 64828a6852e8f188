/**
 * Whom a network address stands for, for limits. Must never count against one visitor what all visitors of a
 * reverse proxy did.
 *
 * @module
 */

/** This machine and private networks: RFC 1918, 3927, 6598 and their kin. A proxy nobody told us of looks like that. */
const privateV4 = /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const mappedV4 = /^::ffff:(?=\d+\.)/i;
const v4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** The address without what some proxies write around it: a port, brackets for IPv6, quotes around it all (RFC 7239 §6). */
export function bareAddress(written: string): string {
  const plain = written.replace(/^"(.*)"$/, '$1');
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(plain) ?? [];
  return bracketed ?? dotted ?? plain;
}

/** Behind it stands the IPv4 address of whoever came through a translator of networks (RFC 6052 §2.1). */
const translatedV4 = '64:ff9b:0:0:0:0:';

/** The address, or for IPv6 the network of one subscriber (64 bits). Undefined for what is no visitor of its own. */
export function visitorOf(address: string | undefined): string | undefined {
  const plain = address?.replace(mappedV4, '') ?? '';
  if (v4.test(plain)) return visitorOfV4(plain);
  const groups = expandV6(plain);
  if (groups === undefined || isPrivateV6(groups)) return undefined;
  // All of them would be one subscriber otherwise.
  return groups.join(':').startsWith(translatedV4) ? visitorOfV4(lastAsV4(groups)) : `${groups.slice(0, 4).join(':')}::/64`;
}

const visitorOfV4 = (address: string): string | undefined => (privateV4.test(address) ? undefined : address);

const lastAsV4 = (groups: readonly string[]): string =>
  groups.slice(-2).map((group) => parseInt(group, 16)).flatMap((number) => [number >> 8, number & 0xff]).join('.');

/** The eight groups as numbers in hex, whichever way the address is written. */
function expandV6(address: string): string[] | undefined {
  const written = `http://[${address}]`;
  if (!address.includes(':') || !URL.canParse(written)) return undefined;
  const [head = '', tail] = new URL(written).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [string[], string[]];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

/** `::1` and its neighbours, unique local (`fc00::/7`) and link-local (`fe80::/10`) addresses. */
function isPrivateV6(groups: readonly string[]): boolean {
  const first = parseInt(groups[0] ?? '0', 16);
  return first === 0 || (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
}
