import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import { postOnce } from '../../../packages/server/src/snap/http.ts';
import type { HttpPost, HttpResult } from '../../../packages/server/src/snap/http.ts';
import type { Fetch } from '../../../packages/server/src/snap/types.ts';
import { answerJson, findClosedAddress, startDoku } from './support.ts';

const request = (url: string, changes: Partial<HttpPost> = {}): HttpPost => ({
  url,
  headers: { 'Content-Type': 'application/json' },
  body: encodeUtf8('{"a":1}'),
  timeoutMs: 10_000,
  ...changes,
});

const failing = (error: unknown): Fetch => () => Promise.reject(new TypeError('fetch failed', { cause: error }));
const withCode = (code: string, syscall?: string): Error => Object.assign(new Error(code), { code, syscall });

function assertUnknown(result: HttpResult): void {
  assert.equal(result.kind, 'unknown');
}

describe('postOnce', () => {
  it('hands over what DOKU answered', async (t) => {
    const doku = await startDoku(t, (_, response) => answerJson(response, 403, { responseCode: '4035414' }));
    const result = await postOnce(fetch, request(doku.baseUrl));
    assert.deepEqual(result, { kind: 'answered', httpStatus: 403, body: { responseCode: '4035414' } });
    assert.deepEqual(doku.received.map(({ body }) => body), ['{"a":1}']);
  });

  it('follows no redirect, neither 307 nor 308 nor 302', async (t) => {
    const elsewhere = await startDoku(t, (_, response) => answerJson(response, 200, { responseCode: '2005400' }));
    for (const status of [301, 302, 303, 307, 308]) {
      const doku = await startDoku(t, (_, response) => response.writeHead(status, { location: `${elsewhere.baseUrl}/pay` }).end());
      assertUnknown(await postOnce(fetch, request(doku.baseUrl)));
    }
    assert.equal(elsewhere.received.length, 0);
  });

  it('gives up on a server that never answers, and on one that never ends its answer', { timeout: 20_000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const silent = await startDoku(t, () => t.mock.timers.tick(10_000));
    const dripping = await startDoku(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{', () => t.mock.timers.tick(10_000));
    });
    for (const doku of [silent, dripping]) {
      assertUnknown(await postOnce(fetch, request(doku.baseUrl, { timeoutMs: 10_000 })));
      assert.equal(doku.received.length, 1);
    }
  });

  it('waits until the last millisecond of its time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const doku = await startDoku(t, (_, response) => {
      t.mock.timers.tick(9_999);
      answerJson(response, 200, {});
    });
    assert.equal((await postOnce(fetch, request(doku.baseUrl, { timeoutMs: 10_000 }))).kind, 'answered');
  });

  it('gives up even if fetch does not heed its signal', { timeout: 20_000 }, async () => {
    assertUnknown(await postOnce(() => new Promise(() => undefined), request('http://doku.invalid/', { timeoutMs: 10 })));
  });

  it('stops reading an answer without end, plain or compressed', async (t) => {
    let written = 0;
    const endless = await startDoku(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): void => {
        while (!response.destroyed && written < 2 ** 30) {
          written += 65_536;
          if (!response.write(' '.repeat(65_536))) return void response.once('drain', write);
        }
      };
      write();
    });
    const bomb = await startDoku(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(`{"a":"${' '.repeat(8 * 2 ** 20)}"}`));
    });
    assertUnknown(await postOnce(fetch, request(endless.baseUrl)));
    assertUnknown(await postOnce(fetch, request(bomb.baseUrl)));
    assert.ok(written < 2 ** 28, `${written} bytes were taken`);
  });

  it('lets go of an answer that it has no use for', { timeout: 20_000 }, async (t) => {
    const { promise: isClosed, resolve: close } = Promise.withResolvers<unknown>();
    const doku = await startDoku(t, (_, response) => {
      response.once('close', close).writeHead(200, { 'content-type': 'text/html' }).write('<html>');
    });
    assertUnknown(await postOnce(fetch, request(doku.baseUrl)));
    await isClosed;
  });

  it('leaves no timer behind that would keep the process from its end', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await postOnce(() => Promise.resolve(Response.json({})), request('http://doku.invalid/'));
    await postOnce(failing(withCode('ECONNRESET')), request('http://doku.invalid/'));
    assert.equal(timers(), before);
  });

  it('puts the pieces of an answer together in their order', async (t) => {
    const pieces = ['{"responseCode":"2005', '400","text":"ä', 'ö","last":', '[1,2,3]}'];
    const doku = await startDoku(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): unknown => (pieces.length > 0 ? response.write(pieces.shift(), () => setImmediate(write)) : response.end());
      write();
    });
    const body = { responseCode: '2005400', text: 'äö', last: [1, 2, 3] };
    assert.deepEqual(await postOnce(fetch, request(doku.baseUrl)), { kind: 'answered', httpStatus: 200, body });
  });

  it('reads an answer of just the limit', async (t) => {
    const padded = (length: number): string => `{"a":"${'x'.repeat(length - 8)}"}`;
    const doku = await startDoku(t, (_, response, index) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(padded(256 * 1024 + index));
    });
    assert.equal((await postOnce(fetch, request(doku.baseUrl))).kind, 'answered');
    assertUnknown(await postOnce(fetch, request(doku.baseUrl)));
  });

  const unreadable: Record<string, [string | undefined, string]> = {
    'an HTML page': ['text/html', '<html></html>'],
    'JSON that is labelled as text': ['text/plain', '{"responseCode":"2005400"}'],
    'JSON without a label': [undefined, '{"responseCode":"2005400"}'],
    'a label that only begins like JSON': ['application/jsonp', '{"responseCode":"2005400"}'],
    'a label that only begins like JSON, with a charset': ['application/jsonp; charset=utf-8', '{"responseCode":"2005400"}'],
    'a label that only ends like JSON': ['text/application/json', '{"responseCode":"2005400"}'],
    'cut JSON': ['application/json', '{"responseCode":"2005400"'],
    'a list': ['application/json', '[{"responseCode":"2005400"}]'],
    nothing: ['application/json', ''],
    'a repeated member': ['application/json', '{"responseCode":"2005400","responseCode":"5005400"}'],
  };
  for (const [what, [contentType, body]] of Object.entries(unreadable)) {
    it(`proves nothing from ${what}`, async (t) => {
      const doku = await startDoku(t, (_, response) => response.writeHead(200, contentType ? { 'content-type': contentType } : {}).end(body));
      const result = await postOnce(fetch, request(doku.baseUrl));
      assert.ok(result.kind === 'unknown' && result.cause instanceof Error);
      assert.equal(result.cause.message, contentType === 'application/json' ? 'DOKU answered HTTP 200 with JSON that cannot be read' : 'DOKU answered HTTP 200 without JSON');
    });
  }

  it('proves nothing from an answer that has no body at all', async () => {
    const answer = new Response(null, { headers: { 'content-type': 'application/json' } });
    const result = await postOnce(() => Promise.resolve(answer), request('http://doku.invalid/'));
    assert.ok(result.kind === 'unknown' && result.cause instanceof Error);
    assert.equal(result.cause.message, 'DOKU answered HTTP 200 with JSON that cannot be read');
  });

  for (const label of ['Application/JSON', 'application/json; charset=utf-8', 'application/json ;charset=utf-8', 'application/json;']) {
    it(`accepts JSON that is labelled ${label}`, async (t) => {
      const doku = await startDoku(t, (_, response) => response.writeHead(200, { 'content-type': label }).end('{}'));
      assert.equal((await postOnce(fetch, request(doku.baseUrl))).kind, 'answered');
    });
  }

  it('sends header values of one character and of several words', async (t) => {
    const doku = await startDoku(t, (_, response) => answerJson(response, 200, {}));
    await postOnce(fetch, request(doku.baseUrl, { headers: { 'X-DEVICE-ID': 'x', 'X-TEXT': 'a b ~' } }));
    assert.deepEqual([doku.received[0]?.headers['x-device-id'], doku.received[0]?.headers['x-text']], ['x', 'a b ~']);
  });

  it('proves nothing from a connection that breaks at any point after it stood', async (t) => {
    const cuts = ['', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 30\r\n\r\n{"responseCode"'];
    for (const cut of cuts) {
      const server = createServer((socket) => {
        socket.once('data', () => (cut === '' ? socket.resetAndDestroy() : socket.write(cut, () => socket.resetAndDestroy())));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      assertUnknown(await postOnce(fetch, request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)));
    }
  });

  it('proves that nothing was sent if nobody listens', async () => {
    assert.equal((await postOnce(fetch, request(await findClosedAddress()))).kind, 'not-sent');
  });

  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT']) {
    it(`takes ${code} for proof that nothing was sent`, async () => {
      assert.equal((await postOnce(failing(withCode(code)), request('http://doku.invalid/'))).kind, 'not-sent');
    });
  }

  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED', 'EPROTO']) {
    it(`takes ${code} for proof of nothing`, async () => assertUnknown(await postOnce(failing(withCode(code)), request('http://doku.invalid/'))));
  }

  it('takes an unreachable host for proof only while connecting', async () => {
    for (const code of ['EHOSTUNREACH', 'ENETUNREACH']) {
      assert.equal((await postOnce(failing(withCode(code, 'connect')), request('http://doku.invalid/'))).kind, 'not-sent');
      assertUnknown(await postOnce(failing(withCode(code, 'read')), request('http://doku.invalid/')));
    }
  });

  it('takes several failed addresses for proof only if each of them is', async () => {
    const refused = withCode('ECONNREFUSED');
    assert.equal((await postOnce(failing(new AggregateError([refused, refused])), request('http://doku.invalid/'))).kind, 'not-sent');
    assertUnknown(await postOnce(failing(new AggregateError([refused, withCode('ECONNRESET')])), request('http://doku.invalid/')));
    assertUnknown(await postOnce(failing(new AggregateError([])), request('http://doku.invalid/')));
  });

  it('proves nothing from what is thrown that is no error', async () => {
    const throwText: Fetch = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is no error is the case
      throw 'ECONNREFUSED';
    };
    assertUnknown(await postOnce(throwText, request('http://doku.invalid/')));
  });

  for (const value of ['a\r\nX-Evil: 1', 'a\nb', 'a\0b', 'é', 'a\tb', ' a', 'a ', '', 'a\u007f']) {
    it(`refuses the header value ${JSON.stringify(value)} before it sends anything, without quoting it`, async (t) => {
      const doku = await startDoku(t, (_, response) => answerJson(response, 200, {}));
      const sent = postOnce(fetch, request(doku.baseUrl, { headers: { 'X-DEVICE-ID': value } }));
      await assert.rejects(sent, (error) => error instanceof TypeError && error.message.includes('X-DEVICE-ID'));
      assert.equal(doku.received.length, 0);
    });
  }
});

