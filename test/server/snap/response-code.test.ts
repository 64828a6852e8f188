import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceCodes } from '../../../packages/server/src/snap/profiles.ts';
import type { Operation } from '../../../packages/server/src/snap/profiles.ts';
import { classifyResponseCode, parseResponseCode } from '../../../packages/server/src/snap/response-code.ts';
import type { ResponseClass } from '../../../packages/server/src/snap/response-code.ts';

/** Every code of dossier 6 and what it proves, for every operation unless the second table says otherwise. */
const table: Readonly<Record<string, ResponseClass>> = {
  '200-00': 'success',
  '202-00': 'in-progress',
  '400-00': 'refused',
  '400-01': 'refused',
  '400-02': 'refused',
  '400-03': 'unknown', // Transaction Already Success
  '400-04': 'refused',
  '401-00': 'refused',
  '401-01': 'access-token-refused',
  '401-02': 'customer-token-refused',
  '401-03': 'access-token-refused',
  '401-04': 'customer-token-refused',
  '403-00': 'refused',
  '403-01': 'refused',
  '403-02': 'refused',
  '403-03': 'refused',
  '403-04': 'refused',
  '403-05': 'refused',
  '403-06': 'refused',
  '403-07': 'refused',
  '403-08': 'refused',
  '403-09': 'refused',
  '403-10': 'refused',
  '403-11': 'refused',
  '403-12': 'refused',
  '403-13': 'unknown', // OTP Sent To Cardholder
  '403-14': 'refused',
  '403-15': 'refused',
  '403-16': 'refused',
  '403-17': 'refused',
  '403-18': 'refused',
  '403-19': 'refused',
  '403-20': 'refused',
  '403-21': 'refused',
  '403-22': 'refused',
  '403-23': 'refused',
  '404-00': 'unknown', // on a refund also: already refunded
  '404-01': 'unknown',
  '404-02': 'refused',
  '404-03': 'refused',
  '404-04': 'refused',
  '404-05': 'refused',
  '404-06': 'refused',
  '404-07': 'refused',
  '404-08': 'refused',
  '404-09': 'refused',
  '404-10': 'refused',
  '404-11': 'refused',
  '404-13': 'refused',
  '404-15': 'refused',
  '404-16': 'refused',
  '404-17': 'refused',
  '404-18': 'unknown',
  '405-00': 'refused',
  '405-01': 'refused',
  '409-00': 'unknown',
  '409-01': 'unknown',
  '429-00': 'unknown',
  '500-00': 'unknown',
  '500-01': 'unknown',
  '500-02': 'unknown',
  '504-00': 'unknown',
};

const exceptions: Partial<Record<Operation, Readonly<Record<string, ResponseClass>>>> = {
  checkStatus: { '404-01': 'refused' },
  refund: { '404-01': 'refused', '405-01': 'unknown' },
};

const operations = Object.keys(serviceCodes) as Operation[];
const codeOf = (entry: string, serviceCode: string): string => entry.replace('-', serviceCode);

describe('classifyResponseCode', () => {
  for (const operation of operations) {
    const expected = { ...table, ...exceptions[operation] };

    it(`knows what each listed code proves about ${operation}`, () => {
      for (const [entry, responseClass] of Object.entries(expected)) {
        assert.equal(classifyResponseCode(codeOf(entry, serviceCodes[operation]), operation), responseClass, entry);
      }
    });

    it(`holds every unlisted code of ${operation} for possibly executed`, () => {
      for (let number = 0; number < 100_000; number++) {
        const digits = String(number).padStart(5, '0');
        const entry = `${digits.slice(0, 3)}-${digits.slice(3)}`;
        if (entry in expected) continue;
        assert.equal(classifyResponseCode(codeOf(entry, serviceCodes[operation]), operation), 'unknown', entry);
      }
    });

    it(`holds every code of another service for possibly executed after ${operation}`, () => {
      const own = operation === 'checkStatus' ? ['54', '55'] : [serviceCodes[operation]];
      for (let number = 0; number < 100; number++) {
        const serviceCode = String(number).padStart(2, '0');
        if (own.includes(serviceCode)) continue;
        for (const entry of Object.keys(expected)) assert.equal(classifyResponseCode(codeOf(entry, serviceCode), operation), 'unknown');
      }
    });
  }

  it('takes the payment’s service code for an answer to a status request, and no other way round', () => {
    for (const [entry, responseClass] of Object.entries({ ...table, ...exceptions.checkStatus })) {
      assert.equal(classifyResponseCode(codeOf(entry, '54'), 'checkStatus'), responseClass, entry);
      assert.equal(classifyResponseCode(codeOf(entry, '55'), 'paymentHostToHost'), 'unknown', entry);
    }
  });

  for (const junk of [undefined, null, '', '200540', '20054000', ' 2005400', '2005400\n', '200540x', 20054000, 2.5, {}, ['2005400'], true]) {
    it(`holds ${JSON.stringify(junk)} for possibly executed`, () => {
      assert.equal(classifyResponseCode(junk, 'paymentHostToHost'), 'unknown');
    });
  }
});

describe('parseResponseCode', () => {
  it('takes a code apart', () => {
    assert.deepEqual(parseResponseCode('4035414'), { httpStatus: 403, serviceCode: '54', caseCode: '14' });
    assert.deepEqual(parseResponseCode(2005400), { httpStatus: 200, serviceCode: '54', caseCode: '00' });
    for (const junk of [undefined, null, '', 200540, '20054000', ['2005400'], {}]) assert.equal(parseResponseCode(junk), undefined);
  });
});
