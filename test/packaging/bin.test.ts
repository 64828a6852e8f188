/**
 * The command line where it cannot run yet: on an old Node, and in a clone that is not built.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const packageFolder = fileURLToPath(new URL('../../packages/server', import.meta.url));
const bin = join(packageFolder, 'bin.js');
const folder = mkdtempSync(join(tmpdir(), 'allo-bin-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const { engines } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { engines: { node: string } };
const sentence = `@allo-kit/server needs Node ${engines.node.replace('>=', '')} or later, which has node:sqlite; this is Node ${process.versions.node}`;

/** Nodes before 22.13 have the function without the module, those before 20.16 not even the function. */
const oldNodes = { 'without node:sqlite': '()=>undefined', 'without getBuiltinModule': 'undefined' };

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, args, { encoding: 'utf8' });

for (const [name, replaced] of Object.entries(oldNodes)) {
  const asOld = ['--import', `data:text/javascript,process.getBuiltinModule=${replaced}`];

  test(`a Node ${name} is told in one sentence which one is needed`, () => {
    const { status, stdout, stderr } = run(...asOld, bin, 'keygen');
    assert.deepEqual([status, stdout, stderr], [1, '', `allo-kit: ${sentence}\n`]);
  });

  test(`importing the server on a Node ${name} says the same`, () => {
    const index = new URL('../../packages/server/src/index.ts', import.meta.url);
    const { status, stderr } = run(...asOld, '--input-type=module', '--eval', `await import('${index.href}')`);
    assert.equal(status, 1);
    assert.ok(stderr.includes(`TypeError: ${sentence}\n`), stderr);
  });
}

test('a clone that is not built says what to run', () => {
  copyFileSync(bin, join(folder, 'bin.js'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const { status, stdout, stderr } = run(join(folder, 'bin.js'), 'keygen');
  assert.deepEqual([status, stdout, stderr], [1, '', 'allo-kit: @allo-kit/server is not built yet: run "npm run build" at the root of its repository\n']);
});

test('it is executable, so that npm has nothing to change in a clone when it links it', { skip: process.platform === 'win32' }, () => {
  assert.doesNotThrow(() => accessSync(bin, constants.X_OK));
});
