/**
 * The few commands of W3C WebDriver that the element tests need, given to one browser with one window.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises';

export interface WebDriver {
  /** Begins to load a page; does not wait for it. */
  go(url: string): Promise<void>;
  /** Gives the page a size, whatever the window has around it. Fails where the window does not become that small. */
  resize(size: PageSize): Promise<void>;
  /** Moves keys one after the other. */
  moveKeys(...moves: KeyMove[]): Promise<void>;
  /** Closes the browser. */
  close(): Promise<void>;
}

/** In CSS pixels. */
export interface PageSize {
  width: number;
  height: number;
}

export interface KeyMove {
  type: 'keyDown' | 'keyUp';
  /** A character, or a name as in `KeyboardEvent.key`. */
  key: string;
}

type Ask = (path: string, body: object) => Promise<unknown>;

/** What WebDriver calls the keys that have no character (§17.4.2 of its specification). */
const namedKeys: Readonly<Record<string, string>> = {
  Backspace: '\uE003', Tab: '\uE004', Enter: '\uE007', Shift: '\uE008', Escape: '\uE00C', Space: ' ', End: '\uE010', Home: '\uE011',
  ArrowLeft: '\uE012', ArrowUp: '\uE013', ArrowRight: '\uE014', ArrowDown: '\uE015', Delete: '\uE017',
};

const resizeLimitMs = 30_000;
/** A browser that found no display never answers. */
const commandLimitMs = 60_000;

/** Has the driver at an address open a browser, as soon as it answers. */
export async function openBrowser(driverUrl: string, isAlive: () => boolean): Promise<WebDriver> {
  await untilReady(driverUrl, isAlive);
  const { sessionId } = (await command('POST', `${driverUrl}/session`, { capabilities: { alwaysMatch: { pageLoadStrategy: 'eager' } } })) as { sessionId: string };
  const session = `${driverUrl}/session/${sessionId}`;
  const ask: Ask = (path, body) => command('POST', `${session}/${path}`, body);
  return {
    go: async (url) => {
      await ask('url', { url });
    },
    resize: (size) => resize(ask, size),
    moveKeys: async (...moves) => {
      const actions = moves.map(({ type, key }) => ({ type, value: characterOf(key) }));
      await ask('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    close: async () => {
      await command('DELETE', session);
    },
  };
}

/** Asked again until it is so: the window follows a moment later, and what it has around the page is learnt on the way. */
async function resize(ask: Ask, { width, height }: PageSize): Promise<void> {
  const script = 'return { width: innerWidth, height: innerHeight, around: { width: outerWidth - innerWidth, height: outerHeight - innerHeight } }';
  const end = performance.now() + resizeLimitMs;
  for (;;) {
    const page = (await ask('execute/sync', { script, args: [] })) as PageSize & { around: PageSize };
    if (page.width === width && page.height === height) return;
    if (performance.now() > end) throw new Error(`the page stays at ${page.width} × ${page.height} instead of ${width} × ${height}`);
    await ask('window/rect', { width: width + page.around.width, height: height + page.around.height });
    await pause(10);
  }
}

function characterOf(key: string): string {
  const character = namedKeys[key] ?? key;
  if (character.length !== 1) throw new Error(`WebDriver has no key "${key}" that we know of`);
  return character;
}

async function untilReady(driverUrl: string, isAlive: () => boolean): Promise<void> {
  for (;;) {
    const status = await command('GET', `${driverUrl}/status`).catch(() => undefined);
    if ((status as { ready?: boolean } | undefined)?.ready === true) return;
    if (!isAlive()) throw new Error('the driver of the browser did not start');
    await pause(20);
  }
}

async function command(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(commandLimitMs) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`the driver refused ${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`);
  return value;
}
