/**
 * What a shop's page pays for the elements, Lit included, brotli 11: the published script file, each element alone made
 * the same way, and what a shop's own bundler makes of the package, which knows nothing of what of Lit is not used.
 * What is fetched only when it is needed is counted apart. The figures are printed with every run.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';
import type { ScriptFile } from '../../packages/elements/bundle/script-file.ts';
import { closureOf, scriptFiles } from '../../packages/elements/bundle/script-file.ts';

const published = new URL('../../packages/elements/dist/allo-kit.js', import.meta.url);
const define = (tag: string): string => `import '/src/${tag}/define.ts';`;

function brotliBytes(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

const kibOf = (files: readonly Pick<ScriptFile, 'code'>[]): number => files.reduce((sum, { code }) => sum + brotliBytes(code), 0) / 1024;

/** What a shop's own bundler makes of `code`, which imports the built package, without a word from us. */
async function bundledByShop(code: string): Promise<ScriptFile[]> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    plugins: [{
      name: 'entry',
      resolveId: (id) => (id === 'virtual:shop' ? { id: '\0virtual:shop' } : undefined),
      load: (id) => (id === '\0virtual:shop' ? code : undefined),
    }],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: 'virtual:shop', output: { minify: true } } },
  });
  const chunks = [result].flat().flatMap((one) => ('output' in one ? one.output : [])).filter((one) => one.type === 'chunk');
  const initial = closureOf(chunks);
  return chunks.map(({ code, fileName }) => ({ isInitial: initial.has(fileName), code }));
}

const defined = (tags: readonly string[]): string => tags.map((tag) => `import '@allo-kit/elements/${tag}/define';`).join('\n');

const kit = ['allo-link-button', 'allo-balance', 'allo-pay'];
const kitKib = 14;
const kitByShopKib = 16.75;
/**
 * What has to be there before an element shows what it is for, with both languages. `<allo-pay>` shows its button with
 * that; the way to a linked account and all that can become of a payment it fetches meanwhile, as one more file.
 */
const aloneKib: Record<string, number> = { 'allo-link-button': 10, 'allo-balance': 10, 'allo-pay': 10, 'allo-refund': 10, 'allo-provider': 10 };
/** That other file included. */
const wholeKib = 14;

describe('bytes', () => {
  test(`link + balance + pay in two languages, as one script file, are at most ${kitKib} KiB`, async (context) => {
    const [lit] = await scriptFiles("import { LitElement, css, html, nothing } from 'lit'; import { Task } from '@lit/task'; globalThis.all = [LitElement, css, html, nothing, Task];");
    const reached = kibOf([{ code: readFileSync(published, 'utf8') }]);
    context.diagnostic(`the script file: ${reached.toFixed(2)} KiB brotli, of it Lit ${kibOf(lit ? [lit] : []).toFixed(2)}`);
    assert.ok(reached <= kitKib, `the script file has ${reached.toFixed(2)} KiB`);
  });

  test(`the same three in a shop's own bundle are at most ${kitByShopKib} KiB`, async (context) => {
    const files = await bundledByShop(defined(kit));
    const reached = kibOf(files.filter(({ isInitial }) => isInitial));
    context.diagnostic(`in a shop's own bundle: ${reached.toFixed(2)} KiB brotli, ${kibOf(files).toFixed(2)} with what comes later`);
    assert.ok(reached <= kitByShopKib, `the bundle has ${reached.toFixed(2)} KiB`);
  });

  for (const [tag, kib] of Object.entries(aloneKib)) {
    test(`<${tag}> alone is at most ${kib} KiB`, async (context) => {
      const files = await scriptFiles(define(tag), true);
      const reached = kibOf(files.filter(({ isInitial }) => isInitial));
      const byShop = kibOf((await bundledByShop(defined([tag]))).filter(({ isInitial }) => isInitial));
      context.diagnostic(`<${tag}>: ${reached.toFixed(2)} KiB brotli, ${kibOf(files).toFixed(2)} with what comes later; in a shop's own bundle ${byShop.toFixed(2)}`);
      assert.ok(reached <= kib, `<${tag}> has ${reached.toFixed(2)} KiB`);
      assert.ok(kibOf(files) <= wholeKib, `<${tag}> with what comes later has ${kibOf(files).toFixed(2)} KiB`);
    });
  }
});

describe('a bundle of a shop', () => {
  let balance = '';
  before(async () => {
    balance = (await bundledByShop("import { AlloBalance } from '@allo-kit/elements'; customElements.define('my-balance', AlloBalance);")).map(({ code }) => code).join('');
  });

  test('has what was imported', () => {
    assert.match(balance, /Saldo Allo Bank/);
  });

  test('has nothing of an element that was not', () => {
    assert.doesNotMatch(balance, /order-id|payment-id|Putuskan|Kembalikan|Bayar/);
  });

  test('has no preview backend, and nothing of Lit for its developers', () => {
    assert.doesNotMatch(balance, /msw|Lit is in dev mode|issueWarning/);
  });
});
