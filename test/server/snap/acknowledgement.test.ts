import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acknowledge, refuseForNow } from '../../../packages/server/src/snap/acknowledgement.ts';
import type { Acknowledgement } from '../../../packages/server/src/snap/acknowledgement.ts';

const at = Date.UTC(2025, 2, 14, 3, 15, 33);
const headers = { 'Content-Type': 'application/json', 'X-TIMESTAMP': '2025-03-14T10:15:33+07:00' };

/** By HTTP status, and what follows the service in the response code. */
const replies: Record<Acknowledgement, [number, string, string]> = {
  accepted: [200, '00', 'Request has been processed successfully'],
  unauthorized: [401, '00', 'Unauthorized. [Signature]'],
  'invalid-token': [401, '01', 'Invalid Token (B2B)'],
  'invalid-field': [400, '01', 'Invalid Field Format'],
  'missing-field': [400, '02', 'Invalid Mandatory Field'],
  'not-found': [404, '01', 'Transaction Not Found'],
  unavailable: [503, '00', 'Service Unavailable'],
  failed: [500, '00', 'General Error'],
  'bad-request': [400, '00', 'Bad Request'],
  'no-such-path': [404, '00', 'Not Found'],
  'wrong-method': [405, '01', 'Requested Operation Is Not Allowed'],
  'too-large': [413, '00', 'Content Too Large'],
};

describe('a notification', () => {
  for (const [name, [status, caseCode, responseMessage]] of Object.entries(replies)) {
    it(`that is ${name} is answered so, to the letter`, () => {
      const retry = status === 503 ? { 'Retry-After': '5' } : {};
      assert.deepEqual(acknowledge('payment', name as Acknowledgement, at), { status, headers: { ...headers, ...retry }, body: { responseCode: `${status}56${caseCode}`, responseMessage } });
      const ofBinding = name === 'accepted' ? 'Successful' : responseMessage;
      assert.deepEqual(acknowledge('token', name as Acknowledgement, at).body, { responseCode: `${status}73${caseCode}`, responseMessage });
      assert.deepEqual(acknowledge('binding', name as Acknowledgement, at), { status, headers: { ...headers, ...retry }, body: { responseCode: `${status}07${caseCode}`, responseMessage: ofBinding } });
    });
  }

  it('that was refused too often is put off', () => {
    for (const [kind, service] of [['payment', '56'], ['binding', '07'], ['token', '73']] as const) {
      assert.deepEqual(refuseForNow(kind, 7, at), { status: 429, headers: { ...headers, 'Retry-After': '7' }, body: { responseCode: `429${service}00`, responseMessage: 'Too Many Requests' } });
    }
  });
});
