/**
 * Where the browsers of the tests are on this machine, and how to get those that are not.
 *
 * Plain JavaScript without a dependency, since `demo/prepare.mjs` asks before anything is installed.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of some programs on the PATH. */
function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((place) => existsSync(place));
}

/** Firefox, whose executable `FIREFOX_PATH` may name. */
export function findFirefox() {
  const { FIREFOX_PATH, PROGRAMFILES = '' } = process.env;
  const places = ['/Applications/Firefox.app/Contents/MacOS/firefox', join(PROGRAMFILES, 'Mozilla Firefox', 'firefox.exe')];
  if (FIREFOX_PATH !== undefined && existsSync(FIREFOX_PATH)) return FIREFOX_PATH;
  return onPath('firefox-esr', 'firefox') ?? places.find((place) => existsSync(place));
}

/** Debian's packages that bring what is missing for the tests in Firefox and WebKit. */
export function missingPackages() {
  // WebKitGTK has no headless mode: it needs a display, if one that nobody sees.
  const found = { 'firefox-esr': findFirefox(), 'webkit2gtk-driver': onPath('WebKitWebDriver'), xvfb: onPath('Xvfb') };
  return Object.keys(found).filter((name) => found[name] === undefined);
}

/** A sentence for whoever lacks some of them. */
export function howToGet(packages) {
  return `get ${packages.join(', ')} with apt-get install (npm run test:browsers does so as root on Debian; WebKitGTK is for Linux only)`;
}
