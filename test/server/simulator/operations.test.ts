import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Simulator } from '../../../packages/server/src/simulator/simulator.ts';
import { clientId, externalId, paths, referenceNo, startTestSimulator, TestMerchant } from './merchant.ts';
import type { Json } from './merchant.ts';

const day = 86_400_000;
let simulator: Simulator;
let merchant: TestMerchant;
beforeEach(async () => {
  simulator = await startTestSimulator({ clock: { frozen: true, startAtMs: Date.parse('2025-03-14T10:00:00+07:00') } });
  merchant = new TestMerchant(simulator);
});
afterEach(() => simulator.close());

const claimsOf = (token: unknown): Json => JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Json;

test('answers a B2B token request as documented', async () => {
  const { body } = await merchant.token(paths.b2b, { grantType: 'client_credentials' });
  const { accessToken, ...rest } = body;
  assert.deepEqual(rest, { responseCode: '2007300', responseMessage: 'Successful', tokenType: 'Bearer', expiresIn: 900, additionalInfo: '' });
  const { exp, iss, clientId: client } = claimsOf(accessToken);
  assert.deepEqual([exp, iss, client], [simulator.now() / 1000 + 900, 'DOKU', clientId]);
  simulator.configure({ expiresInAsString: true });
  assert.equal((await merchant.token(paths.b2b, { grantType: 'client_credentials' })).body['expiresIn'], '900');
});

test('answers a customer token with 15 days, a refresh token with 30, and no expiresIn', async () => {
  const { authCode } = await merchant.bind();
  const { body } = await merchant.exchange(authCode);
  assert.equal(body['accessTokenExpiryTime'], '2025-03-29T10:00:00+07:00');
  assert.equal(body['refreshTokenExpiryTime'], '2025-04-13T10:00:00+07:00');
  assert.ok(!('expiresIn' in body));
  assert.match(String(claimsOf(body['accessToken'])['accountId']), /^[0-9a-f]{32}$/);
});

test('exchanges an authCode again and again while bound; older tokens stay good', async () => {
  const { authCode, token } = await merchant.bind();
  const second = String((await merchant.exchange(authCode)).body['accessToken']);
  assert.notEqual(second, token);
  assert.equal((await merchant.balance(token)).code, '2001100');
  assert.equal((await merchant.balance(second)).code, '2001100');
  simulator.configure({ latestCustomerTokenOnly: true });
  assert.equal((await merchant.balance(token)).code, '4011102');
  assert.equal((await merchant.balance(second)).code, '2001100');
});

test('honours a customer token for 15 days and its refresh token for 30', async () => {
  const { token, refreshToken } = await merchant.bind();
  const refresh = (): Promise<{ code: unknown; body: Json }> => merchant.token(paths.b2b2c, { grantType: 'refresh_token', refreshToken });
  await simulator.advance(15 * day);
  await merchant.fetchB2b();
  assert.equal((await merchant.balance(token)).code, '4011102');
  const renewed = await refresh();
  assert.equal(renewed.code, '2007400');
  assert.equal((await merchant.balance(String(renewed.body['accessToken']))).code, '2001100');
  await simulator.advance(15 * day);
  assert.equal((await refresh()).code, '4017400');
});

test('refuses an authCode before the customer has finished, after a cancel, after an unlink, and a made-up one', async () => {
  const { authCode, pageUrl } = await merchant.startBinding();
  assert.deepEqual([(await merchant.exchange(authCode)).code, (await merchant.exchange(authCode)).status], ['4017400', 401]);
  await simulator.cancel(pageUrl);
  assert.equal((await merchant.exchange(authCode)).code, '4017400');
  const bound = await merchant.bind();
  simulator.unlinkInApp('cust-001');
  assert.equal((await merchant.exchange(bound.authCode)).code, '4017400');
  assert.equal((await merchant.token(paths.b2b2c, { grantType: 'refresh_token', refreshToken: bound.refreshToken })).code, '4017400');
  assert.equal((await merchant.exchange('2'.repeat(40))).code, '4017400');
});

test('answers a binding with the authCode that ends the page address', async () => {
  const { body } = await merchant.call(paths.binding, merchant.bindingBody());
  const info = body['additionalInfo'] as { authCode: string };
  assert.match(info.authCode, /^2238250314100000000\d{21}$/);
  assert.deepEqual(info, { custIdMerchant: 'cust-001', accountStatus: 'PENDING', authCode: info.authCode });
  assert.equal(body['redirectUrl'], `${simulator.url}/direct-debit/ui/binding/core/${info.authCode}`);
});

test('lets one account belong to one customer, also when two are at the bank at once', async () => {
  const mine = await merchant.startBinding({ custIdMerchant: 'cust-001' });
  const theirs = await merchant.startBinding({ custIdMerchant: 'cust-002' });
  assert.equal(await simulator.approve(mine.pageUrl), 'https://merchant.example/bind/ok?state=abc&x=1');
  assert.equal(await simulator.approve(theirs.pageUrl), 'https://merchant.example/bind/fail');
  assert.equal((await merchant.exchange(theirs.authCode)).code, '4017400');
  const refused = await merchant.call(paths.binding, merchant.bindingBody({ custIdMerchant: 'cust-002' }));
  assert.deepEqual([refused.status, refused.code, refused.message], [403, '4030715', 'Transaction Not Permitted. Account Already Registered']);
  assert.equal((await merchant.startBinding({ custIdMerchant: 'cust-001' })).authCode.length, 40);
});

test('ends the old link and its tokens when a customer links anew', async () => {
  const first = await merchant.bind();
  const second = await merchant.bind('cust-001', '6289876543210');
  assert.equal((await merchant.balance(first.token)).code, '4011102');
  assert.equal((await merchant.balance(second.token)).code, '2001100');
  assert.equal((await merchant.exchange(first.authCode)).code, '4017400');
});

test('tells the balance of the token\'s own customer in every spelling', async () => {
  const budi = await merchant.bind('cust-001', '6281200000001');
  const siti = await merchant.bind('cust-002', '6281200000002');
  simulator.setBalance('6281200000002', 'BALANCE', '1.50');
  const infosOf = async (token: string) => (await merchant.balance(token)).body['accountInfos'] as Record<string, Json>[];
  const [balance, point, paylater] = await infosOf(budi.token);
  const amount = { value: '2500000.00', currency: 'IDR' };
  const none = { value: '0.00', currency: 'IDR' };
  assert.deepEqual(balance, { balanceType: 'BALANCE', amount, flatAmount: amount, floatAmount: none, holdAmount: none, availableBalance: amount });
  assert.deepEqual([point?.['balanceType'], point?.['amount']?.['value']], ['POINT', '25000.00']);
  assert.deepEqual([paylater?.['balanceType'], paylater?.['amount']?.['value']], ['PAYLATER', '1000000.00']);
  assert.equal((await infosOf(siti.token))[0]?.['availableBalance']?.['value'], '1.50');
});

test('moves no money until the customer has confirmed, then once', async () => {
  const { token } = await merchant.bind();
  const body = merchant.paymentBody();
  const reply = await merchant.pay(token, body);
  assert.equal(reply.code, '2005400');
  assert.equal(reply.body['partnerReferenceNo'], body['partnerReferenceNo']);
  assert.deepEqual(simulator.journal(), []);
  const pageUrl = String(reply.body['webRedirectUrl']);
  assert.match(pageUrl, /\/direct-debit\/ui\/payment\/core\/\d{40}$/);
  await Promise.all([simulator.approve(pageUrl), simulator.approve(pageUrl), simulator.cancel(pageUrl)]);
  const [entry, ...more] = simulator.journal();
  assert.equal(more.length, 0);
  const { accountId, ...rest } = entry ?? { accountId: '' };
  assert.equal(accountId, claimsOf(token)['accountId']);
  assert.deepEqual(rest, {
    kind: 'debit',
    at: '2025-03-14T10:00:00+07:00',
    partnerReferenceNo: body['partnerReferenceNo'],
    amount: 1_200_000,
    value: '12000.00',
    currency: 'IDR',
    custIdMerchant: 'cust-001',
  });
});

test('takes the money from the instrument that was named', async () => {
  const { token } = await merchant.bind();
  const amount = { value: '20000.00', currency: 'IDR' };
  const half = { value: '10000.00', currency: 'IDR' };
  await merchant.paid(token, merchant.paymentBody({ amount, payOptionDetails: [{ payMethod: 'POINT', transAmount: half }, { payMethod: 'PAYLATER', transAmount: half }] }));
  const [account] = simulator.accounts();
  assert.deepEqual(
    [account?.balance.BALANCE.value, account?.balance.POINT.value, account?.balance.PAYLATER.value],
    ['2500000.00', '15000.00', '990000.00'],
  );
});

test('finds missing money after the PIN, tells why, and takes nothing', async () => {
  const { token } = await merchant.bind();
  const amount = { value: '25000.01', currency: 'IDR' };
  const body = merchant.paymentBody({ amount, payOptionDetails: [{ payMethod: 'POINT', transAmount: amount }] });
  const reference = await merchant.paid(token, body);
  const { body: status } = await merchant.status(reference);
  assert.deepEqual(
    [status['latestTransactionStatus'], status['transactionStatusDesc'], status['originalResponseCode'], status['originalResponseMessage']],
    ['06', 'FAILED', '4035414', 'Insufficient Funds'],
  );
  assert.deepEqual(simulator.journal(), []);
});

test('takes a partnerReferenceNo once and for ever, whatever became of the payment', async () => {
  const { token } = await merchant.bind();
  const body = merchant.paymentBody();
  const { body: opened } = await merchant.pay(token, body);
  assert.deepEqual([(await merchant.pay(token, body)).code, (await merchant.pay(token, body)).status], ['4095401', 409]);
  await simulator.cancel(String(opened['webRedirectUrl']));
  await simulator.advance(400 * day);
  await merchant.fetchB2b();
  const again = await merchant.bind();
  assert.equal((await merchant.pay(again.token, body)).code, '4095401');
});

test('tells the status from PENDING to REFUNDED', async () => {
  const { token } = await merchant.bind();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  const body = merchant.paymentBody();
  const reference = body['partnerReferenceNo'];
  const { body: opened } = await merchant.pay(token, body, { headers });
  const pending = (await merchant.status(reference)).body;
  assert.deepEqual([pending['latestTransactionStatus'], pending['transactionStatusDesc'], 'paidTime' in pending], ['03', 'PENDING', false]);
  await simulator.advance(1000);
  await simulator.approve(String(opened['webRedirectUrl']));
  const paid = (await merchant.status(reference)).body;
  const { originalReferenceNo, ...rest } = paid;
  assert.notEqual(originalReferenceNo, opened['referenceNo']);
  assert.deepEqual(rest, {
    responseCode: '2005500',
    responseMessage: 'Successful',
    originalPartnerReferenceNo: reference,
    originalExternalId: headers['X-EXTERNAL-ID'],
    serviceCode: '55',
    latestTransactionStatus: '00',
    transactionStatusDesc: 'SUCCESS',
    originalResponseCode: '2005400',
    originalResponseMessage: 'Successful',
    paidTime: '2025-03-14T10:00:01+07:00',
    transAmount: { value: '12000.00', currency: 'IDR' },
    additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP', acquirer: { id: 'ALLO' } },
  });
  const refund = merchant.refundBody(reference);
  await merchant.refund(token, refund);
  const refunded = (await merchant.status(reference)).body;
  const [history] = refunded['refundHistory'] as Json[];
  assert.deepEqual([refunded['latestTransactionStatus'], refunded['paidTime']], ['04', '2025-03-14T10:00:01+07:00']);
  assert.deepEqual([history?.['partnerRefundNo'], history?.['refundStatus'], history?.['refundAmount']], [refund['partnerRefundNo'], '00', rest['transAmount']]);
});

test('looks a payment up by each of its numbers and by both service codes', async () => {
  const { token } = await merchant.bind();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  const body = merchant.paymentBody();
  const { body: opened } = await merchant.pay(token, body, { headers });
  const found = async (members: Json) => (await merchant.status(undefined, members)).body['originalPartnerReferenceNo'];
  assert.equal(await found({ originalReferenceNo: opened['referenceNo'] }), body['partnerReferenceNo']);
  assert.equal(await found({ originalExternalId: headers['X-EXTERNAL-ID'] }), body['partnerReferenceNo']);
  assert.equal((await merchant.status(body['partnerReferenceNo'], { serviceCode: '54', originalReferenceNo: '' })).body['serviceCode'], '55');
  assert.deepEqual([(await merchant.status('INV404')).code, (await merchant.status('INV404')).status], ['4045501', 404]);
});

test('refunds the whole amount, once, with a number never used before', async () => {
  const { token } = await merchant.bind();
  const reference = await merchant.paid(token);
  const other = await merchant.paid(token);
  const refund = merchant.refundBody(reference);
  const code = async (body: Json) => (await merchant.refund(token, body)).code;
  assert.equal(await code({ ...refund, refundAmount: { value: '11999.99', currency: 'IDR' } }), '4045813');
  assert.equal(await code(merchant.refundBody('INV404')), '4045801');
  const done = await merchant.refund(token, refund);
  assert.deepEqual(
    [done.code, done.body['partnerRefundNo'], done.body['refundTime'], done.body['refundAmount']],
    ['2005800', refund['partnerRefundNo'], '2025-03-14T10:00:00+07:00', { value: '12000.00', currency: 'IDR' }],
  );
  assert.equal(await code(merchant.refundBody(reference)), '4045800');
  assert.equal(await code(refund), '4095801');
  assert.equal(await code(merchant.refundBody(other, { partnerRefundNo: refund['partnerRefundNo'] })), '4095801');
  assert.equal(simulator.journal().filter(({ kind }) => kind === 'refund').length, 1);
});

test('refunds nothing that was not paid, nor through another customer\'s account, nor after an unlink', async () => {
  const { token } = await merchant.bind();
  const stranger = await merchant.bind('cust-002', '6289876543210');
  const open = merchant.paymentBody();
  await merchant.pay(token, open);
  assert.equal((await merchant.refund(token, merchant.refundBody(open['partnerReferenceNo']))).code, '4045800');
  const reference = await merchant.paid(token);
  assert.equal((await merchant.refund(stranger.token, merchant.refundBody(reference))).code, '4045801');
  simulator.unlinkInApp('6281234567890');
  assert.equal((await merchant.refund(token, merchant.refundBody(reference))).code, '4015802');
  const relinked = await merchant.bind();
  assert.equal((await merchant.refund(relinked.token, merchant.refundBody(reference))).code, '2005800');
});

test('unbinds by the customer token in the body, once', async () => {
  const { token } = await merchant.bind();
  const open = await merchant.pay(token);
  assert.match(String((await merchant.unbind(token)).body['referenceNo']), /^UNB-\d+$/);
  assert.equal((await merchant.unbind(token)).code, '4010902');
  assert.equal((await merchant.pay(token)).code, '4015402');
  await simulator.approve(String(open.body['webRedirectUrl']));
  assert.equal((await merchant.status(open.body['partnerReferenceNo'])).body['latestTransactionStatus'], '06');
  assert.deepEqual(simulator.journal(), []);
});

test('lets a payment nobody confirms fail after five minutes', async () => {
  const { token } = await merchant.bind();
  const { body } = await merchant.pay(token);
  await simulator.advance(5 * 60_000 - 1);
  assert.equal((await merchant.status(body['partnerReferenceNo'])).body['latestTransactionStatus'], '03');
  await simulator.advance(1);
  assert.equal((await merchant.status(body['partnerReferenceNo'])).body['latestTransactionStatus'], '06');
  assert.equal(await simulator.approve(String(body['webRedirectUrl'])), 'https://merchant.example/pay/fail');
  assert.deepEqual(simulator.journal(), []);
});

/** Every path of the archived generation and the older token alias, beside those of core/v1 used above. */
const archive = '/direct-debit/merchant/allo/v1.0';

test('serves every spelling of the archived paths, signed over the path as requested', async () => {
  const { body: bound } = await merchant.call(`${archive}/registration-account-binding`, merchant.bindingBody());
  await simulator.approve(String(bound['redirectUrl']));
  const { authCode } = bound['additionalInfo'] as { authCode: string };
  const { body: exchanged } = await merchant.token('/api/v1/access-token/b2b2c', { grantType: 'authorization_code', authCode });
  const token = String(exchanged['accessToken']);
  const customer = { headers: { 'Authorization-Customer': `Bearer ${token}` } };
  const channel = { additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' } };
  assert.equal((await merchant.call(`${archive}/balance-inquiry`, channel, customer)).code, '2001100');
  assert.equal((await merchant.call(`${archive}/payment-host-to-host`, merchant.paymentBody(), customer)).code, '2005400');
  const paid = merchant.paymentBody();
  const { body: opened } = await merchant.call(`${archive}/payment/host-to-host`, paid, customer);
  await simulator.approve(String(opened['webRedirectUrl']));
  assert.equal((await merchant.call(`${archive}/debit/refund`, merchant.refundBody(paid['partnerReferenceNo']), customer)).code, '2005800');
  assert.equal((await merchant.call(`${archive}/balance-inquiry`, channel, { ...customer, signedPath: paths.balance })).code, '4011100');
  assert.equal((await merchant.unbind(token, '/direct-debit/allo/v1.0/registration-account-unbinding')).code, '2000900');
  const again = await merchant.bind();
  assert.equal((await merchant.unbind(again.token, `${archive}/registration-account-unbinding`)).code, '2000900');
});

test('answers 404 on archived paths when they are switched off', async () => {
  simulator.configure({ archivePaths: false });
  assert.equal((await merchant.call(`${archive}/registration-account-binding`, merchant.bindingBody())).status, 404);
  assert.equal((await merchant.call(paths.binding, merchant.bindingBody())).code, '2000700');
});

test('charges the whole amount to the first instrument when the parts do not add up', async () => {
  const { token } = await merchant.bind();
  const part = { payMethod: 'PAYLATER', transAmount: { value: '1.00', currency: 'IDR' } };
  await merchant.paid(token, merchant.paymentBody({ partnerReferenceNo: referenceNo(), payOptionDetails: [part] }));
  assert.equal(simulator.accounts()[0]?.balance.PAYLATER.value, '988000.00');
  assert.equal(simulator.journal()[0]?.value, '12000.00');
});
