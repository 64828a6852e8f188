/**
 * What people write never becomes structure: no header of ours, no line of the log, no member of an object that nobody
 * wrote. Whatever a browser, a merchant's order or DOKU's answer carries.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { Payment } from '../../packages/server/src/contract.ts';
import { createConsoleLogger } from '../../packages/server/src/log.ts';
import { hostileTexts, strangeBodies } from './support/hostile.ts';
import { count, seed } from './support/plan.ts';
import { beginLink, createStubbed, firstLookMs, linkStubbed, paidAnswer, payStubbed } from './support/stubbed.ts';
import type { Call, Stubbed, StubbedOperation } from './support/stubbed.ts';

/** DOKU's rule for free text (dossier 3). */
const safeText = /^[a-zA-Z0-9.\-/+,=_:'@% ]*$/;
const addresses = new Set(['successRegistrationUrl', 'failedRegistrationUrl', 'successPaymentUrl', 'failedPaymentUrl']);

function assertPlain({ headers, body }: Call): void {
  for (const [name, value] of headers) assert.match(value, /^[\x20-\x7e]*$/, name);
  for (const [name, form] of [['x-ip-address', /^\d{1,3}(\.\d{1,3}){3}$/], ['x-device-id', /^[a-z0-9]{1,64}$/], ['x-external-id', /^\d{20,36}$/]] as const) {
    assert.match(headers.get(name) ?? '0', name === 'x-external-id' ? /^\d+$/ : new RegExp(`${form.source}|^0$`));
  }
  JSON.parse(body, (name, value: unknown) => {
    if (typeof value === 'string' && !addresses.has(name) && name !== 'tokenId') assert.match(value, safeText, name);
    return value;
  });
}

/** All of these were called since. Without that, nothing was looked at. */
function assertCalled({ calls }: Stubbed, from: number, operations: readonly StubbedOperation[]): void {
  const called = new Set(calls.slice(from).map(({ operation }) => operation));
  assert.deepEqual(operations.filter((operation) => !called.has(operation)), []);
}

/** What a header can carry; the platform takes no other. */
const carriable = hostileTexts.filter((text) => {
  try {
    return text !== '' && new Headers({ x: `a${text}b` }).has('x');
  } catch {
    return false;
  }
});

describe('what DOKU is sent', () => {
  let stubbed: Stubbed;
  before(async () => {
    stubbed = createStubbed({ trustedProxies: 1, customer: (request) => ({ id: /shop-customer=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? 'nobody', name: hostileTexts[Number(/-(\d+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? 0)] ?? '', email: 'a@b\r\nc' }) });
    await linkStubbed(stubbed, 'budi');
  });
  after(() => stubbed.close());

  test('holds no line end and nothing outside DOKU’s rule, whatever a browser says of itself', async () => {
    for (const [index, text] of carriable.entries()) {
      const from = stubbed.calls.length;
      const headers = { 'user-agent': `Mozilla/5.0 (Linux; Android 14; ${text}) x`, 'x-forwarded-for': text, cookie: `shop-customer=shopper-${index}; allo-device=${text}; __Host-allo-device=${text}` };
      const linked = await stubbed.send('', '/account/link', { phone: `0813${String(index).padStart(8, '0')}` }, headers);
      assert.equal(linked.status, 201, `${JSON.stringify(text)}: ${linked.text}`);
      assert.equal((await stubbed.send('', '/balance', undefined, { ...headers, cookie: `shop-customer=budi; __Host-allo-device=${text}` })).status, 200);
      stubbed.calls.slice(from).forEach(assertPlain);
      assertCalled(stubbed, from, ['registration-account-binding', 'balance-inquiry']);
    }
    assert.ok(carriable.length > 20);
  });

  test('holds no line end and nothing outside DOKU’s rule, whatever an order and a refund are called', async () => {
    for (const text of hostileTexts.filter((name) => name !== '' && name.length < 2000 && !name.includes('\u0000'))) {
      const from = stubbed.calls.length;
      const { paymentId, orderId, status } = await payStubbed(stubbed, 'budi', text);
      assert.equal(status, 'paid', JSON.stringify(text));
      assert.equal(orderId, text.toWellFormed() === text ? text : orderId);
      const refunded = await stubbed.send('budi', `/payments/${paymentId}/refund`, { reason: text });
      assert.equal(refunded.status, 200, `${JSON.stringify(text)}: ${refunded.text}`);
      assert.equal((JSON.parse(refunded.text) as Payment).status, 'refunded');
      stubbed.calls.slice(from).forEach(assertPlain);
      assertCalled(stubbed, from, ['payment-host-to-host', 'status', 'refund']);
    }
  });

  test('is nothing where an order is called what no database can hold', async () => {
    const from = stubbed.calls.length;
    for (const text of hostileTexts.filter((name) => name.includes('\u0000'))) assert.equal((await stubbed.send('budi', '/payments', { orderId: text })).status, 400);
    assert.equal(stubbed.calls.length, from);
  });
});

describe('the log', () => {
  /** What the default logger writes while something is done. */
  async function linesOf(context: TestContext, work: () => Promise<unknown>): Promise<string[]> {
    const write = context.mock.method(console, 'error', () => undefined);
    await work();
    const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
    write.mock.restore();
    return lines;
  }

  /** One line, one object, and nothing in it that a terminal obeys. */
  function assertOneLine(line: string): void {
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    const { level, message } = JSON.parse(line) as { level: string; message: string };
    assert.match(level, /^(info|warn|error)$/);
    assert.equal(typeof message, 'string');
  }

  test('has one line for each entry, whatever stands in it', async (context) => {
    const lines = await linesOf(context, async () => {
      fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...hostileTexts), (random, hostile) => {
        createConsoleLogger().warn(`${hostile}${random}`, { [hostile]: random, error: `Error: ${hostile}\n    at ${random}`, nested: { [random]: [hostile] } });
      }), { numRuns: count(2000, 50_000), seed });
    });
    assert.equal(lines.length, count(2000, 50_000));
    lines.forEach(assertOneLine);
  });

  test('has one line for each entry, also where a merchant’s own errors repeat what was asked for', async (context) => {
    const stubbed = createStubbed({
      log: createConsoleLogger(),
      order: (orderId) => {
        throw new Error(`no order "${orderId}"\n{"level":"info","message":"forged"}`);
      },
    });
    context.after(() => stubbed.close());
    const lines = await linesOf(context, async () => {
      for (const orderId of hostileTexts.filter((text) => text !== '')) {
        const { status, text } = await stubbed.send('budi', '/payments', { orderId });
        assert.ok(status === 500 || status === 400, text);
        assert.doesNotMatch(text, /no order/);
      }
    });
    assert.ok(lines.filter((line) => line.includes('no order')).length > 30);
    lines.forEach(assertOneLine);
  });
});

describe('an object', () => {
  const polluting = [
    '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"__proto__":{"__proto__":{"polluted":true}}}', '{"a":{"__proto__":{"polluted":true}}}', '{"additionalInfo":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}',
    '{"__proto__":[],"length":1}', '{"__proto__":null}', ...strangeBodies.filter((body) => body.length < 1000),
  ];
  const untouched = (): void => {
    assert.equal((({}) as { polluted?: unknown }).polluted, undefined);
    assert.equal((Array.prototype as { polluted?: unknown }).polluted, undefined);
  };

  test('is polluted by no body of a browser and no answer of DOKU', async (context) => {
    const stubbed = createStubbed({ bankLimits: { failuresToClose: 1_000_000 } });
    context.after(() => stubbed.close());
    await linkStubbed(stubbed, 'budi');
    for (const [index, body] of polluting.entries()) {
      for (const path of ['/payments', '/account/link', '/account/unlink', '/payments/x/refund']) {
        const { status } = await stubbed.send('siti', path, {}, {}).then(() => stubbed.allo.handler(rawPost(path, body)));
        assert.ok(status < 500, `${path} ${body}`);
      }
      const { paymentId } = await payStubbed(stubbed, 'budi', `paid-${index}`);
      const wayBack = await beginLink(stubbed, `linking-${index}`);
      await linkStubbed(stubbed, `leaving-${index}`);
      const from = stubbed.calls.length;
      for (const operation of polluted) stubbed.answers.set(operation, body.startsWith('{"') ? `{"responseCode":"200${serviceOf[operation]}00",${body.slice(1)}` : body);
      await stubbed.send(`linking-${index}`, wayBack);
      await stubbed.send(`leaving-${index}`, '/account/unlink', {});
      await stubbed.send(`shopper-${index}`, '/account/link', { phone: `0814${String(index).padStart(8, '0')}` });
      await stubbed.send('budi', '/payments', { orderId: `order-${index}` });
      await stubbed.send('budi', '/balance');
      await stubbed.send('budi', `/payments/${paymentId}/refund`, {});
      await stubbed.pass(firstLookMs);
      assertCalled(stubbed, from, polluted);
      untouched();
      await settle(stubbed);
    }
    assert.equal((await stubbed.send('budi', '/payments', { orderId: 'order-of-a-good-day' })).status, 201);
  });

  /** What was left open by such answers comes to its end, so that the next body has its own. */
  async function settle(stubbed: Stubbed): Promise<void> {
    stubbed.answers.clear();
    stubbed.answers.set('status', paidAnswer);
    await stubbed.pass(10 * firstLookMs);
    stubbed.answers.clear();
  }

  const serviceOf = {
    'registration-account-binding': '07', 'payment-host-to-host': '54', 'balance-inquiry': '11', status: '55', b2b2c: '74', refund: '58', 'registration-account-unbinding': '09',
  } as const;
  const polluted = Object.keys(serviceOf) as (keyof typeof serviceOf)[];

  const rawPost = (path: string, body: string): Request => new Request(`https://shop.example/allo${path}`, {
    method: 'POST', body, headers: { cookie: 'shop-customer=siti', origin: 'https://shop.example', 'allo-contract': '1', 'content-type': 'application/json', 'idempotency-key': '0123456789abcdef' },
  });
});
