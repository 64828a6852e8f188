/**
 * The defects of DOKU's own Node SDK, 1.0.52 (reliability 1.1, dossier 12), each shown to be impossible: here, or where the
 * table says. Where no file is named, it is a test below.
 *
 * | what the SDK does | what shows that we do not |
 * |---|---|
 * | keeps one customer token for all: Bob's call carries Alice's | "never sends one customer's token for another …", "keeps no customer token from an exchange …"; two-customers, fuzz/customers |
 * | thinks a B2B token good for ever | "knows when the B2B token has expired"; access-token |
 * | takes X-EXTERNAL-ID from the clock: 403 different ones for 500 calls | "gives 500 concurrent calls 500 distinct X-EXTERNAL-IDs …"; external-id |
 * | repeats a call without a limit of time and without idempotency | "never waits for ever"; http, timeouts; post ("is posted once", "is renewed once …" under the same reference), uncertain-outcomes, process-death |
 * | takes a signature with its letters' case changed, and stops comparing at the first difference | signature ("is refused lower-cased", "… upper-cased" and 13 more); test/timing; mutant M8 of the fault laboratory |
 * | prints the secret | "prints nothing at all while it signs …", "shows no secret through JSON …"; log, and every test world as it closes |
 * | deletes blanks inside texts | "keeps the blanks inside strings when it minifies"; json |
 * | ends the process if DOKU is down at the start | "makes no request when it is created, and outlives a DOKU that is down"; start |
 * | verifies a notification over the router's path | adapters ("Express, inside a router" and 11 more), verify-notification ("is a refusal for a path …") |
 * | takes a bearer token of its own without an expiry | merchant-token ("refuses no expiry" and 18 more) |
 * | brings 58 packages and 21 MB, and two libraries for cryptography | "brings two packages with it, which bring none" |
 * | verifies a notification over the token it got from DOKU, not the one presented | signature ("refuses … with any part altered"), verify-notification ("is fresh for the captured notification …") |
 * | gives DOKU a token without an expiry once a customer's was exchanged | merchant-token ("claims no more than 900 seconds …") |
 * | writes times in the host's zone, as `-00:00` or `+5.5:30` | timestamp ("is the same on a host in …") |
 * | refuses short IPv4 addresses and all of IPv6 | text ("toIpAddress"): an address of nobody in their place |
 * | leaves out X-DEVICE-ID, and "Bearer" before the customer's token | operations ("… is, byte for byte, what … captured"), simulator/gate |
 * | throws a raw HTTP error | post ("is … after HTTP …"), http |
 * | expects other members in a notification than DOKU sends | notification, fuzz/wire |
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import { readJson } from '../../../packages/server/src/snap/json.ts';
import { answerJson, createTestSnap, customerToken, findClosedAddress, instant, keys, payment, startDoku, withTokens } from './support.ts';

const run = promisify(execFile);
const ipAddress = '103.10.20.30';
const support = fileURLToPath(import.meta.resolve('./support.ts'));

/** Runs a program in a process of its own and gives what it printed. */
async function runProgram(program: string): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, ['--input-type=module', '-e', program]);
}

describe('what DOKU’s SDK gets wrong', () => {
  it('never sends one customer’s token for another, however the calls interleave', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, { responseCode: '2001100', accountInfos: [] })));
    const snap = createTestSnap(doku.baseUrl);
    const calls = Array.from({ length: 300 }, (_, index) => ({ customerToken: `customer-${index % 30}`, ipAddress, deviceId: `device-${index % 30}` }));
    await Promise.all(calls.map((call) => snap.inquireBalance(call)));
    const sent = doku.received.filter(({ path }) => path.endsWith('/balance-inquiry'));
    assert.equal(sent.length, calls.length);
    for (const { headers } of sent) {
      assert.equal(headers['authorization-customer'], `Bearer customer-${headers['x-device-id']?.slice('device-'.length)}`);
    }
  });

  it('keeps no customer token from an exchange for a later call', async (t) => {
    const doku = await startDoku(t, withTokens((request, response) => {
      const { authCode } = JSON.parse(request.body) as { authCode?: string };
      answerJson(response, 200, { responseCode: request.path.endsWith('b2b2c') ? '2007400' : '2005500', accessToken: `of-${authCode}` });
    }));
    const snap = createTestSnap(doku.baseUrl);
    const tokens = await Promise.all(['alice', 'bob'].map((authCode) => snap.exchangeAuthCode(authCode)));
    assert.deepEqual(tokens.map((answer) => answer.outcome === 'success' && answer.body.accessToken), ['of-alice', 'of-bob']);
    await snap.checkStatus({ originalPartnerReferenceNo: payment.partnerReferenceNo });
    assert.equal(doku.received.at(-1)?.headers['authorization-customer'], undefined);
  });

  it('knows when the B2B token has expired', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, { responseCode: '2005400' })));
    const clock = { now: instant };
    const snap = createTestSnap(doku.baseUrl, { now: () => clock.now });
    await snap.pay(payment);
    clock.now += 3_600_000;
    await snap.pay(payment);
    const used = doku.received.filter(({ path }) => path.includes('payment')).map(({ headers }) => headers['authorization']);
    assert.deepEqual(used, ['Bearer token-1', 'Bearer token-2']);
  });

  it('gives 500 concurrent calls 500 distinct X-EXTERNAL-IDs, and asks for one token', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, { responseCode: '2005500', latestTransactionStatus: '03' })));
    const snap = createTestSnap(doku.baseUrl);
    const question = { originalPartnerReferenceNo: payment.partnerReferenceNo };
    const answers = await Promise.all(Array.from({ length: 500 }, () => snap.checkStatus(question)));
    assert.ok(answers.every(({ outcome }) => outcome === 'success'));
    const ids = doku.received.filter(({ path }) => path.endsWith('/status')).map(({ headers }) => headers['x-external-id']);
    assert.equal(ids.length, 500);
    assert.equal(new Set(ids).size, 500);
    assert.ok(ids.every((id) => /^\d{20,32}$/.test(id ?? '')));
    assert.equal(doku.received.filter(({ path }) => path.endsWith('/b2b')).length, 1);
  });

  it('keeps the blanks inside strings when it minifies', () => {
    const json = readJson(encodeUtf8('{ "name" : "Budi  Santoso" }'));
    assert.equal(json?.minified, '{"name":"Budi  Santoso"}');
  });

  it('prints nothing at all while it signs, and lets no secret be inspected', async () => {
    const { stdout, stderr } = await runProgram(`
      import { createTestSnap, payment } from ${JSON.stringify(support)};
      const answer = () => Promise.resolve(Response.json({ responseCode: '2007300', accessToken: 'token-1' }));
      const snap = createTestSnap('http://doku.invalid', { fetch: answer });
      await snap.pay(payment);
    `);
    assert.equal(stdout + stderr, '');
  });

  it('shows no secret through JSON, an inspector, or an error', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => response.socket?.destroy()));
    const down = createTestSnap(await findClosedAddress());
    const snap = createTestSnap(doku.baseUrl);
    const mistake: unknown = await snap.pay({ ...payment, customerToken: `${customerToken}\n` }).catch((error: unknown) => error);
    const seen = [snap, await snap.pay(payment), await down.pay(payment), await down.exchangeAuthCode(keys.tokens.authCode), mistake];
    for (const value of seen) {
      const text = inspect(value, { depth: null, showHidden: true }) + JSON.stringify(value);
      for (const secret of [keys.secretKey, customerToken, keys.tokens.authCode, 'token-1', keys.merchantPrivateKeyPkcs8Pem.slice(100, 140)]) {
        assert.ok(!text.includes(secret), text);
      }
    }
  });

  it('makes no request when it is created, and outlives a DOKU that is down', async () => {
    const { stdout, stderr } = await runProgram(`
      import { createTestSnap, payment } from ${JSON.stringify(support)};
      let calls = 0;
      const fetch = () => { calls += 1; return Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })); };
      const snap = createTestSnap('http://doku.invalid', { fetch });
      await new Promise(setImmediate);
      const callsAtStart = calls;
      const answers = await Promise.all([snap.pay(payment), snap.pay(payment)]);
      console.log(JSON.stringify({ callsAtStart, calls, outcomes: answers.map(({ outcome }) => outcome) }));
    `);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), { callsAtStart: 0, calls: 1, outcomes: ['not-sent', 'not-sent'] });
  });

  it('brings two packages with it, which bring none', () => {
    const dependenciesOf = (folder: string): string[] => {
      const { dependencies = {} } = JSON.parse(readFileSync(new URL(`../../../${folder}/package.json`, import.meta.url), 'utf8')) as { dependencies?: Record<string, string> };
      return Object.keys(dependencies);
    };
    assert.deepEqual(dependenciesOf('packages/server'), ['@hono/node-server', 'hono']);
    for (const name of dependenciesOf('packages/server')) assert.deepEqual(dependenciesOf(`node_modules/${name}`), [], name);
  });

  it('never waits for ever', { timeout: 20_000 }, async (t) => {
    const doku = await startDoku(t, () => undefined);
    const snap = createTestSnap(doku.baseUrl, { timeouts: { tokenMs: 30 } });
    assert.equal((await snap.pay(payment)).outcome, 'not-sent');
    assert.equal((await snap.exchangeAuthCode('x')).outcome, 'unknown');
  });
});

describe('createSnap', () => {
  const wrong = {
    'a base address with a path': { baseUrl: 'https://api.doku.com/v1' },
    'a base address without a scheme': { baseUrl: 'api.doku.com' },
    'a base address with a user': { baseUrl: 'https://user:secret@api.doku.com' },
    'no secret key': { secretKeys: [] },
    'an empty secret key': { secretKeys: [''] },
    'a client id with a line end': { clientId: 'BRN-1\r\n' },
    'a client id of 37 characters': { clientId: 'x'.repeat(37) },
    'a channel of 6 characters': { channelId: 'MOBILE' },
    'a timeout of nothing': { timeouts: { paymentMs: 0 } },
    'a timeout without end': { timeouts: { inquiryMs: Number.POSITIVE_INFINITY } },
  };
  for (const [what, options] of Object.entries(wrong)) {
    it(`refuses ${what}, naming the option and no secret`, () => {
      const name = Object.keys(options)[0] ?? '';
      assert.throws(
        () => createTestSnap('https://api.doku.com', options),
        (error) => error instanceof TypeError && error.message.includes(name) && !error.message.includes('secret@'),
      );
    });
  }
});
