/** `routes/bank.ts` alone: what the ledger asks for arrives at SNAP, each member of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChargeOrder, LinkOrder, RefundOrder } from '../../packages/server/src/ledger/bank.ts';
import { createSnapBank } from '../../packages/server/src/routes/bank.ts';
import type { Snap } from '../../packages/server/src/snap/snap.ts';

const asked: [string, unknown][] = [];
const snap = new Proxy({} as Snap, { get: (_, name) => (input: unknown) => {
  asked.push([String(name), input]);
  return Promise.resolve({ outcome: 'unknown' });
} });
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const bank = createSnapBank({ snap, isBankPage: () => true, log: quiet });
const device = { id: 'device', ipAddress: '203.0.113.7' };
const money = (value: string) => ({ value, currency: 'IDR' }) as const;
const urls = { successUrl: 'https://shop.example/ok', failedUrl: 'https://shop.example/no' };
const heard = (): [string, unknown] => asked.splice(0)[0] ?? assert.fail('nothing was asked');

test('a payment: amount, instrument and goods as they were ordered', async () => {
  const order: ChargeOrder = { reference: 'r', orderId: 'o', amount: money('25000.50'), instrument: 'PAYLATER', lines: [{ name: 'Kopi', price: money('12500.25'), quantity: 2 }], device, notAfter: 1, ...urls };
  await bank.charge('token', order);
  assert.deepEqual(heard(), ['pay', {
    partnerReferenceNo: 'r', amount: money('25000.50'), payMethod: 'PAYLATER', remarks: 'Order o', lineItems: [{ name: 'Kopi', price: '12500.25', quantity: 2 }],
    successPaymentUrl: urls.successUrl, failedPaymentUrl: urls.failedUrl, customerToken: 'token', ipAddress: device.ipAddress, deviceId: device.id,
  }]);
});

test('a refund', async () => {
  const order: RefundOrder = { reference: 'back', paymentReference: 'r', paymentExternalId: 'x', amount: money('25000.50'), reason: 'why', device, notAfter: 1 };
  await bank.refund('token', order);
  assert.deepEqual(heard(), ['refund', {
    originalPartnerReferenceNo: 'r', originalExternalId: 'x', refundAmount: money('25000.50'), reason: 'why', partnerRefundNo: 'back', customerToken: 'token', ipAddress: device.ipAddress, deviceId: device.id,
  }]);
});

test('a link', async () => {
  const order: LinkOrder = { customerId: 'budi', phone: '62812', name: 'Budi', email: 'budi@example.com', device, browser: { os: 'ios', model: 'iPhone' }, ...urls };
  await bank.link(order);
  assert.deepEqual(heard(), ['bindAccount', {
    phoneNo: '62812', custIdMerchant: 'budi', customerName: 'Budi', email: 'budi@example.com', successRegistrationUrl: urls.successUrl, failedRegistrationUrl: urls.failedUrl,
    deviceModel: 'iPhone', osType: 'ios', channelId: 'web', ipAddress: device.ipAddress, deviceId: device.id,
  }]);
});

test('a status question', async () => {
  await bank.chargeStatus('r', 'x', money('25000.50'));
  assert.deepEqual(heard(), ['checkStatus', { originalPartnerReferenceNo: 'r', originalExternalId: 'x', amount: money('25000.50') }]);
});

test('a refund in the list whose status DOKU does not say, or says in a way that nobody knows, is not over', async () => {
  const refundHistory = [{ partnerRefundNo: 'a' }, { partnerRefundNo: 'b', refundStatus: '02' }, { partnerRefundNo: 'c', refundStatus: '03' }, { partnerRefundNo: 'd', refundStatus: '06' }, { partnerRefundNo: 'e', refundStatus: '00' }];
  const answering = { checkStatus: () => Promise.resolve({ outcome: 'success', responseCode: '2005500', externalId: 'x', body: { latestTransactionStatus: '00', refundHistory } }) } as unknown as Snap;
  const answer = await createSnapBank({ snap: answering, isBankPage: () => true, log: quiet }).chargeStatus('r', null, money('1.00'));
  assert.deepEqual(answer.outcome === 'done' && answer.value.refunds?.map(({ status }) => status), ['open', 'open', 'open', 'failed', 'done']);
});

test('a balance is what can be spent, without what is held', async () => {
  const accountInfos = [{ balanceType: 'BALANCE', amount: money('100.00'), holdAmount: money('60.00'), availableBalance: money('40.00') }];
  const answering = { inquireBalance: () => Promise.resolve({ outcome: 'success', responseCode: '2001100', externalId: 'x', body: { accountInfos } }) } as unknown as Snap;
  const answer = await createSnapBank({ snap: answering, isBankPage: () => true, log: quiet }).balance('token', device);
  assert.deepEqual(answer.outcome === 'done' && answer.value, [{ type: 'BALANCE', available: money('40.00') }]);
});
