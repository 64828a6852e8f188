/**
 * Elements that are put into the page and taken out of it again and again, at rest, while they poll and while a
 * request is on its way, leave nothing behind: no node, no listener, no timer, no channel.
 *
 * `MOUNTS=5000` mounts every element so often in each of its lives; without it, less often.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { analyzeElements } from '../../../stories/manifest/analyze.ts';
import { elementsOf } from '../../../stories/manifest/manifest.ts';
import type { Backend, BackendState } from '../../../packages/elements/src/msw.ts';
import { openKitPages } from '../support/kit-pages.ts';
import type { KitPages } from '../support/kit-pages.ts';
import { launchBrowser } from '../support/shop.ts';

interface Life {
  tag: string;
  /** The state in which it is taken out. */
  state: string;
  attributes?: Record<string, string>;
  holds?: Partial<BackendState>;
  prepare?: (backend: Backend) => unknown;
  /** How often its first button is pressed before. */
  presses?: number;
}

interface Counters {
  nodes: number;
  jsEventListeners: number;
  /** Of the page's own making: timers that will ring, channels that are open, observers that look. */
  kept: string[];
}

const mounts = Number(process.env['MOUNTS'] ?? 1000);
const batch = 50;

const order = { 'order-id': 'INV-7' };
const refund = { attributes: { 'payment-id': 'pay-1' }, prepare: (backend: Backend): unknown => backend.settle('INV-7', 'paid') };
const link = { url: 'https://bank.example/authorize', expiresAt: '2099-01-01T00:00:00+07:00' };

const lives: Life[] = [
  { tag: 'allo-link-button', state: 'linked' },
  { tag: 'allo-link-button', state: 'linking', holds: { account: { status: 'linking', link } } },
  { tag: 'allo-balance', state: 'shown' },
  { tag: 'allo-pay', state: 'ready', attributes: order },
  { tag: 'allo-pay', state: 'processing', attributes: order, prepare: (backend) => backend.settle('INV-7', 'processing') },
  { tag: 'allo-pay', state: 'waiting', attributes: order, prepare: (backend) => backend.settle('INV-7', 'requires-action') },
  { tag: 'allo-checkout', state: 'ready', attributes: order },
  { tag: 'allo-checkout', state: 'waiting', attributes: order, prepare: (backend) => backend.settle('INV-7', 'requires-action') },
  { tag: 'allo-refund', state: 'ready', ...refund },
  { tag: 'allo-refund', state: 'refunding', ...refund, holds: { refundAs: 'processing' }, presses: 2 },
];

describe(`${mounts} mounts and unmounts`, () => {
  let pages: KitPages;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;

  before(async () => {
    pages = await openKitPages();
    browser = await launchBrowser();
    const context = await browser.newContext();
    await context.addInitScript(keepBooks);
    page = await context.newPage();
    await page.goto(pages.add({ body: '<main></main>' }));
    devtools = await context.newCDPSession(page);
  });
  after(async () => {
    await browser.close();
    await pages.close();
  });

  async function count(): Promise<Counters> {
    await devtools.send('HeapProfiler.collectGarbage');
    const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
    return { nodes, jsEventListeners, kept: await page.evaluate(() => (globalThis as unknown as { kept: () => string[] }).kept()) };
  }

  /** What is let go of is collected a little later. */
  async function countUntil(expected: Counters): Promise<Counters> {
    for (let look = 0; look < 20; look++) {
      const counted = await count();
      if (JSON.stringify(counted) === JSON.stringify(expected)) return counted;
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    }
    return count();
  }

  for (const { tag, state, attributes = {}, holds = {}, prepare, presses = 0 } of lives) {
    test(`of <${tag}> ${state}, half of them while a request is under way, leave nothing behind`, async (context) => {
      const { backend, endpoint } = pages.serve(holds);
      prepare?.(backend);
      const live = (times: number): Promise<void> => page.evaluate(mountAndUnmount, { tag, state, attributes: { endpoint, ...attributes }, presses, times, batch });
      // The first ones fill caches that stay: templates, style sheets.
      await live(2 * batch);
      const before = await count();
      assert.deepEqual(before.kept, []);
      await live(mounts);
      const after = await countUntil(before);
      context.diagnostic(`${tag} ${state}: ${after.nodes - before.nodes} nodes, ${after.jsEventListeners - before.jsEventListeners} listeners, ${after.kept.length} timers and the like`);
      assert.deepEqual(after, before);
    });
  }

  test('leave no element out', async () => {
    const tags = elementsOf(await analyzeElements()).map(({ tagName }) => tagName);
    assert.deepEqual(tags.filter((tag) => tag !== 'allo-provider' && !lives.some((life) => life.tag === tag)), []);
  });

  test('are counted: what is left behind on purpose is seen', async () => {
    const before = await count();
    await page.evaluate(litter);
    const after = await count();
    assert.deepEqual([after.nodes - before.nodes, after.jsEventListeners - before.jsEventListeners], [1, 1]);
    assert.deepEqual(after.kept.sort(), ['a channel', 'a timer', 'an observer']);
  });
});

/** Runs in the page before anything else. */
function keepBooks(): void {
  const open = new Map<unknown, string>();
  Object.assign(globalThis, { kept: () => [...open.values()] });
  for (const [set, clear, again] of [['setTimeout', 'clearTimeout', false], ['setInterval', 'clearInterval', true]] as const) {
    const [realSet, realClear] = [window[set].bind(window), window[clear].bind(window)];
    window[set] = ((run: (...args: unknown[]) => void, ...rest: unknown[]) => {
      const id = realSet((...args: unknown[]) => {
        if (!again) open.delete(id);
        run(...args);
      }, ...(rest as [number]));
      open.set(id, 'a timer');
      return id;
    }) as never;
    window[clear] = (id) => {
      open.delete(id);
      realClear(id);
    };
  }
  const { close } = BroadcastChannel.prototype;
  window.BroadcastChannel = new Proxy(BroadcastChannel, {
    construct: (target, args: [string]) => {
      const channel = new target(...args);
      open.set(channel, 'a channel');
      return channel;
    },
  });
  BroadcastChannel.prototype.close = function closeChannel() {
    open.delete(this);
    close.call(this);
  };
  const { observe, disconnect } = MutationObserver.prototype;
  MutationObserver.prototype.observe = function look(...args) {
    open.set(this, 'an observer');
    observe.apply(this, args);
  };
  MutationObserver.prototype.disconnect = function lookAway() {
    open.delete(this);
    disconnect.call(this);
  };
}

/** Runs in the page. Every second batch is taken out as soon as it has asked the backend. */
async function mountAndUnmount({ tag, state, attributes, presses, times, batch: size }: Required<Omit<Life, 'holds' | 'prepare'>> & { times: number; batch: number }): Promise<void> {
  type Shown = HTMLElement & { state: string; updateComplete: Promise<boolean> };
  const main = document.querySelector('main');
  /** Each in a provider of its own, which comes and goes with it. */
  const mount = (): Shown => {
    const provider = main?.appendChild(document.createElement('allo-provider'));
    const element = document.createElement(tag) as Shown;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    provider?.append(element);
    return element;
  };
  const until = async (element: Shown, met: () => boolean): Promise<void> => {
    while (!met()) await new Promise((resolve) => element.addEventListener('allo-state-change', resolve, { once: true }));
  };
  const reach = async (element: Shown): Promise<void> => {
    await element.updateComplete;
    for (let press = 0; press < presses; press++) {
      const before = element.state;
      element.shadowRoot?.querySelector('button')?.click();
      await until(element, () => element.state !== before);
    }
    await until(element, () => element.state === state);
  };
  for (let made = 0; made < times; made += size) {
    const elements = Array.from({ length: size }, mount);
    await ((made / size) % 2 === 0 ? Promise.all(elements.map(reach)) : elements[0]?.updateComplete);
    main?.replaceChildren();
  }
  await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Runs in the page. */
function litter(): void {
  const node = document.createElement('b');
  node.addEventListener('click', () => undefined);
  const observer = new MutationObserver(() => undefined);
  observer.observe(document, { childList: true });
  setTimeout(() => undefined, 60_000);
  setTimeout(() => undefined, 0);
  const done = setInterval(() => undefined, 60_000);
  clearInterval(done);
  Object.assign(globalThis, { littered: [node, new BroadcastChannel('litter')] });
}
