import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExternalId, createReference } from '../../../packages/server/src/snap/external-id.ts';
import { instant, random } from './support.ts';

describe('createExternalId', () => {
  it('is the day in Jakarta and 24 digits', () => {
    assert.match(createExternalId(Date.UTC(2025, 2, 13, 17), random), /^20250314\d{24}$/);
  });

  it('never comes twice from one instant', () => {
    const ids = Array.from({ length: 20_000 }, () => createExternalId(instant, random));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('asks for no more random bytes than it needs', () => {
    const asked: number[] = [];
    createExternalId(instant, (bytes) => {
      asked.push(bytes);
      return new Uint8Array(bytes);
    });
    assert.deepEqual(asked, [24]);
  });

  it('skips the bytes that would favour low digits', () => {
    const chunks = [Uint8Array.of(250, 255, ...new Array<number>(22).fill(0)), new Uint8Array(24).fill(249)];
    assert.equal(createExternalId(instant, () => chunks.shift() ?? new Uint8Array(24)), `20250314${'0'.repeat(22)}99`);
  });
});

describe('createReference', () => {
  it('is 32 letters and digits that carry 128 random bits', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 17);
    assert.equal(createReference(() => bytes), '00112233445566778899aabbccddeeff');
    assert.match(createReference(random), /^[0-9a-f]{32}$/);
  });

  it('never comes twice', () => {
    const references = Array.from({ length: 20_000 }, () => createReference(random));
    assert.equal(new Set(references).size, references.length);
  });
});
