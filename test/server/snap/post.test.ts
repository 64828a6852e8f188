import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { addressOf } from '../support/network.ts';
import type { Snap } from '../../../packages/server/src/snap/snap.ts';
import type { SnapAnswer } from '../../../packages/server/src/snap/types.ts';
import { answerJson, createTestSnap, payment, refund, startDoku, withTokens } from './support.ts';
import type { Doku } from './support.ts';

const ops = {
  pay: (snap: Snap): Promise<SnapAnswer<unknown>> => snap.pay(payment),
  refund: (snap: Snap): Promise<SnapAnswer<unknown>> => snap.refund(refund),
};

/** A DOKU that answers the operation with these, in turn. */
async function answering(t: TestContext, ...answers: [number, unknown][]): Promise<{ doku: Doku; snap: Snap }> {
  const doku = await startDoku(t, withTokens((_, response, index) => {
    const [status, body] = answers[Math.min(index, answers.length - 1)] ?? [500, {}];
    answerJson(response, status, body);
  }));
  return { doku, snap: createTestSnap(doku.baseUrl) };
}

const operationsOf = (doku: Doku): Doku['received'] => doku.received.filter(({ path }) => !path.endsWith('/b2b'));

describe('the outcome of a payment', () => {
  const outcomes: [number, unknown, SnapAnswer<unknown>['outcome']][] = [
    [200, { responseCode: '2005400' }, 'success'],
    [201, { responseCode: '2005400' }, 'success'],
    [202, { responseCode: '2025400' }, 'in-progress'],
    [200, { responseCode: '2025400' }, 'in-progress'],
    [403, { responseCode: '4035414' }, 'refused'],
    [400, { responseCode: '4005401' }, 'refused'],
    [401, { responseCode: '4015400' }, 'refused'],
    [401, { responseCode: '4015402' }, 'customer-token-refused'],
    [401, { responseCode: '4015404' }, 'customer-token-refused'],
    [405, { responseCode: '4055401' }, 'refused'],
    // HTTP and the code disagree: nothing is proven.
    [500, { responseCode: '2005400' }, 'unknown'],
    [400, { responseCode: '2005400' }, 'unknown'],
    [500, { responseCode: '2025400' }, 'unknown'],
    [200, { responseCode: '4035414' }, 'unknown'],
    [500, { responseCode: '4035414' }, 'unknown'],
    [400, { responseCode: '4015402' }, 'unknown'],
    [502, { responseCode: '4015401' }, 'unknown'],
    // Another service, no code, an unlisted code.
    [200, { responseCode: '2005800' }, 'unknown'],
    [403, { responseCode: '4035814' }, 'unknown'],
    [200, {}, 'unknown'],
    [200, { responseCode: null }, 'unknown'],
    [403, { responseCode: '4035499' }, 'unknown'],
    [408, { responseCode: '4085400' }, 'unknown'],
    [409, { responseCode: '4095400' }, 'unknown'],
    [409, { responseCode: '4095401' }, 'unknown'],
    [429, { responseCode: '4295400' }, 'unknown'],
    [500, { responseCode: '5005400' }, 'unknown'],
    [504, { responseCode: '5045400' }, 'unknown'],
    // DOKU's replay: a success in the body of a 409, for this reference and no other.
    [409, { responseCode: '2005400', partnerReferenceNo: payment.partnerReferenceNo }, 'success'],
    [409, { responseCode: '2005400', partnerReferenceNo: 'x'.repeat(32) }, 'unknown'],
    [409, { responseCode: '2005400' }, 'unknown'],
    [409, { responseCode: '4035414', partnerReferenceNo: payment.partnerReferenceNo }, 'unknown'],
    [400, { responseCode: '2005400', partnerReferenceNo: payment.partnerReferenceNo }, 'unknown'],
    [500, { responseCode: '2005400', partnerReferenceNo: payment.partnerReferenceNo }, 'unknown'],
    // So does what is still under way.
    [409, { responseCode: '2025400', partnerReferenceNo: payment.partnerReferenceNo }, 'in-progress'],
    [409, { responseCode: '2025400', partnerReferenceNo: 'x'.repeat(32) }, 'unknown'],
    [409, { responseCode: '2025400' }, 'unknown'],
  ];
  for (const [status, body, outcome] of outcomes) {
    it(`is ${outcome} after HTTP ${status} with ${JSON.stringify(body)}`, async (t) => {
      const { doku, snap } = await answering(t, [status, body]);
      const answer = await snap.pay(payment);
      assert.equal(answer.outcome, outcome);
      assert.equal(operationsOf(doku).length, 1);
      assert.equal('externalId' in answer && answer.externalId, operationsOf(doku)[0]?.headers['x-external-id']);
    });
  }

  it('tells a refusal’s code in parts', async (t) => {
    const { snap } = await answering(t, [403, { responseCode: '4035414' }]);
    const { externalId, ...answer } = (await snap.pay(payment)) as Extract<SnapAnswer<unknown>, { outcome: 'refused' }>;
    assert.deepEqual(answer, { outcome: 'refused', responseCode: '4035414', caseCode: '14', httpStatus: 403 });
    assert.match(externalId, /^\d{32}$/);
  });

  it('passes nothing on that is no code, and a code also where it proves nothing', async (t) => {
    for (const text of ['Gateway: eyJ.a.b', '2005400\n', '20054001', '']) {
      const { snap } = await answering(t, [500, { responseCode: text }]);
      const { externalId, ...answer } = (await snap.pay(payment)) as Extract<SnapAnswer<unknown>, { outcome: 'unknown' }>;
      assert.deepEqual(answer, { outcome: 'unknown' });
      assert.match(externalId ?? '', /^\d{32}$/);
    }
    const { snap } = await answering(t, [500, { responseCode: '5005400' }]);
    const answer = await snap.pay(payment);
    assert.equal('responseCode' in answer && answer.responseCode, '5005400');
  });

  it('of a refund is the replayed success in a 409 for its own number', async (t) => {
    const { snap } = await answering(t, [409, { responseCode: '2005800', partnerRefundNo: refund.partnerRefundNo }]);
    assert.equal((await snap.refund(refund)).outcome, 'success');
  });
});

describe('the outcome of a status request', () => {
  it('is no replay in a 409: it has no reference of its own', async (t) => {
    const { snap } = await answering(t, [409, { responseCode: '2005500', latestTransactionStatus: '00', originalPartnerReferenceNo: payment.partnerReferenceNo }]);
    assert.equal((await snap.checkStatus({ originalPartnerReferenceNo: payment.partnerReferenceNo })).outcome, 'unknown');
  });
});

describe('a refused B2B token', () => {
  for (const [name, call] of Object.entries(ops)) {
    for (const caseCode of ['01', '03']) {
      const service = name === 'pay' ? '54' : '58';
      const refused: [number, unknown] = [401, { responseCode: `401${service}${caseCode}` }];

      it(`is renewed once for ${name} after case ${caseCode}, and the same body is sent under a new signature`, async (t) => {
        const { doku, snap } = await answering(t, refused, [200, { responseCode: `200${service}00` }]);
        const answer = await call(snap);
        const [first, second, ...others] = operationsOf(doku);
        assert.equal(answer.outcome, 'success');
        assert.equal(others.length, 0);
        assert.ok(first && second);
        assert.equal(first.body, second.body);
        assert.equal(first.headers['authorization'], 'Bearer token-1');
        assert.equal(second.headers['authorization'], 'Bearer token-2');
        assert.notEqual(first.headers['x-external-id'], second.headers['x-external-id']);
        assert.notEqual(first.headers['x-signature'], second.headers['x-signature']);
        assert.equal('externalId' in answer && answer.externalId, second.headers['x-external-id']);
      });

      it(`ends ${name} as refused at the second case ${caseCode}`, async (t) => {
        const { doku, snap } = await answering(t, refused);
        assert.equal((await call(snap)).outcome, 'refused');
        assert.equal(operationsOf(doku).length, 2);
        assert.equal(doku.received.length, 4);
      });
    }
  }

  it('makes nothing certain of a second attempt that ends in doubt', async (t) => {
    const { snap } = await answering(t, [401, { responseCode: '4015401' }], [504, { responseCode: '5045400' }]);
    assert.equal((await snap.pay(payment)).outcome, 'unknown');
  });

  it('ends as refused, not as unknown, if no new one is to be had', async (t) => {
    let tokens = 0;
    const doku = await startDoku(t, (request, response) => {
      const isToken = request.path.endsWith('/b2b');
      if (isToken) tokens += 1;
      const [status, responseCode] = !isToken ? [401, '4015401'] : tokens === 1 ? [200, '2007300'] : [500, '5007300'];
      answerJson(response, status, { responseCode, accessToken: 'token-1' });
    });
    assert.equal((await createTestSnap(doku.baseUrl).pay(payment)).outcome, 'refused');
    assert.equal(operationsOf(doku).length, 1);
  });

  it('costs 50 concurrent payments one renewal and each one repetition', async (t) => {
    const doku = await startDoku(t, withTokens(({ headers }, response) => {
      const isOld = headers['authorization'] === 'Bearer token-1';
      answerJson(response, isOld ? 401 : 200, { responseCode: isOld ? '4015401' : '2005400' });
    }));
    const snap = createTestSnap(doku.baseUrl);
    const answers = await Promise.all(Array.from({ length: 50 }, () => snap.pay(payment)));
    assert.ok(answers.every(({ outcome }) => outcome === 'success'));
    assert.equal(doku.received.filter(({ path }) => path.endsWith('/b2b')).length, 2);
    assert.equal(new Set(doku.received.map(({ headers }) => headers['x-external-id'])).size, operationsOf(doku).length + 1);
  });
});

describe('an operation', () => {
  it('was not sent if there is no token for it, whatever the token endpoint did', async (t) => {
    const failures: [number, unknown][] = [[500, { responseCode: '5007300' }], [401, { responseCode: '4017300' }], [200, { responseCode: '2007300' }], [200, 'junk']];
    for (const [status, body] of failures) {
      const doku = await startDoku(t, (_, response) => answerJson(response, status, body));
      assert.equal((await createTestSnap(doku.baseUrl).pay(payment)).outcome, 'not-sent');
      assert.equal(doku.received.length, 1);
    }
  });

  it('was not sent if the token store is down', async (t) => {
    const { doku } = await answering(t, [200, { responseCode: '2005400' }]);
    const down = (): Promise<never> => Promise.reject(new Error('database is down'));
    const snap = createTestSnap(doku.baseUrl, { tokenStore: { read: down, swap: down, claim: down } });
    assert.equal((await snap.pay(payment)).outcome, 'not-sent');
    assert.equal(doku.received.length, 0);
  });

  it('was not sent if nobody listens when it is, and says so without a number that DOKU never saw', async (t) => {
    const { doku } = await answering(t, [200, { responseCode: '2005400' }]);
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const snap = createTestSnap(doku.baseUrl, { fetch: (input, init) => (addressOf(input).endsWith('/b2b') ? fetch(input, init) : Promise.reject(cause)) });
    assert.deepEqual(await snap.pay(payment), { outcome: 'not-sent', cause });
    assert.deepEqual(doku.received.map(({ path }) => path), ['/authorization/v1/access-token/b2b']);
  });

  const limits: [string, number, (snap: Snap) => Promise<SnapAnswer<unknown>>][] = [
    ['pay', 30_000, ops.pay],
    ['refund', 30_000, ops.refund],
    ['checkStatus', 10_000, (snap) => snap.checkStatus({ originalPartnerReferenceNo: payment.partnerReferenceNo })],
  ];
  for (const [name, limitMs, call] of limits) {
    it(`${name} is posted once, waits ${limitMs} ms for an answer, and is then unknown`, { timeout: 20_000 }, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const pending = { isSettled: false };
      const doku = await startDoku(t, withTokens(async () => {
        t.mock.timers.tick(limitMs - 1);
        await new Promise(setImmediate);
        assert.equal(pending.isSettled, false);
        t.mock.timers.tick(1);
      }));
      const answer = await call(createTestSnap(doku.baseUrl)).finally(() => (pending.isSettled = true));
      assert.ok(answer.outcome === 'unknown' && answer.externalId !== undefined);
      assert.equal(operationsOf(doku).length, 1);
    });
  }

  it('waits as long as it is told to', { timeout: 20_000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const doku = await startDoku(t, withTokens(() => t.mock.timers.tick(1234)));
    assert.equal((await createTestSnap(doku.baseUrl, { timeouts: { paymentMs: 1234 } }).pay(payment)).outcome, 'unknown');
    assert.equal((await createTestSnap(doku.baseUrl, { timeouts: { inquiryMs: 1234 } }).inquireBalance(payment)).outcome, 'unknown');
  });

  it('is posted exactly once when the connection breaks, and is then unknown', async (t) => {
    const doku = await startDoku(t, withTokens((_, response) => response.socket?.resetAndDestroy()));
    assert.equal((await createTestSnap(doku.baseUrl).pay(payment)).outcome, 'unknown');
    assert.equal(operationsOf(doku).length, 1);
  });
});
