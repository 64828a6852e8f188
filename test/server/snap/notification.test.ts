import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acknowledge } from '../../../packages/server/src/snap/acknowledgement.ts';
import type { Acknowledgement } from '../../../packages/server/src/snap/acknowledgement.ts';
import { encodeUtf8 } from '../../../packages/server/src/snap/encoding.ts';
import { parseBindingNotification, parsePaymentNotification } from '../../../packages/server/src/snap/notification.ts';
import { instant, payment, readVector } from './support.ts';

const least = { originalPartnerReferenceNo: payment.partnerReferenceNo, latestTransactionStatus: '00', amount: payment.amount };
const parse = (body: unknown): ReturnType<typeof parsePaymentNotification> => parsePaymentNotification(encodeUtf8(JSON.stringify(body)));
const parseBinding = (body: unknown): ReturnType<typeof parseBindingNotification> => parseBindingNotification(encodeUtf8(JSON.stringify(body)));

describe('parsePaymentNotification', () => {
  it('reads what DOKU sends', () => {
    const { request } = readVector('21-inbound-notification-payment-success');
    assert.deepEqual(parsePaymentNotification(encodeUtf8(request.bodyUtf8)), {
      ok: true,
      notification: {
        ...least,
        transactionStatusDesc: 'Success',
        originalReferenceNo: 'Zz8yK1rT5yU2bN7q',
        originalExternalId: '1741922133000',
        channel: 'DIRECT_DEBIT_ALLO_SNAP',
        custIdMerchant: 'cust-001',
      },
    });
  });

  it('needs no more than the reference, the status and the amount', () => {
    assert.deepEqual(parse(least), { ok: true, notification: least });
  });

  it('keeps an amount in another currency for the caller to compare', () => {
    const amount = { value: '12000.00', currency: 'USD' };
    assert.deepEqual(parse({ ...least, amount }), { ok: true, notification: { ...least, amount } });
  });

  for (const field of Object.keys(least)) {
    it(`misses ${field} if it is not there, null or empty`, () => {
      for (const value of [undefined, null, '']) {
        assert.deepEqual(parse({ ...least, [field]: value }), { ok: false, problem: 'missing-field', field });
      }
    });
  }

  const invalid: [string, unknown][] = [
    ['originalPartnerReferenceNo', 12],
    ['originalPartnerReferenceNo', ['x']],
    ['originalPartnerReferenceNo', 'x'.repeat(65)],
    ['latestTransactionStatus', 0],
    ['latestTransactionStatus', '0'],
    ['latestTransactionStatus', '08'],
    ['latestTransactionStatus', 'Success'],
    ['amount', '12000.00'],
    ['amount', { value: 12000, currency: 'IDR' }],
    ['amount', { value: '12000', currency: 'IDR' }],
    ['amount', { value: '1e4', currency: 'IDR' }],
    ['amount', { value: '12000.00' }],
  ];
  for (const [field, value] of invalid) {
    it(`refuses ${field} = ${JSON.stringify(value)}`, () => {
      assert.deepEqual(parse({ ...least, [field]: value }), { ok: false, problem: 'invalid-field', field });
    });
  }

  it('ignores members of another form that it does not need', () => {
    const others = { transactionStatusDesc: {}, originalReferenceNo: 1, additionalInfo: 'x', refundNo: null, future: [[]] };
    assert.deepEqual(parse({ ...least, ...others }), { ok: true, notification: least });
  });

  it('hints at insufficient funds where DOKU’s words do', () => {
    for (const transactionStatusDesc of ['Insufficient Funds', 'INSUFFICIENT FUND']) {
      const parsed = parse({ ...least, latestTransactionStatus: '06', transactionStatusDesc });
      assert.equal(parsed.ok && parsed.notification.failureReason, 'insufficient-funds');
    }
    const paid = parse({ ...least, transactionStatusDesc: 'Insufficient Funds' });
    assert.equal(paid.ok && paid.notification.failureReason, undefined);
  });

  it('takes the reason from the code first, and with a failure alone', () => {
    const reasonOf = (latestTransactionStatus: string): unknown => {
      const parsed = parse({ ...least, latestTransactionStatus, originalResponseCode: '4035402', transactionStatusDesc: 'Insufficient Funds' });
      return parsed.ok && parsed.notification.failureReason;
    };
    for (const status of ['05', '06']) assert.equal(reasonOf(status), 'limit-exceeded');
    for (const status of ['00', '01', '02', '03', '04', '07']) assert.equal(reasonOf(status), undefined);
  });

  it('is not fooled by members of a prototype', () => {
    const text = `{"__proto__":${JSON.stringify(least)},"constructor":1}`;
    assert.deepEqual(parsePaymentNotification(encodeUtf8(text)), { ok: false, problem: 'missing-field', field: 'originalPartnerReferenceNo' });
    assert.equal(({} as Record<string, unknown>)['latestTransactionStatus'], undefined);
  });

  it('reads nothing from a prototype that other code has polluted', (t) => {
    Object.defineProperty(Object.prototype, 'latestTransactionStatus', { value: '00', configurable: true });
    t.after(() => Reflect.deleteProperty(Object.prototype, 'latestTransactionStatus'));
    const { originalPartnerReferenceNo, amount } = least;
    assert.deepEqual(parse({ originalPartnerReferenceNo, amount }), { ok: false, problem: 'missing-field', field: 'latestTransactionStatus' });
  });

  it('reads a body of just the limit', () => {
    const padded = (length: number): Uint8Array => encodeUtf8(JSON.stringify(least).padEnd(length));
    assert.deepEqual(parsePaymentNotification(padded(64 * 1024)), { ok: true, notification: least });
    assert.deepEqual(parsePaymentNotification(padded(64 * 1024 + 1)), { ok: false, problem: 'invalid-field', field: 'body' });
  });

  it('refuses what is no object, names a key twice, nests too deep or is too large', () => {
    const text = JSON.stringify(least);
    const bodies = ['', 'x', '[]', 'null', text.replace('{', '{"amount":1,'), text.replace('{', `{"a":${'['.repeat(40)}${']'.repeat(40)},`), text.replace('{', `{"a":"${'x'.repeat(65_536)}",`)];
    for (const body of bodies) {
      assert.deepEqual(parsePaymentNotification(encodeUtf8(body)), { ok: false, problem: 'invalid-field', field: 'body' });
    }
  });
});

describe('parseBindingNotification', () => {
  it('reads what DOKU sends', () => {
    const { request } = readVector('23-inbound-notification-binding-success');
    assert.deepEqual(parseBindingNotification(encodeUtf8(request.bodyUtf8)), {
      ok: true,
      notification: {
        status: 'SUCCESS',
        originalExternalId: '1741922131000',
        custIdMerchant: 'cust-001',
        authCode: '2238250314101531000193107119118405011355',
      },
    });
  });

  it('refuses what is no object', () => {
    for (const body of ['', 'x', '[]', 'null', '{"additionalInfo":{"status":"SUCCESS","status":"FAILED"}}']) {
      assert.deepEqual(parseBindingNotification(encodeUtf8(body)), { ok: false, problem: 'invalid-field', field: 'body' });
    }
  });

  it('needs the status alone, and knows three', () => {
    for (const status of ['SUCCESS', 'PENDING', 'FAILED']) {
      assert.deepEqual(parseBinding({ additionalInfo: { status } }), { ok: true, notification: { status } });
    }
    for (const status of ['success', 'ACTIVE', 1, {}]) {
      assert.deepEqual(parseBinding({ additionalInfo: { status } }), { ok: false, problem: 'invalid-field', field: 'additionalInfo.status' });
    }
    for (const body of [{}, { additionalInfo: null }, { additionalInfo: [] }, { additionalInfo: {} }]) {
      assert.deepEqual(parseBinding(body), { ok: false, problem: 'missing-field', field: 'additionalInfo.status' });
    }
  });
});

describe('acknowledge', () => {
  const expected: Record<Acknowledgement, [number, string, string]> = {
    accepted: [200, '2005600', '2000700'],
    unauthorized: [401, '4015600', '4010700'],
    'invalid-token': [401, '4015601', '4010701'],
    'invalid-field': [400, '4005601', '4000701'],
    'missing-field': [400, '4005602', '4000702'],
    'not-found': [404, '4045601', '4040701'],
    unavailable: [503, '5035600', '5030700'],
    failed: [500, '5005600', '5000700'],
    'bad-request': [400, '4005600', '4000700'],
    'no-such-path': [404, '4045600', '4040700'],
    'wrong-method': [405, '4055601', '4050701'],
    'too-large': [413, '4135600', '4130700'],
  };
  for (const [acknowledgement, [status, payment, binding]] of Object.entries(expected)) {
    it(`answers ${payment} and ${binding} for ${acknowledgement}, with the time`, () => {
      for (const [kind, responseCode] of [['payment', payment], ['binding', binding]] as const) {
        const reply = acknowledge(kind, acknowledgement as Acknowledgement, instant);
        assert.equal(reply.status, status);
        assert.equal(reply.body['responseCode'], responseCode);
        assert.equal(reply.headers['X-TIMESTAMP'], '2025-03-14T10:15:30+07:00');
      }
    });
  }

  it('says what the captured vectors expect', () => {
    for (const [kind, name] of [['payment', '21-inbound-notification-payment-success'], ['binding', '23-inbound-notification-binding-success']] as const) {
      const { expectedMerchantResponse } = readVector(name) as unknown as { expectedMerchantResponse: { status: number; body: unknown } };
      const { status, body } = acknowledge(kind, 'accepted', instant);
      assert.deepEqual({ status, body }, expectedMerchantResponse);
    }
  });
});
