import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readFailureReason } from '../../../packages/server/src/snap/failure-reason.ts';
import { isIpAddress, toIpAddress } from '../../../packages/server/src/snap/ip-address.ts';
import { isPhoneNo, toPhoneNo } from '../../../packages/server/src/snap/phone-no.ts';
import { isSafeText, toSafeText } from '../../../packages/server/src/snap/text.ts';

describe('toSafeText', () => {
  it('leaves a safe text as it is', () => {
    for (const text of ['Kopi susu', "Jl. Sudirman No. 1, Jakarta", "a-b/c+d,e=f_g:h'i@j%k"]) assert.equal(toSafeText(text, 255, 'x'), text);
  });

  it('takes accents off and puts words or blanks for what is forbidden', () => {
    assert.equal(toSafeText('Café “Séléçtion” & Thé (1 l)!', 255, 'x'), 'Cafe Selection and The - 1 l');
    assert.equal(toSafeText('Ｆｕｌｌ ½ №', 255, 'x'), 'Full 1 2 No');
    assert.equal(toSafeText('a — b', 255, 'x'), 'a - b');
    assert.equal(toSafeText('Rock ’n’ roll, 5′', 255, 'x'), "Rock 'n' roll, 5'");
    assert.equal(toSafeText('a#\n#b', 255, 'x'), 'a b');
  });

  it('begins and ends with no blank, also where it is cut', () => {
    assert.equal(toSafeText(' "Kopi" ', 255, 'x'), 'Kopi');
    assert.equal(toSafeText('"Kopi susu"', 5, 'x'), 'Kopi');
  });

  it('takes the fallback if nothing is left', () => {
    for (const text of ['', '   ', '☕️', 'コーヒー', '"!?"']) assert.equal(toSafeText(text, 32, 'Item'), 'Item');
  });

  it('is safe, not blank and short enough, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 40 }), (text, maxLength) => {
        assert.ok(isSafeText(toSafeText(text, maxLength, 'Item'), maxLength));
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = toSafeText(text, 32, 'Item');
        assert.equal(toSafeText(once, 32, 'Item'), once);
      }),
    );
  });
});

describe('isSafeText', () => {
  it('holds for what DOKU lets through, up to its length', () => {
    for (const text of ['x', ' x ', "AZaz09.-/+,=_:'@%", 'x'.repeat(64)]) assert.ok(isSafeText(text, 64), text);
    for (const text of ['', ' ', '   ', 'x'.repeat(65), 'a\nb', '#a', 'a#', 'é']) assert.ok(!isSafeText(text, 64), text);
  });
});

describe('toPhoneNo', () => {
  for (const text of ['081394130610', '6281394130610', '+6281394130610', '+62 813-9413-0610', '(0813) 9413 0610']) {
    it(`reads ${text}`, () => assert.equal(toPhoneNo(text), '6281394130610'));
  }
  for (const text of ['', '81394130610', '+1 813 941 30610', '0812', '628139413061012345', '62813abc94130', '00813941306', '620813941306', '+081394130610']) {
    it(`reads nothing from ${JSON.stringify(text)}`, () => assert.equal(toPhoneNo(text), undefined));
  }
  it('gives what isPhoneNo accepts', () => {
    assert.ok(isPhoneNo('62813941306101'));
    assert.ok(!isPhoneNo('62813941306101\n'));
  });
});

describe('toIpAddress', () => {
  const fallback = '103.10.20.30';
  it('keeps an IPv4 address of 10–15 characters, also inside IPv6', () => {
    assert.equal(toIpAddress('182.253.10.9', fallback), '182.253.10.9');
    assert.equal(toIpAddress('::ffff:182.253.10.9', fallback), '182.253.10.9');
  });
  for (const address of [undefined, '', '::1', '2001:db8::1', '1.2.3.4', '256.100.100.100', '182.253.10.9\r\nX: y', '182.253.010.9']) {
    it(`sends the fallback for ${JSON.stringify(address)}`, () => assert.equal(toIpAddress(address, fallback), fallback));
  }
  it('gives what isIpAddress accepts', () => assert.ok(isIpAddress(fallback)));
});

describe('readFailureReason', () => {
  it('reads it from the code first', () => {
    assert.equal(readFailureReason('4035414'), 'insufficient-funds');
    assert.equal(readFailureReason('4035402', 'Insufficient Funds'), 'limit-exceeded');
    assert.equal(readFailureReason('4035415'), 'not-permitted');
    assert.equal(readFailureReason('4035409'), 'account-blocked');
  });
  it('reads it from DOKU’s words otherwise', () => {
    for (const text of ['Insufficient Fund', 'INSUFFICIENT FUNDS', 'Insufficient balance']) {
      assert.equal(readFailureReason(undefined, text), 'insufficient-funds');
    }
    assert.equal(readFailureReason('5005400', 'Transaction Cancelled'), 'cancelled');
    assert.equal(readFailureReason(undefined, 'Session expired'), 'expired');
  });
  it('says nothing where it knows nothing', () => {
    assert.equal(readFailureReason(undefined), undefined);
    assert.equal(readFailureReason('4045414', 'Failed'), undefined);
  });
});
