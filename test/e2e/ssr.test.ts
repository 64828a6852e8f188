/**
 * Pages that show the elements before any script ran, in real Chromium: without scripts, taken over, and replaced.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { renderToString } from '@allo-kit/elements/ssr';
import type { ServerRenderOptions } from '@allo-kit/elements/ssr';
import type { Browser, Page } from 'playwright-core';
import { bundle, differingPixels, mark, openSite, watch } from './support/rendered-site.ts';
import type { Site } from './support/rendered-site.ts';
import { launchBrowser } from './support/shop.ts';
import './support/nested-tag.ts';

const styles = new URL('../../packages/elements/dist/styles/', import.meta.url);
const tags = readdirSync(styles).map((name) => name.replace('.css', ''));
const shown = tags.filter((tag) => tag !== 'allo-provider');

const scripts = {
  plain: `import '@allo-kit/elements/define';`,
  hydrate: `import '@allo-kit/elements/hydrate'; import '@allo-kit/elements/define';`,
  // What a page has that renders elements of its own by Lit.
  'lit-hydrate': `import '@lit-labs/ssr-client/lit-element-hydrate-support.js'; import '@allo-kit/elements/define';`,
  nested: `import '@allo-kit/elements/define'; import './nested-tag.ts';`,
  'nested-hydrate': `import '@allo-kit/elements/hydrate'; import '@allo-kit/elements/define'; import './nested-tag.ts';`,
};
type Script = keyof typeof scripts;

const strict = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
const withNonce = "default-src 'none'; script-src 'self'; style-src 'nonce-r4nd0m'; connect-src 'self'";
const linked: ServerRenderOptions = { stylesheet: (tag) => `/styles/${tag}.css` };

/** The tags in a provider, with everything any of them needs. */
function kit(options: ServerRenderOptions = {}): string {
  const attributes = { 'order-id': 'INV-7', 'payment-id': 'P-1', amount: '125000.00' };
  const content = shown.map((tag) => renderToString(tag, attributes, options)).join('\n');
  return renderToString('allo-provider', { endpoint: '/allo' }, { ...options, content });
}

describe('a page with the elements in it from the server', () => {
  let site: Site;
  let browser: Browser;
  let pages = 0;

  before(async () => {
    [site, browser] = await Promise.all([openSite(), launchBrowser()]);
    for (const [name, code] of Object.entries(scripts)) site.put(`/${name}.js`, 'text/javascript', await bundle(code.replace('./nested-tag.ts', fileURLToPath(new URL('./support/nested-tag.ts', import.meta.url)))));
    for (const tag of tags) site.put(`/styles/${tag}.css`, 'text/css', readFileSync(new URL(`${tag}.css`, styles), 'utf8'));
    site.put('/allo/account', 'application/json', '{"status":"unlinked"}');
    site.put('/allo/orders/INV-7', 'application/json', '{"orderId":"INV-7","amount":{"value":"125000.00","currency":"IDR"},"lines":[]}');
  });
  after(async () => {
    await browser.close();
    await site.close();
  });

  interface Visit {
    page: Page;
    errors: string[];
    /** Lets the script come, and waits until every tag has rendered. */
    begin(): Promise<void>;
    /** Lets the backend answer. */
    answer(): void;
  }

  async function visit(markup: string, { script, policy, lang = 'id', javaScript = true }: { script: Script; policy?: string; lang?: string; javaScript?: boolean }): Promise<Visit> {
    const path = `/page-${++pages}`;
    site.put(path, 'text/html; charset=utf-8', `<!doctype html><html lang="${lang}"><head><title>Toko</title><script type="module" src="/${script}.js"></script></head><body>${markup}<p>Alamat toko</p></body></html>`, policy);
    const answers = ['/allo/account', '/allo/orders/INV-7'].map((held) => site.hold(held));
    const send = site.hold(`/${script}.js`);
    const page = await browser.newPage({ viewport: { width: 360, height: 900 }, reducedMotion: 'reduce', javaScriptEnabled: javaScript });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await watch(page);
    await page.goto(site.url + path, { waitUntil: 'commit' });
    await page.getByText('Alamat toko').waitFor();
    return {
      page,
      errors,
      answer: () => answers.forEach((open) => open()),
      async begin() {
        send();
        await page.waitForFunction((names) => names.every((name) => customElements.get(name)), tags);
        await page.evaluate(async () => {
          for (const tag of window.kitTags()) await (tag as Element & { updateComplete?: Promise<boolean> }).updateComplete;
          await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
        });
      },
    };
  }

  /**
   * For every tag, whether its innermost node is still the server's, and whether what it shows is; that of a tag which
   * was made anew within another belongs to that one.
   */
  const kept = (page: Page): Promise<{ tag: string; node: boolean; look: boolean }[]> =>
    page.evaluate(() => window.kitTags().map((tag) => {
      const was = window.seen.before.get(tag);
      return { tag: tag.localName, node: tag.shadowRoot?.contains(was?.node ?? null) ?? false, look: was?.copy.isEqualNode(window.copyOf(tag)) ?? true };
    }));

  test('shows them without a script: with their size, their words and their colours', async () => {
    const { page } = await visit(kit(linked), { script: 'plain', policy: strict, javaScript: false });
    const boxes = await page.evaluate((names) => names.map((name) => document.querySelector(name)?.getBoundingClientRect().height ?? 0), shown);
    assert.deepEqual(shown.filter((_, index) => (boxes[index] ?? 0) < 48), []);
    assert.ok(await page.getByRole('group', { name: /./ }).count() >= shown.length);
    await page.getByRole('button', { name: 'Kembalikan dana 125000 rupiah' }).waitFor();
    assert.ok(await page.getByText('Memuat…').count() > 0);
    const [surface] = await page.locator('allo-balance [part~=card]').evaluateAll((cards) => cards.map((card) => getComputedStyle(card).backgroundColor));
    assert.equal(surface, 'rgb(255, 255, 255)');
    await page.close();
  });

  const ways = [
    { name: 'with linked styles under a strict policy', options: linked, policy: strict },
    { name: 'with a nonce', options: { nonce: 'r4nd0m' }, policy: withNonce },
    { name: 'with inline styles', options: {}, policy: undefined },
  ];

  for (const { name, options, policy } of ways) {
    for (const script of ['plain', 'hydrate', 'lit-hydrate'] as const) {
      test(`${name}, ${script}: nothing moves, nothing flashes, nothing is refused`, async () => {
        const { page, errors, begin } = await visit(kit(options), { script, ...(policy && { policy }) });
        await mark(page);
        const picture = await page.screenshot();
        await begin();
        assert.equal(await differingPixels(page, picture, await page.screenshot()), 0, 'the same picture before and after');
        const seen = await page.evaluate(() => ({ shift: window.seen.shift, refused: window.seen.refused, looks: window.seen.looks }));
        assert.deepEqual({ ...seen, looks: seen.looks.length }, { shift: 0, refused: [], looks: 1 }, JSON.stringify(seen));
        assert.deepEqual(errors, []);
        const all = await kept(page);
        assert.deepEqual([...new Set(all.map(({ tag }) => tag))].sort(), tags.toSorted());
        assert.deepEqual(all.filter(({ look }) => !look), [], 'the server wrote what the page renders');
        assert.deepEqual(all.filter(({ node }) => node !== (script === 'hydrate')), []);
        await page.close();
      });
    }
  }

  test('keeps every node when it is taken over, but the style sheets', async () => {
    const { page, begin } = await visit(kit(linked), { script: 'hydrate', policy: strict });
    await mark(page);
    await begin();
    assert.deepEqual(new Set(await page.evaluate(() => window.seen.changes.map((change) => change.split(' ')[1]))), new Set(['LINK']));
    assert.equal(await page.locator('allo-provider > allo-pay').evaluate((tag) => tag.shadowRoot?.adoptedStyleSheets.length === 0), false);
    await page.close();
  });

  for (const script of ['plain', 'hydrate', 'lit-hydrate'] as const) {
    test(`${script}: goes on alive, each thing once`, async () => {
      const { page, errors, begin, answer } = await visit(kit(), { script });
      await begin();
      answer();
      await page.locator('allo-provider > allo-link-button[state=unlinked]').getByRole('button', { name: 'Hubungkan' }).waitFor();
      await page.locator('allo-refund').getByRole('button').click();
      await page.locator('allo-refund[state=confirming]').getByRole('button').first().waitFor();
      assert.equal(await page.locator('allo-refund [part~=base]').count(), 1);
      assert.equal(await page.locator('allo-provider > allo-link-button [part~=base]').count(), 1);
      assert.deepEqual(errors, []);
      await page.close();
    });
  }

  test('is not taken over but rendered anew where it is not what the page would render', async () => {
    const refund = renderToString('allo-refund', { 'payment-id': 'P-1', amount: '125000.00' });
    const cases = {
      'the language of another page': { markup: renderToString('allo-refund', { 'payment-id': 'P-1', amount: '125000.00' }, { lang: 'en' }), button: 'Kembalikan dana 125000 rupiah' },
      'another amount': { markup: refund.replace('amount="125000.00"', 'amount="99000.00"'), button: 'Kembalikan dana 99000 rupiah' },
      'another version': { markup: refund.replace(/<!--lit-part [^-]+=-->/g, '<!--lit-part AAAAAAAAAAA=-->'), button: 'Kembalikan dana 125000 rupiah' },
      'a minifier that dropped the marks': { markup: refund.replace(/<!--.*?-->/g, ''), button: 'Kembalikan dana 125000 rupiah' },
    };
    for (const [name, { markup, button }] of Object.entries(cases)) {
      const { page, errors, begin } = await visit(markup, { script: 'hydrate' });
      await mark(page);
      await begin();
      assert.deepEqual((await kept(page)).map(({ node }) => node), [false], name);
      const names = await page.locator('allo-refund').getByRole('button').allInnerTexts();
      assert.equal(names.length, 1, name);
      await page.getByRole('button', { name: button }).click();
      await page.locator('allo-refund[state=confirming]').waitFor();
      assert.deepEqual(errors, [], name);
      await page.close();
    }
  });

  for (const script of ['nested', 'nested-hydrate'] as const) {
    test(`${script}: a tag that is made of others comes whole, and lives`, async () => {
      const { page, errors, begin } = await visit(renderToString('shop-panel', {}, { lang: 'en' }), { script, lang: 'en' });
      await page.getByRole('button', { name: 'Refund 125000 rupiah' }).waitFor();
      await mark(page);
      await begin();
      assert.deepEqual((await kept(page)).map(({ tag, node }) => [tag, node]), ['shop-panel', 'allo-refund'].map((tag) => [tag, script === 'nested-hydrate']));
      await page.getByRole('button', { name: 'Refund 125000 rupiah' }).click();
      await page.locator('allo-refund[state=confirming]').waitFor();
      assert.equal(await page.locator('allo-refund').count(), 1);
      assert.deepEqual(errors, []);
      await page.close();
    });
  }

  test('never shows what has no style yet, however late the style sheet comes', async () => {
    const send = site.hold('/styles/allo-balance.css');
    const path = '/late-styles';
    site.put(path, 'text/html; charset=utf-8', `<!doctype html><title>Toko</title><p>Toko</p>${renderToString('allo-balance', {}, linked)}<p>Alamat</p>`, strict);
    const page = await browser.newPage();
    await watch(page);
    await page.goto(site.url + path, { waitUntil: 'commit' });
    await page.getByText('Toko').waitFor();
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
    assert.equal(await page.locator('allo-balance [part~=base]').count(), 0);
    send();
    await page.getByText('Alamat').waitFor();
    assert.equal((await page.locator('allo-balance [part=hidden]').boundingBox())?.width, 1);
    await page.close();
  });
});
