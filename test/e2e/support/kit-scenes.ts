/**
 * Plays the scenes of the elements in a real page over real HTTP, as a shopper would: by pressing.
 */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Scene } from '../../elements/scenes.ts';
import { buttonOf } from '../../elements/scenes.ts';
import type { Backend } from '../../../packages/elements/src/msw.ts';
import type { KitPages } from './kit-pages.ts';

export interface Played {
  element: Locator;
  backend: Backend;
  /** Takes the element out of the page, closes what it opened, and goes back online. */
  end(): Promise<void>;
}

/**
 * Puts the scene's element into `main` and brings it into its state.
 *
 * @param bankUrl where the backend sends shoppers; the window stays all the same unless `presentation` is `popup` or the scene leaves
 */
export async function play(page: Page, pages: KitPages, scene: Scene, bankUrl: string, presentation?: 'popup'): Promise<Played> {
  const { tag, state, attributes = {}, prepare, late, presses = 0, offline = false, leaves = false } = scene;
  const { backend, endpoint } = pages.serve({ bankUrl: leaves ? `${page.url().split('#')[0] ?? ''}#bank` : bankUrl });
  prepare?.(backend);
  const context = page.context();
  if (offline) await context.setOffline(true);
  await page.evaluate(mount, { tag, attributes: { endpoint, ...attributes, ...(presentation && { presentation }) }, stays: !leaves && !presentation });
  const element = page.locator(tag);
  if (presses > 0) await page.locator(`${tag}:not([state=loading])`).waitFor();
  late?.(backend);
  for (let count = 0; count < presses; count++) await press(page, element, buttonOf(scene));
  await page.locator(`${tag}[state="${state}"]`).waitFor();
  return { element, backend, end: () => clear(context, page) };
}

/** Runs in the page. */
function mount({ tag, attributes, stays }: { tag: string; attributes: Record<string, string>; stays: boolean }): void {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (stays) element.addEventListener('allo-authorize-request', (event) => event.preventDefault());
  document.querySelector('main')?.replaceChildren(element);
}

/** Each press is made in another state than the last. */
async function press(page: Page, element: Locator, button: string): Promise<void> {
  const [tag, before] = await element.evaluate((one) => [one.localName, one.getAttribute('state')] as const);
  await element.locator(button).filter({ visible: true }).first().click();
  await page.locator(`${tag}:not([state="${before ?? ''}"])`).waitFor();
}

async function clear(context: BrowserContext, page: Page): Promise<void> {
  await context.setOffline(false);
  await page.evaluate(() => document.querySelector('main')?.replaceChildren());
  for (const other of context.pages()) if (other !== page) await other.close();
}
