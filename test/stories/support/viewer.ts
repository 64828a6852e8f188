/**
 * One page that shows story after story without being loaded anew, and keeps what went wrong meanwhile.
 */
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core';

/** What a story says of itself, and what its element shows. */
export interface Showing {
  tag: string | undefined;
  /** The state that the story is to show. */
  expected: string | undefined;
  /** The states that the elements of that tag show. */
  states: (string | null)[];
  /** Names of the parts that a page can style in those elements. */
  parts: string[];
  /** Width and height of what is drawn. */
  size: { width: number; height: number };
  /** By how many pixels something sticks out of the page sideways. */
  overflow: number;
}

export interface Viewer {
  page: Page;
  /** Shows a story from its beginning. Rejects if it, or its play function, throws. */
  show(storyId: string): Promise<void>;
  look(): Promise<Showing>;
  /** Turns the switches of Storybook's toolbar. */
  set(globals: { theme?: 'light' | 'dark'; locale?: 'id' | 'en' }): Promise<void>;
  setWidth(width: number): Promise<void>;
  /** Rules of axe that are broken, with the places. */
  violations(): Promise<string[]>;
  /** Errors in the console and requests to other hosts since the last call. */
  takeTroubles(): string[];
}

interface Finished {
  storyId: string;
  status: string;
}

/** The way into Storybook's preview that its own user interface takes. */
interface Channel {
  emit(event: string, data: unknown): void;
  on(event: string, listener: (data: never) => void): void;
  off(event: string, listener: (data: never) => void): void;
}

interface Preview {
  __STORYBOOK_ADDONS_CHANNEL__: Channel;
  __STORYBOOK_PREVIEW__?: { currentRender?: { phase?: string } };
  axe: { run(context: object, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function openViewer(browser: Browser, url: string, firstStory: string): Promise<Viewer> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 360, height: 740 }, locale: 'id-ID', timezoneId: 'Asia/Jakarta' });
  const troubles = watch(context, url);
  const page = await context.newPage();
  // axe runs here, when the test asks, and not at the same time in the add-on.
  await page.goto(`${url}/iframe.html?id=${firstStory}&viewMode=story&globals=a11y.manual:!true`);
  // A story that is left while it is being drawn makes Storybook load the page anew.
  await page.waitForFunction(() => (window as unknown as Preview).__STORYBOOK_PREVIEW__?.currentRender?.phase === 'finished');
  await page.addScriptTag({ path: axe });
  return {
    page,
    show: (storyId) => tell(page, 'setCurrentStory', { storyId, viewMode: 'story' }, storyId),
    look: () => page.evaluate(look),
    set: (globals) => tell(page, 'updateGlobals', { globals }),
    setWidth: (width) => page.setViewportSize({ width, height: width < 700 ? 740 : 800 }),
    violations: () => page.evaluate(runAxe),
    takeTroubles: () => troubles.splice(0),
  };
}

/** Says something to the preview and waits until it has drawn what follows. */
async function tell(page: Page, event: string, data: object, storyId?: string): Promise<void> {
  const problem = await page.evaluate(converse, { event, data, storyId });
  if (problem !== undefined) throw new Error(problem);
}

/** Runs in the page. */
function converse({ event, data, storyId }: { event: string; data: object; storyId: string | undefined }): Promise<string | undefined> {
  const channel = (window as unknown as Preview).__STORYBOOK_ADDONS_CHANNEL__;
  return new Promise((resolve) => {
    let problem: string | undefined;
    const failed = (error: { message?: string; description?: string }): void => void (problem = error.message ?? error.description ?? 'the story failed');
    const finished = ({ storyId: finishedId, status }: Finished): void => {
      if (storyId !== undefined && finishedId !== storyId) return;
      for (const [name, listener] of listeners) channel.off(name, listener);
      resolve(problem ?? (status === 'success' ? undefined : `the story ended with ${status}`));
    };
    const listeners = [
      ['playFunctionThrewException', failed], ['storyThrewException', failed], ['storyErrored', failed], ['storyMissing', failed], ['storyFinished', finished],
    ] as [string, (data: never) => void][];
    for (const [name, listener] of listeners) channel.on(name, listener);
    channel.emit(event, data);
  });
}

/** Runs in the page. */
function look(): Showing {
  const stage = document.querySelector<HTMLElement>('.stage');
  const { tag, shows: expected } = stage?.dataset ?? {};
  const elements = tag === undefined ? [] : [...document.querySelectorAll(`.stage ${tag}`)];
  const { width = 0, height = 0 } = document.querySelector('.stage-column')?.getBoundingClientRect() ?? {};
  const overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  /** Its own, and what it hands on of the elements inside it: `exportparts="button: pay-button, label"`. */
  const partsOf = (element: Element): string[] => [...(element.shadowRoot?.querySelectorAll('*') ?? [])].flatMap((inner) => {
    const handedOn = (inner.getAttribute('exportparts') ?? '').match(/[\w-]+(?=\s*(,|$))/g) ?? [];
    return [...inner.part, ...handedOn];
  });
  const states = elements.map((element) => element.getAttribute('state'));
  return { tag, expected, states, parts: elements.flatMap(partsOf), size: { width, height }, overflow };
}

/** Runs in the page. Every rule of axe but one: a story is no page, and has no heading. */
async function runAxe(): Promise<string[]> {
  const { axe: runner } = window as unknown as Preview;
  const context = { include: document.body, exclude: ['.sb-wrapper', '#storybook-docs', '#storybook-highlights-root'] };
  const { violations } = await runner.run(context, { resultTypes: ['violations'], rules: { 'page-has-heading-one': { enabled: false } } });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** What no story may cause, collected as it happens. */
export function watch(context: BrowserContext, url: string): string[] {
  const troubles: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' && !isAnswerOfTheBackend(message, url)) troubles.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) troubles.push(`request to ${request.url()}`);
  });
  return troubles;
}

/** Chromium reports each answer of a failing backend, which several stories are about; not 501, the server's answer to what got past it. */
function isAnswerOfTheBackend(message: ConsoleMessage, url: string): boolean {
  return /^Failed to load resource(?!.* 501 )/.test(message.text()) && message.location().url.startsWith(`${url}/allo/`);
}
