/**
 * What a server writes for each tag. That a browser shows and takes it over is tested in Chromium: test/e2e/ssr.test.ts.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import type * as Elements from '@allo-kit/elements';
import type * as Ssr from '@allo-kit/elements/ssr';
import { LitElement } from 'lit';

// Not literals: the demo uses the built package, and one program must not see the tag names declared twice.
const source = '../../packages/elements/src';
const { renderToString, stylesOf } = (await import(`${source}/ssr.ts`)) as typeof Ssr;
const tags = readdirSync(new URL(`${source}/`, import.meta.url)).filter((name) => name.startsWith('allo-'));

/** What is in the declared root, without the styles. */
const inside = (markup: string): string => /<\/style>([\s\S]*)<\/template>/.exec(markup)?.[1] ?? '';

describe('a tag rendered on a server', () => {
  for (const tag of tags) {
    test(`${tag} carries its root, its styles and the words of its language`, () => {
      const [indonesian, english] = [renderToString(tag), renderToString(tag, {}, { lang: 'en' })];
      assert.match(indonesian, new RegExp(`^<${tag}[^>]*><template shadowrootmode="open"><style>[^<]*:host[^<]*</style>.*</template></${tag}>$`, 's'));
      assert.ok(indonesian.includes(`<style>${stylesOf(tag)}</style>`));
      if (tag === 'allo-provider') return;
      for (const [markup, lang] of [[indonesian, 'id'], [english, 'en']] as const) {
        assert.match(inside(markup), /role="group" aria-label="[^"]+"/);
        assert.deepEqual(new Set(markup.match(/(?<= lang=")[^"]*/g)), new Set([lang]));
      }
      assert.notEqual(inside(indonesian).replaceAll('lang="id"', ''), inside(english).replaceAll('lang="en"', ''));
    });

    test(`${tag} has the same styles as the file that is published`, () => {
      assert.equal(readFileSync(new URL(`${source}/../dist/styles/${tag}.css`, import.meta.url), 'utf8'), `${stylesOf(tag)}\n`);
    });
  }

  test('shows what its attributes say: a refund that is done is no button', () => {
    assert.match(renderToString('allo-refund', { 'payment-id': 'P-1', amount: '125000.00' }), /state="ready".*Rp\s125\.000/s);
    assert.match(renderToString('allo-refund', { 'payment-id': 'P-1', status: 'refunded' }), /state="refunded"/);
  });

  test('speaks the language of its own lang attribute before that of the page', () => {
    assert.match(renderToString('allo-pay', { lang: 'en-GB' }, { lang: 'id' }), /Loading…/);
    assert.match(renderToString('allo-pay', {}, { lang: 'fr' }), /Loading…/);
  });

  test('mixes no languages when two pages are rendered at once', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const lang = index % 2 ? 'id' : 'en';
      await Promise.resolve();
      const pay = renderToString('allo-pay', {}, { lang });
      await Promise.resolve();
      return { lang, markup: renderToString('allo-provider', {}, { lang, content: pay + renderToString('allo-balance', {}, { lang }) }) };
    }));
    for (const { lang, markup } of pages) {
      assert.equal(markup.split(lang === 'id' ? 'Memuat…' : 'Loading…').length, 3);
      assert.ok(!markup.includes(lang === 'id' ? 'Loading…' : 'Memuat…'));
    }
  });

  test('lets no attribute out of its quotes', () => {
    const bad = `"><script>alert('1')</script>&quot;`;
    const markup = renderToString('allo-pay', { 'order-id': bad }, { nonce: bad, stylesheet: () => bad });
    assert.equal(markup.replace(/="[^"]*"/g, '').includes('script'), false);
    assert.match(markup, /order-id="&quot;&gt;&lt;script&gt;alert\(&#39;1&#39;\)&lt;\/script&gt;&amp;quot;"/);
  });

  test('has an attribute without a value for true, and none for false and nothing', () => {
    assert.match(renderToString('allo-balance', { masked: true, id: 7, hidden: false, title: undefined, lang: null }), /^<allo-balance masked id="7" state="loading">/);
  });

  test('has the styles as a link where inline ones are refused, and a nonce where the page has one', () => {
    const linked = renderToString('allo-pay', {}, { stylesheet: (tag) => `/kit/${tag}.css?v=1&a=2`, nonce: 'n0' });
    assert.match(linked, /<link rel="stylesheet" href="\/kit\/allo-pay\.css\?v=1&amp;a=2" nonce="n0">/);
    assert.doesNotMatch(linked, /<style| style=/);
    assert.match(renderToString('allo-pay', {}, { nonce: 'n0' }), /<template shadowrootmode="open"><style nonce="n0">/);
  });

  test('holds the content it is given, as it is', () => {
    assert.match(renderToString('allo-pay', {}, { content: '<svg slot="icon"></svg>' }), /<\/template><svg slot="icon"><\/svg><\/allo-pay>$/);
  });

  test('is refused if it is not ours, by name', () => {
    customElements.define('their-pay', class extends LitElement {});
    for (const tag of ['allo-pya', 'their-pay', 'div', '"><script>']) {
      assert.throws(() => renderToString(tag), { name: 'TypeError', message: `<${tag}> is not a tag of allo-kit` });
      assert.throws(() => stylesOf(tag), TypeError);
    }
  });

  test('is refused with something as an attribute that is none', () => {
    for (const name of ['', 'a b', 'a"', 'a>', 'a=b', 'a/b', 'a\n']) assert.throws(() => renderToString('allo-pay', { [name]: '1' }), TypeError, name);
  });

  test('can be a class of the kit under a tag of one\'s own', async () => {
    const { AlloPay } = (await import(`${source}/index.ts`)) as typeof Elements;
    customElements.define('own-pay', class extends AlloPay {});
    assert.match(renderToString('own-pay', {}, { lang: 'en' }), /^<own-pay state="loading"><template shadowrootmode="open"><style>[\s\S]*Loading…/);
  });

  test('makes no page of the server: nothing that a script would take for a browser', () => {
    for (const name of ['window', 'document', 'HTMLElement', 'ShadowRoot', 'location']) assert.equal(name in globalThis, false, name);
  });
});
