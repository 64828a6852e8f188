import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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
