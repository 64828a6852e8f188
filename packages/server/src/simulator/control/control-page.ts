/**
 * The control page at `/`: everything the simulator knows and everything it can be told, for a developer in
 * a browser. Forms only; the script is a convenience.
 *
 * @module
 */
import { html } from 'hono/html';
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Actions } from '../actions.ts';
import type { HonoTypes } from '../api.ts';
import type { Doku } from '../doku.ts';
import type { Html } from '../pages/layout.ts';
import type { SimulatorState } from './views.ts';
import { walletGlyph } from '../pages/layout.ts';
import { otpCode, pinCode } from '../pages/session.ts';
import { controlScript, controlStylesheet } from './control-assets.ts';
import { controls } from './control-forms.ts';
import { formCommands } from './form-input.ts';
import { isForeign } from './control-api.ts';
import { tables } from './control-tables.ts';
import { viewState } from './views.ts';

export function createControlPage(doku: Doku, actions: Actions): Hono<HonoTypes> {
  const app = new Hono<HonoTypes>();
  app.get('/', (c) => show(doku, c));
  app.get('/simulator/assets/control.css', (c) => c.body(controlStylesheet, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/simulator/assets/control.js', (c) => c.body(controlScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  for (const [name, handle] of Object.entries(formCommands(doku, actions))) {
    app.post(`/simulator/form/${name}`, async (c) => {
      if (isForeign(c.req)) return c.text('Not from another site.', 403);
      const form: Record<string, unknown> = await c.req.parseBody();
      return answer(doku, c, () => handle({ name: '', value: withoutBlanks(form) }));
    });
  }
  return app;
}

async function answer(doku: Doku, c: Context<HonoTypes>, act: () => unknown): Promise<Response> {
  try {
    await act();
    return c.body(null, 303, { Location: '/' });
  } catch (error) {
    return show(doku, c, error instanceof Error ? error.message : 'That did not work.');
  }
}

function show(doku: Doku, c: Context<HonoTypes>, problem?: string): Response | Promise<Response> {
  c.header('Content-Security-Policy', "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
  c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  const state = viewState(doku);
  const content = tables(state, doku.requests.entries(), doku.bank.journal.entries());
  return c.html(frame(state, content, problem), problem === undefined ? 200 : 400);
}

function frame(state: SimulatorState, content: Html, problem: string | undefined): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>DOKU simulator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/simulator/assets/control.css">
<script src="/simulator/assets/control.js" defer></script>
</head>
<body>
<header><h1>${walletGlyph()} DOKU simulator</h1>
<p>not a bank, no real money</p><p>OTP <code>${otpCode}</code></p><p>PIN <code>${pinCode}</code></p><p>Client <code>${state.merchant.clientId}</code></p></header>
${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
<main class="layout">${content}${controls(state)}</main>
</body>
</html>`;
}

/** A field left empty in a form is a field not given. */
function withoutBlanks(form: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''));
}
