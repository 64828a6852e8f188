/**
 * Which requests from a browser are let in: a change needs our header, JSON, and an origin we trust. No CORS
 * header is ever sent unless the origin is one the merchant named.
 *
 * @module
 */

import { AlloServerError } from '../errors.ts';
import { contractHeader } from '../contract.ts';
import type { ProblemCode } from '../contract.ts';
import { isObject } from '../snap/message.ts';

/** Longest body of a browser's request, in bytes. */
export const longestBodyBytes = 16 * 1024;

/** Longest text in such a body, in characters; but for the page's own address, of which what is too long is left out. */
const longestText = 2048;

const otherOrigin = 'the page has another origin than publicUrl (or ALLO_PUBLIC_URL), which has to be the address that shoppers use; only if it is a page of another site of yours, name that site in trustedOrigins';
const withoutOrigin = 'the request has no Origin header, nor a Sec-Fetch-Site that says same-origin: it has to come from a page of the shop, in a browser';

/** Throws `FORBIDDEN` or `UNSUPPORTED_MEDIA_TYPE` unless a page of the shop itself can have made this request. */
export function assertOwnPage(request: Request, trustedOrigins: ReadonlySet<string>): void {
  if (request.headers.get(contractHeader) === null) throw new AlloServerError('FORBIDDEN', { detail: `the ${contractHeader} header is missing` });
  const [mediaType] = (request.headers.get('content-type') ?? '').split(';');
  if (mediaType?.trim().toLowerCase() !== 'application/json') throw new AlloServerError('UNSUPPORTED_MEDIA_TYPE');
  if (!comesFromTrustedOrigin(request, trustedOrigins)) {
    throw new AlloServerError('FORBIDDEN', { detail: request.headers.get('origin') === null ? withoutOrigin : otherOrigin });
  }
}

function comesFromTrustedOrigin(request: Request, trustedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null) return trustedOrigins.has(origin);
  return request.headers.get('sec-fetch-site') === 'same-origin';
}

/** The body as an object of texts. Throws `INVALID_REQUEST` for anything else. */
export async function readTexts(request: Request, names: readonly string[]): Promise<Record<string, string | undefined>> {
  const body = parseObject(await request.text().catch(() => {
    throw brokenBody();
  }));
  return Object.fromEntries(names.map((name) => [name, readText(body, name)]));
}

/** The connection ended before the body did: nothing of ours went wrong. */
export const brokenBody = (): AlloServerError => new AlloServerError('INVALID_REQUEST', { detail: 'the body broke off' });

function parseObject(text: string): Readonly<Record<string, unknown>> {
  if (text.length > longestBodyBytes) throw new AlloServerError('PAYLOAD_TOO_LARGE');
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Reported below like any other body that is not an object.
  }
  throw new AlloServerError('INVALID_REQUEST', { detail: 'the body has to be a JSON object' });
}

function readText(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined) return undefined;
  const longest = name === 'returnTo' ? longestBodyBytes : longestText;
  // PostgreSQL keeps no text with a NUL in it.
  if (typeof value !== 'string' || value.length > longest || value.includes('\u0000')) throw new AlloServerError('INVALID_REQUEST', { detail: `"${name}" has to be a text` });
  return value;
}

/** An id out of the path. With a control character in it, it is nobody's: answered as `unknown` before anybody is asked. */
export function readId(id: string, unknown: ProblemCode): string {
  if (/\p{Cc}/u.test(id)) throw new AlloServerError(unknown);
  return id;
}

/**
 * A path on the shop to go back to. Throws `INVALID_REQUEST` for anything that a browser could read as another
 * origin.
 */
export function readReturnTo(returnTo: string | undefined, shopOrigin: string): string {
  if (returnTo === undefined) return '/';
  // Control characters are what browsers silently drop from addresses; a backslash is a slash to them, but behind the path a letter like others.
  const plain = /^\/(?![/\\])[^\\?#\u0000-\u0020\u007f]*([?#][^\u0000-\u0020\u007f]*)?$/.test(returnTo);
  const url = plain && URL.canParse(returnTo, shopOrigin) ? new URL(returnTo, shopOrigin) : undefined;
  const kept = url?.origin === shopOrigin && !url.pathname.startsWith('//') ? shorten(url) : undefined;
  if (kept === undefined) throw new AlloServerError('INVALID_REQUEST', { detail: 'returnTo has to be a path on the shop, for example "/checkout"' });
  return kept;
}

/** Of an address that is too long the end of the query is left out, where apps' own browsers write down their clicks. Undefined if that is not enough. */
function shorten({ pathname, search, hash }: URL): string | undefined {
  const room = longestText - pathname.length - hash.length;
  const query = search.length > room ? search.slice(0, room + 1).replace(/[?&][^&]*$/, '') : search;
  return room < 0 ? undefined : pathname + query + hash;
}
