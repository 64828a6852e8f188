/**
 * WebKit for the test runner. The launchers of its makers speak WebDriver too, but bring 25 to 90 MB with them, show
 * the tests in a frame, whose page cannot be given a size, and do not start the driver or a display.
 *
 * @module
 */
import type { BrowserLauncher } from '@web/test-runner';
import type { HiddenWebKit } from './hidden-webkit.ts';
import { openHiddenWebKit } from './hidden-webkit.ts';
import type { KeyMove, PageSize } from './web-driver.ts';

/** As much of Puppeteer's page as the commands of `@web/test-runner-commands` ask for in the element tests. */
interface CommandedPage {
  setViewport(size: PageSize): Promise<void>;
  keyboard: Record<'type' | 'press' | 'down' | 'up', (keys: string) => Promise<void>>;
}

const firstSize: PageSize = { width: 800, height: 600 };

/** One window that all test files are shown in, one after the other. */
export function webKitLauncher(): BrowserLauncher & { getPage(): CommandedPage } {
  let opening: Promise<HiddenWebKit> | undefined;
  let active: string | undefined;
  let shown = '';
  const browser = async (): Promise<HiddenWebKit['browser']> => (await (opening ??= openHiddenWebKit())).browser;

  async function show(url: string): Promise<void> {
    shown = url;
    await (await browser()).go(url);
  }

  return {
    name: 'WebKit',
    // Whom the commands know how to speak to: see getPage.
    type: 'puppeteer',
    concurrency: 1,
    async startSession(id, url) {
      active = id;
      await (await browser()).resize(firstSize);
      await show(url);
    },
    isActive: (id) => id === active,
    getBrowserUrl: () => shown,
    async stopSession() {
      active = undefined;
      // Ends whatever still runs in the page.
      await show('about:blank');
      return {};
    },
    startDebugSession: () => Promise.reject(new Error('WebKit runs on a display that nobody sees: debug in another browser')),
    async stop() {
      const opened = opening;
      opening = undefined;
      await (await opened)?.end();
    },
    getPage: () => pageOf(browser),
  };
}

function pageOf(browser: () => Promise<HiddenWebKit['browser']>): CommandedPage {
  const move = async (keys: Iterable<string>, ...types: KeyMove['type'][]): Promise<void> => {
    await (await browser()).moveKeys(...[...keys].flatMap((key) => types.map((type) => ({ type, key }))));
  };
  return {
    setViewport: async (size) => (await browser()).resize(size),
    keyboard: {
      type: (text) => move(text, 'keyDown', 'keyUp'),
      press: (key) => move([key], 'keyDown', 'keyUp'),
      down: (key) => move([key], 'keyDown'),
      up: (key) => move([key], 'keyUp'),
    },
  };
}
