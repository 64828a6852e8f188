/**
 * Fastify 4 and 5: a plugin of its own scope, so that no body parser of the application reads before us.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Allo } from '../allo.ts';
import { toNode } from './node.ts';

/** What of Fastify is needed here; its own types fit. */
interface FastifyScope {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: '*', parser: (request: unknown, payload: unknown, done: (error: null) => void) => void): unknown;
  all(path: string, handler: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): unknown }) => Promise<void>): unknown;
}

/** `fastify.register(toFastify(allo))`: answers every request below the base path. */
export function toFastify(allo: Allo): (scope: FastifyScope) => Promise<void> {
  const answer = toNode(allo);
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const path of [allo.basePath, `${allo.basePath}/*`]) {
      scope.all(path, async (request, reply) => {
        reply.hijack();
        await answer(request.raw, reply.raw);
      });
    }
    return Promise.resolve();
  };
}
