/**
 * What a shopper sees of a page while the kit's script is still on its way, and when it arrives: nothing jumps. And
 * a script that arrives twice harms nothing.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { analyzeElements } from '../../../stories/manifest/analyze.ts';
import { elementsOf } from '../../../stories/manifest/manifest.ts';
import { kitScript, openKitPages } from '../support/kit-pages.ts';
import type { Document, KitPages } from '../support/kit-pages.ts';
import { launchBrowser } from '../support/shop.ts';
import type { Backend } from '../../../packages/elements/src/msw.ts';

const reserve = await readFile(new URL('../../../packages/elements/reserve.css', import.meta.url), 'utf8');
const [linkAndBalance, pay] = ['<allo-link-button></allo-link-button><allo-balance></allo-balance>', '<allo-pay order-id="INV-7"></allo-pay>'];
const checkout = '<allo-checkout order-id="INV-7"></allo-checkout>';
const widths = [360, 1280];
const copyScript = '/copy.js';

describe('a page that the kit arrives in late', () => {
  let pages: KitPages;
  let browser: Browser;

  before(async () => {
    const own = `import '@allo-kit/elements/define'; import { AlloBalance } from '@allo-kit/elements'; customElements.define('shop-balance', class extends AlloBalance {});`;
    pages = await openKitPages({ [copyScript]: own });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await pages.close();
  });

  async function open(document: Document, width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 740 } });
    await context.addInitScript(recordShifts);
    const page = await context.newPage();
    await page.goto(pages.add(document), { waitUntil: 'commit' });
    return page;
  }

  /** The text below the elements is on the screen before the script comes, and then until `reached`. */
  async function shiftsUntil(document: Document, width: number, reached: (page: Page) => Promise<void>): Promise<number> {
    const release = pages.holdScripts();
    const page = await open(document, width);
    await page.evaluate(painted);
    release();
    await reached(page);
    await page.evaluate(painted);
    const score = await page.evaluate(() => (globalThis as unknown as { shifts: { score: number } }).shifts.score);
    await page.context().close();
    return score;
  }

  const shop = (endpoint: string, css: string, tags = linkAndBalance + pay): Document =>
    ({ css, body: `<h1>Toko</h1><allo-provider endpoint="${endpoint}">${tags}</allo-provider><p>Teks di bawah</p>` });
  const shows = (...states: string[]) => async (page: Page): Promise<void> => {
    for (const state of states) await page.locator(state).waitFor();
  };
  const defined = shows('allo-link-button[state=loading]', 'allo-balance[state=loading]');
  const checkoutDefined = shows('allo-checkout[state=loading]');

  /** Calls back with the backend once everything shows its loading state, so that the two steps are painted apart. */
  const through = (backend: Backend, then: (page: Page) => Promise<void>, first = defined) => {
    const answer = backend.hold('account');
    return async (page: Page): Promise<void> => {
      await first(page);
      await page.evaluate(painted);
      answer();
      await then(page);
    };
  };

  for (const width of widths) {
    test(`does not move when the tags come to life, ${width} px wide`, async () => {
      const { backend, endpoint } = pages.serve();
      backend.hold('account');
      assert.equal(await shiftsUntil(shop(endpoint, reserve), width, defined), 0);
    });

    test(`does not move when the answers come for a linked account, ${width} px wide`, async () => {
      const { backend, endpoint } = pages.serve();
      const all = shows('allo-link-button[state=linked]', 'allo-balance[state=shown]', 'allo-pay[state=ready]');
      assert.equal(await shiftsUntil(shop(endpoint, reserve), width, through(backend, all)), 0);
    });

    test(`does not move when the answers come on a first visit, ${width} px wide`, async () => {
      const { backend, endpoint } = pages.serve({ account: { status: 'unlinked' } });
      const all = shows('allo-link-button[state=unlinked]', 'allo-balance[state=unlinked]', 'allo-pay[state=unlinked]');
      assert.equal(await shiftsUntil(shop(endpoint, reserve), width, through(backend, all)), 0);
    });

    test(`does not move when the checkout comes to life, ${width} px wide`, async () => {
      const { backend, endpoint } = pages.serve();
      backend.hold('account');
      assert.equal(await shiftsUntil(shop(endpoint, reserve, checkout), width, checkoutDefined), 0);
    });

    for (const [who, status, states] of [
      ['for a linked account', 'linked', ['allo-checkout[state=ready]', 'allo-balance[state=shown]']],
      ['on a first visit', 'unlinked', ['allo-checkout[state=unlinked]']],
    ] as const) {
      test(`does not move when the checkout's answers come ${who}, ${width} px wide`, async () => {
        const { backend, endpoint } = pages.serve(status === 'linked' ? {} : { account: { status } });
        assert.equal(await shiftsUntil(shop(endpoint, reserve, checkout), width, through(backend, shows(...states), checkoutDefined)), 0);
      });
    }
  }

  test('moves without the rule that reserves the room: the measure sees it', async () => {
    const { backend, endpoint } = pages.serve();
    backend.hold('account');
    assert.ok(await shiftsUntil(shop(endpoint, ''), 360, defined) > 0);
  });

  test('works with two copies of the kit, and with one that is loaded again', async () => {
    const { endpoint } = pages.serve();
    const body = `<allo-provider endpoint="${endpoint}">${linkAndBalance}${pay}<shop-balance></shop-balance></allo-provider>`;
    const page = await (await browser.newContext()).newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(pages.add({ body, scripts: [kitScript, copyScript, `${kitScript}?hot`] }));
    await shows('allo-link-button[state=linked]', 'allo-balance[state=shown]', 'allo-pay[state=ready]', 'shop-balance[state=shown]')(page);
    const tags = elementsOf(await analyzeElements()).map(({ tagName }) => tagName);
    const warning = (tag: string): string => `allo-kit ALREADY_DEFINED: <${tag}>`;
    assert.deepEqual(said.sort(), tags.flatMap((tag) => [warning(tag), warning(tag)]).sort());
    await page.context().close();
  });

  test('lets its elements be moved by the page, into another part and another shadow root, without asking again', async () => {
    const { backend, endpoint } = pages.serve();
    backend.settle('INV-7', 'paid');
    const page = await open({ body: `<allo-provider endpoint="${endpoint}">${linkAndBalance}${pay}<div id="elsewhere"></div></allo-provider>` }, 360);
    await shows('allo-balance[state=shown]', 'allo-pay[state=paid]')(page);
    const asked = backend.requests.length;
    await page.evaluate(() => {
      const root = document.querySelector('#elsewhere')?.attachShadow({ mode: 'open' });
      const moved = document.querySelectorAll('allo-link-button, allo-balance, allo-pay');
      root?.append(...moved);
      document.querySelector('allo-provider')?.prepend(...moved);
    });
    await page.evaluate(painted);
    await shows('allo-link-button[state=linked]', 'allo-balance[state=shown]', 'allo-pay[state=paid]')(page);
    assert.equal(backend.requests.length, asked);
    await page.context().close();
  });
});

/** Runs in the page before anything else. */
function recordShifts(): void {
  const shifts = { score: 0 };
  Object.assign(globalThis, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.score += (entry as PerformanceEntry & { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Runs in the page: a frame with what there is now has been painted, and what moved in it has been told. */
async function painted(): Promise<void> {
  await document.fonts.ready;
  for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
