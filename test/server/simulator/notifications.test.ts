import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { clientId, dokuKeys, externalId, secretKey, signCall, startWithEndpoints } from './merchant.ts';
import type { Json, Received } from './merchant.ts';

const minute = 60_000;
const hour = 60 * minute;
const startAtMs = Date.parse('2025-03-14T10:00:00+07:00');

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
let token: string;
beforeEach(async () => {
  world = await startWithEndpoints({ clock: { frozen: true, startAtMs } });
  ({ token } = await world.merchant.bind());
  await world.simulator.settled();
});
afterEach(() => world.stop());

const isSigned = ({ method, path, headers, raw }: Received, key?: string): boolean => {
  const bearer = String(headers.authorization).replace('Bearer ', '');
  return signCall(method, path, bearer, raw, String(headers['x-timestamp']), key) === headers['x-signature'];
};
const payments = (): Received[] => world.endpoints.notifications.filter(({ path }) => path.startsWith('/pay'));
/** The first of the list; a test that finds it empty fails here. */
function only(list: Received[]): Received {
  const [first] = list;
  assert.ok(first, 'nothing was received');
  return first;
}
const statuses = (): unknown[] => payments().map(({ body }) => body['latestTransactionStatus']);

test('fetches the merchant\'s token with DOKU\'s own signature before the first notification', () => {
  const request = only(world.endpoints.received);
  const timestamp = String(request.headers['x-timestamp']);
  const signature = Buffer.from(String(request.headers['x-signature']), 'base64');
  assert.deepEqual([request.path, request.raw, request.headers['x-client-key']], ['/token', '{"grantType":"client_credentials"}', clientId]);
  assert.equal(timestamp, '2025-03-14T10:00:00+07:00');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${clientId}|${timestamp}`), dokuKeys.publicKey, signature));
});

test('tells of a binding in the shape seen in production', () => {
  const notification = only(world.endpoints.notifications);
  assert.equal(notification.path, '/bind');
  const { originalExternalId, additionalInfo } = notification.body;
  const { authCode, ...info } = additionalInfo as Json;
  assert.equal(originalExternalId, world.simulator.requests().find(({ operation }) => operation === 'binding')?.externalId);
  assert.deepEqual(info, { status: 'SUCCESS', custIdMerchant: 'cust-001' });
  assert.match(String(authCode), /^2238\d{36}$/);
  assert.ok(isSigned(notification));
});

test('tells of a payment: signed over the path with its query, additionalInfo echoed, another referenceNo', async () => {
  const headers = { 'X-EXTERNAL-ID': externalId() };
  const body = world.merchant.paymentBody({}, { shopId: 'kept' });
  const { body: opened } = await world.merchant.pay(token, body, { headers });
  await world.simulator.approve(String(opened['webRedirectUrl']));
  const received = only(payments());
  assert.ok(isSigned(received));
  assert.equal(received.path, '/pay?x=1');
  assert.deepEqual(
    ['x-partner-id', 'channel-id', 'authorization', 'authorization-customer'].map((name) => received.headers[name]),
    [clientId, 'H2H', 'Bearer merchant-token-1', `Bearer ${token}`],
  );
  assert.match(String(received.headers['x-external-id']), /^\d{19}$/);
  const { originalReferenceNo, ...rest } = received.body;
  assert.notEqual(originalReferenceNo, opened['referenceNo']);
  assert.deepEqual(rest, {
    originalPartnerReferenceNo: body['partnerReferenceNo'],
    originalExternalId: headers['X-EXTERNAL-ID'],
    latestTransactionStatus: '00',
    transactionStatusDesc: 'Success',
    amount: { value: '12000.00', currency: 'IDR' },
    additionalInfo: { ...(body['additionalInfo'] as Json), channelId: 'DIRECT_DEBIT_ALLO_SNAP', custIdMerchant: 'cust-001', accountType: 'DIRECT_DEBIT' },
  });
  assert.deepEqual(Object.keys(received.body), [
    'originalPartnerReferenceNo',
    'originalReferenceNo',
    'originalExternalId',
    'latestTransactionStatus',
    'transactionStatusDesc',
    'amount',
    'additionalInfo',
  ]);
});

test('tells of a cancelled and of a failed payment with the reason', async () => {
  const { body } = await world.merchant.pay(token);
  await world.simulator.cancel(String(body['webRedirectUrl']));
  world.simulator.setBalance('6281234567890', 'BALANCE', '0.00');
  await world.merchant.paid(token);
  assert.deepEqual(payments().map((one) => [one.body['latestTransactionStatus'], one.body['transactionStatusDesc']]), [
    ['05', 'Transaction Cancelled'],
    ['06', 'Insufficient Funds'],
  ]);
});

test('keeps the merchant\'s token until it expires', async () => {
  await world.merchant.paid(token);
  await world.merchant.paid(token);
  assert.equal(world.endpoints.tokensIssued, 1);
  await world.simulator.advance(900_000);
  await world.merchant.fetchB2b();
  await world.merchant.paid(token);
  assert.equal(world.endpoints.tokensIssued, 2);
});

test('reads expiresIn from a string too', async () => {
  world.endpoints.expiresIn = '60';
  await world.simulator.advance(900_000);
  await world.merchant.fetchB2b();
  await world.merchant.paid(token);
  await world.simulator.advance(59_000);
  await world.merchant.paid(token);
  assert.equal(world.endpoints.tokensIssued, 2);
});

test('fetches a fresh token once when the merchant answers 401, and delivers with it', async () => {
  world.endpoints.statuses = [401, 200];
  await world.merchant.paid(token);
  assert.deepEqual(payments().map(({ headers }) => headers.authorization), ['Bearer merchant-token-1', 'Bearer merchant-token-2']);
  assert.equal(world.simulator.notifications().at(-1)?.state, 'delivered');
});

test('tries again 30 minutes, 6 and 12 hours after the first attempt, signed anew, then gives up', async () => {
  world.endpoints.statuses = [500];
  await world.merchant.paid(token);
  for (const [afterMs, count] of [[30 * minute - 1, 1], [1, 2], [6 * hour - 30 * minute - 1, 2], [1, 3], [6 * hour - 1, 3], [1, 4], [48 * hour, 4]] as const) {
    await world.simulator.advance(afterMs);
    assert.equal(payments().length, count);
  }
  assert.deepEqual(payments().map(({ atMs }) => atMs - startAtMs), [0, 30 * minute, 6 * hour, 12 * hour]);
  assert.ok(payments().every((received) => isSigned(received)));
  assert.equal(new Set(payments().map(({ headers }) => headers['x-timestamp'])).size, 4);
  assert.equal(new Set(payments().map(({ headers }) => headers['x-external-id'])).size, 1);
  assert.equal(world.simulator.notifications().at(-1)?.state, 'given-up');
});

test('stops trying once the merchant has said 2xx, and can give a retry a new X-EXTERNAL-ID', async () => {
  world.simulator.configure({ retryWithNewExternalId: true });
  world.endpoints.statuses = [503, 204];
  await world.merchant.paid(token);
  await world.simulator.advance(13 * hour);
  assert.equal(payments().length, 2);
  assert.equal(new Set(payments().map(({ headers }) => headers['x-external-id'])).size, 2);
  assert.deepEqual(world.simulator.notifications().at(-1)?.attempts.map(({ httpStatus }) => httpStatus), [503, 204]);
});

test('counts a token endpoint that fails as an attempt', async () => {
  await world.simulator.advance(900_000);
  await world.merchant.fetchB2b();
  world.endpoints.tokenStatus = 500;
  await world.merchant.paid(token);
  const entry = world.simulator.notifications().at(-1);
  assert.deepEqual([entry?.state, entry?.attempts.length, payments().length], ['waiting', 1, 0]);
  world.endpoints.tokenStatus = 200;
  await world.simulator.advance(30 * minute);
  assert.equal(payments().length, 1);
});

test('follows no redirect', async () => {
  world.endpoints.statuses = [307];
  await world.merchant.paid(token);
  assert.equal(world.simulator.notifications().at(-1)?.attempts[0]?.httpStatus, 307);
  assert.equal(world.simulator.notifications().at(-1)?.state, 'waiting');
});

test('keeps silent about bindings when told to, and about everything without addresses', async () => {
  world.simulator.configure({ bindingNotification: false });
  const before = world.endpoints.received.length;
  await world.merchant.bind('cust-002', '6289876543210');
  assert.equal(world.endpoints.received.length, before);
});

test('takes new addresses while it runs', async () => {
  world.simulator.configure({ paymentNotificationUrl: `${world.endpoints.url}/pay-elsewhere` });
  await world.merchant.paid(token);
  assert.deepEqual(payments().map(({ path }) => path), ['/pay-elsewhere']);
});

test('sends a notification again when asked', async () => {
  await world.merchant.paid(token);
  await world.simulator.resend(2);
  assert.deepEqual(statuses(), ['00', '00']);
  await assert.rejects(async () => world.simulator.resend(99), RangeError);
});

test('fault: a missing notification is never sent', async () => {
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
  await world.merchant.paid(token);
  await world.simulator.advance(48 * hour);
  assert.deepEqual(statuses(), []);
  assert.equal(world.simulator.notifications().at(-1)?.state, 'missing');
});

test('fault: a duplicate comes twice with different X-EXTERNAL-ID', async () => {
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'duplicate', times: 1 });
  await world.merchant.paid(token);
  assert.deepEqual(statuses(), ['00', '00']);
  assert.equal(new Set(payments().map(({ headers }) => headers['x-external-id'])).size, 2);
  assert.equal(payments()[0]?.raw, payments()[1]?.raw);
});

test('fault: a late one comes when it is due', async () => {
  world.simulator.faults.addToNotifications({ on: 'any', effect: 'late', delayMs: 90_000, times: 1 });
  await world.merchant.paid(token);
  await world.simulator.advance(89_999);
  assert.deepEqual(statuses(), []);
  await world.simulator.advance(1);
  assert.deepEqual(statuses(), ['00']);
});

test('fault: a wrongly signed one does not verify, and is otherwise the same', async () => {
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'wrong-signature', times: 1 });
  await world.merchant.paid(token);
  const received = only(payments());
  assert.ok(!isSigned(received));
  assert.ok(isSigned(received, `${secretKey}-wrong`));
});

test('fault: an altered amount is correctly signed', async () => {
  world.simulator.faults.addToNotifications({ on: 'payment', effect: 'altered-amount', times: 1 });
  await world.merchant.paid(token);
  const received = only(payments());
  assert.ok(isSigned(received));
  assert.deepEqual(received.body['amount'], { value: '11999.00', currency: 'IDR' });
  assert.equal(world.simulator.journal()[0]?.value, '12000.00');
});
