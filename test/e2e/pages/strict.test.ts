/**
 * Every state of every element on a page with the strictest policy, in both languages, light and dark, and in a popup:
 * nothing is refused, nobody else is asked for anything, and `Intl` is left alone.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { analyzeElements } from '../../../stories/manifest/analyze.ts';
import { elementsOf, statesOf } from '../../../stories/manifest/manifest.ts';
import { scenes } from '../../elements/scenes.ts';
import type { Scene } from '../../elements/scenes.ts';
import { openKitPages } from '../support/kit-pages.ts';
import type { KitPages } from '../support/kit-pages.ts';
import { play } from '../support/kit-scenes.ts';
import { launchBrowser } from '../support/shop.ts';

const elements = elementsOf(await analyzeElements());
/** Nobody is there. */
const elsewhere = 'http://127.0.0.1:9/';
const looks = ['id light', 'en light', 'en dark', 'id dark'] as const;

describe('a strict page', () => {
  let pages: KitPages;
  let browser: Browser;
  let page: Page;
  let bankUrl: string;
  /** What a page of the context told of itself, or asked of somebody else. */
  const troubles: string[] = [];

  before(async () => {
    pages = await openKitPages();
    browser = await launchBrowser();
    bankUrl = pages.add({ body: '<h1>Bank</h1>', scripts: [] });
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    await watch(context, pages.url, troubles);
    page = await context.newPage();
    await page.goto(pages.add({ body: '<main></main>' }));
  });
  after(async () => {
    await browser.close();
    await pages.close();
  });
  afterEach(() => void troubles.splice(0));

  async function look(scene: Scene, presentation?: 'popup'): Promise<number> {
    const { element, end } = await play(page, pages, scene, bankUrl, presentation);
    for (const combination of looks) {
      const [lang = '', theme = ''] = combination.split(' ');
      await element.evaluate(dress, { lang, theme });
    }
    assert.equal(await element.getAttribute('state'), scene.state);
    const windows = page.context().pages().length;
    await end();
    await heardAll(page, troubles);
    assert.deepEqual(troubles, []);
    return windows;
  }

  for (const scene of scenes) {
    test(`refuses nothing of <${scene.tag}> ${scene.state}, and nobody else is asked`, async () => {
      await look(scene);
    });
  }

  for (const scene of scenes.filter(opensPopup)) {
    test(`refuses nothing of <${scene.tag}> ${scene.state} in a popup, and nobody else is asked`, async () => {
      assert.equal(await look(scene, 'popup'), 2, 'the popup is open');
    });
  }

  for (const { tagName, ...element } of elements) {
    test(`has met every state of <${tagName}>`, () => {
      const met = scenes.filter(({ tag }) => tag === tagName).map(({ state }) => state);
      assert.deepEqual(statesOf(element).filter((state) => !met.includes(state)), []);
    });
  }

  test('tells of an inline style, of somebody else being asked and of Intl, when there is some', async () => {
    const opening = page.context().waitForEvent('request');
    await page.evaluate(misbehave, elsewhere);
    await opening;
    await heardAll(page, troubles);
    assert.deepEqual([...troubles].sort(), ['Intl: NumberFormat', 'Intl: toLocaleString', 'refused: style-src-elem inline', `request to ${elsewhere}`]);
  });
});

/** Who presses in these scenes is on the way to the bank. */
function opensPopup({ tag, presses = 0, state, leaves = false }: Scene): boolean {
  return ['allo-pay', 'allo-link-button', 'allo-checkout'].includes(tag) && presses === 1 && !leaves && !['phone', 'confirming'].includes(state);
}

/** Runs in the page. */
async function dress(element: Element, { lang, theme }: { lang: string; theme: string }): Promise<void> {
  element.setAttribute('lang', lang);
  element.setAttribute('theme', theme);
  await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Runs in the page. */
function misbehave(elsewhere: string): void {
  const style = document.createElement('style');
  style.textContent = 'p { color: red }';
  document.head.append(style);
  new Intl.NumberFormat('id');
  (1).toLocaleString();
  open(elsewhere);
}

/** Refusals are told later, but in order: waits for that of one more, and takes it out again. */
async function heardAll(page: Page, troubles: string[]): Promise<void> {
  const last = `refused: connect-src ${elsewhere}`;
  await page.evaluate((url) => new Promise<void>((resolve) => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => blockedURI === url && resolve());
    void fetch(url).catch(() => undefined);
  }), elsewhere);
  assert.deepEqual(troubles.splice(troubles.indexOf(last), 1), [last]);
}

async function watch(context: BrowserContext, own: string, troubles: string[]): Promise<void> {
  await context.exposeBinding('tellTrouble', (_source, trouble: string) => void troubles.push(trouble));
  await context.addInitScript(instrument);
  context.on('weberror', (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    if (!request.url().startsWith(own)) troubles.push(`request to ${request.url()}`);
  });
}

/** Runs in every page before anything else. */
function instrument(): void {
  const { tellTrouble } = globalThis as unknown as { tellTrouble: (trouble: string) => void };
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => tellTrouble(`refused: ${effectiveDirective} ${blockedURI}`));
  const told = (name: string) => <Target extends object>(owner: Target, key: keyof Target): void => {
    const original = owner[key] as (...args: unknown[]) => unknown;
    const used = (): void => tellTrouble(`Intl: ${name}`);
    owner[key] = new Proxy(original, {
      construct: (target, args, self) => (used(), Reflect.construct(target, args, self) as object),
      apply: (target, self, args) => (used(), Reflect.apply(target, self, args)),
    }) as Target[keyof Target];
  };
  for (const name of Object.getOwnPropertyNames(Intl)) told(name)(Intl, name as keyof typeof Intl);
  for (const { prototype } of [Number, BigInt, Date, Array, String]) {
    for (const name of Object.getOwnPropertyNames(prototype).filter((one) => /locale/i.test(one))) told(name)(prototype, name as never);
  }
}
