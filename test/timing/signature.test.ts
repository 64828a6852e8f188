/**
 * Whether the time that a refusal takes tells how much of a signature was right (reliability R50), by the method of
 * dudect: two kinds of wrong signatures in random order, and Welch's t over what each took. The long form, on a machine
 * that does nothing else: `npm run test:timing`, and `TIMING_SAMPLES=` for more of them.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { verifySymmetric } from '../../packages/server/src/snap/signature.ts';

const samples = Number(process.env['TIMING_SAMPLES'] ?? 200_000);

/** Beyond this, chance is no explanation. */
const mostT = 4.5;

const [secretKey, path, accessToken, timestamp] = ['SK-TESTONLY0123456789abcdef', '/allo/doku/notifications/payment', 'token', '2026-11-22T12:00:00+07:00'];
const rawBody = Buffer.from('{"originalPartnerReferenceNo":"0123456789abcdef0123456789abcdef"}');

const rightSignature = (): Buffer => {
  const hash = createHash('sha256').update(rawBody).digest('hex');
  return createHmac('sha512', secretKey).update(['POST', path, accessToken, hash, timestamp].join(':')).digest();
};

/** The right one, but for one byte. */
function wrongAt(index: number): string {
  const signature = rightSignature();
  signature[index] = (signature[index] ?? 0) ^ 0xff;
  return signature.toString('base64');
}

async function timeOf(signature: string): Promise<number> {
  const startedAt = process.hrtime.bigint();
  const isRight = await verifySymmetric({ path, accessToken, timestamp, rawBody, signature, secretKeys: [secretKey] });
  const took = Number(process.hrtime.bigint() - startedAt);
  assert.equal(isRight, false);
  return took;
}

/** Welch's t over both kinds, without the slowest tenth: what an interrupt or the garbage took says nothing. */
function welch(kinds: readonly [number[], number[]]): number {
  const longest = kinds.flat().toSorted((one, other) => one - other)[Math.floor(0.9 * (kinds[0].length + kinds[1].length))] ?? Infinity;
  const [one, other] = kinds.map((times) => {
    const kept = times.filter((time) => time <= longest);
    const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
    return { mean, error: kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1) / kept.length };
  });
  assert.ok(one !== undefined && other !== undefined);
  return (one.mean - other.mean) / Math.sqrt(one.error + other.error);
}

test(`a refusal takes as long whichever byte of the signature is wrong, in ${samples} tries`, { timeout: 3_600_000 }, async (t) => {
  assert.ok(await verifySymmetric({ path, accessToken, timestamp, rawBody, signature: rightSignature().toString('base64'), secretKeys: [secretKey] }));
  const signatures = [wrongAt(0), wrongAt(63)] as const;
  const kinds: [number[], number[]] = [[], []];
  for (let count = 0; count < 2_000; count += 1) await timeOf(signatures[count % 2 === 0 ? 0 : 1]);
  for (let count = 0; count < samples; count += 1) {
    const kind = Math.random() < 0.5 ? 0 : 1;
    kinds[kind].push(await timeOf(signatures[kind]));
  }
  const value = welch(kinds);
  t.diagnostic(`t = ${value.toFixed(2)} over ${samples} tries`);
  assert.ok(Math.abs(value) < mostT, `t = ${value.toFixed(2)}: what was compared can be told from the time it took`);
});
