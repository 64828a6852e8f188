/**
 * Requests of every kind against the handler, in process. Whatever comes, it answers; what it answers is in the OpenAPI
 * document; it is never at fault; and nobody learns a secret by it. `regressions.json` holds what once went wrong.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { canary, secretsIn } from './support/canaries.ts';
import { createFuzzShop, moves, storms } from './support/fuzz-shop.ts';
import type { FuzzShop, Move, Sent } from './support/fuzz-shop.ts';
import { deviations, openApi, operationOf, resolve } from './support/openapi.ts';
import type { DocumentedResponse } from './support/openapi.ts';
import { count, seed, tell } from './support/plan.ts';
import { request } from './support/requests.ts';
import type { FuzzRequest } from './support/requests.ts';

const calls = count(20_000, 1_000_000);
/** One world, one shop, one journal; then another. */
const callsPerWorld = 10_000;
/** Requests that are under way at once. */
const atOnce = 8;

/** On stormy days the bank fails now and then, and only there may the server say that it cannot help. */
type Weather = 'calm' | 'storm' | 'limited';
const weathers: readonly Weather[] = ['calm', 'storm', 'limited', 'calm', 'calm'];

interface Kept {
  what: string;
  request: FuzzRequest;
}
const regressions = JSON.parse(readFileSync(new URL('regressions.json', import.meta.url), 'utf8')) as Kept[];

const crashes: unknown[] = [];
const keepCrash = (error: unknown): void => void crashes.push(error);
before(() => {
  process.on('unhandledRejection', keepCrash);
  process.on('uncaughtException', keepCrash);
});
after(() => {
  process.off('unhandledRejection', keepCrash);
  process.off('uncaughtException', keepCrash);
});

const seen = new Map<string, number>();
const figures = { calls: 0, 'not to be sent by any client': 0, moves: 0, worlds: 0 };
const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));

function assertSound(shop: FuzzShop, { request: sent, response, text, as }: Sent, isStorm: boolean): void {
  const { pathname } = new URL(sent.url);
  const path = pathname.startsWith('/allo/') ? pathname.slice('/allo'.length) : `(outside)${pathname}`;
  assert.deepEqual(deviations({ method: sent.method, path, status: response.status, headers: response.headers, text }), []);
  const { code = '' } = /"code":"(?<code>\w+)"/.exec(text)?.groups ?? {};
  // One link at a time: who asks for another while the first is being confirmed is told to come back, on calm days too.
  const isByDesign = response.status === 503 && (code === 'BANK_UNAVAILABLE' || sent.method === 'HEAD') && (isStorm || /attempt to link (is still being confirmed|has just begun)/.test(text));
  assert.ok(response.status < 500 || isByDesign, `${response.status} ${text}`);
  const operation = operationOf(sent.method, path) ?? 'elsewhere';
  const name = `${operation} ${response.status} ${code}`.trim();
  seen.set(name, (seen.get(name) ?? 0) + 1);
  assertDiscreet(shop, operation, { request: sent, response, text, as });
}

function assertDiscreet(shop: FuzzShop, operation: string, { response, text, as }: Sent): void {
  const headers = Array.from(response.headers, (header) => header.join(': ')).join('\n');
  // What the back office wrote of a transfer is told on, be it one of the requests' own canaries.
  const told = text.replace(/"transferReference":"(?<reference>(?:[^"\\]|\\.)*)"/, (field, reference: string) => (reference.includes(canary) ? '' : field));
  assert.deepEqual(secretsIn(`${headers}\n${told}`), []);
  assert.deepEqual(shop.leaks.splice(0), [], 'the log holds a secret');
  assert.equal(response.headers.get('access-control-allow-origin'), null);
  for (const cookie of response.headers.getSetCookie()) assert.match(cookie, /^allo-device=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  const location = response.headers.get('location');
  assert.ok(location === null || new URL(location).origin === shop.world.url, `sends to ${location}`);
  const { paymentId } = /"paymentId":"(?<paymentId>[^"]*)"/.exec(text)?.groups ?? {};
  if (paymentId !== undefined && !/\/refund(\/transferred)?$/.test(operation)) assert.equal(shop.ownerOf(paymentId), as, 'somebody else\'s payment');
}

interface Step {
  request: FuzzRequest;
  move: Move | undefined;
  dice: number;
}

const stepOf = (allowed: readonly Move[]): fc.Arbitrary<Step> => fc.record({
  request,
  move: fc.oneof({ weight: 95, arbitrary: fc.constant(undefined) }, { weight: 5, arbitrary: fc.constantFrom(...allowed) }),
  dice: fc.integer({ min: 0, max: 999 }).map((thousandth) => thousandth / 1000),
});

async function take(shop: FuzzShop, steps: readonly Step[], weather: Weather): Promise<void> {
  for (const { move, dice } of steps) {
    if (move !== undefined) await shop.move(move, dice);
    figures.moves += Number(move !== undefined);
  }
  await Promise.all(steps.map(async ({ request: wanted }) => {
    const sent = await shop.send(wanted);
    figures.calls += 1;
    if (sent === undefined) figures['not to be sent by any client'] += 1;
    else assertSound(shop, sent, weather === 'storm');
  }));
  assert.deepEqual(crashes.splice(0), []);
  assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), prototype, 'something was polluted');
}

/** A shop for as long as the work takes; what the work complains of comes before what its end finds. */
async function inShop(weather: Weather, work: (shop: FuzzShop) => Promise<void>): Promise<void> {
  const shop = await createFuzzShop(weather === 'limited' ? {} : 'off');
  const [worked] = await Promise.allSettled([work(shop)]);
  const [closed] = await Promise.allSettled([shop.close()]);
  for (const outcome of [worked, closed]) if (outcome.status === 'rejected') throw outcome.reason;
}

describe('the handler', () => {
  test('answers everything that once went wrong', async () => {
    await inShop('calm', async (shop) => {
      for (const { request: kept } of regressions) await take(shop, [{ request: kept, move: undefined, dice: 0 }], 'calm');
    });
  });

  test(`answers ${calls.toLocaleString('en')} requests within its document, and is never at fault`, { timeout: 7_200_000 }, async (context) => {
    try {
      for (let left = calls; left > 0; left -= callsPerWorld) {
        const weather = weathers[figures.worlds % weathers.length] ?? 'calm';
        const steps = fc.array(stepOf(weather === 'storm' ? moves : moves.filter((move) => !storms.includes(move))), { minLength: atOnce, maxLength: atOnce });
        const numRuns = Math.ceil(Math.min(callsPerWorld, left) / atOnce);
        await inShop(weather, (shop) => fc.assert(fc.asyncProperty(steps, (taken) => take(shop, taken, weather)), { numRuns, seed: seed + figures.worlds, endOnFailure: true }));
        figures.worlds += 1;
      }
    } finally {
      tell(context, figures);
    }
  });

  test('was seen to answer all that its document promises, but for what takes another server; in the short form, to do all of it', () => {
    const promised = Object.entries(openApi.paths).flatMap(([path, item]) => Object.entries(item).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, response]) => codesOf(response).map((code) => `${method.toUpperCase()} ${path} ${status} ${code}`.trim()))));
    const rare = calls < 500_000 ? /^(?!\S+ \S+ [23]\d\d)|POST \/payments 202|refund(?:\/transferred)? 200/ : unseen;
    assert.deepEqual(promised.filter((name) => !seen.has(name) && !rare.test(name)), []);
  });
});

/**
 * A broken server, one without its database, a shop without refunds, a bank that refuses to open its page for no reason
 * of the customer's, one that fails refund after refund, DOKU asking for more tokens than it could use; and while time
 * stands still, a balance is remembered and not asked for too often.
 */
const unseen = / 500| 503 STORE_UNAVAILABLE$|doku\S+ 503$|refund(?:\/transferred)? 404 NOT_FOUND$|refund 503 BANK_UNAVAILABLE$|b2b 429$|422 LINK_REFUSED$|^GET \/balance 429 /;

function codesOf(response: Parameters<typeof resolve<DocumentedResponse>>[0]): string[] {
  const schema = resolve<DocumentedResponse>(response).content?.['application/problem+json']?.schema as { allOf: [unknown, { properties: { code: { enum: string[] } } }] } | undefined;
  return schema?.allOf[1].properties.code.enum ?? [''];
}
