/**
 * How long the kit keeps a slow phone, with a processor four times slower, from answering its shopper, beside a page
 * that has nothing but one bare Lit element: what of each task is over 50 ms, summed, and how long the longest is.
 *
 * Tasks are measured by the time of the processor that they took and not by the clock, of several first visits the
 * calmest counts, and what is asserted is how much longer the kit's longest task is than the bare element's in the same
 * run: neither another program nor a slow machine makes the kit slow. `ROUNDS=15` measures longer and
 * loads the pages under the browser's own throttling, too, which goes by the clock: for an idle machine, not asserted.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { kitScript, openKitPages } from '../support/kit-pages.ts';
import type { KitPages } from '../support/kit-pages.ts';
import { launchBrowser } from '../support/shop.ts';

interface Visit {
  /** Milliseconds of each task of the page, as on the slow phone. */
  tasks: number[];
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds of the processor. */
  tdur?: number;
  args: { name?: string };
}

const slowdown = 4;
const longTaskMs = 50;
/** Of the longest tasks. Whatever is drawn in one task beside the rest, and not in one of its own, makes it twice and more. */
const mostBeside = 1.5;
const rounds = Number(process.env['ROUNDS'] ?? 5);

const bareScript = '/bare.js';
const bare = `import { LitElement, css, html } from 'lit';
class BareElement extends LitElement {
  static styles = css\`:host { display: block }\`;
  render() { return html\`<button type="button">Bayar</button>\`; }
  updated() { this.setAttribute('state', 'ready'); }
}
customElements.define('bare-element', BareElement);`;

let pages: KitPages;
let browser: Browser;

before(async () => {
  pages = await openKitPages({ [bareScript]: bare });
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  await pages.close();
});

/** A first visit: nothing is in any cache. */
async function visit(address: string, look: (page: Page) => Promise<() => Promise<number[]>>): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const stop = await look(page);
  await page.goto(address);
  await page.locator('[state=ready]').waitFor();
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  const tasks = await stop();
  await context.close();
  return { tasks };
}

async function byProcessor(page: Page): Promise<() => Promise<number[]>> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  return async () => {
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const threads = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf));
    return traceEvents.filter((event) => event.name === 'ThreadControllerImpl::RunTask' && event.ph === 'X' && threads.has(threadOf(event)))
      .map(({ tdur = 0 }) => (tdur / 1000) * slowdown);
  };
}

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;

async function byClock(page: Page): Promise<() => Promise<number[]>> {
  await page.addInitScript(recordLongTasks);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return () => page.evaluate(() => (globalThis as unknown as { longTasks: number[] }).longTasks);
}

/** Runs in the page before anything else. */
function recordLongTasks(): void {
  const longTasks: number[] = [];
  Object.assign(globalThis, { longTasks });
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
}

const blocking = ({ tasks }: Visit): number => tasks.reduce((sum, task) => sum + Math.max(0, task - longTaskMs), 0);
const longest = ({ tasks }: Visit): number => Math.max(0, ...tasks);
const calmest = (visits: Visit[]): number => Math.min(...visits.map(longest));
const busy = ({ tasks }: Visit): number => tasks.reduce((sum, task) => sum + task, 0);

function middle(figures: number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function describe(visits: Visit[]): string {
  const figures = { 'total blocking time': blocking, 'longest task': longest, 'all tasks': busy };
  return Object.entries(figures).map(([name, of]) => `${name} ${middle(visits.map(of)).toFixed(0)} ms, at best ${Math.min(...visits.map(of)).toFixed(0)}`).join('; ');
}

test('no task of the kit keeps a slow processor much longer than the one task of a bare element of Lit', async (context) => {
  const { endpoint } = pages.serve();
  const body = `<allo-provider endpoint="${endpoint}"><allo-link-button></allo-link-button><allo-balance></allo-balance><allo-pay order-id="INV-7"></allo-pay></allo-provider>`;
  const [kit, alone] = [pages.add({ body, scripts: [kitScript] }), pages.add({ body: '<bare-element></bare-element>', scripts: [bareScript] })];
  for (const [name, look] of Object.entries(process.env['ROUNDS'] === undefined ? { byProcessor } : { byClock, byProcessor })) {
    const visits: Record<'kit' | 'alone', Visit[]> = { kit: [], alone: [] };
    for (let round = 0; round < rounds; round++) {
      visits.kit.push(await visit(kit, look));
      visits.alone.push(await visit(alone, look));
    }
    context.diagnostic(`${name}, the kit: ${describe(visits.kit)}`);
    context.diagnostic(`${name}, bare Lit: ${describe(visits.alone)}`);
    if (name === 'byProcessor') assert.ok(calmest(visits.kit) <= mostBeside * calmest(visits.alone), `the longest task is ${calmest(visits.kit)} ms, of bare Lit ${calmest(visits.alone)} ms`);
  }
});
