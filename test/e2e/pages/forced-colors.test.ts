/**
 * Every state as people see it who chose their own colours, or who chose that nothing moves: what can be pressed or
 * filled in keeps an edge, what is switched off is told apart, and nothing is animated.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { scenes } from '../../elements/scenes.ts';
import { openKitPages } from '../support/kit-pages.ts';
import type { KitPages } from '../support/kit-pages.ts';
import { play } from '../support/kit-scenes.ts';
import { launchBrowser } from '../support/shop.ts';

interface Seen {
  controls: number;
  /** Controls that cannot be told from the page around them. */
  bare: string[];
  /** Controls that are switched off and look as if they were not. */
  misleading: string[];
  animations: number;
}

describe('a reader with colours of their own, whom motion disturbs', () => {
  let pages: KitPages;
  let browser: Browser;
  let page: Page;
  let bankUrl: string;

  before(async () => {
    pages = await openKitPages();
    browser = await launchBrowser();
    bankUrl = pages.add({ body: '<h1>Bank</h1>', scripts: [] });
    page = await browser.newPage({ viewport: { width: 360, height: 740 }, forcedColors: 'active', reducedMotion: 'reduce' });
    await page.goto(pages.add({ body: '<main></main>' }));
  });
  after(async () => {
    await browser.close();
    await pages.close();
  });

  const seenIn = async (scene: (typeof scenes)[number]): Promise<Seen> => {
    const { element, end } = await play(page, pages, scene, bankUrl);
    const seen = await element.evaluate(look);
    await end();
    return seen;
  };

  test('sees what can be pressed, and what cannot, in every state', async () => {
    let controls = 0;
    for (const scene of scenes) {
      const seen = await seenIn(scene);
      controls += seen.controls;
      assert.deepEqual({ bare: seen.bare, misleading: seen.misleading, animations: seen.animations }, { bare: [], misleading: [], animations: 0 }, `${scene.tag} ${scene.state}`);
    }
    assert.ok(controls > scenes.length, `${controls} controls in ${scenes.length} scenes`);
  });

  test('finds what is switched off looking so under the pointer, too', async () => {
    const disabled = scenes.find(({ tag, state }) => tag === 'allo-pay' && state === 'disabled') ?? assert.fail();
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' });
    const { element, end } = await play(page, pages, disabled, bankUrl);
    const button = element.getByRole('button');
    const ground = (): Promise<string> => button.evaluate((one) => getComputedStyle(one).backgroundColor);
    await page.mouse.move(0, 0);
    const before = await ground();
    await button.hover({ force: true });
    assert.equal(await ground(), before);
    await end();
  });

  test('would be found out if it were otherwise', async () => {
    const loading = scenes.find(({ tag, state }) => tag === 'allo-balance' && state === 'loading') ?? assert.fail();
    const disabled = scenes.find(({ tag, state }) => tag === 'allo-pay' && state === 'disabled') ?? assert.fail();
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'no-preference' });
    assert.ok((await seenIn(loading)).animations > 0);
    assert.notDeepEqual((await seenIn(disabled)).misleading, []);
  });
});

/** Runs in the page. */
function look(host: Element): Seen {
  const rootsIn = (root: ShadowRoot | null): ShadowRoot[] => (root ? [root, ...Array.from(root.querySelectorAll('*')).flatMap((one) => rootsIn(one.shadowRoot))] : []);
  const roots = rootsIn(host.shadowRoot);
  const controls = roots.flatMap((root) => Array.from(root.querySelectorAll('button, input, a[part~=button]'))).filter((one) => one.checkVisibility({ opacityProperty: true }));
  const grey = document.createElement('span');
  grey.style.color = 'GrayText';
  document.body.append(grey);
  const off = getComputedStyle(grey).color;
  grey.remove();
  const isBare = (one: Element): boolean => {
    const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(one);
    return !(parseFloat(borderTopWidth) >= 1 && borderTopStyle === 'solid' && borderTopColor !== getComputedStyle(document.documentElement).backgroundColor);
  };
  return {
    controls: controls.length,
    bare: controls.filter(isBare).map((one) => one.outerHTML),
    misleading: controls.filter((one) => one.getAttribute('aria-disabled') === 'true' && getComputedStyle(one).color !== off).map((one) => one.outerHTML),
    animations: roots.flatMap((root) => root.getAnimations()).length,
  };
}
