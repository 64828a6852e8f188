/**
 * Every story of the static Storybook in Chromium: it is drawn, shows the state it is about, and neither the console
 * nor axe has anything to say, light and dark, on a phone and on a desktop.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { analyzeElements } from '../../stories/manifest/analyze.ts';
import { elementsOf, statesOf } from '../../stories/manifest/manifest.ts';
import { launchBrowser } from '../e2e/support/shop.ts';
import { openStorybook } from './support/storybook.ts';
import { openViewer, watch } from './support/viewer.ts';
import type { Showing, Viewer } from './support/viewer.ts';

const storybook = await openStorybook();
const browser = await launchBrowser();
const elements = elementsOf(await analyzeElements());
const { stories, docs, url } = storybook;
/** Two stories are looked at at once. */
const viewers = await Promise.all([-1, -2].map((from) => openViewer(browser, url, stories.at(from)?.id ?? '')));

/** States that were really seen, by tag. */
const seen = new Map<string, Set<string>>();

/** Parts that were really seen, by tag. */
const seenParts = new Map<string, Set<string>>();

after(async () => {
  await browser.close();
  await storybook.close();
  console.log(`${stories.length} stories`);
});

async function settled(viewer: Viewer): Promise<Showing> {
  const end = Date.now() + 10_000;
  for (;;) {
    const showing = await viewer.look();
    if (showing.expected === undefined || showing.states.includes(showing.expected)) return showing;
    assert.ok(Date.now() < end, `expected the state ${showing.expected}, but <${showing.tag ?? ''}> shows ${showing.states.join(', ')}`);
  }
}

async function withViewer(look: (viewer: Viewer) => Promise<void>): Promise<void> {
  const viewer = viewers.pop() ?? assert.fail('more stories at once than viewers');
  try {
    await look(viewer);
  } finally {
    // What a story that failed left behind is not the next one's.
    viewer.takeTroubles();
    viewers.push(viewer);
  }
}

async function lookAt(viewer: Viewer, id: string): Promise<void> {
  await viewer.setWidth(360);
  await viewer.show(id);
  const { tag, expected, size, parts } = await settled(viewer);
  assert.ok(size.width > 0 && size.height >= 44, `drawn ${size.width} × ${size.height}`);
  if (tag !== undefined && expected !== undefined) seen.set(tag, (seen.get(tag) ?? new Set()).add(expected));
  if (tag !== undefined) seenParts.set(tag, new Set([...(seenParts.get(tag) ?? []), ...parts]));
  for (const theme of ['light', 'dark'] as const) {
    await viewer.set({ theme });
    for (const width of [360, 1280]) {
      await viewer.setWidth(width);
      assert.deepEqual(await viewer.violations(), [], `${theme}, ${width} px`);
    }
  }
  await viewer.setWidth(360);
  for (const locale of ['en', 'id'] as const) {
    await viewer.set({ locale });
    assert.equal((await settled(viewer)).overflow, 0, `sticks out of a phone sideways in ${locale}`);
  }
  assert.deepEqual(viewer.takeTroubles(), []);
}

describe('every story', { concurrency: viewers.length }, () => {
  for (const { id, title, name } of stories) {
    test(`${title} – ${name} is drawn, in its state, without errors and without violations`, () => withViewer((viewer) => lookAt(viewer, id)));
  }
});

describe('the stories together', () => {
  for (const { tagName, ...element } of elements) {
    test(`show every state of <${tagName}>`, () => {
      assert.deepEqual(statesOf(element).filter((state) => !seen.get(tagName)?.has(state)), []);
    });
  }

  for (const { tagName, cssParts = [] } of elements) {
    test(`show every part that <${tagName}> documents, and no other`, () => {
      // What is `hidden` is for screen readers.
      const shown = [...(seenParts.get(tagName) ?? [])].filter((part) => part !== 'hidden');
      assert.deepEqual(shown.sort(), cssParts.map(({ name }) => name).sort());
    });
  }

  test('leave no element out', () => {
    const shown = new Set(stories.map(({ title }) => title.split('/').at(-1)));
    assert.deepEqual(elements.map(({ tagName }) => tagName).filter((tag) => !shown.has(tag)), []);
  });
});

describe('every page of prose', () => {
  for (const { id, title } of docs) {
    test(`${title} is drawn with its stories, without errors`, async () => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const troubles = watch(context, url);
      const page = await context.newPage();
      await page.goto(`${url}/iframe.html?id=${id}&viewMode=docs`);
      await page.locator('#storybook-docs h1').first().waitFor();
      const own = stories.filter((story) => story.title === title && story.tags.includes('autodocs')).length;
      await page.waitForFunction((count) => document.querySelectorAll('.stage').length >= count, own);
      assert.deepEqual(troubles, []);
      await context.close();
    });
  }
});

describe('the user interface of Storybook', () => {
  test('asks nothing of anybody else', async () => {
    const context = await browser.newContext();
    const troubles = watch(context, url);
    const page = await context.newPage();
    await page.goto(url);
    await page.frameLocator('#storybook-preview-iframe').locator('#storybook-docs h1').first().waitFor();
    await page.waitForLoadState('networkidle');
    assert.deepEqual(troubles.filter((trouble) => trouble.startsWith('request')), []);
    await context.close();
  });
});
