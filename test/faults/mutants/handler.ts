/**
 * M4: whoever notifies is told "taken" first; the work is done a moment later, if the process is still there.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Allo } from '../../../packages/server/src/index.ts';
import { readMutant } from './active.ts';

const laterMs = 300;

export function mutateHandler(allo: Allo): Allo {
  if (readMutant() !== 'M4') return allo;
  return {
    ...allo,
    async handler(request, connection) {
      if (!request.url.endsWith('/notifications/payment')) return allo.handler(request, connection);
      const later = new Request(request.url, { method: 'POST', headers: request.headers, body: await request.arrayBuffer() });
      void pause(laterMs).then(() => allo.handler(later, connection));
      return Response.json({ responseCode: '2005600', responseMessage: 'Successful' });
    },
  };
}
