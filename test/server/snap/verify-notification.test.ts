import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import { createMerchantTokens } from '../../../packages/server/src/snap/merchant-token.ts';
import { asymmetricStringToSign, hashBody, signAsymmetric, signSymmetric, symmetricStringToSign } from '../../../packages/server/src/snap/signature.ts';
import { formatTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import { createNotificationVerifier } from '../../../packages/server/src/snap/verify-notification.ts';
import type { NotificationVerdict, NotificationVerifierOptions } from '../../../packages/server/src/snap/verify-notification.ts';
import { dokuKeys, headerOf, instant, keys, merchantKeys, random, readVector } from './support.ts';

const vector = readVector('21-inbound-notification-payment-success');
const path = '/allo/doku/notifications/payment';
const minute = 60_000;
const hour = 60 * minute;
const clock = { now: instant };
const now = (): number => clock.now;

const tokens = createMerchantTokens({
  clientId: keys.clientId,
  dokuPublicKeys: [dokuKeys.publicKey],
  privateKey: merchantKeys.privateKey,
  publicKeys: [merchantKeys.publicKey],
  now,
  random,
});
const accessToken = await issueToken();

async function issueToken(): Promise<string> {
  const timestamp = formatTimestamp(instant);
  const signature = await signAsymmetric(dokuKeys.privateKey, asymmetricStringToSign(keys.clientId, timestamp));
  const headers = new Headers({ 'X-CLIENT-KEY': keys.clientId, 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': signature });
  const { reply } = await tokens.issue({ headers, rawBody: encodeUtf8('{"grantType":"client_credentials"}') });
  return String(reply.body['accessToken']);
}

interface Sent {
  body: string;
  sentAt: number;
  headers: Record<string, string>;
  receivedPath: string;
  receivedBody: string;
  options: Partial<NotificationVerifierOptions>;
}

/** Signs as DOKU does, alters what is told, and lets the verifier judge at `clock.now`. */
async function judge(changes: Partial<Sent> = {}): Promise<NotificationVerdict> {
  const { body = vector.request.bodyUtf8, sentAt = instant, headers = {}, receivedPath = path, options = {} } = changes;
  const timestamp = formatTimestamp(sentAt);
  const stringToSign = symmetricStringToSign({ path, accessToken, timestamp }, await hashBody(encodeUtf8(body)));
  const received = new Headers({
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': await signSymmetric(keys.secretKey, stringToSign),
    'X-PARTNER-ID': keys.clientId,
    'X-EXTERNAL-ID': '1741922165000123456',
    Authorization: `Bearer ${accessToken}`,
    ...headers,
  });
  const verify = createNotificationVerifier({ clientId: keys.clientId, secretKeys: [keys.secretKey], verifyToken: tokens.verify, now, ...options });
  return verify({ path: receivedPath, headers: received, rawBody: encodeUtf8(changes.receivedBody ?? body) });
}

async function assertRefused(check: string, changes: Partial<Sent>): Promise<void> {
  clock.now = instant;
  assert.deepEqual(await judge(changes), { verdict: 'refused', check });
}

describe('the verdict', () => {
  it('is fresh for what DOKU has just sent', async () => {
    clock.now = instant;
    assert.deepEqual(await judge(), { verdict: 'fresh', sentAt: instant, externalId: '1741922165000123456' });
  });

  it('has no external id where DOKU sent none', async () => {
    clock.now = instant;
    const stringToSign = symmetricStringToSign({ path, accessToken, timestamp: formatTimestamp(instant) }, await hashBody(encodeUtf8(vector.request.bodyUtf8)));
    const headers = new Headers({
      'X-TIMESTAMP': formatTimestamp(instant), 'X-SIGNATURE': await signSymmetric(keys.secretKey, stringToSign), 'X-PARTNER-ID': keys.clientId, Authorization: `Bearer ${accessToken}`,
    });
    const verify = createNotificationVerifier({ clientId: keys.clientId, secretKeys: [keys.secretKey], verifyToken: tokens.verify, now });
    assert.deepEqual(await verify({ path, headers, rawBody: encodeUtf8(vector.request.bodyUtf8) }), { verdict: 'fresh', sentAt: instant });
  });

  it('is fresh for the captured notification, with a check of the token that it was captured with', async () => {
    clock.now = instant + minute;
    const verify = createNotificationVerifier({
      clientId: keys.clientId,
      secretKeys: [keys.secretKey],
      verifyToken: (token) => Promise.resolve(`Bearer ${token}` === headerOf(vector, 'Authorization')),
      now,
    });
    const { request } = vector;
    const received = { path: request.path, headers: new Headers(request.headers), rawBody: encodeUtf8(request.bodyUtf8) };
    assert.equal((await verify(received)).verdict, 'fresh');
    assert.equal((await verify({ ...received, path: path })).verdict, 'refused');
  });

  it('is fresh however the body was spaced or the scheme of the token spelled', async () => {
    clock.now = instant;
    assert.equal((await judge({ receivedBody: JSON.stringify(JSON.parse(vector.request.bodyUtf8), null, 2) })).verdict, 'fresh');
    assert.equal((await judge({ headers: { Authorization: `bearer ${accessToken}` } })).verdict, 'fresh');
  });

  const ages: [string, number, number, string][] = [
    ['5 minutes ahead', instant + 5 * minute, instant, 'fresh'],
    ['14 minutes old', instant, instant + 14 * minute, 'fresh'],
    ['just as old as its token lives', instant, instant + 15 * minute, 'stale'],
    ['half an hour old', instant, instant + 30 * minute, 'stale'],
    ['13 hours old', instant, instant + 13 * hour, 'stale'],
  ];
  for (const [what, sentAt, at, verdict] of ages) {
    it(`is ${verdict} for one that is ${what}`, async () => {
      clock.now = at;
      assert.equal((await judge({ sentAt })).verdict, verdict);
    });
  }

  for (const [what, sentAt, at] of [['more than 5 minutes ahead', instant + 5 * minute + 1000, instant], ['more than 13 hours old', instant, instant + 13 * hour + 1000]] as const) {
    it(`is a refusal for one that is ${what}`, async () => {
      clock.now = at;
      assert.deepEqual(await judge({ sentAt }), { verdict: 'refused', check: 'timestamp' });
    });
  }

  it('is fresh for 15 minutes to the millisecond, whatever the life of its token', async () => {
    const options = { verifyToken: () => Promise.resolve(true) };
    clock.now = instant + 15 * minute;
    assert.equal((await judge({ options })).verdict, 'fresh');
    clock.now += 1;
    assert.equal((await judge({ options })).verdict, 'stale');
  });

  it('is a refusal for a time that was signed and cannot be read', async () => {
    const timestamp = 'yesterday';
    const stringToSign = symmetricStringToSign({ path, accessToken, timestamp }, await hashBody(encodeUtf8(vector.request.bodyUtf8)));
    await assertRefused('timestamp', { headers: { 'X-TIMESTAMP': timestamp, 'X-SIGNATURE': await signSymmetric(keys.secretKey, stringToSign) } });
  });

  it('is a refusal for a token with something behind it', async () => {
    await assertRefused('token', { headers: { Authorization: `Bearer ${accessToken} x` } });
    await assertRefused('token', { headers: { Authorization: `x Bearer ${accessToken}` } });
  });

  it('is a refusal for a fresh one under an expired token', async () => {
    clock.now = instant + hour;
    assert.deepEqual(await judge({ sentAt: clock.now }), { verdict: 'refused', check: 'token' });
  });

  it('accepts the previous secret', async () => {
    clock.now = instant;
    assert.equal((await judge({ options: { secretKeys: ['SK-new', keys.secretKey] } })).verdict, 'fresh');
  });

  it('is a refusal without, with another, or with a second token', async () => {
    for (const value of ['', 'Bearer ', accessToken, `Basic ${accessToken}`, `Bearer ${keys.tokens.b2bIssuedByDoku}`, `Bearer ${accessToken}, Bearer ${accessToken}`]) {
      await assertRefused('token', { headers: { Authorization: value } });
    }
  });

  it('is a refusal for a path, body, time or signature that is not the signed one', async () => {
    const body = vector.request.bodyUtf8;
    await assertRefused('signature', { receivedPath: '/doku/notifications/payment' });
    await assertRefused('signature', { receivedPath: `${path}?x=1` });
    await assertRefused('signature', { receivedPath: `/${path}` });
    await assertRefused('signature', { receivedBody: body.replace('"00"', '"06"') });
    await assertRefused('signature', { headers: { 'X-TIMESTAMP': formatTimestamp(instant + 1000) } });
    await assertRefused('signature', { headers: { 'X-TIMESTAMP': '' } });
    await assertRefused('signature', { headers: { 'X-SIGNATURE': '' } });
    await assertRefused('signature', { headers: { 'X-SIGNATURE': vector.signature } });
    await assertRefused('signature', { options: { secretKeys: ['SK-new'] } });
  });

  it('is a refusal for another partner', async () => {
    for (const value of ['', 'BRN-1', keys.clientId.toLowerCase()]) await assertRefused('partner-id', { headers: { 'X-PARTNER-ID': value } });
  });

  it('is a refusal for a well-signed body that cannot be read in one way only', async () => {
    for (const body of ['', '[]', 'x', '{"a":1,"a":2}', `{"a":"${'x'.repeat(65_536)}"}`]) await assertRefused('format', { body });
  });
});
