/**
 * The shopper's browser as the bank wants to know it: a random id of our own in a cookie, never a fingerprint;
 * an IPv4 address; and, for linking, what kind of phone it is.
 *
 * @module
 */

import type { Browser, Device } from '../ledger/bank.ts';
import { toIpAddress } from '../snap/ip-address.ts';
import { bareAddress, visitorOf } from './address.ts';

/** Where a request came from; an adapter fills it in. */
export interface Connection {
  /** Address of the peer. */
  ip?: string | undefined;
}

export interface DeviceOptions {
  /** Whether the shop is served over TLS: the cookie then is `__Host-` and Secure. */
  secure: boolean;
  /** How many proxies stand in front; their `X-Forwarded-For` entries are believed, no others. */
  trustedProxies: number;
  newId(): string;
}

/** In place of an address that DOKU's rule does not take (IPv6, or fewer than 10 characters): from RFC 6598, nobody's. */
const placeholderAddress = '100.64.0.10';
const idForm = /^[a-f0-9]{32}$/;
const yearSeconds = 365 * 24 * 60 * 60;

const cookieName = ({ secure }: DeviceOptions): string => (secure ? '__Host-allo-device' : 'allo-device');

/** The id in the request's cookie, if it is one of ours. */
export function readDeviceId(request: Request, options: DeviceOptions): string | undefined {
  const prefix = `${cookieName(options)}=`;
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  const id = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
  return id !== undefined && idForm.test(id) ? id : undefined;
}

/** The device, and the cookie to set if it is new. */
export function identifyDevice(request: Request, connection: Connection, options: DeviceOptions): { device: Device; setCookie?: string } {
  const known = readDeviceId(request, options);
  const id = known ?? options.newId().replaceAll('-', '');
  const device = { id, ipAddress: toIpAddress(clientAddress(request, connection, options.trustedProxies), placeholderAddress) };
  return known === undefined ? { device, setCookie: deviceCookie(id, options) } : { device };
}

function deviceCookie(id: string, options: DeviceOptions): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', `Max-Age=${yearSeconds}`, ...(options.secure ? ['Secure'] : [])];
  return [`${cookieName(options)}=${id}`, ...attributes].join('; ');
}

/** Whom the address stands for, for limits; undefined if it is a proxy's, or not known. */
export const identifyVisitor = (request: Request, connection: Connection, { trustedProxies }: Pick<DeviceOptions, 'trustedProxies'>): string | undefined =>
  visitorOf(clientAddress(request, connection, trustedProxies));

/** Each trusted proxy appended one entry; what stands before those is the visitor's own claim. */
function clientAddress(request: Request, { ip }: Connection, trustedProxies: number): string | undefined {
  if (trustedProxies === 0) return ip;
  const forwarded = (request.headers.get('x-forwarded-for') ?? '').split(',').map((entry) => bareAddress(entry.trim()));
  return forwarded.at(-trustedProxies) || ip;
}

/** DOKU asks for a phone system also where there is none; a computer counts as Android. */
export function identifyBrowser(request: Request): Browser {
  const agent = request.headers.get('user-agent') ?? '';
  const os = /iPhone|iPad|iPod/.test(agent) ? 'ios' : 'android';
  const android = /Android [\d.]+; ([^;)]{1,40})/.exec(agent)?.[1];
  return { os, model: android ?? (os === 'ios' ? 'iPhone' : 'web') };
}
