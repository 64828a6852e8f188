/**
 * The watch over secrets for a shop that ran as a process of its own: what it answered (its pages and scripts too),
 * printed and wrote into its databases holds nothing secret of this run.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addEncryptionKey, addPrivateKey, createCanaries, withoutAllowed } from '../../server/support/canaries.ts';
import { lookAtDatabase } from '../../server/support/canary-watch.ts';

interface ShopSettings {
  DOKU_SECRET_KEY: string;
  DOKU_PRIVATE_KEY: string;
  ALLO_ENCRYPTION_KEY: string;
  ALLO_DATABASE_URL: string;
}

/** @param folder Where `recorder.mjs` wrote to, and the shop's own database is. */
export async function assertNothingCameOut(folder: string, settings: ShopSettings, output: string): Promise<void> {
  const canaries = createCanaries();
  canaries.add('secret key', settings.DOKU_SECRET_KEY);
  addPrivateKey(canaries, settings.DOKU_PRIVATE_KEY);
  addEncryptionKey(canaries, settings.ALLO_ENCRYPTION_KEY);
  canaries.learn(read(join(folder, 'bank.txt')));
  const answers = read(join(folder, 'answers.txt'));
  for (const line of answers.split('\n')) canaries.look('an answer', withoutAllowed(line));
  canaries.look('the output', output);
  canaries.lookAtFiles('the shop\'s database', ['shop.db', 'shop.db-wal'].map((name) => join(folder, name)));
  await lookAtDatabase(canaries, settings.ALLO_DATABASE_URL);
  assert.deepEqual(canaries.found(), [], 'a secret came out');
  assert.ok(answers.length > 1_000, 'hardly anything was answered');
}

/** A run that never spoke to the bank has no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
