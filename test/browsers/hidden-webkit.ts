/**
 * A WebKitGTK on a display that nobody sees, and the driver that speaks to it.
 *
 * @module
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ownProcesses } from './own-processes.ts';
import type { WebDriver } from './web-driver.ts';
import { openBrowser } from './web-driver.ts';

export interface HiddenWebKit {
  browser: WebDriver;
  /** Closes the browser and ends all that was started for it. */
  end(): Promise<void>;
}

export async function openHiddenWebKit(): Promise<HiddenWebKit> {
  const processes = ownProcesses();
  try {
    // Takes the first display that is free, and says which.
    const display = await processes.start('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']).firstLine();
    const port = await freePort();
    const driver = processes.start('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], { ...process.env, ...settle(processes.folder), DISPLAY: `:${display}` });
    const browser = await openBrowser(`http://127.0.0.1:${port}`, driver.isAlive);
    const end = async (): Promise<void> => {
      // One that does not answer any more is ended by the loss of its display.
      await browser.close().catch(() => undefined);
      await processes.end();
    };
    return { browser, end };
  } catch (error) {
    await processes.end();
    throw error;
  }
}

/**
 * Writes the settings of the browser and answers the variables that make it use them. The controls around the page
 * take next to no room: they would keep the window from becoming as narrow as a phone. WebKit says "reduced motion"
 * to a page when GTK has no animations; WebDriver has no command for that.
 */
function settle(folder: string): NodeJS.ProcessEnv {
  const settings = join(folder, 'gtk-3.0');
  mkdirSync(settings);
  writeFileSync(join(settings, 'settings.ini'), '[Settings]\ngtk-enable-animations=0\n');
  writeFileSync(join(settings, 'gtk.css'), '* { min-width: 0; min-height: 0; margin: 0; padding: 0; border: 0; font-size: 1px; }\n');
  return { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder, NO_AT_BRIDGE: '1' };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
