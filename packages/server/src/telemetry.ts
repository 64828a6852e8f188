/**
 * Spans and figures for OpenTelemetry, if its API is there: `@opentelemetry/api` is an optional peer, and does nothing
 * until the application registers an SDK. Must never hold an id, an amount, a token or a phone number.
 *
 * @module
 */

import type * as openTelemetry from '@opentelemetry/api';
import type { Bank, BankAnswer, BankOperation } from './ledger/bank.ts';
import type { MetricHook, MetricName } from './ledger/metrics.ts';

type Api = typeof openTelemetry;

export interface Telemetry {
  /** Records a figure under its name. */
  record: MetricHook;
  /** The same bank, each request to it inside a span of its own. */
  trace(bank: Bank): Bank;
}

const scope = '@allo-kit/server';

const instruments = {
  'allo.transitions': 'counter',
  'allo.bank.requests': 'histogram',
  'allo.bank.away': 'gauge',
  'allo.payments.unknown_age': 'gauge',
  'allo.notifications.refused': 'counter',
  'allo.notifications.orphaned': 'counter',
  'allo.keys.used': 'counter',
  'allo.limits.refused': 'counter',
  'allo.clock.skew': 'gauge',
} as const satisfies Record<MetricName, 'counter' | 'histogram' | 'gauge'>;

/** @param load for tests */
export function createTelemetry(load: () => Promise<Api> = () => import('@opentelemetry/api')): Telemetry {
  let api: Api | undefined;
  load().then((loaded) => { api = loaded }, () => undefined);
  const recorders = new Map<MetricName, (value: number, attributes: Readonly<Record<string, string>>) => void>();

  return {
    record(name, value, attributes) {
      if (api === undefined) return;
      const record = recorders.get(name) ?? createRecorder(api, name);
      recorders.set(name, record);
      record(value, { ...attributes });
    },
    trace: (bank) => traceBank(bank, (operation, work) => (api === undefined ? work() : inSpan(api, operation, work))),
  };
}

function createRecorder({ metrics }: Api, name: MetricName): (value: number, attributes: Record<string, string>) => void {
  const meter = metrics.getMeter(scope);
  if (instruments[name] === 'counter') {
    const counter = meter.createCounter(name);
    return (value, attributes) => counter.add(value, attributes);
  }
  const unit = name === 'allo.bank.away' ? {} : { unit: 'ms' };
  const other = instruments[name] === 'histogram' ? meter.createHistogram(name, unit) : meter.createGauge(name, unit);
  return (value, attributes) => other.record(value, attributes);
}

type Asked = <Value>(operation: BankOperation, work: () => Promise<BankAnswer<Value>>) => Promise<BankAnswer<Value>>;

function traceBank(bank: Bank, ask: Asked): Bank {
  return {
    link: (order) => ask('link', () => bank.link(order)),
    exchange: (authCode) => ask('exchange', () => bank.exchange(authCode)),
    balance: (token, device) => ask('balance', () => bank.balance(token, device)),
    charge: (token, order) => ask('charge', () => bank.charge(token, order)),
    chargeStatus: (reference, externalId, amount) => ask('chargeStatus', () => bank.chargeStatus(reference, externalId, amount)),
    refund: (token, order) => ask('refund', () => bank.refund(token, order)),
    unlink: (token, device) => ask('unlink', () => bank.unlink(token, device)),
  };
}

/** What may have been executed, or never left, is an error of the span; a bank that says no is not. */
function inSpan<Value>({ trace, SpanKind, SpanStatusCode }: Api, operation: BankOperation, work: () => Promise<BankAnswer<Value>>): Promise<BankAnswer<Value>> {
  const options = { kind: SpanKind.CLIENT, attributes: { 'allo.operation': operation } };
  return trace.getTracer(scope).startActiveSpan(`DOKU ${operation}`, options, async (span) => {
    try {
      const answer = await work();
      span.setAttributes({ 'allo.outcome': answer.outcome, 'allo.evidence': answer.evidence });
      if (answer.outcome === 'unknown' || answer.outcome === 'not-sent') span.setStatus({ code: SpanStatusCode.ERROR });
      return answer;
    } finally {
      span.end();
    }
  });
}
