/**
 * Express 4 and 5, before or after `express.json()`.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Allo } from '../allo.ts';
import { isBelow } from './is-below.ts';
import { toNode } from './node.ts';

/** What Express adds to a request. */
interface ExpressRequest extends IncomingMessage {
  originalUrl?: string;
  /** Where the middleware is mounted, as this request spells it. */
  baseUrl?: string;
  /** What a body parser left. */
  body?: unknown;
  /** The bytes, if the application keeps them (`verify` of `express.json`). */
  rawBody?: Buffer | string;
}

export type ExpressMiddleware = (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * `app.use(toExpress(allo))` or `app.use('/allo', toExpress(allo))`; hands on what is not below the base path. Warns once,
 * by `process.emitWarning`, if nothing below its mount path ever is.
 */
export function toExpress(allo: Allo): ExpressMiddleware {
  const answer = toNode(allo);
  let hasWarned = false;
  return (request, response, next) => {
    const url = request.originalUrl ?? request.url ?? '/';
    const [path = ''] = url.replace(origin, '').split('?');
    if (!isBelow(path, allo.basePath)) {
      if (!hasWarned && isMisplaced(request.baseUrl ?? '', allo.basePath)) {
        hasWarned = true;
        process.emitWarning(`toExpress is mounted at ${request.baseUrl}, where it can answer nothing: the handler is at ${allo.basePath}. Mount it there, or correct ALLO_PUBLIC_URL or basePath`, 'AlloWarning');
      }
      return next();
    }
    restoreBody(request);
    // Express cuts the mount path off; signatures and routes need the whole address.
    request.url = url;
    answer(request, response).catch(next);
  };
}

/** What stands before the path where a request has its address in full (RFC 9112 §3.2.2). */
const origin = /^https?:\/\/[^/?]*/;

/** Express takes mount paths without regard to case, so that who writes one otherwise proves nothing. */
function isMisplaced(mountPath: string, basePath: string): boolean {
  const [mount, base] = [mountPath.toLowerCase(), basePath.toLowerCase()];
  return !isBelow(mount, base) && !isBelow(base, mount);
}

/**
 * A parser before us has read the stream. The compact form of what it left is the form DOKU signs (any other
 * fails verification, and is settled by status inquiry instead).
 */
function restoreBody(request: ExpressRequest): void {
  const { rawBody, body } = request;
  // Many applications keep the bytes as a text, which `toNode` does not look at.
  const left = typeof rawBody === 'string' ? rawBody : body;
  if (Buffer.isBuffer(rawBody) || left === undefined || !request.readableEnded) return;
  request.rawBody = Buffer.isBuffer(left) ? left : Buffer.from(typeof left === 'string' ? left : JSON.stringify(left));
}
