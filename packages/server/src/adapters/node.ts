/**
 * Plain `node:http`, and everything that hands on its request and response.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Allo } from '../allo.ts';

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** `http.createServer(toNode(allo))`: answers every request below the base path, 404 otherwise. */
export function toNode(allo: Allo): NodeListener {
  return getRequestListener(
    (request, env) => allo.handler(request, { ip: 'incoming' in env ? env.incoming.socket.remoteAddress : undefined }),
    // Load balancers ask by HTTP/1.0 without a Host; by no route of ours does it matter which it is.
    { overrideGlobalObjects: false, hostname: 'localhost' });
}
