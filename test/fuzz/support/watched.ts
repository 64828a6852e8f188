/**
 * The product with a judge before its door: every answer is held against the OpenAPI document on its way out.
 */
import type { Allo } from '../../../packages/server/src/allo.ts';
import { deviations } from './openapi.ts';

/** Hands what is not in the document to `report`; the answer goes out as it is. */
export function watchAnswers(allo: Allo, report: (deviation: string) => void): Allo {
  return {
    ...allo,
    async handler(request, connection) {
      const response = await allo.handler(request, connection);
      const text = await response.clone().text();
      const { pathname } = new URL(request.url);
      const path = pathname.startsWith(`${allo.basePath}/`) ? pathname.slice(allo.basePath.length) : `(outside)${pathname}`;
      for (const deviation of deviations({ method: request.method, path, status: response.status, headers: response.headers, text })) report(deviation);
      return response;
    },
  };
}
