/**
 * At each place where a connection can break: what the other side got, and what our own client makes of it
 * (reliability R6). "Not sent" may only be said where nothing was.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { postOnce } from '../../packages/server/src/snap/http.ts';
import type { HttpResult } from '../../packages/server/src/snap/http.ts';
import { startFaultProxy } from './proxy.ts';
import type { FaultProxy, NetworkFault } from './proxy.ts';

const times = Number(process.env['LAB_CUTS'] ?? 50);

let bank: Server;
let proxy: FaultProxy;
let fault: NetworkFault | undefined;
/** Whole requests that the bank has got. */
let executed = 0;

const post = (timeoutMs = 20_000): Promise<HttpResult> =>
  postOnce(fetch, { url: `${proxy.url}/pay`, headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode(JSON.stringify({ order: 'x'.repeat(600) })), timeoutMs });

/** Kinds of outcome of so many requests, and how many of them the bank has executed once it is quiet. */
async function tally(): Promise<{ kinds: string[]; executed: number }> {
  executed = 0;
  const kinds = new Set<string>();
  for (let index = 0; index < times; index += 1) kinds.add((await post()).kind);
  return { kinds: [...kinds], executed };
}

before(async () => {
  bank = createServer((request, response) => {
    request.resume().on('end', () => {
      executed += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ responseCode: '2005400', text: 'y'.repeat(400) }));
    });
  });
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({ target: () => (bank.address() as AddressInfo).port, nextFault: () => fault });
});
after(async () => {
  await proxy.close();
  bank.closeAllConnections();
  bank.close();
});

async function untilExecuted(count: number): Promise<void> {
  while (executed < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a connection that breaks', () => {
  test('before it stands: not sent, and the bank got nothing', async () => {
    fault = undefined;
    await proxy.refuse();
    assert.deepEqual(await tally(), { kinds: ['not-sent'], executed: 0 });
    await proxy.accept();
    assert.equal((await post()).kind, 'answered');
  });

  for (const at of ['headers', 'body'] as const) {
    test(`in the ${at}: not known, though the bank never had the request`, async () => {
      fault = { kind: 'cut', at };
      assert.deepEqual(await tally(), { kinds: ['unknown'], executed: 0 });
    });
  }

  for (const at of ['after-body', 'response'] as const) {
    test(`${at === 'response' ? 'in the response' : 'after the body'}: not known, and the bank has done it`, async () => {
      fault = { kind: 'cut', at };
      const { kinds } = await tally();
      await untilExecuted(times);
      assert.deepEqual(kinds, ['unknown']);
      assert.equal(executed, times, 'each once');
    });
  }
});

describe('a connection that is slow', () => {
  test('in drops: the answer is read all the same', async () => {
    fault = { kind: 'trickle', pauseMs: 0 };
    assert.deepEqual(await tally(), { kinds: ['answered'], executed: times });
  });

  test('a request that was given up still reaches the bank: not known', async () => {
    fault = { kind: 'delay', ms: 150 };
    executed = 0;
    assert.equal((await post(20)).kind, 'unknown');
    await untilExecuted(1);
  });
});
