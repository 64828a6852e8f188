/**
 * Fastify 4 and 5: a plugin of its own scope, so that no body parser of the application reads before us.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Allo } from '../allo.ts';
import { isBelow } from './is-below.ts';
import { toNode } from './node.ts';

/** What of Fastify is needed here; its own types fit. */
interface FastifyScope {
  /** Of all registrations around this one, without an end slash; empty if there is none. */
  readonly prefix: string;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: '*', parser: (request: unknown, payload: unknown, done: (error: null) => void) => void): unknown;
  all(path: string, handler: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): unknown }) => Promise<void>): unknown;
}

/**
 * `fastify.register(toFastify(allo))`, with or without a prefix that leads there: answers every request below the base
 * path. Where a prefix leads elsewhere, `ready()` and `listen()` reject with a `TypeError`.
 */
export function toFastify(allo: Allo): (scope: FastifyScope) => Promise<void> {
  const answer = toNode(allo);
  return async (scope) => {
    const path = pathBelow(scope.prefix, allo.basePath);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const route of [path, `${path}/*`]) {
      scope.all(route, async (request, reply) => {
        reply.hijack();
        await answer(request.raw, reply.raw);
      });
    }
    return Promise.resolve();
  };
}

function pathBelow(prefix: string, basePath: string): string {
  if (isBelow(basePath, prefix)) return basePath.slice(prefix.length);
  throw new TypeError(`toFastify is registered at the prefix ${prefix}, where it can answer nothing: the handler is at ${basePath}. Register it without a prefix, or correct ALLO_PUBLIC_URL or basePath`);
}
