import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTiming, sha256Hex } from '../../../packages/server/src/ledger/context.ts';
import { hourMs, minuteMs } from '../support/ledger-bench.ts';

test('the waiting times are those that DOKU documents, and ours follow from them', () => {
  assert.deepEqual(defaultTiming, {
    checkDelaysMs: [1, 1.5, 3, 5, 10, 30, 60].map((minutes) => minutes * minuteMs), checkNotBeforeMs: minuteMs, settleWindowMs: 10 * minuteMs,
    reviewAfterMs: 24 * hourMs, bankPageMs: 5 * minuteMs, browserWaitMs: 10_000, eventWaitMs: 20_000, createdTtlMs: 2 * minuteMs, leaseMs: 90_000,
    confirmDelaysMs: [2_000, 5_000, 10_000, 20_000, 40_000], answerKeptMs: 30_000, closeWaitMs: 25_000, tokenMarginMs: 5 * minuteMs,
  });
});

test('a secret is kept as its SHA-256, in hex', async () => {
  // FIPS 180-2, appendix B.1.
  assert.equal(await sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
