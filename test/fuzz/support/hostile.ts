/**
 * Texts and values that have broken something somewhere: for bodies, headers, addresses and queries.
 */
import fc from 'fast-check';
import { canary } from './canaries.ts';

export const hostileTexts: readonly string[] = [
  '', ' ', '\u0000', 'a\u0000b', '\r\nSet-Cookie: a=b', '\n', '\t', '\u001b[31m', '\u009b31m', '\u007f', '\u2028', '\ud800', '\udc00x', '\ufeff', '\uffff', '😀', 'é'.repeat(50),
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '0', '-1', '1e400', 'NaN', 'null', 'undefined', 'true', '[object Object]',
  "' OR 1=1 --", '"; DROP TABLE payments; --', '$ne', '%', '%00', '%zz', '%ff', '%c0%ae', '%u0000', '../../etc/passwd', '..\\..\\', '${7*7}', '{{7*7}}', '<script>alert(1)</script>',
  '//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', 'x'.repeat(300), 'x'.repeat(2049), '9'.repeat(400), '٠١٢٣', '０８１２３４５６７８９', canary, `Bearer ${canary}`,
];

export const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 24 }) },
);

/** Any value of JSON, with the keys that pollute. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, 1, 1e308, -1e-308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], [null], { length: 1 }, { toString: 1 }, { valueOf: 'x' }),
  text,
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('orderId', 'toJSON', 'constructor', 'x', '', 'then'), text, { maxKeys: 2 }),
);

/** Bodies that are no honest JSON object, or one of a kind that parsers differ on. */
export const strangeBodies: readonly string[] = [
  '', ' ', 'null', '[]', '""', '0', 'true', '{', '}', '{}}', '{"a":1,}', "{'a':1}", '{a:1}', '{"a":NaN}', '{"a":1e999}', '{"a":-}', '{"a":01}', '\ufeff{}', '{}\u0000', '{"a":"\u0000"}', '{"a":"\n"}',
  '{"orderId":"x","orderId":"y"}', '{"__proto__":{"orderId":"x","polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"__proto__":null}', '{"a":"\\ud800"}', '{"\\u006frderId":"x"}',
  '[['.repeat(5000), '{"a":'.repeat(5000), `{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`, `{"orderId":${'9'.repeat(5000)}}`, `{"orderId":"${'\\u0000'.repeat(300)}"}`, '/* */{}', 'orderId=x&returnTo=y', '<a/>', '--b\r\n\r\n--b--',
];

/** Fit to be the value of a header as the platform takes it: bytes, without line ends inside. */
export const headerText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', ' ', ',', ';', '=', '"', 'null', '*', '0', '-1', 'x'.repeat(9000), 'é', '\u0080\u00ff', 'a, b', canary, 'application/json', 'text/plain', 'https://evil.example', '\t', 'a\u0000b', 'a\r\nb: c', 'chunked', '1'.repeat(30)) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
);
