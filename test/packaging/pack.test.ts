/**
 * The packages as a merchant gets them: packed, unpacked into another folder, type-checked without mercy, imported.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = ['elements', 'server'] as const;

describe('the packed packages', () => {
  let folder: string;
  const files = new Map<string, string[]>();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'allo-pack-'));
    const modules = join(folder, 'node_modules');
    mkdirSync(join(modules, '@allo-kit'), { recursive: true });
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.') && name !== '@allo-kit') symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
    for (const name of names) {
      const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, '-w', `@allo-kit/${name}`], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const report: unknown = JSON.parse(packed);
      const [{ filename, files: held }] = (Array.isArray(report) ? report : Object.values(report as object)) as [{ filename: string; files: { path: string }[] }];
      files.set(name, held.map(({ path }) => path));
      const target = join(modules, '@allo-kit', name);
      mkdirSync(target);
      execFileSync('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1']);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of names) {
    test(`@allo-kit/${name} holds its code, its licence and its page, and nothing of the workshop`, () => {
      const held = files.get(name) ?? [];
      for (const wanted of ['package.json', 'LICENSE', 'README.md', ...(name === 'server' ? ['openapi.json'] : [])]) assert.ok(held.includes(wanted), wanted);
      assert.deepEqual(held.filter((path) => !/^(dist\/.*\.(js|d\.ts)|dist\/custom-elements\.json|package\.json|LICENSE|README\.md|SECURITY\.md|openapi\.json)$/.test(path)), []);
    });
  }

  test('type-check in a strict project, declarations included', () => {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'shop.ts'), `
      import { createAllo } from '@allo-kit/server';
      import type { AlloEvent } from '@allo-kit/server';
      import { toExpress } from '@allo-kit/server/express';
      import { toNode } from '@allo-kit/server/node';
      import { startSimulator } from '@allo-kit/server/simulator';
      import { AlloPay } from '@allo-kit/elements/allo-pay';
      import type { Payment } from '@allo-kit/elements/contract';
      import '@allo-kit/elements/define';
      const told: AlloEvent[] = [];
      const allo = createAllo({ customer: () => null, order: () => null, onEvent: (event) => void told.push(event) });
      toExpress(allo); void toNode(allo); void startSimulator;
      document.querySelector('allo-pay')?.addEventListener('allo-paid', (event) => { const payment: Payment = event.payment; void payment; });
      // @ts-expect-error an order id is a text
      new AlloPay().orderId = 7;
      // @ts-expect-error there is no such event
      told.filter(({ type }) => type === 'payment.payed');
    `);
    const options = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2024,dom,dom.iterable', '--types', 'node', 'shop.ts'];
    const checked = run(join(root, 'node_modules/.bin/tsc'), options);
    const ours = checked.split('\n').filter((line) => /shop\.ts|@allo-kit/.test(line));
    assert.deepEqual(ours, []);
  });

  test('run: the server starts up to its first complaint about configuration, and the command line speaks', () => {
    writeFileSync(join(folder, 'start.mjs'), `
      import { createAllo } from '@allo-kit/server';
      try { createAllo({ customer: () => null, order: () => null, onEvent() {}, env: {} }); } catch (error) { console.log(error.name, error.message); }
    `);
    assert.match(run(process.execPath, ['start.mjs']), /^TypeError doku\.environment \(or DOKU_ENV\) is missing/);
    assert.match(run(process.execPath, ['node_modules/@allo-kit/server/dist/server/src/cli.js', 'keygen']), /DOKU_PRIVATE_KEY/);
  });

  function run(command: string, args: string[]): string {
    try {
      return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }
});
