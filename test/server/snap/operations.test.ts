import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryAccessTokenStore } from '../../../packages/server/src/snap/access-token.ts';
import { parseTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import type { Snap } from '../../../packages/server/src/snap/snap.ts';
import { isTransactionNotFound } from '../../../packages/server/src/snap/status.ts';
import type { SnapAnswer } from '../../../packages/server/src/snap/types.ts';
import { answerJson, createTestSnap, customerToken, headerOf, keys, payment, readVector, refund, startDoku, withTokens } from './support.ts';

const origin = { product: 'SDK', source: 'NODE JS', sourceVersion: '1.0.45', system: 'doku-nodejs-library', apiFormat: 'SNAP' };
const ipAddress = '103.10.20.30';
const deviceId = 'd9b1c2a34e5f';

const binding = {
  phoneNo: '62813941306101',
  custIdMerchant: 'cust-001',
  customerName: 'Budi Santoso',
  email: 'budi@example.co.id',
  idCard: '3175000000000001',
  country: 'ID',
  address: 'Jl. Sudirman No. 1, Jakarta',
  dateOfBirth: '19900131',
  successRegistrationUrl: 'https://merchant.example/allo/bind/ok?x=1&y=2',
  failedRegistrationUrl: 'https://merchant.example/allo/bind/fail',
  deviceModel: 'iPhone15,2',
  osType: 'ios',
  channelId: 'app',
  ipAddress,
  deviceId,
} as const;

const status = {
  originalPartnerReferenceNo: payment.partnerReferenceNo,
  originalReferenceNo: 'Wq1xK9rT5yU2bN7m',
  originalExternalId: '1741922133000',
  transactionDate: '2025-03-14T10:15:33+07:00',
  amount: payment.amount,
  merchantId: '',
  subMerchantId: '',
  externalStoreId: '',
  deviceId,
};

interface Case {
  vector: string;
  call: (snap: Snap) => Promise<SnapAnswer<unknown>>;
  body: unknown;
  /** Headers beyond those of every operation. */
  extra: Record<string, string>;
}

const bearer = { 'authorization-customer': `Bearer ${customerToken}` };
const cases: Record<string, Case> = {
  bindAccount: {
    vector: '02-account-binding-allo',
    call: (snap) => snap.bindAccount(binding),
    body: {
      redirectUrl: 'https://sandbox.doku.com/direct-debit/ui/binding/core/2238250314101531000193107119118405011355',
      authCode: '2238250314101531000193107119118405011355',
      accountStatus: 'PENDING',
    },
    extra: { 'x-ip-address': ipAddress, 'x-device-id': deviceId },
  },
  inquireBalance: {
    vector: '04-balance-inquiry-allo',
    call: (snap) => snap.inquireBalance({ customerToken, ipAddress }),
    body: {
      accountInfos: [
        {
          balanceType: 'BALANCE',
          availableBalance: { value: '250000.00', currency: 'IDR' },
          amount: { value: '250000.00', currency: 'IDR' },
          holdAmount: { value: '0.00', currency: 'IDR' },
          floatAmount: { value: '0.00', currency: 'IDR' },
        },
      ],
    },
    extra: { ...bearer, 'x-ip-address': ipAddress },
  },
  pay: {
    vector: '05-payment-allo',
    call: (snap) => snap.pay(payment),
    body: {
      webRedirectUrl: 'https://sandbox.doku.com/direct-debit/ui/payment/core/2238250314101533000493107119118405011377',
      referenceNo: 'Wq1xK9rT5yU2bN7m',
    },
    extra: { ...bearer, 'x-ip-address': ipAddress },
  },
  refund: {
    vector: '07-refund-allo',
    call: (snap) => snap.refund(refund),
    body: { refundNo: 'RFD0001', originalReferenceNo: 'Wq1xK9rT5yU2bN7m', refundedAt: parseTimestamp('2025-03-14T10:15:34+07:00') },
    extra: { ...bearer, 'x-ip-address': ipAddress },
  },
  checkStatus: {
    vector: '08-check-status-allo',
    call: (snap) => snap.checkStatus(status),
    body: {
      latestTransactionStatus: '00',
      transactionStatusDesc: 'SUCCESS',
      transAmount: { value: '12000.00', currency: 'IDR' },
      paidAt: parseTimestamp('2025-03-14T10:15:33+07:00'),
      originalReferenceNo: 'Wq1xK9rT5yU2bN7m',
      originalExternalId: '1741922133000',
      originalResponseCode: '2005400',
      refundHistory: [],
    },
    extra: {},
  },
  unbindAccount: {
    vector: '09-unbinding-allo',
    call: (snap) => snap.unbindAccount({ tokenId: customerToken, ipAddress }),
    body: { referenceNo: 'UNB-0001' },
    extra: { 'x-ip-address': ipAddress },
  },
};

async function storeWithVectorToken(): Promise<ReturnType<typeof memoryAccessTokenStore>> {
  const store = memoryAccessTokenStore();
  await store.swap(undefined, { accessToken: keys.tokens.b2bIssuedByDoku, issuedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER });
  return store;
}

/** Sends one operation to a DOKU that answers HTTP 200 with `answer`. */
async function ask<T>(t: Parameters<typeof startDoku>[0], answer: unknown, call: (snap: Snap) => Promise<T>): Promise<T> {
  const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, answer)));
  return call(createTestSnap(doku.baseUrl));
}

describe('an outgoing operation', () => {
  for (const [name, { vector: vectorName, call, body, extra }] of Object.entries(cases)) {
    const vector = readVector(vectorName);

    it(`${name} is, byte for byte, what ${vectorName} captured`, async (t) => {
      const doku = await startDoku(t, (_, response) => answerJson(response, 200, vector.sdkReturned));
      const timestamp = headerOf(vector, 'X-TIMESTAMP');
      const snap = createTestSnap(doku.baseUrl, {
        origin,
        tokenStore: await storeWithVectorToken(),
        now: () => parseTimestamp(timestamp) ?? Number.NaN,
      });
      const answer = await call(snap);
      const [request, ...others] = doku.received;
      assert.ok(request);
      assert.equal(others.length, 0);
      assert.equal(request.path, vector.request.path);
      assert.equal(request.body, vector.request.bodyUtf8);
      assert.match(request.headers['x-external-id'] ?? '', /^20250314\d{24}$/);
      const sent = Object.fromEntries(Object.entries(request.headers).filter(([key]) => /^(x-(?!external)|auth|channel|content-type)/.test(key)));
      assert.deepEqual(sent, {
        authorization: `Bearer ${keys.tokens.b2bIssuedByDoku}`,
        'channel-id': 'DH',
        'content-type': 'application/json',
        'x-partner-id': keys.clientId,
        'x-signature': vector.signature,
        'x-timestamp': timestamp,
        ...extra,
      });
      const { responseCode } = vector.sdkReturned;
      assert.deepEqual(answer, { outcome: 'success', responseCode, body, externalId: request.headers['x-external-id'] });
    });
  }

  for (const [name, vectorName, call] of [
    ['the B2B token', '01-token-b2b', (snap: Snap) => snap.inquireBalance({ customerToken, ipAddress })],
    ['the B2B2C token', '03-token-b2b2c', (snap: Snap) => snap.exchangeAuthCode(keys.tokens.authCode)],
  ] as const) {
    it(`asks for ${name}, byte for byte, as ${vectorName} captured`, async (t) => {
      const vector = readVector(vectorName);
      const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, vector.sdkReturned)));
      const timestamp = headerOf(vector, 'X-TIMESTAMP');
      await call(createTestSnap(doku.baseUrl, { now: () => parseTimestamp(timestamp) ?? Number.NaN }));
      const request = doku.received[0];
      assert.equal(request?.path, vector.request.path);
      assert.equal(request.body, vector.request.bodyUtf8);
      for (const header of ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE', 'Content-Type']) {
        assert.equal(request.headers[header.toLowerCase()], headerOf(vector, header));
      }
    });
  }

  it('goes to the archived paths unless told otherwise', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, {})));
    await createTestSnap(doku.baseUrl, { profile: undefined }).pay(payment);
    assert.equal(doku.received[1]?.path, '/direct-debit/merchant/allo/v1.0/payment-host-to-host');
  });

  it('leaves out what was not given: no null, no origin', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, {})));
    const snap = createTestSnap(doku.baseUrl);
    await snap.checkStatus({ originalPartnerReferenceNo: payment.partnerReferenceNo });
    const optional = ['customerName', 'email', 'idCard', 'country', 'address', 'dateOfBirth'];
    const least = Object.fromEntries(Object.entries(binding).filter(([name]) => !optional.includes(name)));
    await snap.bindAccount(least as unknown as typeof binding);
    await snap.refund({ ...refund, reason: undefined, originalExternalId: undefined });
    const bodies = doku.received.slice(1).map(({ body }) => body);
    assert.equal(bodies[0], `{"originalPartnerReferenceNo":"${payment.partnerReferenceNo}","serviceCode":"55","additionalInfo":{"channel":"DIRECT_DEBIT_ALLO_SNAP"}}`);
    for (const absent of [...optional, 'origin', 'reason', 'originalExternalId']) {
      assert.ok(!bodies.join('\n').includes(`"${absent}"`), absent);
    }
    assert.ok(!bodies.join('\n').includes('null'));
  });

  it('leaves out of a binding what DOKU would not let through', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, {})));
    await createTestSnap(doku.baseUrl).bindAccount({ ...binding, email: 'bu#di@example.co.id', customerName: '☕️', address: '☕️' });
    const { body = '' } = doku.received[1] ?? {};
    for (const absent of ['email', 'customerName', 'address']) assert.ok(!body.includes(`"${absent}"`), absent);
    assert.ok(body.includes('"country":"ID"'));
  });

  it('asks for the status by service code 54 if told to', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, {})));
    await createTestSnap(doku.baseUrl, { statusServiceCode: '54' }).checkStatus({ originalPartnerReferenceNo: payment.partnerReferenceNo });
    assert.match(doku.received[1]?.body ?? '', /"serviceCode":"54"/);
  });

  it('makes texts safe and short, and never sends an order without lines', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 200, {})));
    const snap = createTestSnap(doku.baseUrl);
    await snap.pay({ ...payment, remarks: 'Café #1 — 50 % off!'.repeat(4), lineItems: [{ name: '☕️', price: '12000.00', quantity: 1 }] });
    await snap.pay({ ...payment, remarks: '', lineItems: [] });
    const [first, second] = doku.received.slice(1).map(({ body }) => (JSON.parse(body) as { additionalInfo: { remarks: string; lineItems: unknown } }).additionalInfo);
    assert.equal(first?.remarks, 'Cafe 1 - 50 % off Cafe 1 - 50 % off Cafe');
    assert.deepEqual(first.lineItems, [{ name: 'Item', price: '12000.00', quantity: 1 }]);
    assert.equal(second?.remarks, 'Payment');
    assert.deepEqual(second.lineItems, [{ name: 'Payment', price: '12000.00', quantity: 1 }]);
  });

  const mistakes: Record<string, (snap: Snap) => Promise<unknown>> = {
    'a reference of 31 characters': (snap) => snap.pay({ ...payment, partnerReferenceNo: 'x'.repeat(31) }),
    'a reference of 65 characters': (snap) => snap.pay({ ...payment, partnerReferenceNo: 'x'.repeat(65) }),
    'a reference with a hyphen': (snap) => snap.refund({ ...refund, partnerRefundNo: `${'x'.repeat(32)}-` }),
    'an amount below one rupiah': (snap) => snap.pay({ ...payment, amount: { value: '0.99', currency: 'IDR' } }),
    'an amount in dollars': (snap) => snap.pay({ ...payment, amount: { value: '10.00', currency: 'USD' } }),
    'an amount without sen': (snap) => snap.refund({ ...refund, refundAmount: { value: '12000', currency: 'IDR' } }),
    'a fractional quantity': (snap) => snap.pay({ ...payment, lineItems: [{ name: 'x', price: '1.00', quantity: 0.5 }] }),
    'an IPv6 address': (snap) => snap.pay({ ...payment, ipAddress: '2001:db8::1' }),
    'a device id with a line end': (snap) => snap.pay({ ...payment, deviceId: 'a\r\nX-Evil: 1' }),
    'a customer token with a line end': (snap) => snap.pay({ ...payment, customerToken: `${customerToken}\r\n` }),
    'an empty customer token': (snap) => snap.inquireBalance({ customerToken: '', ipAddress }),
    'a script in place of an address': (snap) => snap.pay({ ...payment, successPaymentUrl: 'javascript:alert(1)' }),
    'a phone number without 62': (snap) => snap.bindAccount({ ...binding, phoneNo: '081394130610' }),
    'a customer id that DOKU would alter or refuse': (snap) => snap.bindAccount({ ...binding, custIdMerchant: 'cust#001' }),
    'a customer id of 65 characters': (snap) => snap.bindAccount({ ...binding, custIdMerchant: 'x'.repeat(65) }),
  };
  for (const [what, call] of Object.entries(mistakes)) {
    it(`refuses ${what} before it sends anything, even for a token`, async (t) => {
      const doku = await startDoku(t, (_, response) => answerJson(response, 200, {}));
      await assert.rejects(call(createTestSnap(doku.baseUrl)), TypeError);
      assert.equal(doku.received.length, 0);
    });
  }
});

describe('what comes back', () => {
  it('of a binding is read however DOKU spells it', async (t) => {
    const redirectUrl = 'https://sandbox.doku.com/direct-debit/ui/binding/core/2238250314101531000193107119118405011355';
    const answer = { responseCode: '2000700', redirectUrl, additionalInfo: { status: 'PENDING' }, unknown: [{}] };
    const result = await ask(t, answer, (snap) => snap.bindAccount(binding));
    assert.ok(result.outcome === 'success');
    assert.deepEqual(result.body, { redirectUrl, authCode: '2238250314101531000193107119118405011355', accountStatus: 'PENDING' });
  });

  it('of a balance is what can be spent', async (t) => {
    const idr = (value: string): { value: string; currency: string } => ({ value, currency: 'IDR' });
    const accountInfos = [
      { balanceType: 'BALANCE', amount: idr('100.00'), holdAmount: idr('30.50') },
      { balanceType: 'POINT', amount: idr('100.00'), holdAmount: idr('30.50'), availableBalance: idr('60.00') },
      { balanceType: 'PAYLATER', amount: idr('10.00'), holdAmount: idr('30.00'), flatAmount: idr('1.00') },
      { balanceType: 'USD', amount: { value: '5.00', currency: 'USD' } },
      { balanceType: 'BROKEN', amount: idr('5') },
      { amount: idr('5.00') },
      'junk',
      null,
    ];
    const result = await ask(t, { responseCode: '2001100', accountInfos }, (snap) => snap.inquireBalance({ customerToken, ipAddress }));
    assert.ok(result.outcome === 'success');
    const available = result.body.accountInfos.map(({ balanceType, availableBalance }) => [balanceType, availableBalance.value]);
    assert.deepEqual(available, [['BALANCE', '69.50'], ['POINT', '60.00'], ['PAYLATER', '0.00']]);
    assert.deepEqual(result.body.accountInfos[2]?.floatAmount, idr('1.00'));
  });

  it('of a status holds its refunds, under either name of their number', async (t) => {
    const refundHistory = [
      { refundNo: 'R1', partnerReferenceNo: 'A', refundAmount: payment.amount, refundStatus: '00', refundDate: '2024-01-01T09:09:00.123', reason: 'x' },
      { partnerRefundNo: 'B', refundStatus: '06' },
    ];
    const answer = { responseCode: '2005500', latestTransactionStatus: '04', refundHistory };
    const result = await ask(t, answer, (snap) => snap.checkStatus(status));
    assert.ok(result.outcome === 'success');
    assert.deepEqual(result.body.refundHistory, [
      { partnerRefundNo: 'A', refundNo: 'R1', refundAmount: payment.amount, refundStatus: '00', refundedAt: Date.UTC(2024, 0, 1, 2, 9, 0, 123), reason: 'x' },
      { partnerRefundNo: 'B', refundStatus: '06' },
    ]);
  });

  it('of a failed status hints at the reason', async (t) => {
    const answer = { responseCode: '2005500', latestTransactionStatus: '06', originalResponseCode: '4035414' };
    const result = await ask(t, answer, (snap) => snap.checkStatus(status));
    assert.equal(result.outcome === 'success' && result.body.failureReason, 'insufficient-funds');
  });

  it('of a status says that there is no such payment, by either code', async (t) => {
    const bySeven = await ask(t, { responseCode: '2005500', latestTransactionStatus: '07' }, (snap) => snap.checkStatus(status));
    const doku = await startDoku(t, withTokens((_, response) => answerJson(response, 404, { responseCode: '4045501' })));
    assert.ok(isTransactionNotFound(bySeven));
    assert.ok(isTransactionNotFound(await createTestSnap(doku.baseUrl).checkStatus(status)));
    assert.ok(!isTransactionNotFound(await ask(t, { responseCode: '2005500', latestTransactionStatus: '06' }, (snap) => snap.checkStatus(status))));
    assert.ok(!isTransactionNotFound({ outcome: 'unknown' }));
  });

  it('of a status that is refused for anything else says nothing of the payment', () => {
    const refused = { outcome: 'refused', httpStatus: 404, serviceCode: '55', caseCode: '01', responseCode: '4045501', externalId: '1' } as unknown as SnapAnswer<never>;
    assert.ok(isTransactionNotFound(refused));
    for (const other of [{ httpStatus: 403 }, { caseCode: '00' }, { caseCode: '08' }, { httpStatus: 500, caseCode: '01' }, { outcome: 'unknown' }, { outcome: 'not-sent' }]) {
      assert.ok(!isTransactionNotFound({ ...refused, ...other } as SnapAnswer<never>), JSON.stringify(other));
    }
  });

  it('of a status gives the reason of a failure alone', async (t) => {
    const reasonOf = async (latestTransactionStatus: string): Promise<unknown> => {
      const result = await ask(t, { responseCode: '2005500', latestTransactionStatus, originalResponseCode: '4035414' }, (snap) => snap.checkStatus(status));
      return result.outcome === 'success' && result.body.failureReason;
    };
    assert.deepEqual(await Promise.all(['05', '06', '00', '03', '04'].map(reasonOf)), ['insufficient-funds', 'insufficient-funds', undefined, undefined, undefined]);
  });

  for (const [what, webRedirectUrl] of [['is left out', undefined], ['is null', null], ['is empty', '']] as const) {
    it(`of a payment is its beginning also if the page ${what}`, async (t) => {
      const answer = { responseCode: '2005400', partnerReferenceNo: payment.partnerReferenceNo, webRedirectUrl, referenceNo: 'R1' };
      const result = await ask(t, answer, (snap) => snap.pay(payment));
      assert.deepEqual(result.outcome === 'success' && result.body, { referenceNo: 'R1' });
    });
  }

  const foreign: Record<string, [unknown, (snap: Snap) => Promise<SnapAnswer<unknown>>]> = {
    'a payment with another reference': [{ responseCode: '2005400', partnerReferenceNo: 'x'.repeat(32) }, (snap) => snap.pay(payment)],
    'a payment whose page is no address': [{ responseCode: '2005400', webRedirectUrl: 'javascript:alert(1)' }, (snap) => snap.pay(payment)],
    'a refund with another number': [{ responseCode: '2005800', partnerRefundNo: 'x'.repeat(32) }, (snap) => snap.refund(refund)],
    'a refund of another payment': [{ responseCode: '2005800', originalPartnerReferenceNo: 'x'.repeat(32) }, (snap) => snap.refund(refund)],
    'a refund of another amount': [{ responseCode: '2005800', refundAmount: { value: '11999.99', currency: 'IDR' } }, (snap) => snap.refund(refund)],
    'a refund of a broken amount': [{ responseCode: '2005800', refundAmount: 'all' }, (snap) => snap.refund(refund)],
    'a status of another payment': [{ responseCode: '2005500', latestTransactionStatus: '00', originalPartnerReferenceNo: 'x'.repeat(32) }, (snap) => snap.checkStatus(status)],
    'a status that nobody knows': [{ responseCode: '2005500', latestTransactionStatus: '08' }, (snap) => snap.checkStatus(status)],
    'a status as a number': [{ responseCode: '2005500', latestTransactionStatus: 0 }, (snap) => snap.checkStatus(status)],
    'no status': [{ responseCode: '2005500' }, (snap) => snap.checkStatus(status)],
    'a binding without a page': [{ responseCode: '2000700', additionalInfo: { authCode: '1' } }, (snap) => snap.bindAccount(binding)],
    'a binding of another customer': [
      { responseCode: '2000700', redirectUrl: 'https://sandbox.doku.com/x', additionalInfo: { authCode: '1', custIdMerchant: 'cust-002' } },
      (snap) => snap.bindAccount(binding),
    ],
    'a binding whose page and answer hold no code': [{ responseCode: '2000700', redirectUrl: 'https://sandbox.doku.com/x' }, (snap) => snap.bindAccount(binding)],
    'a binding whose page holds something else at its end': [
      { responseCode: '2000700', redirectUrl: `https://sandbox.doku.com/${'1'.repeat(40)}/x` }, (snap) => snap.bindAccount(binding),
    ],
    'a binding whose page holds a longer number': [
      { responseCode: '2000700', redirectUrl: `https://sandbox.doku.com/${'1'.repeat(41)}` }, (snap) => snap.bindAccount(binding),
    ],
    'a balance without a list': [{ responseCode: '2001100', accountInfos: {} }, (snap) => snap.inquireBalance({ customerToken, ipAddress })],
  };
  for (const [what, [answer, call]] of Object.entries(foreign)) {
    it(`is unknown if it is ${what}`, async (t) => assert.equal((await ask(t, answer, call)).outcome, 'unknown'));
  }
});
