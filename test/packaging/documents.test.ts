/**
 * What the documents say that could be checked once by hand, and would then be forgotten.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const told = ['packages/server', 'packages/elements']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(md|ts)$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => !/(^|[/\\])(node_modules|dist)[/\\]/.test(path));

test('nobody is told to run npx so that, where ours is not installed, it would install whatever is named allo-kit', () => {
  const plain = /npx (?!--no-install )(-\S+ )*allo-kit/;
  assert.deepEqual(['README.md', 'CONTRIBUTING.md', ...told].filter((path) => plain.test(read(path))), []);
});

test('the whole merchant server is as short as the README says', () => {
  const said = /demo\/server\.ts\) is a whole merchant server in (\d+) lines, and \[demo\/orders\.ts\]\(demo\/orders\.ts\) what payments do to its orders in (\d+);/.exec(read('README.md'));
  assert.deepEqual(['demo/server.ts', 'demo/orders.ts'].map((path) => read(path).trimEnd().split('\n').length), said?.slice(1).map(Number));
});

test('the README names the Node that the server needs', () => {
  const { engines } = JSON.parse(read('packages/server/package.json')) as { engines: { node: string } };
  for (const path of ['README.md', 'packages/server/README.md']) assert.ok(read(path).includes(`Node ${engines.node.replace('>=', '')} or later`), path);
});

test('links from one document to a heading of another lead somewhere', () => {
  const headings = (path: string): string[] => [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));
  const wrong = ['README.md', 'packages/server/README.md'].flatMap((path) => [...read(path).matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)]
    .filter(([, file = '', heading = '']) => !headings(file === '' ? path : join(path, '..', file)).includes(heading))
    .map(([link]) => `${path}: ${link}`));
  assert.deepEqual(wrong, []);
});
