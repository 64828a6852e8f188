import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, MeterProvider, Span, SpanOptions, SpanStatus, TracerProvider } from '@opentelemetry/api';
import type { Bank } from '../../packages/server/src/ledger/bank.ts';
import { createTelemetry } from '../../packages/server/src/telemetry.ts';
import { assertLogKeepsSecrets } from './support/books.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

interface SeenSpan {
  name: string;
  kind: SpanKind | undefined;
  attributes: Attributes;
  status?: SpanStatus;
  isEnded: boolean;
}

const spans: SeenSpan[] = [];
const figures: { instrument: string; name: string; value: number; attributes: Attributes }[] = [];

/** As much of an SDK as is used here. */
function registerSdk(): void {
  const startActiveSpan = (name: string, { kind, attributes = {} }: SpanOptions, work: (span: Span) => unknown): unknown => {
    const seen: SeenSpan = { name, kind, attributes: { ...attributes }, isEnded: false };
    spans.push(seen);
    return work({
      setAttributes: (more: Attributes) => void Object.assign(seen.attributes, more),
      setStatus: (status: SpanStatus) => void (seen.status = status),
      end: () => void (seen.isEnded = true),
    } as unknown as Span);
  };
  trace.setGlobalTracerProvider({ getTracer: (name: string) => (name === '@allo-kit/server' ? { startActiveSpan } : assert.fail(name)) } as unknown as TracerProvider);
  const take = (instrument: string) => (name: string) => {
    const record = (value: number, attributes: Attributes) => void figures.push({ instrument, name, value, attributes });
    return { add: record, record };
  };
  metrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter: take('counter'), createHistogram: take('histogram'), createGauge: take('gauge') }) } as unknown as MeterProvider);
}

/** Why each step was made, past the product. */
function causesOf(databasePath: string): unknown[] {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return database.prepare('SELECT cause FROM audit').all();
  } finally {
    database.close();
  }
}

describe('OpenTelemetry', () => {
  let world: World;

  /** From now on something before DOKU answers there, and says in place of a code with what it was asked. */
  async function echoAt(address: RegExp): Promise<string[]> {
    const echoed: string[] = [];
    await world.restart({ fetch: async (input, init) => {
      if (!address.test(addressOf(input))) return fetch(input, init);
      const secret = new Headers(init?.headers).get('authorization-customer') ?? await new Response(init?.body).text();
      echoed.push(secret);
      return Response.json({ responseCode: `Gateway Timeout of ${secret}` }, { status: 504 });
    } });
    return echoed;
  }

  before(async () => {
    registerSdk();
    world = await createWorld();
  });
  after(async () => {
    await world.close();
    trace.disable();
    metrics.disable();
  });

  test('gets a span of each request to the bank, with what it came to', async () => {
    const budi = await linkedShopper(world, 'budi');
    const { paymentId } = await payInFull(world, budi, placeOrder(world, 'order-1'));
    await world.allo.refund(paymentId);
    await budi.unlink();
    assert.deepEqual(spans.map(({ name, attributes }) => [name, attributes['allo.operation'], attributes['allo.outcome'], attributes['allo.evidence']]), [
      ['DOKU link', 'link', 'done', 'answer: 2000700'], ['DOKU exchange', 'exchange', 'done', 'answer: 2007400'], ['DOKU charge', 'charge', 'done', 'answer: 2005400'],
      ['DOKU refund', 'refund', 'done', 'answer: 2005800'], ['DOKU unlink', 'unlink', 'done', 'answer: 2000900'],
    ]);
    assert.ok(spans.every(({ kind, isEnded, status }) => kind === SpanKind.CLIENT && isEnded && status === undefined));
  });

  test('sees as an error what may have been executed, and not what the bank refused', async () => {
    const rini = await linkedShopper(world, 'rini');
    spans.splice(0);
    world.simulator.faults.add({ on: 'payment', effect: 'drop-after-commit', times: 1 });
    await rini.pay(placeOrder(world, 'order-2'));
    world.simulator.faults.add({ on: 'payment', effect: 'insufficient-funds', times: 1 });
    await rini.pay(placeOrder(world, 'order-3'));
    assert.deepEqual(spans.map(({ attributes, status }) => [attributes['allo.outcome'], status?.code]), [['unknown', SpanStatusCode.ERROR], ['refused', undefined]]);
    await world.pass(20 * 60_000, 60_000);
  });

  test('hears nothing of what a gateway writes where the code should be, and neither do log and audit trail', async () => {
    const wati = world.shopper('wati');
    const { url } = (await wati.link()).body;
    spans.splice(0);
    world.log.length = 0;
    const exchange = await echoAt(/b2b2c/);
    await wati.comeBack(await world.simulator.approve(url));
    await world.restart();
    await world.pass(2 * 60_000, 10_000);
    const payment = await echoAt(/payment-host/);
    assert.equal((await wati.pay(placeOrder(world, 'order-4'))).status, 202);
    await world.restart();
    for (const echoed of [exchange, payment]) assert.ok(echoed.length > 0 && echoed.every((text) => text.length > 60), 'there was no secret to echo');
    const kept = JSON.stringify([spans, world.log, causesOf(world.databasePath)]);
    assert.match(kept, /"allo.evidence":"answer: none"/);
    assert.match(kept, /"cause":"answer: none"/);
    assert.doesNotMatch(kept, /Gateway/);
    await world.pass(20 * 60_000, 60_000);
  });

  test('gets the figures, and nobody\'s name, number, token or amount with them', () => {
    const kinds = Object.fromEntries(figures.map(({ name, instrument }) => [name, instrument]));
    assert.deepEqual(kinds, { 'allo.transitions': 'counter', 'allo.bank.requests': 'histogram', 'allo.payments.unknown_age': 'gauge', 'allo.keys.used': 'counter', 'allo.clock.skew': 'gauge' });
    const said = JSON.stringify([spans, figures]);
    for (const secret of ['budi', 'rini', 'wati', 'order-1']) assert.ok(!said.includes(secret), secret);
    // An amount stands alone: any digits may come up within the fraction of a duration.
    for (const amount of ['125000', '12500000']) assert.doesNotMatch(said, new RegExp(`(?<![\\d.])${amount}(?!\\d)`));
    assertLogKeepsSecrets([...spans, ...figures].map((fields) => ({ level: 'info', message: '', fields: { ...fields } })));
  });
});

test('without OpenTelemetry nothing changes', async () => {
  const { trace: traced, record } = createTelemetry(() => Promise.reject(new Error('Cannot find package')));
  const bank = { unlink: () => Promise.resolve({ outcome: 'done', value: undefined, evidence: 'answer: 2000900' }) } as unknown as Bank;
  record('allo.transitions', 1, {});
  assert.deepEqual(await traced(bank).unlink('token', { id: 'x', ipAddress: '10.0.0.1' }), { outcome: 'done', value: undefined, evidence: 'answer: 2000900' });
});
