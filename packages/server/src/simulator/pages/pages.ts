/**
 * The routes of the bank's pages. An outcome changes the state, sets off the notification and leads back to
 * the merchant with a 303 to its address, unchanged. A finished session is never used again.
 *
 * @module
 */
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { HonoTypes } from '../api.ts';
import type { Doku } from '../doku.ts';
import type { Binding, Payment } from '../records.ts';
import type { Html } from './layout.ts';
import type { EndKind } from './parts.ts';
import type { Verdict } from './session.ts';
import type { Texts } from './texts.ts';
import { confirmBinding, confirmPayment, expireBinding, expirePayment, rejectBinding, rejectPayment } from '../doku.ts';
import { paymentFailures } from '../payments.ts';
import { script, stylesheet } from './assets.ts';
import { bindingContent, bindingEnd } from './binding-page.ts';
import { page } from './layout.ts';
import { endContent, titleOf } from './parts.ts';
import { paymentContent, paymentEnd } from './payment-page.ts';
import { submit } from './session.ts';
import { languageOf, texts } from './texts.ts';

/** What the two kinds of page do differently. */
interface Desk<Item extends Binding | Payment> {
  find(id: string): Item | undefined;
  title(words: Texts): string;
  content(words: Texts, item: Item): Html;
  end(item: Item): EndKind;
  expire(item: Item): Promise<void>;
  conclude(item: Item, verdict: Exclude<Verdict, 'stay'>): Promise<void>;
}

export function createPages(doku: Doku): Hono<HonoTypes> {
  const app = new Hono<HonoTypes>();
  app.get('/simulator/assets/bank.css', (c) => c.body(stylesheet, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/simulator/assets/bank.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  mount(app, doku, '/direct-debit/ui/binding/core/:id', bindingDesk(doku));
  mount(app, doku, '/direct-debit/ui/payment/core/:id', paymentDesk(doku));
  return app;
}

function mount<Item extends Binding | Payment>(app: Hono<HonoTypes>, doku: Doku, path: string, desk: Desk<Item>): void {
  app.use(path, async (c, next) => {
    await next();
    protect(c.res.headers);
  });
  app.get(path, (c) => {
    const item = current(doku, desk, c.req.param('id') ?? '');
    return item?.state === 'PENDING' ? showForm(c, desk, item) : showEnd(doku, c, desk, item);
  });
  app.post(path, async (c) => {
    const form = await c.req.parseBody();
    const item = current(doku, desk, c.req.param('id') ?? '');
    if (item?.state !== 'PENDING') return showEnd(doku, c, desk, item);
    const verdict = submit(item.session, readForm(form));
    doku.bank.onChange();
    if (verdict === 'stay') return see(c, c.req.path);
    doku.background.track(desk.conclude(item, verdict));
    return see(c, destination(item));
  });
}

/** The session, ended first if its time is over. */
function current<Item extends Binding | Payment>(doku: Doku, desk: Desk<Item>, id: string): Item | undefined {
  const item = desk.find(id);
  if (item?.state === 'PENDING' && item.expiresAtMs <= doku.clock.now()) doku.background.track(desk.expire(item));
  return item;
}

function showForm<Item extends Binding | Payment>(c: Context<HonoTypes>, desk: Desk<Item>, item: Item) {
  const language = languageOf(c.req.header('Accept-Language'));
  const words = texts[language];
  const title = titleOf(words, item.session, desk.title(words));
  return c.html(page({ language, texts: words, title }, desk.content(words, item)));
}

function showEnd<Item extends Binding | Payment>(doku: Doku, c: Context<HonoTypes>, desk: Desk<Item>, item: Item | undefined) {
  const language = languageOf(c.req.header('Accept-Language'));
  const words = texts[language];
  const kind = item ? desk.end(item) : 'unknown';
  const back = item && { merchant: doku.merchant.name, href: destination(item) };
  return c.html(page({ language, texts: words, title: words.ended[kind][0] ?? '' }, endContent(words, kind, back)), item ? 410 : 404);
}

function bindingDesk(doku: Doku): Desk<Binding> {
  return {
    find: (id) => doku.bank.binding(id),
    title: (words) => words.bindingTitle,
    content: (words, binding) => bindingContent(words, binding, doku.merchant.name, remainingMs(doku, binding)),
    end: bindingEnd,
    expire: (binding) => expireBinding(doku, binding),
    conclude: (binding, verdict) => (verdict === 'approved' ? confirmBinding(doku, binding) : rejectBinding(doku, binding, verdict)),
  };
}

function paymentDesk(doku: Doku): Desk<Payment> {
  const failures = { cancelled: paymentFailures.cancelled, 'otp-blocked': paymentFailures.wrongOtp, 'pin-blocked': paymentFailures.wrongPin };
  return {
    find: (id) => doku.bank.payment(id),
    title: (words) => words.paymentTitle,
    content: (words, payment) => paymentContent(words, payment, doku.merchant.name, remainingMs(doku, payment)),
    end: paymentEnd,
    expire: (payment) => expirePayment(doku, payment),
    conclude: (payment, verdict) => (verdict === 'approved' ? confirmPayment(doku, payment) : rejectPayment(doku, payment, failures[verdict])),
  };
}

/** Real time left for the session. */
function remainingMs({ clock }: Doku, { expiresAtMs }: Binding | Payment): number | undefined {
  return clock.speed() === 0 ? undefined : Math.round((expiresAtMs - clock.now()) / clock.speed());
}

/** Where the merchant wants the browser, by the outcome. */
function destination(item: Binding | Payment): string {
  const succeeded: readonly string[] = ['ACTIVE', 'UNBOUND', 'SUCCESS', 'REFUNDED'];
  return succeeded.includes(item.state) ? item.successUrl : item.failedUrl;
}

function readForm(form: Record<string, unknown>): Parameters<typeof submit>[1] {
  const digits = (value: unknown): string => (typeof value === 'string' ? value.replaceAll(/\s/g, '') : '');
  return form['action'] === 'cancel' ? { action: 'cancel' } : { action: 'continue', otp: digits(form['otp']), pin: digits(form['pin']) };
}

/** 303 with the address as it is: `c.redirect` would re-encode it. */
function see(c: Context<HonoTypes>, location: string): Response {
  return c.body(null, 303, { Location: location });
}

/** No `form-action`: browsers apply it to the redirect that follows, and the merchant may lead on to anywhere. */
function protect(headers: Headers): void {
  headers.set('Content-Security-Policy', "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'");
  headers.set('Cache-Control', 'no-store');
  headers.set('Referrer-Policy', 'no-referrer');
  headers.set('X-Content-Type-Options', 'nosniff');
}
