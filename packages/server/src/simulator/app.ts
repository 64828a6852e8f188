/**
 * Everything the simulator serves on its one port: DOKU's API, the bank's pages, the developer's control.
 *
 * @module
 */
import { Hono } from 'hono';
import type { Actions } from './actions.ts';
import type { HonoTypes } from './api.ts';
import type { Doku } from './doku.ts';
import { createApi, drop } from './api.ts';
import { createControlApi } from './control/control-api.ts';
import { createControlPage } from './control/control-page.ts';
import { createPages } from './pages/pages.ts';

export function createApp(doku: Doku, actions: Actions): Hono<HonoTypes> {
  const app = new Hono<HonoTypes>();
  app.onError((error, c) => {
    doku.log(`internal error: ${error.message}`);
    return c.text('The simulator failed at this request; see its log.', 500);
  });
  app.route('/', createControlApi(doku, actions));
  app.route('/', createControlPage(doku, actions));
  app.use('*', async (c, next) => {
    const { down } = doku.faults.current();
    if (down === 'drop') return drop(c.env);
    if (down === 'unavailable') return c.text('Service Unavailable', 503, { Date: new Date(doku.clock.wireNow()).toUTCString() });
    return next();
  });
  app.route('/', createApi(doku));
  app.route('/', createPages(doku));
  return app;
}
