/**
 * Makes a fresh clone ready before `npm start`, `npm run demo:server` and `npm test`: installs what is missing, builds
 * what is older than its sources and, with `--browser`, sees to a Chromium and, where it may, to the rest of what
 * `npm test` can use, with `--browsers` to Firefox and WebKit. It does nothing when there is nothing to do.
 *
 * Plain JavaScript without a dependency, since it is the one file that has to run on the Node that happens to be
 * there (20 or later). Everything after it runs on the Node 24 which `npm ci` puts into node_modules/.bin.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { howToGet, missingPackages } from '../test/browsers/places.mjs';
import { noPostgres } from '../test/server/support/postgres-place.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const toolsFolder = join(root, 'node_modules', '.bin');
const onWindows = process.platform === 'win32';

const builds = [
  {
    name: '@allo-kit/elements',
    sources: ['packages/elements/src', 'packages/elements/package.json', 'packages/elements/tsconfig.json', 'tsconfig.json'],
    empties: 'packages/elements/dist',
    stamp: 'packages/elements/dist/.built',
    command: ['tsc', '-p', 'packages/elements'],
  },
  {
    name: 'the style sheets of the elements',
    sources: ['packages/elements/dist/.built', 'packages/elements/write-styles.mjs'],
    stamp: 'packages/elements/dist/.styled',
    command: ['node', 'packages/elements/write-styles.mjs'],
  },
  {
    name: 'the script file of the elements',
    sources: ['packages/elements/dist/.built', 'packages/elements/bundle', 'package-lock.json'],
    stamp: 'packages/elements/dist/.bundled',
    command: ['node', 'packages/elements/bundle/build.ts'],
  },
  {
    name: 'the manifest of the elements, and what editors read',
    sources: ['packages/elements/dist/.built', 'stories/manifest'],
    stamp: 'packages/elements/dist/.described',
    command: ['node', 'stories/manifest/write.ts'],
  },
  {
    name: '@allo-kit/server',
    sources: ['packages/server/src', 'packages/elements/src/contract.ts', 'packages/server/tsconfig.json', 'tsconfig.json'],
    empties: 'packages/server/dist',
    stamp: 'packages/server/dist/.built',
    command: ['tsc', '-p', 'packages/server'],
  },
  {
    name: 'the storefront',
    sources: ['demo/storefront', 'vite.config.ts', 'packages/elements/dist/.built'],
    stamp: 'demo/dist/.built',
    command: ['vite', 'build', '--logLevel', 'warn'],
  },
];

/** A failure that has been put into words for the person at the terminal. */
class Failure extends Error {}

function say(text) {
  console.log(`allo-kit: ${text}`);
}

let running;

/** Runs a command with its output shown, and fails with `advice` if it does. */
function run(command, args, advice, env = process.env) {
  return new Promise((resolve, reject) => {
    running = spawn(command, args, { cwd: root, stdio: 'inherit', shell: onWindows, env });
    const fail = () => reject(new Failure(advice));
    running.on('error', fail);
    running.on('exit', (code) => (code === 0 ? resolve() : fail()));
  });
}

/** The lock must not be let go while a command of ours still writes: end that first, its failure then ends us. */
function stop(signal) {
  if (running === undefined || running.exitCode !== null) process.exit(1);
  running.kill(signal);
}

// --- Install ---

/** Compares what npm says it installed with what the lock file asks for; what is optional may be missing on this platform. */
function isInstalled() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const same = (path) => wanted[path]?.version === installed[path]?.version && wanted[path]?.integrity === installed[path]?.integrity;
  const isThere = (path) => path === '' || (path in installed ? same(path) : wanted[path].optional === true);
  return Object.keys(wanted).every(isThere) && Object.keys(installed).every((path) => path in wanted);
}

/** The Node of this project is put in place by an install script, which some npm settings forbid. */
const hasNode = () => ['node', 'node.exe'].some((name) => existsSync(join(root, 'node_modules', 'node', 'bin', name)));

async function install() {
  if (isInstalled() && hasNode()) return;
  say('installing the packages of package-lock.json (npm ci, about a minute the first time)');
  // Not with the Node in node_modules: npm ci deletes it while it runs.
  const PATH = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== toolsFolder).join(delimiter);
  const advice = 'npm ci did not succeed; its message is above. Check the network and the npm registry, then try again.';
  // The build tools are development dependencies, wanted also where NODE_ENV=production is set. Warnings are not shown:
  // they are about the Node that runs npm, and everything later runs on the one installed here.
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['ci', ...options], advice, { ...process.env, PATH });
  if (!hasNode()) throw new Failure('npm ci left out the Node of this project, as install scripts are switched off. Allow them (npm config delete ignore-scripts), then try again.');
}

// --- Build ---

/** When a file, or anything in a folder, was last written, in ms; a folder's own time tells that something was removed. */
function lastWrite(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => lastWrite(join(path, name))));
}

async function build({ name, sources, empties, stamp, command: [tool, ...args] }) {
  const stampFile = join(root, stamp);
  const startedAt = new Date();
  const newest = Math.max(...sources.map((source) => lastWrite(join(root, source))));
  if (newest < lastWrite(stampFile)) return;
  say(`building ${name}`);
  // What is left of a source that is no more must not be published.
  if (empties !== undefined) rmSync(join(root, empties), { recursive: true, force: true });
  const env = { ...process.env, PATH: `${toolsFolder}${delimiter}${process.env.PATH ?? ''}` };
  await run(tool, args, `Building ${name} did not succeed; the message is above.`, env);
  writeFileSync(stampFile, '');
  // As of the start: what was edited during the build is built the next time.
  utimesSync(stampFile, startedAt, startedAt);
}

// --- Browsers ---

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'chrome.exe'];
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
    .filter((name) => process.env[name] !== undefined)
    .map((name) => join(process.env[name], 'Google', 'Chrome', 'Application', 'chrome.exe')),
];

function hasChromium() {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH !== undefined && existsSync(CHROME_PATH)) return true;
  const onPath = PATH.split(delimiter).flatMap((folder) => browserNames.map((name) => join(folder, name)));
  return [...onPath, ...usualPlaces].some((place) => existsSync(place));
}

function isDebianAsRoot() {
  const release = '/etc/os-release';
  return process.getuid?.() === 0 && existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'));
}

async function installPackages(packages, advice) {
  if (packages.length === 0) return;
  if (!isDebianAsRoot()) throw new Failure(advice);
  const names = packages.join(', ');
  say(`installing Debian's ${names} for the tests (apt-get, about half a minute)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patient = ['-o', 'DPkg::Lock::Timeout=300', '-y', '-q'];
  await run('apt-get', [...patient, 'update'], `apt-get update did not succeed. ${advice}`, env);
  await run('apt-get', [...patient, 'install', ...packages], `apt-get install of ${names} did not succeed. ${advice}`, env);
}

async function findChromium() {
  const advice = 'The tests need a browser: install Google Chrome or Chromium, or set CHROME_PATH to where one is.';
  await installPackages(hasChromium() ? [] : ['chromium'], advice);
}

async function findFirefoxAndWebKit() {
  const missing = missingPackages();
  await installPackages(missing, `The elements cannot be tested in Firefox and WebKit: ${howToGet(missing)}.`);
}

async function findPostgres() {
  const missing = noPostgres();
  await installPackages(missing === undefined ? [] : ['postgresql'], `The store on PostgreSQL cannot be tested: ${missing}.`);
}

/** `npm test` goes without PostgreSQL, Firefox and WebKit where they cannot be had, and says so in the end. */
async function findWhatCanBeHad() {
  await findChromium();
  if (!isDebianAsRoot()) return;
  for (const find of [findPostgres, findFirefoxAndWebKit]) {
    await find().catch((error) => {
      if (!(error instanceof Failure)) throw error;
      say(error.message);
    });
  }
}

// --- One at a time ---

const lockFile = join(root, 'demo', '.data', 'prepare.lock');
const heartbeatMs = 1_000;
const abandonedAfterMs = 15_000;

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Waits for another npm command that prepares the same clone; one that was killed stops touching the lock and loses it. */
async function lock() {
  let lastSeen = { touchedAt: 0, at: performance.now() };
  for (let waited = false; !tryLock(); waited = true) {
    if (!waited) say('waiting for another npm command which prepares this folder');
    await wait(heartbeatMs / 2);
    const touchedAt = lastWrite(lockFile);
    if (touchedAt !== lastSeen.touchedAt) lastSeen = { touchedAt, at: performance.now() };
    if (touchedAt !== 0 && performance.now() - lastSeen.at > abandonedAfterMs) removeAbandonedLock();
  }
  const heartbeat = setInterval(() => utimesSync(lockFile, new Date(), new Date()), heartbeatMs);
  heartbeat.unref();
  process.on('exit', () => rmSync(lockFile, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
}

/** Of several that wait, the rename succeeds for one. */
function removeAbandonedLock() {
  try {
    renameSync(lockFile, `${lockFile}.${process.pid}`);
    rmSync(`${lockFile}.${process.pid}`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

try {
  mkdirSync(join(root, 'demo', '.data'), { recursive: true });
  await lock();
  await install();
  for (const step of builds) await build(step);
  if (process.argv.includes('--browser')) await findWhatCanBeHad();
  if (process.argv.includes('--browsers')) await findFirefoxAndWebKit();
} catch (error) {
  console.error(error instanceof Failure ? `allo-kit: ${error.message}` : error);
  process.exitCode = 1;
}
