/**
 * DOKU's API over HTTP: reads a call, has the gateway answer it, writes the request log. It must never log
 * a header or a body.
 *
 * @module
 */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Doku } from './doku.ts';
import type { Reply } from './gateway.ts';
import type { Call, OperationDefinition } from './operations/operation.ts';
import type { Operation } from './refusal.ts';
import { endpoints } from './endpoints.ts';
import { field } from './fields.ts';
import { handleCall } from './gateway.ts';
import { Refusal, refusals } from './refusal.ts';
import { formatTimestamp } from './timestamp.ts';

export interface HonoTypes {
  Bindings: HttpBindings;
}

/** Bytes that a body may have. */
const bodyLimitBytes = 64 * 1024;

export function createApi(doku: Doku): Hono<HonoTypes> {
  const app = new Hono<HonoTypes>();
  for (const { path, operation, archived } of endpoints) {
    const { name } = operation;
    const tooLarge = (c: Context<HonoTypes>): Response => write(doku, c, { kind: 'answer', answer: refusals.badRequest().toAnswer(name) });
    app.use(path, async (c, next) => (archived && !doku.switches.archivePaths ? c.notFound() : next()));
    app.post(path, bodyLimit({ maxSize: bodyLimitBytes, onError: tooLarge }), (c) => serve(doku, operation, c));
    app.all(path, (c) => write(doku, c, { kind: 'answer', answer: notAllowed(name) }));
  }
  return app;
}

async function serve(doku: Doku, operation: OperationDefinition, c: Context<HonoTypes>): Promise<Response> {
  const call = await readCall(c);
  const reply = await handleCall(doku, operation, call);
  record(doku, operation.name, call, reply);
  if (reply.afterwards) afterAnswer(doku, c, reply.afterwards);
  return write(doku, c, reply, operation.signature === 'asymmetric');
}

async function readCall(c: Context<HonoTypes>): Promise<Call> {
  const rawBody = Buffer.from(await c.req.arrayBuffer()).toString('utf8');
  return {
    method: c.req.method,
    target: c.env.incoming.url ?? '',
    header: (name) => c.req.header(name),
    rawBody,
    body: { name: '', value: parse(rawBody) },
  };
}

function parse(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return undefined;
  }
}

function write(doku: Doku, c: Context<HonoTypes>, { kind, answer }: Reply, isToken = false): Response {
  if (kind === 'dropped') return drop(c.env);
  c.header('X-TIMESTAMP', formatTimestamp(doku.clock.wireNow()));
  c.header('Date', new Date(doku.clock.wireNow()).toUTCString());
  if (isToken) c.header('X-CLIENT-KEY', doku.merchant.clientId);
  if (kind === 'garbled') return c.html('<html><body>Bad gateway</body></html>');
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers: headersOf(c) });
}

function headersOf(c: Context<HonoTypes>): Headers {
  const headers = new Headers(c.res.headers);
  headers.set('Content-Type', 'application/json');
  return headers;
}

/** Destroys the connection without an answer. */
export function drop({ incoming }: HttpBindings): Response {
  incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Begins the work when the answer has left, or when its connection is gone. */
function afterAnswer({ background }: Doku, c: Context<HonoTypes>, work: () => Promise<void>): void {
  const { outgoing } = c.env;
  const begun = new Promise<void>((resolve) => {
    if (outgoing.destroyed) resolve();
    else outgoing.once('close', () => resolve());
  });
  background.track(begun.then(work));
}

function notAllowed(operation: Operation) {
  return new Refusal(405, '01', 'Requested Operation Is Not Allowed').toAnswer(operation);
}

function record(doku: Doku, operation: Operation, { method, target, header, body }: Call, { kind, answer, fault }: Reply): void {
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 64) : undefined);
  const externalId = textOf(header('X-EXTERNAL-ID'));
  const custIdMerchant = field(field(body, 'additionalInfo'), 'custIdMerchant').value;
  const reference = textOf(field(body, 'partnerReferenceNo').value ?? field(body, 'originalPartnerReferenceNo').value ?? custIdMerchant);
  const responseCode = kind === 'answer' ? textOf(answer.body['responseCode']) : undefined;
  const responseMessage = kind === 'answer' ? textOf(answer.body['responseMessage']) : undefined;
  const verdict = kind === 'dropped' ? 'dropped' : answer.status < 300 ? 'answered' : 'refused';
  doku.requests.append({
    at: formatTimestamp(doku.clock.now()),
    operation,
    method,
    target,
    verdict,
    ...(kind !== 'dropped' && { httpStatus: answer.status }),
    ...(externalId !== undefined && { externalId }),
    ...(reference !== undefined && { reference }),
    ...(responseCode !== undefined && { responseCode }),
    ...(responseMessage !== undefined && { responseMessage }),
    ...(fault && { fault: fault.effect }),
  });
  doku.log(`${operation} ${reference ?? ''} ${kind === 'dropped' ? 'dropped' : `${answer.status} ${responseCode ?? kind}`}`);
}
