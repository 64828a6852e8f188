import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { blot, createConsoleLogger, createFailsafeLogger } from '../../packages/server/src/log.ts';
import { createWorld } from './support/world.ts';

const pem = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

/** A secret of each kind, and what must not be left of it. */
const canaries: Record<string, { text: string; traces: string[] }> = {
  'a JWT': { text: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ', traces: ['eyJhbGci', 'eyJzdWIi', 'c2lnbmF0dXJl'] },
  'a bearer token': { text: 'Bearer opaque-canary-token/with+signs==', traces: ['opaque-canary', 'with+signs'] },
  'a private key': { text: pem, traces: pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')) },
  'a private key on one line': { text: pem.replaceAll('\n', '\\n'), traces: pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')) },
  'DOKU’s secret key': { text: 'SK-canary0123456789abcdef', traces: ['canary0123'] },
  'an authorisation code': { text: `2238${'1234567890'.repeat(3)}123456`, traces: ['1234567890'] },
  'a phone number': { text: '081299887766', traces: ['99887766'] },
  'a phone number with its country': { text: '6281299887766', traces: ['99887766'] },
  'the longest phone number that can be linked': { text: '6281299887766554', traces: ['99887766'] },
  'a phone number as people write it': { text: '+6281299887766', traces: ['99887766'] },
};

/** Lines that the logger writes while `work` runs. */
function linesOf(t: TestContext, work: (log: ReturnType<typeof createConsoleLogger>) => void): string[] {
  const write = t.mock.method(console, 'error', () => undefined);
  work(createConsoleLogger());
  const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
  write.mock.restore();
  return lines;
}

describe('the console log', () => {
  for (const [name, { text, traces }] of Object.entries(canaries)) {
    it(`never shows ${name}, wherever it stands`, (t) => {
      const positions = [
        text, `before ${text} after`, `(${text})`, `"${text}"`, `token=${text}&next=1`, `https://bank.example/?code=${text}`,
        `line one\n${text}\nline three`, JSON.stringify({ token: text }), `${text}, ${text}`, `${'x '.repeat(980)}${text}`,
      ];
      const lines = linesOf(t, (log) => {
        for (const position of positions) {
          log.info(position);
          log.warn('plain', { field: position });
          log.error('plain', { nested: { list: ['plain', position] }, error: new Error(position).stack });
        }
      });
      assert.equal(lines.length, positions.length * 3);
      for (const line of lines) {
        assert.match(line, /\[redacted\]/);
        for (const trace of traces) assert.ok(!line.includes(trace), `${trace} in ${line}`);
      }
    });
  }

  it('writes one JSON object a line, with time, level, message and fields', (t) => {
    const [line = '', ...more] = linesOf(t, (log) => log.warn('told twice\nof a "thing"', { paymentId: 'p-1', attempts: 2 }));
    assert.deepEqual(more, []);
    assert.ok(!line.includes('\n'));
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual(rest, { level: 'warn', message: 'told twice\nof a "thing"', paymentId: 'p-1', attempts: 2 });
    assert.ok(!Number.isNaN(Date.parse(String(time))));
  });

  it('names each level', (t) => {
    const lines = linesOf(t, (log) => {
      log.info('one');
      log.warn('two');
      log.error('three');
    });
    assert.deepEqual(lines.map((line) => (JSON.parse(line) as { level: string }).level), ['info', 'warn', 'error']);
  });

  it('cuts what is endless', (t) => {
    const [line = ''] = linesOf(t, (log) => log.info('a'.repeat(1_000_000)));
    assert.ok(line.length < 3000);
  });
});

const jwtOf = (length: number): string => `eyJ${'x'.repeat(length - 7)}.y.z`;

describe('blot', () => {
  it('leaves alone what is no secret', () => {
    const plain = [
      'payment 41807553358950093184162180797837 is unknown', 'order 2026-11-22/0815', 'amount 10000.00 IDR', 'at 1790000000000',
      '2005400', 'id 3f0c8a52-8123-4567-8901-081234abcdef', 'SK', 'Bearer', '127.0.0.1:8123',
    ];
    for (const text of plain) assert.equal(blot(text), text);
    for (const value of [7, true, null, undefined]) assert.equal(blot(value), value);
  });

  it('finds a JWT also where letters stand right before it', () => {
    const { text } = canaries['a JWT'] ?? assert.fail();
    for (const before of ['Bearer%20', 'token%3D', '\\n', 'x-', '_', 'eyJ', 'eyJx-', 'a.eyJ.', '081299887766', '+6281299887766', `2238${'1'.repeat(36)}`]) {
      assert.doesNotMatch(String(blot(`${before}${text}`)), /eyJhbGci|c2lnbmF0dXJl/, before);
    }
  });

  /** Of five times the shortest, which is what the machine's other work disturbs least. */
  function shortestMs(text: string): number {
    return Math.min(...Array.from({ length: 5 }, () => {
      const from = performance.now();
      blot(text);
      return performance.now() - from;
    }));
  }

  for (const piece of ['eyJ', 'eyJ-', 'eyJa.', 'eyJa.eyJ', 'a', 'a.', '.', '-', '-----BEGIN A', '-----BEGIN A-----', '-----BEGIN A-----b-----END c', 'Bearer ', 'Bearer', 'SK-', '2238', '08', '+62812345']) {
    // What grew with the square of the length would take ten thousand times as long, on any machine.
    it(`looks through ${JSON.stringify(piece)} over and over about as fast as through any text of that length`, () => {
      const length = 64 * 1024;
      const plain = 'Kopi susu '.repeat(length / 10);
      assert.ok(shortestMs(piece.repeat(length / piece.length)) < 100 * shortestMs(plain));
    });
  }

  it('looks at no more than the first 64 KB', () => {
    assert.equal(blot(`${' '.repeat(64 * 1024)}after`), ' '.repeat(2000));
    assert.equal(blot(`${jwtOf(64 * 1024 - 9)} shown, not shown`), '[redacted] shown, [redacted]');
    assert.equal(blot(`${jwtOf(64 * 1024 - 6)} shown`), '[redacted] shown');
  });

  for (const [name, { text, traces }] of Object.entries(canaries)) {
    it(`shows no part of ${name} that goes on where it stops looking`, () => {
      const parts = traces.flatMap((trace) => Array.from({ length: trace.length - 4 }, (_, index) => trace.slice(index, index + 5)));
      for (let seen = 1; seen < text.length; seen += text.length > 500 ? 7 : 1) {
        // What is redacted before it brings the place to where it would be shown.
        const shown = String(blot(`${jwtOf(64 * 1024 - seen - 1)} ${text} and more`));
        assert.ok(shown.startsWith('[redacted] '), shown);
        for (const part of parts) assert.ok(!shown.includes(part), `${part} in ${shown}`);
      }
    });
  }
});

describe('a log of the merchant’s that fails', () => {
  const fails = { throws: () => { throw new Error('the worker has exited'); }, rejects: () => Promise.reject(new Error('the worker has exited')) };
  for (const [name, line] of Object.entries<() => unknown>(fails)) {
    it(`and ${name} leaves its lines to standard error`, async (t) => {
      const write = t.mock.method(console, 'error', () => undefined);
      const log = createFailsafeLogger({ info: () => undefined, warn: () => 'written', error: line });
      log.info('taken');
      log.warn('taken as well');
      log.error('a person has to look at it', { paymentId: '1' });
      await new Promise(setImmediate);
      const lines = write.mock.calls.map(({ arguments: [text] }) => JSON.parse(String(text)) as Record<string, unknown>);
      assert.deepEqual(lines.map(({ level, message, paymentId }) => [level, message, paymentId]), [['error', 'a person has to look at it', '1']]);
    });
  }

  it('disturbs no answer, and no closing', async (t) => {
    t.mock.method(console, 'error', () => undefined);
    let hasFailed = false;
    const line = (): void => { if (hasFailed) fails.throws(); };
    const world = await createWorld({ allo: { log: { info: line, warn: line, error: line } } });
    hasFailed = true;
    assert.equal((await world.allo.handler(new Request(`${world.url}/allo/nothing`))).status, 404);
    await assert.doesNotReject(world.close());
  });
});
