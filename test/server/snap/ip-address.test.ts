import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIpAddress, toIpAddress } from '../../../packages/server/src/snap/ip-address.ts';

describe('toIpAddress', () => {
  const fallback = '103.10.20.30';
  it('keeps an IPv4 address of 10–15 characters, also inside IPv6', () => {
    assert.equal(toIpAddress('182.253.10.9', fallback), '182.253.10.9');
    assert.equal(toIpAddress('::ffff:182.253.10.9', fallback), '182.253.10.9');
    assert.equal(toIpAddress('::FFFF:182.253.10.9', fallback), '182.253.10.9');
    assert.equal(toIpAddress('10.20.30.4', fallback), '10.20.30.4');
    assert.equal(toIpAddress('255.249.199.100', fallback), '255.249.199.100');
  });
  for (const address of [undefined, '', '::1', '2001:db8::1', '1.2.3.4', '10.20.30.', '1.2.30.40', '1::ffff:82.253.10.9', '256.100.100.100', '182.253.10.9\r\nX: y', '182.253.010.9']) {
    it(`sends the fallback for ${JSON.stringify(address)}`, () => assert.equal(toIpAddress(address, fallback), fallback));
  }
  it('gives what isIpAddress accepts', () => assert.ok(isIpAddress(fallback)));
  for (const text of ['x182.253.10.9', '182.253.10.9x', '182.253.10', '182.253.10.9.1', '182.253.10,90', '300.100.10.10', '100.260.10.10', '']) {
    it(`is none: ${JSON.stringify(text)}`, () => assert.ok(!isIpAddress(text)));
  }
});
