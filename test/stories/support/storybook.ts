/**
 * The static Storybook, built from the sources as they are now, served on this machine and opened in Chromium.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A line of Storybook's index. */
export interface Entry {
  id: string;
  title: string;
  name: string;
  type: 'story' | 'docs';
  tags: string[];
}

export interface Storybook {
  url: string;
  stories: Entry[];
  /** Pages of prose and tables. */
  docs: Entry[];
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = fileURLToPath(new URL('dist/bin/dispatcher.js', import.meta.resolve('storybook/package.json')));
const types: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

export async function openStorybook(): Promise<Storybook> {
  const folder = mkdtempSync(join(tmpdir(), 'allo-stories-'));
  await build(folder);
  const server = serve(folder).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { entries } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as { entries: Record<string, Entry> };
  return {
    url: `http://127.0.0.1:${port}`,
    stories: Object.values(entries).filter(({ type }) => type === 'story'),
    docs: Object.values(entries).filter(({ type }) => type === 'docs'),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function build(folder: string): Promise<void> {
  const args = [command, 'build', '--config-dir', 'stories/.storybook', '--output-dir', folder, '--disable-telemetry', '--quiet'];
  await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, STORYBOOK_DISABLE_TELEMETRY: '1', CI: '1' } });
}

function serve(folder: string): Server {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    // The browser asks for it by itself.
    if (pathname === '/favicon.ico') return void response.writeHead(204).end();
    // The stories' own backend answers in the page: what comes here got past it.
    if (pathname.startsWith('/allo/')) return void response.writeHead(501).end();
    const file = normalize(pathname === '/' ? '/index.html' : pathname);
    void readFile(join(folder, file)).then(
      (body) => response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
}
