import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { amountsEqual, readAmount, readRupiah, toAmount, toMinorUnits } from '../../../packages/server/src/snap/amount.ts';

const malformed = ['', '1', '1.0', '1.000', '.50', '-1.00', '+1.00', '1,00', '1e4', ' 1.00', '1.00 ', '1.00\n', '12345678901234567.00', '١.٠٠', 'NaN'];

describe('toAmount', () => {
  it('writes whole sen with two digits behind the point', () => {
    assert.deepEqual(toAmount(1_000_000), { value: '10000.00', currency: 'IDR' });
    assert.deepEqual(toAmount(7), { value: '0.07', currency: 'IDR' });
    assert.deepEqual(toAmount(0), { value: '0.00', currency: 'IDR' });
  });

  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`refuses ${bad}`, () => assert.throws(() => toAmount(bad), RangeError));
  }
});

describe('toMinorUnits', () => {
  it('gives back what toAmount was given, over the full range', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (sen) => {
        const amount = toAmount(sen);
        assert.match(amount.value, /^\d{1,16}\.\d{2}$/);
        assert.equal(toMinorUnits(amount), sen);
      }),
      { numRuns: 2000 },
    );
  });

  for (const value of malformed) {
    it(`refuses the value ${JSON.stringify(value)}`, () => assert.throws(() => toMinorUnits({ value, currency: 'IDR' }), TypeError));
  }

  it('refuses a number in place of a text, though it be written alike', () => {
    for (const value of [10000, 10000.25]) assert.throws(() => toMinorUnits({ value: value as unknown as string, currency: 'IDR' }), /^TypeError: the value of an amount must be/);
  });

  it('refuses another currency', () => assert.throws(() => toMinorUnits({ value: '1.00', currency: 'USD' }), TypeError));

  it('refuses what no safe integer of sen can hold', () => {
    assert.equal(toMinorUnits({ value: '90071992547409.91', currency: 'IDR' }), Number.MAX_SAFE_INTEGER);
    assert.throws(() => toMinorUnits({ value: '90071992547409.92', currency: 'IDR' }), RangeError);
  });
});

describe('amountsEqual', () => {
  const amount = { value: '10000.00', currency: 'IDR' };

  it('sees through leading zeros', () => assert.ok(amountsEqual(amount, { value: '010000.00', currency: 'IDR' })));

  it('tells one sen apart', () => {
    assert.equal(amountsEqual(amount, { value: '10000.01', currency: 'IDR' }), false);
    assert.equal(amountsEqual(amount, { value: '9999.99', currency: 'IDR' }), false);
  });

  it('holds nothing malformed or foreign equal, not even to itself', () => {
    for (const other of [{ value: '10000', currency: 'IDR' }, { value: '10000.00', currency: 'USD' }]) {
      assert.equal(amountsEqual(other, other), false);
      assert.equal(amountsEqual(amount, other), false);
    }
  });
});

describe('readAmount', () => {
  it('keeps a foreign currency for the caller to compare, and drops other members', () => {
    assert.deepEqual(readAmount({ value: '1.00', currency: 'USD', note: 'x' }), { value: '1.00', currency: 'USD' });
  });

  it('reads nothing from what has another form', () => {
    for (const value of [undefined, null, 1, '1.00', [], {}, { value: 1, currency: 'IDR' }, { value: '1.00' }, { value: '1.00', currency: 'idr' }]) {
      assert.equal(readAmount(value), undefined);
    }
    for (const currency of ['IDRX', 'XIDR', 'ID', ['IDR']]) assert.equal(readAmount({ value: '1.00', currency }), undefined);
    assert.equal(readAmount({ value: ['1.00'], currency: 'IDR' }), undefined);
    for (const value of malformed) assert.equal(readAmount({ value, currency: 'IDR' }), undefined);
  });
});

describe('readRupiah', () => {
  it('reads rupiah alone, and no more than a safe integer of sen', () => {
    assert.deepEqual(readRupiah({ value: '1.00', currency: 'IDR' }), { value: '1.00', currency: 'IDR' });
    assert.equal(readRupiah({ value: '1.00', currency: 'USD' }), undefined);
    assert.equal(readRupiah({ value: '9999999999999999.00', currency: 'IDR' }), undefined);
  });
});
