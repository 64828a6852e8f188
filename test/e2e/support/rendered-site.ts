/**
 * A site whose pages come with declared shadow roots, and whose scripts and answers come when the test says so: what
 * is seen before, and what changes then, can be looked at without a race.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';

interface Resource {
  type: string;
  body: string;
  policy?: string;
  /** Settled when it may be sent. */
  open: Promise<void>;
}

export interface Site {
  url: string;
  put(path: string, type: string, body: string, policy?: string): void;
  /** What is asked for at this path waits until the function is called. */
  hold(path: string): () => void;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const resources = new Map<string, Resource>();
  const server = createServer(({ url = '/' }, response) => {
    const resource = resources.get(url);
    if (resource) void resource.open.then(() => send(resource, response));
    else response.writeHead(url === '/favicon.ico' ? 204 : 404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (path, type, body, policy) => void resources.set(path, { type, body, open: Promise.resolve(), ...(policy && { policy }) }),
    hold(path) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const resource = resources.get(path);
      if (resource) resource.open = promise;
      return () => resolve(undefined);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send({ type, body, policy }: Resource, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...(policy && { 'content-security-policy': policy }) });
  response.end(body);
}

/** One script of everything that `code` imports, as a shop's build makes it. */
export async function bundle(code: string): Promise<string> {
  const id = 'virtual:entry';
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    plugins: [{ name: 'entry', resolveId: (wanted) => (wanted === id ? `\0${id}` : undefined), load: (wanted) => (wanted === `\0${id}` ? code : undefined) }],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: id, output: { format: 'es', codeSplitting: false } } },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  return outputs.flatMap((output) => (output.type === 'chunk' ? [output.code] : [])).join('');
}

/** What went on in a page, from its first byte. */
export interface Seen {
  /** When {@link mark} began to look, and the layout shifts since then, added up. */
  since: number;
  shift: number;
  /** What the content security policy refused. */
  refused: string[];
  /** Each look that a frame had: for every tag how many frames of ours it shows, and how high it is. */
  looks: string[];
  /** Nodes that came or went in the roots, since {@link Seen.before} was set. */
  changes: string[];
  /** The innermost node of each tag, and a copy of its root without marks and styles. */
  before: Map<Element, { node: Node | null; copy: Element }>;
}

declare global {
  interface Window {
    seen: Seen;
    /** Every tag of the kit in the page, those within others too. */
    kitTags(): Element[];
    /** What a tag shows, without marks and styles. */
    copyOf(tag: Element): Element;
  }
}

/** Keeps the records of {@link Seen} in every page that opens here. */
export async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Seen = { since: Infinity, shift: 0, refused: [], looks: [], changes: [], before: new Map() };
    const within = (root: ParentNode): Element[] => [...root.querySelectorAll('*')].flatMap((one) => [...(one.shadowRoot ? [one, ...within(one.shadowRoot)] : [])]);
    window.seen = seen;
    window.kitTags = () => within(document);
    window.copyOf = (tag) => {
      const copy = document.createElement('div');
      copy.innerHTML = tag.shadowRoot?.innerHTML.replace(/<!--.*?-->|<style.*?<\/style>|<link[^>]*>| (defer-hydration|state)="[^"]*"/gs, '') ?? '';
      copy.normalize();
      return copy;
    };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.startTime >= seen.since) seen.shift += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => seen.refused.push(`${violatedDirective} ${blockedURI}`));
    const look = (): void => {
      const now = window.kitTags().map((tag) => `${tag.localName} ${tag.shadowRoot?.querySelectorAll('[part~=base], slot, p').length} ${tag.getBoundingClientRect().height}`).join(', ');
      if (seen.looks.at(-1) !== now) seen.looks.push(now);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** From here on changes are noted: a browser may show half of a page while it reads the rest, and that moves. */
export function mark(page: Page): Promise<void> {
  return page.evaluate(async () => {
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const { seen } = window;
    seen.since = performance.now();
    seen.looks.length = 0;
    for (const tag of window.kitTags()) {
      seen.before.set(tag, { node: tag.shadowRoot?.querySelector('i, [part=label], slot, p') ?? null, copy: window.copyOf(tag) });
      if (!tag.shadowRoot) continue;
      new MutationObserver((records) => {
        for (const { addedNodes, removedNodes } of records) seen.changes.push(...[...addedNodes, ...removedNodes].map((node) => `${tag.localName} ${node.nodeName}`));
      }).observe(tag.shadowRoot, { childList: true, subtree: true });
    }
  });
}

/** In how many places two pictures of a page differ by more than the rounding of a soft edge. */
export function differingPixels(page: Page, one: Buffer, other: Buffer): Promise<number> {
  return page.evaluate(async (pictures) => {
    const [first, second] = await Promise.all(pictures.map(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const { width, height } = bitmap;
      const canvas = new OffscreenCanvas(width, height).getContext('2d');
      canvas?.drawImage(bitmap, 0, 0);
      return canvas?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
    }));
    return first?.filter((value, index) => Math.abs(value - (second?.[index] ?? -1)) > 2).length ?? -1;
  }, [one, other].map((picture) => picture.toString('base64')));
}
