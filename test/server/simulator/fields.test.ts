import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Simulator } from '../../../packages/server/src/simulator/simulator.ts';
import { paths, startTestSimulator, TestMerchant } from './merchant.ts';
import type { Json } from './merchant.ts';

let simulator: Simulator;
let merchant: TestMerchant;
let token: string;
before(async () => {
  simulator = await startTestSimulator();
  merchant = new TestMerchant(simulator);
  ({ token } = await merchant.bind());
});
after(() => simulator.close());

const idr = (value: string): Json => ({ value, currency: 'IDR' });
const long = (count: number): string => 'a'.repeat(count);

/** What is changed in a good body, and how it is refused. `400…` codes carry the field's name. */
type Case = [change: Json, code: string, name?: string];

function without(body: Json, name: string): Json {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}

const bindings: Case[] = [
  [{ info: { channel: undefined } }, '4000702', 'additionalInfo.channel'],
  [{ info: { channel: 'EMONEY_OVO_SNAP' } }, '4000701', 'additionalInfo.channel'],
  [{ info: { custIdMerchant: undefined } }, '4000702', 'additionalInfo.custIdMerchant'],
  [{ info: { custIdMerchant: null } }, '4000702', 'additionalInfo.custIdMerchant'],
  [{ info: { custIdMerchant: '' } }, '4000702', 'additionalInfo.custIdMerchant'],
  [{ info: { custIdMerchant: 7 } }, '4000701', 'additionalInfo.custIdMerchant'],
  [{ info: { custIdMerchant: long(65) } }, '4000701', 'additionalInfo.custIdMerchant'],
  [{ info: { custIdMerchant: 'a&b' } }, '4000701', 'additionalInfo.custIdMerchant'],
  [{ info: { customerName: long(71) } }, '4000701', 'additionalInfo.customerName'],
  [{ info: { customerName: 'Budi (senior)' } }, '4000701', 'additionalInfo.customerName'],
  [{ info: { email: `${long(251)}@a.com` } }, '4000701', 'additionalInfo.email'],
  [{ info: { idCard: long(21) } }, '4000701', 'additionalInfo.idCard'],
  [{ info: { country: long(61) } }, '4000701', 'additionalInfo.country'],
  [{ info: { address: long(256) } }, '4000701', 'additionalInfo.address'],
  [{ info: { dateOfBirth: '1990-1-1' } }, '4000701', 'additionalInfo.dateOfBirth'],
  [{ info: { successRegistrationUrl: undefined } }, '4000702', 'additionalInfo.successRegistrationUrl'],
  [{ info: { successRegistrationUrl: '/ok' } }, '4000701', 'additionalInfo.successRegistrationUrl'],
  [{ info: { failedRegistrationUrl: undefined } }, '4000702', 'additionalInfo.failedRegistrationUrl'],
  [{ info: { failedRegistrationUrl: 'javascript:alert(1)' } }, '4000701', 'additionalInfo.failedRegistrationUrl'],
  [{ info: { deviceModel: undefined } }, '4000702', 'additionalInfo.deviceModel'],
  [{ info: { deviceModel: long(65) } }, '4000701', 'additionalInfo.deviceModel'],
  [{ info: { osType: undefined } }, '4000702', 'additionalInfo.osType'],
  [{ info: { osType: 'windows' } }, '4000701', 'additionalInfo.osType'],
  [{ info: { channelId: undefined } }, '4000702', 'additionalInfo.channelId'],
  [{ info: { channelId: 'pos' } }, '4000701', 'additionalInfo.channelId'],
  [{ phoneNo: undefined }, '4000702', 'phoneNo'],
  [{ phoneNo: '081234567890' }, '4000701', 'phoneNo'],
  [{ phoneNo: '+6281234567890' }, '4000701', 'phoneNo'],
  [{ phoneNo: '62812345' }, '4000701', 'phoneNo'],
  [{ phoneNo: '62812345678901234' }, '4000701', 'phoneNo'],
  [{ additionalInfo: undefined }, '4000702', 'additionalInfo'],
];
for (const [{ info, ...members }, code, name] of bindings) {
  test(`binding: ${JSON.stringify({ ...members, ...(info as Json) })} is ${code} ${name}`, async () => {
    const reply = await merchant.call(paths.binding, { ...merchant.bindingBody(info as Json), ...members });
    assert.deepEqual([reply.status, reply.code], [400, code]);
    assert.ok(String(reply.message).endsWith(` ${name}`), String(reply.message));
  });
}

const payments: Case[] = [
  [{ partnerReferenceNo: undefined }, '4005402', 'partnerReferenceNo'],
  [{ partnerReferenceNo: long(65) }, '4005401', 'partnerReferenceNo'],
  [{ partnerReferenceNo: 'INV#1' }, '4005401', 'partnerReferenceNo'],
  [{ amount: undefined }, '4005402', 'amount'],
  [{ amount: '12000.00' }, '4005401', 'amount'],
  [{ amount: { currency: 'IDR' } }, '4005402', 'amount.value'],
  [{ amount: { value: 12000, currency: 'IDR' } }, '4005401', 'amount.value'],
  [{ amount: idr('12000') }, '4005401', 'amount.value'],
  [{ amount: idr('12000.0') }, '4005401', 'amount.value'],
  [{ amount: idr('-1.00') }, '4005401', 'amount.value'],
  [{ amount: idr('12345678901234567.00') }, '4005401', 'amount.value'],
  [{ amount: { value: '12000.00', currency: 'USD' } }, '4005401', 'amount.currency'],
  [{ amount: { value: '12000.00' } }, '4005402', 'amount.currency'],
  [{ amount: idr('0.99') }, '4045413'],
  [{ amount: idr('9999999999999999.99') }, '4045413'],
  [{ payOptionDetails: {} }, '4005401', 'payOptionDetails'],
  [{ payOptionDetails: [{ payMethod: 'CASH' }] }, '4005401', 'payOptionDetails[0].payMethod'],
  [{ payOptionDetails: [{ transAmount: idr('1.00') }] }, '4005402', 'payOptionDetails[0].payMethod'],
  [{ payOptionDetails: [{ payMethod: 'POINT', transAmount: idr('1') }] }, '4005401', 'payOptionDetails[0].transAmount.value'],
  [{ payOptionDetails: [{ payMethod: 'POINT', feeAmount: idr('x') }] }, '4005401', 'payOptionDetails[0].feeAmount.value'],
  [{ info: { channel: undefined } }, '4005402', 'additionalInfo.channel'],
  [{ info: { remarks: long(41) } }, '4005401', 'additionalInfo.remarks'],
  [{ info: { remarks: 'order "1"' } }, '4005401', 'additionalInfo.remarks'],
  [{ info: { successPaymentUrl: undefined } }, '4005402', 'additionalInfo.successPaymentUrl'],
  [{ info: { failedPaymentUrl: 'nowhere' } }, '4005401', 'additionalInfo.failedPaymentUrl'],
  [{ info: { lineItems: 'kopi' } }, '4005401', 'additionalInfo.lineItems'],
  [{ info: { lineItems: [{ price: '1.00', quantity: 1 }] } }, '4005402', 'additionalInfo.lineItems[0].name'],
  [{ info: { lineItems: [{ name: long(33), price: '1.00', quantity: 1 }] } }, '4005401', 'additionalInfo.lineItems[0].name'],
  [{ info: { lineItems: [{ name: 'Kopi & susu', price: '1.00', quantity: 1 }] } }, '4005401', 'additionalInfo.lineItems[0].name'],
  [{ info: { lineItems: [{ name: 'Kopi', price: 1, quantity: 1 }] } }, '4005401', 'additionalInfo.lineItems[0].price'],
  [{ info: { lineItems: [{ name: 'Kopi', price: '1.00' }] } }, '4005402', 'additionalInfo.lineItems[0].quantity'],
  [{ info: { lineItems: [{ name: 'Kopi', price: '1.00', quantity: 1.5 }] } }, '4005401', 'additionalInfo.lineItems[0].quantity'],
  [{ info: { paymentType: 'RECURRING' } }, '4005401', 'additionalInfo.paymentType'],
];
for (const [{ info, ...members }, code, name] of payments) {
  test(`payment: ${JSON.stringify({ ...members, ...(info as Json) })} is ${code} ${name ?? ''}`, async () => {
    const reply = await merchant.pay(token, { ...merchant.paymentBody({}, info as Json), ...members });
    assert.equal(reply.code, code);
    if (name) assert.ok(String(reply.message).endsWith(` ${name}`), String(reply.message));
  });
}

const refunds: Case[] = [
  [{ originalPartnerReferenceNo: undefined }, '4005802', 'originalPartnerReferenceNo'],
  [{ originalExternalId: long(37) }, '4005801', 'originalExternalId'],
  [{ refundAmount: undefined }, '4005802', 'refundAmount'],
  [{ refundAmount: idr('1') }, '4005801', 'refundAmount.value'],
  [{ reason: long(256) }, '4005801', 'reason'],
  [{ reason: 'why?' }, '4005801', 'reason'],
  [{ partnerRefundNo: undefined }, '4005802', 'partnerRefundNo'],
  [{ partnerRefundNo: long(65) }, '4005801', 'partnerRefundNo'],
  [{ additionalInfo: undefined }, '4005802', 'additionalInfo'],
  [{ additionalInfo: {} }, '4005802', 'additionalInfo.channel'],
];
for (const [members, code, name] of refunds) {
  test(`refund: ${JSON.stringify(members)} is ${code} ${name}`, async () => {
    const reply = await merchant.refund(token, merchant.refundBody('INV1', members));
    assert.equal(reply.code, code);
    assert.ok(String(reply.message).endsWith(` ${name}`), String(reply.message));
  });
}

test('balance, unbinding and status name what is missing from them', async () => {
  const customer = { headers: { 'Authorization-Customer': `Bearer ${token}` } };
  assert.equal((await merchant.call(paths.balance, {}, customer)).message, 'Invalid Mandatory Field additionalInfo');
  assert.equal((await merchant.call(paths.unbinding, { additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP' } })).code, '4000902');
  assert.equal((await merchant.call(paths.status, { serviceCode: '55' })).message, 'Invalid Mandatory Field originalPartnerReferenceNo');
  assert.equal((await merchant.status('INV1', { serviceCode: undefined })).code, '4005502');
  assert.equal((await merchant.status('INV1', { serviceCode: '56' })).code, '4005501');
});

test('names a missing Authorization-Customer', async () => {
  for (const path of [paths.balance, paths.payment, paths.refund]) {
    const reply = await merchant.call(path, {});
    assert.equal(reply.message, 'Invalid Mandatory Field Authorization-Customer');
  }
});

test('token requests name what is wrong with their grant', async () => {
  const code = async (path: string, body: Json) => (await merchant.token(path, body)).code;
  assert.equal(await code(paths.b2b, {}), '4007302');
  assert.equal(await code(paths.b2b, { grantType: 'password' }), '4007301');
  assert.equal(await code(paths.b2b2c, {}), '4007402');
  assert.equal(await code(paths.b2b2c, { grantType: 'password' }), '4007401');
  assert.equal(await code(paths.b2b2c, { grantType: 'authorization_code' }), '4007402');
  assert.equal(await code(paths.b2b2c, { grantType: 'refresh_token' }), '4007402');
});

test('accepts what is optional: no payOptionDetails, no lines, a quantity as text, unknown members', async () => {
  const body = merchant.paymentBody({ journeyId: 'j1' }, { lineItems: [{ name: 'Kopi', price: '1.00', quantity: '2' }], origin: { product: 'SDK' } });
  assert.equal((await merchant.pay(token, without(body, 'payOptionDetails'))).code, '2005400');
  assert.equal((await merchant.pay(token, merchant.paymentBody({}, { lineItems: undefined, remarks: undefined }))).code, '2005400');
});

test('strict switches demand what DOKU\'s SDKs demand', async () => {
  simulator.configure({ strictReferences: true, strictContent: true, strictSum: true });
  const code = async (members: Json, info: Json = {}) => (await merchant.pay(token, merchant.paymentBody(members, info))).code;
  assert.equal(await code({}), '2005400');
  assert.equal(await code({ partnerReferenceNo: long(31) }), '4005401');
  assert.equal(await code({ partnerReferenceNo: `${long(32)}-` }), '4005401');
  assert.equal(await code({}, { remarks: undefined }), '4005402');
  assert.equal(await code({}, { lineItems: [] }), '4005402');
  assert.equal(await code({ payOptionDetails: [{ payMethod: 'POINT', transAmount: idr('1.00') }] }), '4045413');
});
