import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSqliteStore } from '../../../packages/server/src/store/sqlite.ts';
import { aKey, aPayment } from './rows.ts';

test('while another process keeps the file, nobody waits longer because of those before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'allo-store-'));
  const path = join(folder, 'allo.db');
  const [patienceMs, writers] = [250, 20];
  const store = createSqliteStore({ path, now: Date.now, patienceMs });
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const startedAt = performance.now();
  const answers = await Promise.allSettled(Array.from({ length: writers }, () => store.insertPayment(aPayment(), aKey())));
  const tookMs = performance.now() - startedAt;
  assert.ok(answers.every(({ status }) => status === 'rejected'));
  // One after the other they would need all their patience.
  assert.ok(tookMs < patienceMs * writers, `${tookMs.toFixed(0)} ms`);
  other.exec('ROLLBACK');
  assert.equal((await store.insertPayment(aPayment(), aKey())).outcome, 'created');
  other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
