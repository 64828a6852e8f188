import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readJson } from '../../../packages/server/src/snap/json.ts';

const read = (text: string): ReturnType<typeof readJson> => readJson(new TextEncoder().encode(text));

describe('readJson', () => {
  it('drops whitespace outside strings alone', () => {
    const text = ' {\r\n\t"a b" : "c  d" ,\n"e":[ 1 , { } ] } ';
    assert.equal(read(text)?.minified, '{"a b":"c  d","e":[1,{}]}');
    assert.equal(read(text)?.canonical, '{"a b":"c  d","e":[1,{}]}');
  });

  it('keeps the order of keys that look like numbers, and the text of numbers', () => {
    const text = '{"2":10000.00,"1":1E+2,"b":12345678901234567890,"a":-0.0}';
    assert.equal(read(text)?.canonical, text);
  });

  it('undoes needless escapes in the canonical form alone', () => {
    const text = '{"\\u0061":"\\/\\u0026\\u00e9\\u00E9\\u003d\\u0027","q":"\\"\\\\\\n\\u000a"}';
    assert.equal(read(text)?.minified, text);
    assert.equal(read(text)?.canonical, '{"a":"/&éé=\'","q":"\\"\\\\\\n\\n"}');
  });

  it('agrees with JSON.stringify on any value that it wrote, however spaced', () => {
    const spaces = fc.constantFrom(0, 1, 4, '\t', '\n');
    // Integer-like keys are left out here alone: JSON.stringify itself moves them.
    const value = fc.dictionary(fc.string().filter((key) => !/^\d+$/.test(key) && key !== '__proto__'), fc.jsonValue({ noUnicodeString: false }));
    fc.assert(
      fc.property(value, spaces, (given, space) => {
        const forms = read(JSON.stringify(given, null, space));
        assert.ok(forms);
        assert.equal(forms.canonical, JSON.stringify(JSON.parse(JSON.stringify(given))));
        assert.equal(forms.minified, forms.canonical);
      }),
      { examples: [[{ 'a:b,c': '{"x": [1, 2]}', '"': '\\' }, 1]] },
    );
  });

  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":1}', '{"b":[{"x":{"a":1,"c":2,"a":1}}]}', '{"__proto__":1,"__proto__":1}']) {
    it(`refuses ${text}, which names a key twice`, () => assert.equal(read(text), undefined));
  }

  it('lets one name stand in two objects', () => {
    const text = '{"a":{"a":[{"a":1},{"a":"a"}]},"b":{"a":":"}}';
    assert.equal(read(text)?.canonical, text);
  });

  it('keeps every literal and what looks like structure in a string', () => {
    const text = '{"a":[true,false,null,-1.5e-3],"b":"{[\\"]}:, \\\\","c":""}';
    assert.equal(read(text)?.minified, text);
    assert.equal(read(text)?.canonical, text);
  });

  it('refuses to follow more than 32 levels', () => {
    const nest = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    assert.ok(read(nest(32)));
    assert.equal(read(nest(33)), undefined);
    assert.equal(read(`{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`), undefined);
  });

  for (const text of ['', ' ', 'null', '1', '"a"', '[]', '{', '{"a":1}x', '{a:1}', "{'a':1}", '{"a":1,}', '{"a":01}', '{"a":NaN}', '\uFEFF{"a":1}', '{"a":"\n"}']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(read(text), undefined));
  }

  it('refuses bytes that are not UTF-8', () => {
    assert.equal(readJson(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), undefined);
  });

  it('keeps a member named __proto__ a member', () => {
    const value = read('{"__proto__":{"polluted":true}}')?.value;
    assert.ok(value && Object.hasOwn(value, '__proto__'));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});
