import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { problemKinds } from '../../packages/server/src/errors.ts';
import type { Problem } from '../../packages/server/src/contract.ts';
import { createWorld, linkedShopper, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

let world: World;
let budi: Shopper;
let number = 0;

before(async () => {
  world = await createWorld();
  budi = await linkedShopper(world, 'budi');
});
after(() => world.close());

const changes = ['/account/link', '/account/unlink', '/payments', '/payments/some-id/refund'];
const nextKey = (): string => `key-number-${(number += 1)}-of-this-test`;

interface Sent {
  headers?: Record<string, string | undefined>;
  body?: string | FormData | URLSearchParams;
  method?: string;
}

/** A request as a page of the shop makes it, but for what the test says. */
async function send(path: string, { headers = {}, body = '{}', method = 'POST' }: Sent = {}): Promise<{ status: number; headers: Headers; text: string }> {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const usual = { cookie: 'shop-customer=budi', 'content-type': 'application/json', 'allo-contract': '1', origin: world.url, 'idempotency-key': nextKey() };
  const given: Record<string, string | undefined> = { ...usual, ...headers };
  const all = Object.entries(given).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
  const response = await fetch(`${world.url}/allo${path}`, { method, headers: all, redirect: 'manual', ...(hasBody && { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function assertProblem({ status, headers, text }: Awaited<ReturnType<typeof send>>, code: Problem['code']): void {
  const problem = JSON.parse(text) as Problem;
  assert.equal(headers.get('content-type'), 'application/problem+json');
  const kind = problemKinds[code];
  const { requestId, detail, ...rest } = problem;
  assert.deepEqual(rest, { type: 'about:blank', title: kind.title, status: kind.status, code, retryable: kind.retryable });
  assert.equal(status, kind.status);
  assert.equal(requestId, headers.get('x-request-id'));
  assert.ok(detail === undefined || typeof detail === 'string');
}

const linksOfBudi = (): string => JSON.stringify(world.ledger().links);

describe('a page of another site', () => {
  const attempts: readonly [string, Sent, Problem['code']][] = [
    ['without our header', { headers: { 'allo-contract': undefined } }, 'FORBIDDEN'],
    ['with another origin', { headers: { origin: 'https://evil.example' } }, 'FORBIDDEN'],
    ['with a sibling\'s origin', { headers: { origin: 'http://shop.127.0.0.1' } }, 'FORBIDDEN'],
    ['with our origin as a prefix of its own', { headers: { origin: 'http://127.0.0.1.evil.example' } }, 'FORBIDDEN'],
    ['with another port', { headers: { origin: 'http://127.0.0.1:1' } }, 'FORBIDDEN'],
    ['with the origin "null"', { headers: { origin: 'null' } }, 'FORBIDDEN'],
    ['without an origin', { headers: { origin: undefined } }, 'FORBIDDEN'],
    ['without an origin, and cross-site by Sec-Fetch-Site', { headers: { origin: undefined, 'sec-fetch-site': 'cross-site' } }, 'FORBIDDEN'],
    ['without an origin, and same-site by Sec-Fetch-Site', { headers: { origin: undefined, 'sec-fetch-site': 'same-site' } }, 'FORBIDDEN'],
    ['with another origin, and same-origin by Sec-Fetch-Site', { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' } }, 'FORBIDDEN'],
    ['as text/plain', { headers: { 'content-type': 'text/plain' } }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['as a form', { headers: { 'content-type': undefined }, body: new URLSearchParams({ orderId: 'x' }) }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['as a multipart form', { headers: { 'content-type': undefined }, body: new FormData() }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['as JSON of another kind', { headers: { 'content-type': 'application/json-patch+json' } }, 'UNSUPPORTED_MEDIA_TYPE'],
  ];

  for (const [name, sent, code] of attempts) {
    test(`${name} changes nothing, on any route`, async () => {
      const before = linksOfBudi();
      for (const path of changes) assertProblem(await send(path, sent), code);
      assert.equal(linksOfBudi(), before);
    });
  }

  test('is told what would let it in, if it is the merchant\'s own: first the address of the shop, then other sites', async () => {
    const detailOf = async (headers: Sent['headers']): Promise<string> => (JSON.parse((await send('/account/link', { headers: headers ?? {} })).text) as Problem).detail ?? '';
    for (const origin of ['https://www.shop.example', 'null']) {
      assert.match(await detailOf({ origin }), /^the page has another origin than publicUrl \(or ALLO_PUBLIC_URL\), which has to be the address that shoppers use; only .* trustedOrigins$/);
    }
    for (const site of [undefined, 'cross-site', 'same-site']) {
      assert.match(await detailOf({ origin: undefined, 'sec-fetch-site': site }), /^the request has no Origin header, nor a Sec-Fetch-Site that says same-origin/);
    }
  });

  test('gets no CORS header, not even to a preflight', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const { headers } = await send('/account', { method, headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('named by the merchant is let in, with CORS headers for itself alone', async () => {
    await world.restart({ trustedOrigins: ['https://m.shop.example'] });
    const trusted = await send('/account', { method: 'GET', headers: { origin: 'https://m.shop.example' } });
    assert.equal(trusted.headers.get('access-control-allow-origin'), 'https://m.shop.example');
    assert.equal(trusted.headers.get('access-control-allow-credentials'), 'true');
    placeOrder(world, 'trusted-order');
    assert.equal((await send('/payments', { headers: { origin: 'https://m.shop.example' }, body: '{"orderId":"trusted-order"}' })).status, 201);
    assertProblem(await send('/payments', { headers: { origin: 'https://m.shop.example.evil.example' } }), 'FORBIDDEN');
    await world.restart();
  });

  test('a page of the shop itself is let in by its origin, or by Sec-Fetch-Site where there is no origin', async () => {
    placeOrder(world, 'own-order');
    assert.equal((await send('/payments', { body: '{"orderId":"own-order"}' })).status, 201);
    assert.equal((await send('/payments', { body: '{"orderId":"own-order"}', headers: { origin: undefined, 'sec-fetch-site': 'same-origin', 'content-type': 'Application/JSON; charset=utf-8' } })).status, 201);
  });

  test('GET and HEAD change nothing', async () => {
    const before = [linksOfBudi(), JSON.stringify(world.ledger().payments)];
    for (const method of ['GET', 'HEAD']) {
      for (const path of ['/account', '/balance', '/orders/own-order', ...changes]) await send(path, { method });
    }
    assert.deepEqual([linksOfBudi(), JSON.stringify(world.ledger().payments)], before);
  });
});

describe('a body', () => {
  const bodies: readonly [string, string][] = [
    ['no JSON', '{orderId:1}'], ['empty', ''], ['null', 'null'], ['a list', '[{"orderId":"own-order"}]'], ['a text', '"own-order"'], ['a number', '1'],
    ['an order id that is a list', '{"orderId":["own-order"]}'], ['an order id that is an object', '{"orderId":{"toString":"own-order"}}'],
    ['an order id that is a number', '{"orderId":1}'], ['no order id', '{}'], ['an empty order id', '{"orderId":""}'],
    ['an inherited order id', '{"__proto__":{"orderId":"own-order"}}'], ['an order id of a constructor', '{"constructor":{"prototype":{"orderId":"own-order"}}}'],
    ['an instrument nobody knows', '{"orderId":"own-order","instrument":"GOLD"}'], ['an instrument that is a list', '{"orderId":"own-order","instrument":["BALANCE"]}'],
    ['a very long order id', JSON.stringify({ orderId: 'x'.repeat(3000) })], ['an order id with a NUL in it', '{"orderId":"own\\u0000order"}'],
  ];

  for (const [name, body] of bodies) {
    test(`with ${name} is refused, and pollutes nothing`, async () => {
      const payments = world.ledger().payments.length;
      assertProblem(await send('/payments', { body }), 'INVALID_REQUEST');
      assert.equal(world.ledger().payments.length, payments);
      assert.equal(({} as { orderId?: string }).orderId, undefined);
    });
  }

  test('of more than 16 KB is refused', async () => {
    assertProblem(await send('/payments', { body: JSON.stringify({ orderId: 'own-order', more: 'x'.repeat(17 * 1024) }) }), 'PAYLOAD_TOO_LARGE');
  });

  test('of more than 16 KB without its length is refused while it comes', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(1024));
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({ pull: (stream) => {
      sent += 1;
      if (sent > 2000) stream.close();
      else stream.enqueue(chunk);
    } });
    const headers = { cookie: 'shop-customer=budi', 'content-type': 'application/json', 'allo-contract': '1', origin: world.url, 'idempotency-key': nextKey() };
    const response = await world.allo.handler(new Request(`${world.url}/allo/payments`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit));
    assert.equal(response.status, 413);
    assert.ok(sent < 100, `${sent} KB were read`);
  });
});

describe('an id in the path', () => {
  test('with a control character in it is unknown, and the merchant is not asked for it', async () => {
    const asked: string[] = [];
    await world.restart({ order: (orderId) => {
      asked.push(orderId);
      return null;
    } });
    for (const letter of ['%00', '%01', '%0a', '%0D', '%1b', '%7f', '%c2%85']) {
      for (const id of [letter, `own${letter}order`]) {
        assertProblem(await send(`/orders/${id}`, { method: 'GET' }), 'ORDER_NOT_FOUND');
        assertProblem(await send(`/payments/${id}`, { method: 'GET' }), 'NOT_FOUND');
        for (const path of ['refund', 'refund/transferred']) assertProblem(await send(`/payments/${id}/${path}`, { headers: { cookie: 'shop-office=yes' } }), 'FORBIDDEN');
      }
    }
    assert.deepEqual(asked, []);
    assertProblem(await send('/orders/%C3%A9%20%E2%98%95', { method: 'GET' }), 'ORDER_NOT_FOUND');
    assert.deepEqual(asked, ['é ☕'], 'other letters are the merchant\'s to know');
    await world.restart();
  });

  test('with a control character in it tells nobody more than who is signed in may know', async () => {
    for (const path of ['/orders/%00', '/payments/%00']) assertProblem(await send(path, { method: 'GET', headers: { cookie: undefined } }), 'UNAUTHENTICATED');
  });
});

describe('where a shopper is sent back to', () => {
  const escapes = [
    '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\\/evil.example', 'https://evil.example', 'http:evil.example', 'javascript:alert(1)',
    'data:text/html,x', '/\t/evil.example', '/\n/evil.example', '\t//evil.example', ' //evil.example', '/ /evil.example', 'evil.example', '', '@evil.example', '.evil.example',
    ':80@evil.example', '/..//evil.example', '/.//evil.example', '/x/..//evil.example', '/\u0000/evil.example', '/\u007f', '?next=1', '#x', '/./\\evil.example', '/x\r\nset-cookie: a=b',
    'x'.repeat(2049), `/${'x'.repeat(2049)}`, `/${'x'.repeat(2049)}?order=7`, `/#${'x'.repeat(2049)}`, '/x\\?', '/x\\#', '//?', '/\\?', '/..//evil.example?\\', '/checkout?\u0000', '/checkout?a b',
  ];
  const harmless = [
    '/', '/checkout?order=7#pay', '/%2f%2fevil.example', '/%5cevil.example', '/@evil.example', '/x//evil.example', '/%09/evil.example', '/https://evil.example', '/checkout?next=https://evil.example',
    '/%2e%2e/%2f/evil.example', '/café', '/;@evil.example', '/?\\evil.example', '/#\\\\evil.example', '/checkout?from=a\\b#c\\d',
  ];

  for (const returnTo of escapes) {
    test(`refuses ${JSON.stringify(returnTo).slice(0, 40)}`, async () => {
      placeOrder(world, 'return-order');
      assertProblem(await send('/payments', { body: JSON.stringify({ orderId: 'return-order', returnTo }) }), 'INVALID_REQUEST');
      const siti = world.shopper('siti-of-escapes');
      assert.equal((await siti.link(undefined, returnTo)).body.code, 'INVALID_REQUEST');
    });
  }

  for (const returnTo of harmless) {
    test(`keeps ${returnTo} on the shop's own origin`, async () => {
      const orderId = placeOrder(world, `return-order-${(number += 1)}`);
      const { body } = await budi.post('/payments', { orderId, returnTo }, { 'idempotency-key': nextKey() });
      const { action } = body as unknown as { action: { url: string } };
      const location = await budi.comeBack(await world.simulator.cancel(action.url));
      assert.equal(new URL(location, 'https://elsewhere.example').origin, world.url);
      assert.equal(new URL(location).pathname.startsWith('//'), false);
      await world.settled();
    });
  }

  const click = 'x'.repeat(2100);
  const tooLong = [
    [`/checkout?order=7&fbclid=${click}`, '/checkout?order=7'], [`/checkout?fbclid=${click}&order=7`, '/checkout'], [`/checkout?${click}#pay`, '/checkout#pay'],
    [`/checkout?order=7&from=a?b&fbclid=${'x'.repeat(16_000)}`, '/checkout?order=7&from=a?b'], [`/checkout?a=${click.slice(0, 2048 - '/checkout?a='.length)}`, undefined], [`/${click.slice(0, 2047)}?x`, `/${click.slice(0, 2047)}`],
  ] as const;

  for (const [returnTo, kept = returnTo] of tooLong) {
    test(`is ${kept.slice(0, 40)} of an address of ${returnTo.length} characters`, async () => {
      const orderId = placeOrder(world, `return-order-${(number += 1)}`);
      const { body } = await budi.post('/payments', { orderId, returnTo }, { 'idempotency-key': nextKey() });
      const { action } = body as unknown as { action: { url: string } };
      assert.equal(await budi.comeBack(await world.simulator.cancel(action.url)), world.url + kept);
      await world.settled();
    });
  }

  test('is a redirect that is not stored and tells nobody where it came from', async () => {
    const response = await fetch(`${world.url}/allo/account/return?state=unknown`, { redirect: 'manual' });
    assert.equal(response.status, 303);
    assert.deepEqual([response.headers.get('cache-control'), response.headers.get('referrer-policy')], ['no-store', 'no-referrer']);
  });
});

describe('an answer', () => {
  const requests: readonly [string, string, Sent][] = [
    ['an account', '/account', { method: 'GET' }], ['a balance', '/balance', { method: 'GET' }], ['an order', '/orders/own-order', { method: 'GET' }],
    ['a missing order', '/orders/none', { method: 'GET' }], ['a way back', '/payments/return', { method: 'GET' }], ['a problem', '/payments', {}],
    ['a refused page', '/payments', { headers: { origin: 'https://evil.example' } }], ['a preflight', '/payments', { method: 'OPTIONS' }],
    ['a route that is not there', '/nothing', { method: 'GET' }], ['a wrong method', '/balance', {}], ['a token for DOKU', '/doku/authorization/v1/access-token/b2b', {}],
    ['a notification', '/doku/notifications/payment', {}],
    ['an address outside the base path', '/../elsewhere', { method: 'GET' }],
  ];

  for (const [name, path, sent] of requests) {
    test(`with ${name} carries the headers that protect it`, async () => {
      const { headers } = await send(path, sent);
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('allo-contract'), '1');
      assert.match(headers.get('x-request-id') ?? '', /^[\w-]{36}$/);
    });
  }

  test('to a route that is not there is 404, to a wrong method 405', async () => {
    for (const path of ['/', '/nothing', '/account/', '/payments/a/b', '/dokus', '/orders', '/../account']) assertProblem(await send(path, { method: 'GET' }), 'NOT_FOUND');
    for (const [path, method] of [['/balance', 'POST'], ['/account', 'DELETE'], ['/account/link', 'GET'], ['/account/unlink', 'PUT'], ['/payments', 'GET'], ['/payments/return', 'POST'], ['/orders/own-order', 'PATCH']] as const) {
      const answer = await send(path, { method });
      assertProblem(answer, 'METHOD_NOT_ALLOWED');
      assert.equal(answer.headers.get('allow'), /link$|unlink$|^\/payments$/.test(path) ? 'POST' : 'GET, HEAD', path);
    }
    for (const path of ['/payments/x/refund', '/payments/x/refund/transferred']) {
      const answer = await send(path, { method: 'GET' });
      assertProblem(answer, 'METHOD_NOT_ALLOWED');
      assert.equal(answer.headers.get('allow'), 'POST', path);
    }
  });

  test('to nobody who is signed in is 401', async () => {
    for (const path of ['/account', '/balance', '/orders/own-order', '/payments/x']) assertProblem(await send(path, { method: 'GET', headers: { cookie: undefined } }), 'UNAUTHENTICATED');
    for (const path of changes.slice(0, 3)) assertProblem(await send(path, { headers: { cookie: undefined } }), 'UNAUTHENTICATED');
  });

  test('after an error of the merchant\'s own code is 500 without a word of it', async () => {
    await world.restart({ order: () => {
      throw new Error('SELECT * FROM orders WHERE secret');
    } });
    const answer = await send('/orders/own-order', { method: 'GET' });
    assertProblem(answer, 'INTERNAL_ERROR');
    assert.doesNotMatch(answer.text, /SELECT|stack|\.ts/);
    const { requestId } = JSON.parse(answer.text) as Problem;
    assert.ok(world.log.some(({ level, fields }) => level === 'error' && fields?.['requestId'] === requestId && String(fields['error']).includes('SELECT')));
    await world.restart();
  });

  test('never shows the bank\'s own text', async () => {
    const text = '<script>alert(1)</script> Saldo tidak cukup';
    placeOrder(world, 'scripted');
    world.simulator.faults.add({ on: 'payment', effect: 'answer-before-commit', responseCode: '4035414', responseMessage: text, times: 1 });
    const answer = await send('/payments', { body: '{"orderId":"scripted"}' });
    assert.doesNotMatch(answer.text, /script>|Saldo/);
    assert.match(answer.text, /INSUFFICIENT_FUNDS/);
    assert.ok(!JSON.stringify(world.log).includes('Saldo'));
  });

  test('sets one cookie, HttpOnly and Lax, and not again', async () => {
    placeOrder(world, 'cookie-order');
    const first = await send('/payments', { body: '{"orderId":"cookie-order"}' });
    const [cookie = '', ...more] = first.headers.getSetCookie();
    assert.match(cookie, /^allo-device=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    assert.deepEqual(more, []);
    const again = await send('/payments', { body: '{"orderId":"cookie-order"}', headers: { cookie: `shop-customer=budi; ${cookie.split(';')[0]}` } });
    assert.deepEqual(again.headers.getSetCookie(), []);
  });

  test('over TLS sets the cookie for this host alone', async () => {
    await world.restart({ publicUrl: 'https://shop.example/allo' });
    placeOrder(world, 'tls-order');
    const answer = await send('/payments', { body: '{"orderId":"tls-order"}', headers: { origin: 'https://shop.example' } });
    assert.match(answer.headers.getSetCookie()[0] ?? '', /^__Host-allo-device=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
    await world.restart();
  });
});
