/**
 * `npm start` as a process of its own, in a copy of the demo, so that nobody's data is touched.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { queryPostgres, startPostgres } from '../server/support/postgres.ts';

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
const postgres = await startPostgres();

interface Started {
  /** Where it keeps its data. */
  data: string;
  url: string;
  output: string;
}

/** Starts the demo; it has ended when the test has. */
async function start(t: TestContext, environment: Record<string, string>): Promise<Started> {
  mkdirSync(join(demo, '.data'), { recursive: true });
  // Inside the repository, where the packages are found.
  const folder = mkdtempSync(join(demo, '.data', 'test-'));
  for (const name of ['start.ts', 'server.ts', 'orders.ts', 'products.ts']) cpSync(join(demo, name), join(folder, name));
  const child = spawn(process.execPath, [join(folder, 'start.ts')], { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
  while (!output.includes('Ctrl-C')) await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error(`it ended: ${output}`)))]);
  return { data: join(folder, '.data'), url: /Shop +(\S+)\//.exec(output)?.[1] ?? '', output };
}

async function assertReady(url: string): Promise<void> {
  const answer = await fetch(`${url}/allo/health/ready`);
  assert.equal(answer.status, 200, await answer.text());
}

describe('the demo', { timeout: 120_000 }, () => {
  test('keeps its ledger in a file of its own', async (t) => {
    const { data, url, output } = await start(t, {});
    await assertReady(url);
    assert.ok(existsSync(join(data, 'allo.db')));
    assert.match(output, /Everything is kept in demo\/\.data/);
  });

  test('keeps its ledger where ALLO_DATABASE_URL says', { skip: 'reason' in postgres ? postgres.reason : false }, async (t) => {
    assert.ok(!('reason' in postgres));
    const database = await postgres.createDatabase();
    const { data, url, output } = await start(t, { ALLO_DATABASE_URL: database });
    await assertReady(url);
    assert.deepEqual([existsSync(join(data, 'shop.db')), existsSync(join(data, 'allo.db'))], [true, false]);
    assert.equal((await queryPostgres(database, 'SELECT version FROM allo_schema')).length, 1);
    assert.match(output, /The ledger is kept where ALLO_DATABASE_URL says/);
    assert.ok(!output.includes(database), 'it holds a password');
  });
});

if (!('reason' in postgres)) after(() => postgres.close());
