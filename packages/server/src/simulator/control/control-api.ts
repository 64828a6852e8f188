/**
 * The developer's JSON control over a running simulator, below `/simulator/`. It has no password: the
 * simulator listens on loopback. It must never answer a page of another site.
 *
 * @module
 */
import { Hono } from 'hono';
import type { Context, HonoRequest } from 'hono';
import type { Actions } from '../actions.ts';
import type { HonoTypes } from '../api.ts';
import type { Doku } from '../doku.ts';
import type { Command } from './commands.ts';
import { isObject } from '../fields.ts';
import { Refusal } from '../refusal.ts';
import { commands } from './commands.ts';
import { viewState } from './views.ts';

export function createControlApi(doku: Doku, actions: Actions): Hono<HonoTypes> {
  const app = new Hono<HonoTypes>();
  app.use('/simulator/*', async (c, next) => (isForeign(c.req) ? c.json({ error: 'not from another site' }, 403) : next()));
  app.get('/simulator/state', (c) => c.json(viewState(doku)));
  app.get('/simulator/journal', (c) => c.json(doku.bank.journal.entries()));
  app.get('/simulator/requests', (c) => c.json(doku.requests.entries()));
  app.get('/simulator/notifications', (c) => c.json(doku.notifier.entries()));
  for (const [name, command] of Object.entries(commands(doku, actions))) {
    app.post(`/simulator/${name}`, async (c) => run(c, command));
  }
  return app;
}

/** True for a request which a browser makes on behalf of a page from elsewhere. */
export function isForeign(request: Pick<HonoRequest, 'method' | 'raw'>): boolean {
  const site = request.raw.headers.get('Sec-Fetch-Site') ?? undefined;
  return request.method !== 'GET' && site !== undefined && site !== 'same-origin' && site !== 'none';
}

async function run(c: Context<HonoTypes>, command: Command): Promise<Response> {
  const value: unknown = await c.req.json().catch(() => ({}));
  try {
    const result = await command({ name: '', value });
    return c.json(isObject(result) ? result : { done: true });
  } catch (error) {
    const isInput = error instanceof Refusal || error instanceof TypeError || error instanceof RangeError;
    if (!isInput) throw error;
    return c.json({ error: error.message }, 400);
  }
}
