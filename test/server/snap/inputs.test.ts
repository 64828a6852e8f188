/**
 * What a caller may not give: every field of every operation, refused before anything is sent, even for a token.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snap } from '../../../packages/server/src/snap/snap.ts';
import { createTestSnap, customerToken, payment, refund } from './support.ts';

const ipAddress = '103.10.20.30';
const binding = {
  phoneNo: '62813941306101', custIdMerchant: 'cust-001', successRegistrationUrl: 'https://merchant.example/ok', failedRegistrationUrl: 'https://merchant.example/fail',
  deviceModel: 'iPhone15,2', osType: 'ios', channelId: 'app', ipAddress, deviceId: 'd9b1c2a34e5f',
} as const;

const bad = {
  reference: ['', 'x'.repeat(31), 'x'.repeat(65), `${'x'.repeat(40)}-`, `${'x'.repeat(40)}\n`, `-${'x'.repeat(40)}`],
  address: ['', '/ok', 'javascript:alert(1)', 'ftp://merchant.example/', 'xhttp://merchant.example/', 'httpsx://merchant.example/', 'https://mérchant.example/', ' https://merchant.example/', 'https://merchant.example/ '],
  ip: ['', '1.2.3.4', '2001:db8::1', '300.100.100.100', 'merchant.example', `${ipAddress}\n`],
  device: ['', 'a b', 'x'.repeat(65), 'a\r\nX-Evil: 1', 'ä'],
  token: ['', 'a b', 'x\r\nX-Evil: 1', 'x'.repeat(4097), 'ä', ' x', 'x '],
  amount: ['0.99', '12000', '1,00', '-1.00', '90071992547409.92'].map((value) => ({ value, currency: 'IDR' })).concat({ value: '12000.00', currency: 'USD' }),
  identifier: ['', 'cust#001', 'x'.repeat(65), 'a\nb'],
  phone: ['', '081394130610', '6281', '62813941306101234', '+62813941306', '62 813941306', '6281394130610a'],
} as const;

type Give = (snap: Snap, value: never) => Promise<unknown>;

const fields: Record<string, [keyof typeof bad, Give]> = {
  'phoneNo of a binding': ['phone', (snap, phoneNo) => snap.bindAccount({ ...binding, phoneNo })],
  'custIdMerchant of a binding': ['identifier', (snap, custIdMerchant) => snap.bindAccount({ ...binding, custIdMerchant })],
  'idCard of a binding': ['identifier', (snap, idCard) => snap.bindAccount({ ...binding, idCard })],
  'successRegistrationUrl of a binding': ['address', (snap, successRegistrationUrl) => snap.bindAccount({ ...binding, successRegistrationUrl })],
  'failedRegistrationUrl of a binding': ['address', (snap, failedRegistrationUrl) => snap.bindAccount({ ...binding, failedRegistrationUrl })],
  'ipAddress of a binding': ['ip', (snap, address) => snap.bindAccount({ ...binding, ipAddress: address })],
  'deviceId of a binding': ['device', (snap, deviceId) => snap.bindAccount({ ...binding, deviceId })],
  'tokenId of an unbinding': ['token', (snap, tokenId) => snap.unbindAccount({ tokenId, ipAddress })],
  'ipAddress of an unbinding': ['ip', (snap, address) => snap.unbindAccount({ tokenId: customerToken, ipAddress: address })],
  'customerToken of a balance': ['token', (snap, token) => snap.inquireBalance({ customerToken: token, ipAddress })],
  'ipAddress of a balance': ['ip', (snap, address) => snap.inquireBalance({ customerToken, ipAddress: address })],
  'deviceId of a balance': ['device', (snap, deviceId) => snap.inquireBalance({ customerToken, ipAddress, deviceId })],
  'partnerReferenceNo of a payment': ['reference', (snap, partnerReferenceNo) => snap.pay({ ...payment, partnerReferenceNo })],
  'amount of a payment': ['amount', (snap, amount) => snap.pay({ ...payment, amount })],
  'successPaymentUrl of a payment': ['address', (snap, successPaymentUrl) => snap.pay({ ...payment, successPaymentUrl })],
  'failedPaymentUrl of a payment': ['address', (snap, failedPaymentUrl) => snap.pay({ ...payment, failedPaymentUrl })],
  'customerToken of a payment': ['token', (snap, token) => snap.pay({ ...payment, customerToken: token })],
  'ipAddress of a payment': ['ip', (snap, address) => snap.pay({ ...payment, ipAddress: address })],
  'deviceId of a payment': ['device', (snap, deviceId) => snap.pay({ ...payment, deviceId })],
  'originalPartnerReferenceNo of a refund': ['reference', (snap, originalPartnerReferenceNo) => snap.refund({ ...refund, originalPartnerReferenceNo })],
  'partnerRefundNo of a refund': ['reference', (snap, partnerRefundNo) => snap.refund({ ...refund, partnerRefundNo })],
  'originalExternalId of a refund': ['identifier', (snap, originalExternalId) => snap.refund({ ...refund, originalExternalId })],
  'refundAmount of a refund': ['amount', (snap, refundAmount) => snap.refund({ ...refund, refundAmount })],
  'customerToken of a refund': ['token', (snap, token) => snap.refund({ ...refund, customerToken: token })],
  'ipAddress of a refund': ['ip', (snap, address) => snap.refund({ ...refund, ipAddress: address })],
  'deviceId of a refund': ['device', (snap, deviceId) => snap.refund({ ...refund, deviceId })],
  'originalPartnerReferenceNo of a status': ['reference', (snap, originalPartnerReferenceNo) => snap.checkStatus({ originalPartnerReferenceNo })],
};

/** A way to DOKU that nothing may take. */
const nowhere = (): { snap: Snap; sent: () => number } => {
  let sent = 0;
  const fetch = (): Promise<Response> => {
    sent += 1;
    return Promise.reject(new Error('nothing may be sent'));
  };
  return { snap: createTestSnap('http://127.0.0.1:9', { fetch }), sent: () => sent };
};

describe('before anything is sent', () => {
  for (const [field, [kind, give]] of Object.entries(fields)) {
    it(`the ${field} is refused if it is no ${kind}`, async () => {
      const { snap, sent } = nowhere();
      for (const value of bad[kind]) {
        await assert.rejects(give(snap, value as never), (error) => error instanceof TypeError && error.message.includes(field.split(' ')[0] ?? ''), JSON.stringify(value));
      }
      assert.equal(sent(), 0);
    });
  }

  for (const dateOfBirth of ['', '1990131', '199001311', '1990-01-31', 'a19900131', '19900131a']) {
    it(`the date of birth ${JSON.stringify(dateOfBirth)} is refused`, async () => {
      await assert.rejects(nowhere().snap.bindAccount({ ...binding, dateOfBirth }), TypeError);
    });
  }

  for (const line of [{ price: '1' }, { price: '1.000' }, { price: 'x1.00' }, { price: '1.00x' }, { quantity: 0 }, { quantity: -1 }, { quantity: 1.5 }, { quantity: 2 ** 53 }]) {
    it(`a line with ${JSON.stringify(line)} is refused`, async () => {
      await assert.rejects(nowhere().snap.pay({ ...payment, lineItems: [{ name: 'x', price: '1.00', quantity: 1, ...line }] }), TypeError);
    });
  }

  it('what need not be given may be left out', async () => {
    const { snap, sent } = nowhere();
    await snap.unbindAccount({ tokenId: customerToken });
    await snap.inquireBalance({ customerToken, ipAddress });
    assert.equal(sent(), 2);
  });

  it('an address may be http, as on a machine of one’s own', async () => {
    const { snap, sent } = nowhere();
    await snap.pay({ ...payment, successPaymentUrl: 'http://127.0.0.1:3000/ok', failedPaymentUrl: 'HTTPS://merchant.example/fail' });
    assert.equal(sent(), 1);
  });

  it('the longest and the shortest that may be given are taken', async () => {
    const { snap, sent } = nowhere();
    const reference = ['x'.repeat(32), 'x'.repeat(64)];
    for (const partnerReferenceNo of reference) await snap.pay({ ...payment, partnerReferenceNo, amount: { value: '1.00', currency: 'IDR' }, deviceId: 'x'.repeat(64) });
    await snap.bindAccount({ ...binding, dateOfBirth: '19900131', idCard: 'x'.repeat(20), custIdMerchant: 'x'.repeat(64), deviceId: 'x' });
    assert.ok(sent() >= 3);
  });
});
