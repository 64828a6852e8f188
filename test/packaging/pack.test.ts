/**
 * The packages as a merchant gets them: packed, unpacked into another folder, type-checked without mercy, imported.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
      // A merchant without OpenTelemetry has no API of it either.
      if (!name.startsWith('.') && name !== '@allo-kit' && name !== '@opentelemetry') symlinkSync(join(root, 'node_modules', name), join(modules, name));
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
      for (const wanted of ['package.json', 'LICENSE', 'README.md', ...(name === 'server' ? ['bin.js', 'openapi.json', 'SECURITY.md', 'RELIABILITY.md'] : [])]) assert.ok(held.includes(wanted), wanted);
      assert.deepEqual(held.filter((path) => !/^(dist\/.*\.(js|d\.ts)|dist\/styles\/.*\.css|dist\/(custom-elements|web-types|vscode\.(html|css)-custom-data)\.json|package\.json|LICENSE|README\.md|SECURITY\.md|RELIABILITY\.md|reserve\.css|bin\.js|openapi\.json)$/.test(path)), []);
    });
  }

  test('@allo-kit/elements holds the manifest and what editors read', () => {
    const held = files.get('elements') ?? [];
    for (const name of ['custom-elements', 'web-types', 'vscode.html-custom-data', 'vscode.css-custom-data']) assert.ok(held.includes(`dist/${name}.json`), name);
    const { customElements, 'web-types': webTypes } = JSON.parse(readFileSync(join(folder, 'node_modules/@allo-kit/elements/package.json'), 'utf8')) as Record<string, string>;
    assert.ok(held.includes(customElements ?? '') && held.includes(webTypes ?? ''), 'package.json names files that are there');
  });

  test('type-check in a strict project, declarations included', () => {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'shop.ts'), `
      import { createAllo } from '@allo-kit/server';
      import type { AlloEvent } from '@allo-kit/server';
      import { toExpress } from '@allo-kit/server/express';
      import { toFastify } from '@allo-kit/server/fastify';
      import { toNode } from '@allo-kit/server/node';
      import fastify from 'fastify';
      import { startSimulator } from '@allo-kit/server/simulator';
      import { AlloPay } from '@allo-kit/elements/allo-pay';
      import { renderToString } from '@allo-kit/elements/ssr';
      import type { Payment } from '@allo-kit/elements/contract';
      import '@allo-kit/elements/define';
      import type { AlloElements } from '@allo-kit/elements/react';
      import type { AlloComponents } from '@allo-kit/elements/vue';
      import type { AlloMarkup } from '@allo-kit/elements/svelte';
      const told: AlloEvent[] = [];
      const allo = createAllo({ customer: () => null, order: () => null, onEvent: (event) => void told.push(event) });
      toExpress(allo); void toNode(allo); void fastify().register(toFastify(allo)); void startSimulator;
      document.querySelector('allo-pay')?.addEventListener('allo-paid', (event) => { const payment: Payment = event.payment; void payment; });
      const markup: string = renderToString('allo-pay', { 'order-id': 'INV-7', disabled: true }, { lang: 'en' });
      const given: [AlloElements['allo-pay'], InstanceType<AlloComponents['allo-pay']>['$props'], AlloMarkup['allo-pay']] = [{ orderId: 'INV-7' }, { orderId: 'INV-7' }, { orderId: 'INV-7' }];
      void given;
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
    const { bin } = JSON.parse(readFileSync(join(folder, 'node_modules/@allo-kit/server/package.json'), 'utf8')) as { bin: Record<string, string> };
    assert.match(run(process.execPath, [join('node_modules/@allo-kit/server', bin['allo-kit'] ?? 'none'), 'keygen']), /DOKU_PRIVATE_KEY/);
  });

  function run(command: string, args: string[]): string {
    try {
      return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }
});
