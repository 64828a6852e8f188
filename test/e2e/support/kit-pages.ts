/**
 * Pages with the built elements under the strictest policy they promise to live with, served over real HTTP, and the
 * contract's backend behind them.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { getResponse } from 'msw';
import type { HttpHandler } from 'msw';
import { build } from 'vite';
import { createBackend, handlers } from '../../../packages/elements/src/msw.ts';
import type { Backend, BackendState } from '../../../packages/elements/src/msw.ts';

export interface KitPages {
  url: string;
  /** Registers a page and answers its address. */
  add(document: Document): string;
  /** A backend of its own, below a path of its own. */
  serve(initial?: Partial<BackendState>): { backend: Backend; endpoint: string };
  /** Lets the scripts wait until the function it gives is called. */
  holdScripts(): () => void;
  close(): Promise<void>;
}

export interface Document {
  body: string;
  /** Default: the kit with all its tags. */
  scripts?: string[];
  css?: string;
}

/** What the README promises to live with. */
export const strictPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";

/** The kit as a shop's own bundler makes it: one file, which defines all tags and gives their classes. */
export const kitScript = '/kit.js';

const kit = `import '@allo-kit/elements/define'; export * from '@allo-kit/elements';`;
const pageCss = ':root { color-scheme: light dark; font: 16px/1.5 sans-serif } body { margin: 16px }';

/** @param scripts sources of further scripts by path; they may import what the packages may */
export async function openKitPages(scripts: Record<string, string> = {}): Promise<KitPages> {
  const sources = Object.entries({ [kitScript]: kit, ...scripts });
  const bundles = new Map(await Promise.all(sources.map(async ([path, source]) => [path, await bundle(source)] as const)));
  const documents = new Map<string, Document>();
  const routes: HttpHandler[] = [];
  let scriptsMayGo: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url);
    const [path = '', part] = pathname.split(/(?=\/page\.css$)/);
    const document = documents.get(path);
    if (bundles.has(pathname)) {
      await scriptsMayGo;
      send(response, 'text/javascript', bundles.get(pathname) ?? '');
    } else if (document) {
      if (part === '/page.css') send(response, 'text/css', pageCss + (document.css ?? ''));
      else send(response, 'text/html', htmlOf(path, document));
    } else await pass(request, response, url, routes);
  }

  const url = await listen(server);
  return {
    url,
    add: (document) => {
      const path = `/page-${documents.size + 1}`;
      documents.set(path, document);
      return url + path;
    },
    serve: (initial) => {
      const backend = createBackend(initial);
      const endpoint = `/allo/${routes.length}`;
      routes.push(...handlers(backend, url + endpoint));
      return { backend, endpoint };
    },
    holdScripts: () => {
      let release = (): void => {};
      scriptsMayGo = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bundle(source: string): Promise<string> {
  const entry = 'virtual:entry';
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? `\0${entry}` : undefined), load: (id) => (id === `\0${entry}` ? source : undefined) }],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict', output: { format: 'es', codeSplitting: false, minify: true } },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  return outputs.map((output) => (output.type === 'chunk' ? output.code : '')).join('');
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function htmlOf(path: string, { body, scripts = [kitScript] }: Document): string {
  const tags = scripts.map((script) => `<script type="module" src="${script}"></script>`).join('');
  return `<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Toko</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="${path}/page.css">${tags}</head><body>${body}</body></html>`;
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': strictPolicy }).end(text);
}

/** To the backend; a failure of the network breaks the connection off. */
async function pass(incoming: IncomingMessage, response: ServerResponse, url: string, routes: HttpHandler[]): Promise<void> {
  const body = incoming.method === 'POST' ? await bodyOf(incoming) : null;
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]));
  const answer = await getResponse(routes, new Request(new URL(incoming.url ?? '/', url), { method: incoming.method ?? 'GET', headers, body }));
  if (answer?.type === 'error') return void incoming.destroy();
  response.writeHead(answer?.status ?? 404, Object.fromEntries(answer?.headers ?? [])).end(await answer?.text());
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
