import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { formatDay, formatTimestamp, parseLenientTimestamp, parseTimestamp } from '../../../packages/server/src/snap/timestamp.ts';
import { instant } from './support.ts';

const epochSeconds = fc.integer({ min: 0, max: 253_402_275_599 });

describe('formatTimestamp', () => {
  it('writes Western Indonesian Time without milliseconds', () => {
    assert.equal(formatTimestamp(instant + 999), '2025-03-14T10:15:30+07:00');
  });

  it('turns the day at midnight in Jakarta', () => {
    assert.equal(formatTimestamp(Date.UTC(2024, 1, 28, 17)), '2024-02-29T00:00:00+07:00');
    assert.equal(formatDay(Date.UTC(2024, 1, 28, 16, 59, 59)), '20240228');
    assert.equal(formatDay(Date.UTC(2024, 1, 28, 17)), '20240229');
  });

  it('is read back to the second', () => {
    fc.assert(fc.property(epochSeconds, (seconds) => assert.equal(parseTimestamp(formatTimestamp(seconds * 1000)), seconds * 1000)));
  });

  it('refuses what is no instant of a four-digit year', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 8e15, -8e14]) assert.throws(() => formatTimestamp(bad), RangeError);
  });

  for (const zone of ['America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC']) {
    it(`is the same on a host in ${zone} that speaks Arabic`, () => {
      const module = fileURLToPath(import.meta.resolve('../../../packages/server/src/snap/timestamp.ts'));
      const program = `import { formatTimestamp, parseTimestamp } from ${JSON.stringify(module)};
        process.stdout.write(formatTimestamp(${instant}) + ' ' + parseTimestamp('2025-03-14T03:15:30Z'));`;
      const env = { ...process.env, TZ: zone, LANG: 'ar_EG.UTF-8', LC_ALL: 'ar_EG.UTF-8' };
      const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' });
      assert.equal(output, `2025-03-14T10:15:30+07:00 ${instant}`);
    });
  }
});

describe('parseTimestamp', () => {
  it('reads Z, offsets either way, and fractions', () => {
    assert.equal(parseTimestamp('2025-03-14T03:15:30Z'), instant);
    assert.equal(parseTimestamp('2025-03-14T10:15:30+07:00'), instant);
    assert.equal(parseTimestamp('2025-03-13T23:45:30-03:30'), instant);
    assert.equal(parseTimestamp('2025-03-14T03:15:30.250Z'), instant + 250);
    assert.equal(parseTimestamp('2025-03-14T03:15:30.123456789Z'), instant + 123);
    assert.equal(parseTimestamp('2025-03-15T03:14:30+23:59'), instant);
  });

  const malformed = [
    '', '2025-03-14', '2025-03-14T03:15:30', '2025-03-14 03:15:30Z', '2025-02-30T00:00:00Z', '2025-13-01T00:00:00Z', '2025-03-14T24:00:00Z',
    '2025-03-14T03:60:00Z', '2025-03-14T03:15:60Z', '2025-03-14T03:15:30+24:00', '2025-03-14T03:15:30+07:60', '2025-03-14T03:15:30+0700',
    '2025-03-14T03:15:30z', '2025-03-14T03:15:30.Z', ' 2025-03-14T03:15:30Z', '2025-03-14T03:15:30Z\n', '+002025-03-14T03:15:30Z', '1741922130000',
  ];
  for (const text of malformed) {
    it(`reads nothing from ${JSON.stringify(text)}`, () => assert.equal(parseTimestamp(text), undefined));
  }

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(parseTimestamp(text), undefined)));
  });
});

describe('parseLenientTimestamp', () => {
  it('takes a text without an offset as Western Indonesian Time', () => {
    assert.equal(parseLenientTimestamp('2024-01-01T09:09:00.123'), Date.UTC(2024, 0, 1, 2, 9, 0, 123));
    assert.equal(parseLenientTimestamp('2025-03-14T03:15:30Z'), instant);
    for (const text of ['yesterday', '', '2025-03-14T03:15:30Z+07:00', '2025-03-14T03:15:30+07:00+07:00', '2025-03-14T03:15:30Zx']) assert.equal(parseLenientTimestamp(text), undefined);
  });
});
