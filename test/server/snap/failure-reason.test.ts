import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFailureReason } from '../../../packages/server/src/snap/failure-reason.ts';

describe('readFailureReason', () => {
  it('reads it from the code first', () => {
    assert.equal(readFailureReason('4035414'), 'insufficient-funds');
    assert.equal(readFailureReason('4035402', 'Insufficient Funds'), 'limit-exceeded');
    assert.equal(readFailureReason('4035415'), 'not-permitted');
    assert.equal(readFailureReason('4035409'), 'account-blocked');
  });
  it('reads it from DOKU’s words otherwise', () => {
    const words = {
      'insufficient-funds': ['Insufficient Fund', 'INSUFFICIENT FUNDS', 'Insufficient  balance', 'Saldo tidak cukup', 'saldo tidak mencukupi'],
      'limit-exceeded': ['Exceeds Transaction Amount Limit', 'LIMIT'],
      expired: ['Session expired', 'Timeout', 'Time out'],
      cancelled: ['Transaction Cancelled', 'canceled by customer'],
      'account-blocked': ['Card Blocked', 'Dormant Account', 'Inactive Card/Account/Customer'],
    };
    for (const [reason, texts] of Object.entries(words)) {
      for (const text of texts) {
        assert.equal(readFailureReason(undefined, text), reason, text);
        assert.equal(readFailureReason('5005400', text), reason, text);
      }
    }
  });
  it('says nothing where it knows nothing', () => {
    assert.equal(readFailureReason(undefined), undefined);
    assert.equal(readFailureReason('4035405'), undefined);
    for (const code of ['4045414', '4005414', '14', '']) assert.equal(readFailureReason(code), undefined, code);
    for (const text of ['Failed', '', 'Insufficient', 'insufficient-funds', 'insufficientfunds', 'time-out', 'undefined']) assert.equal(readFailureReason('4045414', text), undefined, text);
  });
});
