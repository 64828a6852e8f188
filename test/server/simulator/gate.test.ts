import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Simulator } from '../../../packages/server/src/simulator/simulator.ts';
import { clientId, dokuKeys, externalId, paths, secretKey, signCall, signToken, startTestSimulator, TestMerchant, timestamp } from './merchant.ts';
import type { CallOptions } from './merchant.ts';

const minute = 60_000;
let simulator: Simulator;
let merchant: TestMerchant;
beforeEach(async () => {
  simulator = await startTestSimulator({ clock: { frozen: true, startAtMs: Date.parse('2025-03-14T10:00:00+07:00') } });
  merchant = new TestMerchant(simulator);
});
afterEach(() => simulator.close());

const bind = (options: CallOptions = {}) => merchant.call(paths.binding, merchant.bindingBody(), options);
const status = (options: CallOptions = {}) => merchant.call(paths.status, { originalPartnerReferenceNo: 'INV1', serviceCode: '55' }, options);

const mandatory = ['X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE', 'Authorization', 'X-IP-ADDRESS', 'X-DEVICE-ID', 'Content-Type'];
for (const name of mandatory) {
  test(`names the header ${name} when it is missing from a binding`, async () => {
    const reply = await bind({ headers: { [name]: undefined, ...(name === 'X-TIMESTAMP' && { 'X-SIGNATURE': 'x' }) } });
    assert.deepEqual([reply.status, reply.code, reply.message], [400, '4000702', `Invalid Mandatory Field ${name}`]);
  });
}

for (const name of ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE']) {
  test(`names the header ${name} when it is missing from a token request`, async () => {
    const at = merchant.now();
    const headers = { 'Content-Type': 'application/json', 'X-CLIENT-KEY': clientId, 'X-TIMESTAMP': at, 'X-SIGNATURE': signToken(clientId, at), [name]: undefined };
    const reply = await merchant.send(paths.b2b, headers, '{"grantType":"client_credentials"}');
    assert.deepEqual([reply.code, reply.message], ['4007302', `Invalid Mandatory Field ${name}`]);
  });
}

test('refuses the signature of another merchant key on a token request', async () => {
  const at = merchant.now();
  const reply = await merchant.token(paths.b2b, { grantType: 'client_credentials' }, { headers: { 'X-SIGNATURE': signToken(clientId, at, dokuKeys.privateKey) } });
  assert.deepEqual([reply.status, reply.code], [401, '4017300']);
});

test('refuses a token request of another client', async () => {
  const reply = await merchant.token(paths.b2b, { grantType: 'client_credentials' }, { headers: { 'X-CLIENT-KEY': 'BRN-9' } });
  assert.equal(reply.code, '4017300');
});

test('refuses a call of another partner', async () => {
  assert.equal((await bind({ headers: { 'X-PARTNER-ID': 'BRN-9' } })).code, '4010700');
});

test('refuses a signature in other letter case', async () => {
  const token = await merchant.fetchB2b();
  const body = JSON.stringify(merchant.bindingBody());
  const signature = signCall('POST', paths.binding, token, body, merchant.now()).toLowerCase();
  assert.equal((await bind({ rawBody: body, headers: { 'X-SIGNATURE': signature } })).code, '4010700');
});

test('refuses a signature made with another secret', async () => {
  const token = await merchant.fetchB2b();
  const body = JSON.stringify(merchant.bindingBody());
  const signature = signCall('POST', paths.binding, token, body, merchant.now(), `${secretKey}x`);
  assert.equal((await bind({ rawBody: body, headers: { 'X-SIGNATURE': signature } })).code, '4010700');
});

test('refuses a signature over another path, another body or another method', async () => {
  assert.equal((await bind({ signedPath: paths.payment })).code, '4010700');
  assert.equal((await bind({ signedBody: '{}' })).code, '4010700');
  const token = await merchant.fetchB2b();
  const body = JSON.stringify(merchant.bindingBody());
  assert.equal((await bind({ rawBody: body, headers: { 'X-SIGNATURE': signCall('PUT', paths.binding, token, body, merchant.now()) } })).code, '4010700');
});

test('verifies over the query as requested', async () => {
  const path = `${paths.status}?a=1&b=%20`;
  assert.equal((await merchant.call(path, { originalPartnerReferenceNo: 'INV1', serviceCode: '55' })).code, '4045501');
  assert.equal((await merchant.call(path, { originalPartnerReferenceNo: 'INV1', serviceCode: '55' }, { signedPath: paths.status })).code, '4015500');
});

const compact = '{"originalPartnerReferenceNo":"INV/1&<é>","serviceCode":"55","n":1.0}';
const encodings = {
  'spaces after separators': '{"originalPartnerReferenceNo": "INV/1&<é>", "serviceCode": "55", "n": 1.0}',
  'line breaks and tabs': '{\n\t"originalPartnerReferenceNo":"INV/1&<é>",\r\n\t"serviceCode":"55","n":1.0 }\n',
  'escaped slashes': '{"originalPartnerReferenceNo":"INV\\/1&<é>","serviceCode":"55","n":1.0}',
  'unicode escapes': '{"originalPartnerReferenceNo":"INV/1\\u0026\\u003c\\u00e9>","serviceCode":"55","n":1.0}',
};
for (const [name, rawBody] of Object.entries(encodings)) {
  test(`takes the signature of the compact form for a body with ${name}`, async () => {
    // the text rule then refuses the reference: the signature was right
    assert.equal((await status({ rawBody, signedBody: compact })).code, '4005501');
  });
}

test('keeps white space inside strings apart', async () => {
  const rawBody = '{"originalPartnerReferenceNo":"INV 1","serviceCode":"55"}';
  assert.equal((await status({ rawBody, signedBody: rawBody.replace('INV 1', 'INV1') })).code, '4015500');
});

for (const [text, code] of [
  [timestamp(Date.parse('2025-03-14T10:00:00+07:00')), '4045501'],
  ['2025-03-14T03:00:00Z', '4045501'],
  ['2025-03-14T03:00:00.123Z', '4045501'],
  ['2025-03-14T10:00:00.123+07:00', '4045501'],
  ['2025-03-14T10:00:00', '4005501'],
  ['2025-03-14 10:00:00+07:00', '4005501'],
  ['2025-13-14T10:00:00+07:00', '4005501'],
  ['1741921200', '4005501'],
] as const) {
  test(`answers ${code} to the timestamp ${text}`, async () => {
    assert.equal((await status({ headers: { 'X-TIMESTAMP': text } })).code, code);
  });
}

test('accepts a timestamp 15 minutes old and 5 minutes ahead, and nothing beyond', async () => {
  const codeAt = async (offsetMs: number) => (await status({ headers: { 'X-TIMESTAMP': timestamp(simulator.now() + offsetMs) } })).code;
  assert.equal(await codeAt(-15 * minute), '4045501');
  assert.equal(await codeAt(5 * minute), '4045501');
  assert.equal(await codeAt(-15 * minute - 1000), '4015500');
  assert.equal(await codeAt(5 * minute + 1000), '4015500');
});

test('honours a B2B token for 900 seconds, to the second', async () => {
  await merchant.fetchB2b();
  await simulator.advance(899_000);
  assert.equal((await status()).code, '4045501');
  await simulator.advance(1000);
  assert.deepEqual([(await status()).code, (await status()).message], ['4015501', 'Access Token Invalid (B2B)']);
});

test('takes no customer token for a B2B token, nor the other way round', async () => {
  const { token } = await merchant.bind();
  const b2b = merchant.b2bToken;
  merchant.b2bToken = token;
  assert.equal((await status()).code, '4015501');
  merchant.b2bToken = b2b;
  assert.equal((await merchant.balance(b2b)).code, '4011102');
});

test('refuses a token whose payload was changed', async () => {
  const [head, payload = '', signature] = (await merchant.fetchB2b()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
  const longer = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 900 })).toString('base64url');
  merchant.b2bToken = [head, longer, signature].join('.');
  assert.equal((await status()).code, '4015501');
});

test('accepts Authorization-Customer with and without Bearer', async () => {
  const { token } = await merchant.bind();
  assert.equal((await merchant.balance(token)).code, '2001100');
  assert.equal((await merchant.balance(token, { headers: { 'Authorization-Customer': token } })).code, '2001100');
});

test('refuses a repeated X-EXTERNAL-ID on the same day, across operations, and not on the next', async () => {
  const { token } = await merchant.bind();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  assert.equal((await merchant.balance(token, { headers })).code, '2001100');
  assert.deepEqual([(await status({ headers })).code, (await status({ headers })).status], ['4095500', 409]);
  await simulator.advance(14 * 60 * minute);
  await merchant.fetchB2b();
  assert.equal((await status({ headers })).code, '4045501');
});

test('spends no X-EXTERNAL-ID on a call that the gate or a field rule refuses', async () => {
  const headers = { 'X-EXTERNAL-ID': externalId() };
  assert.equal((await status({ headers, signedBody: '{}' })).code, '4015500');
  assert.equal((await merchant.call(paths.status, { serviceCode: '55' }, { headers })).code, '4005502');
  assert.equal((await status({ headers })).code, '4045501');
});

test('replays the first answer with HTTP 409 when that is switched on, for the same body alone', async () => {
  simulator.configure({ replayWithConflict: true });
  const { token } = await merchant.bind();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  const body = merchant.paymentBody();
  const first = await merchant.pay(token, body, { headers });
  const again = await merchant.pay(token, body, { headers });
  assert.equal(again.status, 409);
  assert.deepEqual(again.body, first.body);
  assert.equal((await merchant.pay(token, merchant.paymentBody(), { headers })).code, '4095400');
  assert.equal(simulator.payments().length, 1);
});

for (const [value, code] of [['a'.repeat(36), '4045501'], ['RID#1', '4005501'], ['RID_PH2H_1', '4045501'], ['a'.repeat(37), '4005501']] as const) {
  test(`answers ${code} to the X-EXTERNAL-ID ${value}`, async () => {
    assert.equal((await status({ headers: { 'X-EXTERNAL-ID': value } })).code, code);
  });
}

for (const address of ['::1', '300.1.1.1', '1.2.3']) {
  test(`refuses the X-IP-ADDRESS ${address}`, async () => {
    assert.deepEqual((await bind({ headers: { 'X-IP-ADDRESS': address } })).message, 'Invalid Field Format X-IP-ADDRESS');
  });
}

test('answers 400xx00 to a body that is no JSON object', async () => {
  for (const rawBody of ['', '{', '[]', '"text"', 'null']) assert.equal((await status({ rawBody })).code, '4005500');
});

test('refuses a body above 64 KiB and another content type', async () => {
  assert.equal((await status({ rawBody: `{"a":"${'x'.repeat(70_000)}"}` })).code, '4005500');
  assert.equal((await status({ headers: { 'Content-Type': 'text/plain' } })).message, 'Invalid Field Format Content-Type');
});

test('answers with X-TIMESTAMP, and with X-CLIENT-KEY on tokens', async () => {
  const token = await merchant.token(paths.b2b, { grantType: 'client_credentials' });
  assert.deepEqual([token.headers.get('X-TIMESTAMP'), token.headers.get('X-CLIENT-KEY')], ['2025-03-14T10:00:00+07:00', clientId]);
  assert.equal((await status()).headers.get('X-TIMESTAMP'), '2025-03-14T10:00:00+07:00');
});

test('answers 405 to another method on a path of its own', async () => {
  const response = await fetch(simulator.url + paths.payment);
  assert.deepEqual([response.status, ((await response.json()) as { responseCode: string }).responseCode], [405, '4055401']);
});

test('logs each call with its verdict, and no secret', async () => {
  const { token, authCode } = await merchant.bind();
  await merchant.balance(token);
  await merchant.balance('nobody');
  const log = simulator.requests();
  assert.deepEqual(log.map(({ operation, verdict, responseCode }) => [operation, verdict, responseCode]), [
    ['b2b', 'answered', '2007300'],
    ['binding', 'answered', '2000700'],
    ['b2b2c', 'answered', '2007400'],
    ['balance', 'answered', '2001100'],
    ['balance', 'refused', '4011102'],
  ]);
  for (const secret of [token, authCode, merchant.b2bToken, secretKey]) assert.ok(!JSON.stringify(log).includes(secret));
});

test('moving an ordinary clock forward ages tokens and leaves X-TIMESTAMP to the real time', async () => {
  const ordinary = await startTestSimulator();
  const shop = new TestMerchant(ordinary);
  await shop.fetchB2b();
  await ordinary.advance(60 * minute);
  const headers = { 'X-TIMESTAMP': timestamp(Date.now()) };
  assert.equal((await shop.call(paths.status, { originalPartnerReferenceNo: 'INV1', serviceCode: '55' }, { headers })).code, '4015501');
  shop.b2bToken = String((await shop.token(paths.b2b, { grantType: 'client_credentials' }, { headers })).body['accessToken']);
  assert.equal((await shop.call(paths.status, { originalPartnerReferenceNo: 'INV1', serviceCode: '55' }, { headers })).code, '4045501');
  await ordinary.close();
});
