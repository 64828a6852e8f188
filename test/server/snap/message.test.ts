import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { present, readCode, readInstant, readList, readMember, readObject, readText, readUrl } from '../../../packages/server/src/snap/message.ts';

const longUrl = (length: number): string => 'https://a.example/'.padEnd(length, 'x');

describe('readText', () => {
  it('reads a text of 1 to 512 characters, or to as many as it is told', () => {
    for (const text of ['x', ' ', 'x'.repeat(512)]) assert.equal(readText({ text }, 'text'), text);
    for (const text of ['x'.repeat(513), '', 12, null, ['x'], {}]) assert.equal(readText({ text }, 'text'), undefined);
    assert.equal(readText({ text: 'abc' }, 'text', 3), 'abc');
    assert.equal(readText({ text: 'abc' }, 'text', 2), undefined);
    assert.equal(readText({}, 'text'), undefined);
  });
});

describe('readCode', () => {
  it('reads a number as a text, and anything else as none', () => {
    assert.equal(readCode({ code: '2005400' }, 'code'), '2005400');
    assert.equal(readCode({ code: 2005400 }, 'code'), '2005400');
    for (const code of [undefined, null, true, ['2005400'], {}]) assert.equal(readCode({ code }, 'code'), '');
  });
});

describe('readUrl', () => {
  it('reads an address on the web as it is written', () => {
    for (const url of ['https://a.example', 'http://a.example/x?y=1#z', 'HTTPS://A.example/', longUrl(2048)]) assert.equal(readUrl({ url }, 'url'), url);
  });

  for (const url of [undefined, null, '', 'a.example', '/x', 'javascript:alert(1)', 'ftp://a.example/', 'xhttps://a.example/', 'httpsx://a.example/', longUrl(2049)]) {
    it(`reads none from ${String(url).slice(0, 40)}`, () => assert.equal(readUrl({ url }, 'url'), undefined));
  }

  it('reads none with a user or a password in it: it would look like another host', () => {
    for (const url of ['https://bank.example@evil.example/', 'https://bank.example:x@evil.example/', 'https://:x@evil.example/']) assert.equal(readUrl({ url }, 'url'), undefined);
  });
});

describe('readInstant', () => {
  it('reads an instant with or without an offset, and nothing else', () => {
    assert.equal(readInstant({ at: '2025-03-14T03:15:30Z' }, 'at'), Date.UTC(2025, 2, 14, 3, 15, 30));
    assert.equal(readInstant({ at: '2025-03-14T10:15:30' }, 'at'), Date.UTC(2025, 2, 14, 3, 15, 30));
    for (const at of [undefined, '', 'soon', 1_741_922_130_000]) assert.equal(readInstant({ at }, 'at'), undefined);
  });
});

describe('readObject', () => {
  it('reads an object, and anything else as an empty one', () => {
    assert.deepEqual(readObject({ info: { a: 1 } }, 'info'), { a: 1 });
    for (const info of [undefined, null, 'x', 1, [1], []]) assert.deepEqual(readObject({ info }, 'info'), {});
  });
});

describe('readList', () => {
  it('reads the objects of a list, and drops what is none', () => {
    assert.deepEqual(readList({ list: [{ a: 1 }, 'x', null, [1], 2, {}] }, 'list'), [{ a: 1 }, {}]);
    assert.deepEqual(readList({ list: [] }, 'list'), []);
    for (const list of [undefined, null, 'x', { length: 1, 0: {} }]) assert.equal(readList({ list }, 'list'), undefined);
  });
});

describe('readMember', () => {
  it('reads nothing from a prototype', () => {
    assert.equal(readMember({}, 'constructor'), undefined);
    assert.equal(readMember(Object.create({ inherited: 1 }) as Record<string, unknown>, 'inherited'), undefined);
    assert.equal(readMember({ constructor: 1 }, 'constructor'), 1);
  });
});

describe('present', () => {
  it('leaves out what is undefined, and nothing else', () => {
    const value = present({ a: undefined, b: null, c: '', d: 0, e: false });
    assert.deepEqual(Object.entries(value), [['b', null], ['c', ''], ['d', 0], ['e', false]]);
  });
});
