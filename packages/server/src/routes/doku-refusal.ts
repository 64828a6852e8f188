/**
 * What DOKU is answered where its request does not come as far as its route: in SNAP's form like everything it is
 * answered (reliability R51), and as sparing of words.
 *
 * @module
 */

import type { ProblemCode } from '../contract.ts';
import type { AlloServerError } from '../errors.ts';
import { acknowledge } from '../snap/acknowledgement.ts';
import type { Acknowledgement, DokuService } from '../snap/acknowledgement.ts';

const acknowledgements: Partial<Record<ProblemCode, Acknowledgement>> = {
  INVALID_REQUEST: 'bad-request',
  NOT_FOUND: 'no-such-path',
  METHOD_NOT_ALLOWED: 'wrong-method',
  PAYLOAD_TOO_LARGE: 'too-large',
  STORE_UNAVAILABLE: 'unavailable',
};

export function refuseDoku(service: DokuService, { code, allow }: AlloServerError, epochMs: number): Response {
  const { status, headers, body } = acknowledge(service, acknowledgements[code] ?? 'failed', epochMs);
  return new Response(JSON.stringify(body), { status, headers: { ...headers, ...(allow !== undefined && { Allow: allow }) } });
}
