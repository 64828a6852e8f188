import { expect } from '@open-wc/testing';
import { compareMoney, formatMoney, isMoney, speakMoney } from '../../packages/elements/src/money.ts';
import type { Money } from '../../packages/elements/src/contract.ts';

const rupiah = (value: string): Money => ({ value, currency: 'IDR' });

describe('money', () => {
  const table: [value: string, seen: string, spoken: string][] = [
    ['0.00', 'Rp 0', '0 rupiah'],
    ['0.05', 'Rp 0,05', '0 rupiah 05 sen'],
    ['7.00', 'Rp 7', '7 rupiah'],
    ['999.00', 'Rp 999', '999 rupiah'],
    ['1000.00', 'Rp 1.000', '1000 rupiah'],
    ['12000.00', 'Rp 12.000', '12000 rupiah'],
    ['125000.00', 'Rp 125.000', '125000 rupiah'],
    ['125000.50', 'Rp 125.000,50', '125000 rupiah 50 sen'],
    ['1250000.00', 'Rp 1.250.000', '1250000 rupiah'],
    ['0001250000.00', 'Rp 1.250.000', '1250000 rupiah'],
    ['9999999999999999.99', 'Rp 9.999.999.999.999.999,99', '9999999999999999 rupiah 99 sen'],
  ];

  for (const [value, seen, spoken] of table) {
    it(`writes ${value} as ${seen} and says ${spoken}`, () => {
      expect(formatMoney(rupiah(value))).to.equal(seen.replace(' ', '\u00a0'));
      expect(speakMoney(rupiah(value))).to.equal(spoken);
    });
  }

  it('compares amounts exactly, also beyond what a number can hold', () => {
    expect(compareMoney(rupiah('9.00'), rupiah('10.00'))).to.be.below(0);
    expect(compareMoney(rupiah('10.00'), rupiah('0010.00'))).to.equal(0);
    expect(compareMoney(rupiah('10.01'), rupiah('10.00'))).to.be.above(0);
    expect(compareMoney(rupiah('9007199254740993.00'), rupiah('9007199254740992.00'))).to.be.above(0);
  });

  it('takes only amounts of the contract', () => {
    const wrong = ['10', '10.0', '10.000', '-1.00', '1e3.00', '', '.00', '12345678901234567.00', ' 1.00'];
    for (const value of wrong) expect(isMoney(rupiah(value)), value).to.equal(false);
    for (const value of [undefined, null, 10, '10.00', { value: 10, currency: 'IDR' }, { value: '10.00', currency: 'USD' }]) expect(isMoney(value)).to.equal(false);
    expect(isMoney(rupiah('10.00'))).to.equal(true);
  });
});
