import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profiles, resolvePaths, serviceCodes } from '../../../packages/server/src/snap/profiles.ts';
import type { Paths, ProfileName } from '../../../packages/server/src/snap/profiles.ts';

describe('resolvePaths', () => {
  it('has a path for every operation in both generations', () => {
    for (const name of Object.keys(profiles) as ProfileName[]) {
      assert.deepEqual(Object.keys(resolvePaths(name)).sort(), Object.keys(serviceCodes).sort());
    }
  });

  it('shares tokens and status between the generations', () => {
    for (const operation of ['tokenB2b', 'tokenB2b2c', 'checkStatus'] as const) {
      assert.equal(profiles['core-v1'][operation], profiles['merchant-allo-v1.0'][operation]);
    }
  });

  it('spells the archived paths as the archived page does', () => {
    const archived = resolvePaths('merchant-allo-v1.0');
    assert.equal(archived.paymentHostToHost, '/direct-debit/merchant/allo/v1.0/payment-host-to-host');
    assert.equal(archived.accountUnbinding, '/direct-debit/allo/v1.0/registration-account-unbinding');
    assert.equal(archived.refund, '/direct-debit/merchant/allo/v1.0/debit/refund');
  });

  it('takes any path in place of its own', () => {
    const path = '/direct-debit/merchant/allo/v1.0/payment/host-to-host';
    const paths = resolvePaths('merchant-allo-v1.0', { paymentHostToHost: path });
    assert.equal(paths.paymentHostToHost, path);
    assert.equal(paths.refund, profiles['merchant-allo-v1.0'].refund);
  });

  it('takes a path with a query or with characters that are encoded already', () => {
    for (const path of ['/', '/a?b=1', '/a%20b', '/a//b', '/a/']) assert.equal(resolvePaths('core-v1', { refund: path }).refund, path);
  });

  for (const path of ['', 'pay', '//evil.example/pay', '/a/../b', '/a b', '/é', 'https://evil.example/', '/a#b', '/\\evil.example', '//[', 'https://doku.invalid/pay', '//doku.invalid/pay', 'mailto:pay', '/a?', '///pay', '?a=1']) {
    it(`refuses the path ${JSON.stringify(path)}, which would be requested otherwise than signed`, () => {
      assert.throws(() => resolvePaths('core-v1', { refund: path }), /^TypeError: paths\.refund must be a path that begins with one slash/);
    });
  }

  it('refuses an unknown profile and an unknown operation', () => {
    assert.throws(() => resolvePaths('toString' as ProfileName), TypeError);
    assert.throws(() => resolvePaths('core-v1', { refnud: '/x' } as Partial<Paths>), TypeError);
  });
});
