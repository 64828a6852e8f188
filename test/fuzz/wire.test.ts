/**
 * Bytes on a socket that no client of ours would send: requests that parsers differ on, and connections that end in
 * the middle. Node's own parser turns most of them away; what it lets through must not harm us either.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { toNode } from '../../packages/server/src/adapters/node.ts';
import { createWorld } from '../server/support/world.ts';
import type { World } from '../server/support/world.ts';
import { secretsIn } from './support/canaries.ts';
import { hostileTexts } from './support/hostile.ts';
import { count, seed, tell } from './support/plan.ts';

/** Connections that are open at once. */
const atOnce = 50;
const connections = count(1_500, 50_000);
let world: World;
let server: Server;

before(async () => {
  world = await createWorld();
  const listener = toNode(world.allo);
  // A sender that has said all it has to say still gets its answer; otherwise Node drops the request with the half that was closed.
  server = Object.assign(createServer((request, response) => void listener(request, response)), { httpAllowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

/** What the server answers until one of the two ends the connection. */
function exchange(bytes: Buffer): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setEncoding('latin1').on('data', (text: string) => void (answer += text));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

const lines: readonly string[] = [
  'Host: x', 'Host: evil.example', 'Host:', 'Host: a\r\nHost: b', 'Content-Length: 2', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 0', 'Content-Length: 2\r\nContent-Length: 3', 'Content-Length: 1e3',
  'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\nContent-Length: 2', 'Transfer-Encoding : chunked', 'Transfer-Encoding: xchunked', 'Content-Type: application/json', 'Allo-Contract: 1', 'Allo-Contract: 1\r\nAllo-Contract: 2',
  'Origin: https://evil.example', 'Sec-Fetch-Site: same-origin', 'Cookie: shop-customer=budi', 'Cookie: shop-customer=budi\r\nCookie: shop-customer=siti', 'Idempotency-Key: 0123456789abcdef', 'X-Forwarded-For: 1.2.3.4', ' folded: x', 'bad header: x', 'x: \x00', 'x: \xff',
  'Authorization: Bearer x\r\nAuthorization: Bearer y', 'X-Signature: a\r\nX-Signature: b', 'Expect: 100-continue', 'Connection: upgrade\r\nUpgrade: websocket', 'X: y\nZ: lone', `X: ${'x'.repeat(20_000)}`,
];
const targets: readonly string[] = [
  '/allo/account', '/allo/payments', '/allo/account/link', '/allo/doku/notifications/payment', '/allo/doku/authorization/v1/access-token/b2b', '/allo/health/live', '/allo/../allo/account', '//allo/account', '/allo//account', '\\allo\\account', '/allo/%61ccount', '/allo/account?x=\xff',
  '/allo/account#x', 'http://evil.example/allo/account', 'https://evil.example:99999/allo/account', 'allo/account', '*', '', '/allo/orders/%zz', '/allo/orders/\x00', '/allo/payments/%00', `/allo/${'x'.repeat(20_000)}`, '/allo/account HTTP/1.1\r\nX: y', 'evil.example:443',
];
const bodies: readonly string[] = ['', '{}', '{"orderId":"x"}', '2\r\n{}\r\n0\r\n\r\n', '2\r\n{', 'ffffffffff\r\n{}', '-1\r\n{}\r\n', 'zz\r\n', '0\r\n\r\nGET /allo/account HTTP/1.1\r\nHost: x\r\n\r\n', '{}GET /allo/health/live HTTP/1.1\r\nHost: x\r\n\r\n'];

/** Mostly the first, so that only one or two things are wrong with most messages. */
const mostly = <Item>(usual: Item, ...strange: Item[]): fc.Arbitrary<Item> => fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...strange) });

const message = fc.record({
  method: mostly('POST', 'GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'PO ST', '', 'M'.repeat(300)),
  target: fc.oneof(fc.constantFrom(...targets.slice(0, 6)), fc.constantFrom(...targets), fc.constantFrom(...hostileTexts).map((text) => `/allo/orders/${text}`)),
  version: mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', ''),
  length: mostly(true, false),
  host: mostly(['Host: x'], []),
  headers: fc.array(fc.constantFrom(...lines), { maxLength: 3 }),
  body: fc.constantFrom(...bodies),
  end: mostly('\r\n', '\n', ''),
  cut: fc.integer({ min: 0, max: 99 }),
}).map(({ method, target, version, length, host, headers, body, end, cut }) => {
  const lengths = length && body !== '' ? [`Content-Length: ${body.length}`] : [];
  const whole = Buffer.from(`${method} ${target} ${version}${end}${[...host, ...lengths, ...headers, 'Connection: close'].map((line) => `${line}${end}`).join('')}${end}${body}`, 'latin1');
  return cut < 20 ? whole.subarray(0, Math.floor((whole.length * cut) / 20)) : whole;
});

describe('the server on a socket', () => {
  test(`outlives ${connections.toLocaleString('en')} connections of the strangest kind, and is at fault in none`, { timeout: 3_600_000 }, async (context) => {
    const crashes: unknown[] = [];
    const keep = (error: unknown): void => void crashes.push(error);
    process.on('unhandledRejection', keep).on('uncaughtException', keep);
    const figures = { connections: 0, 'answers of ours': 0 };
    await fc.assert(fc.asyncProperty(fc.array(message, { minLength: atOnce, maxLength: atOnce }), async (messages) => {
      for (const answer of await Promise.all(messages.map(exchange))) {
        assert.doesNotMatch(answer, /^HTTP\/1\.1 5(?!05)/m);
        assert.deepEqual(secretsIn(answer), []);
        figures['answers of ours'] += answer.match(/^allo-contract: 1\r$/gim)?.length ?? 0;
      }
      figures.connections += messages.length;
      assert.deepEqual(crashes, []);
    }), { numRuns: Math.ceil(connections / atOnce), seed });
    process.off('unhandledRejection', keep).off('uncaughtException', keep);
    assert.equal((await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/allo/health/live`)).status, 200);
    assert.ok(figures['answers of ours'] > connections / 20, 'some got as far as us');
    assert.deepEqual(world.log.filter(({ level }) => level === 'error'), []);
    tell(context, figures);
  });
});
