import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';

const root = fileURLToPath(new URL('..', import.meta.url));
const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
// Undefined lets the launcher look in the standard places of macOS and Windows.
const executablePath = process.env.CHROME_PATH ?? usual.find(existsSync);

const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'];
const args = process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet;

/** The script that MSW registers as a service worker has to come from the origin's root. */
const mswWorker = {
  name: 'msw-worker',
  async serve({ path }) {
    if (path !== '/mockServiceWorker.js') return undefined;
    return { body: await readFile(fileURLToPath(import.meta.resolve('msw/mockServiceWorker.js')), 'utf8'), type: 'js' };
  },
};

const testsIn = (suite) => [...(suite?.tests ?? []), ...(suite?.suites ?? []).flatMap(testsIn)];

/** What went wrong in one file in one browser. One that did not load counts as one failure: it must not pass unseen. */
function failuresOf({ passed, testFile, browser, testResults, errors }) {
  const where = `${browser.name}, ${relative(root, testFile)}`;
  const failed = testsIn(testResults).filter((test) => !test.skipped && !test.passed).map(({ name, error }) => `✖ ${where}: ${name}: ${error?.message ?? ''}`);
  return passed || failed.length > 0 ? failed : [`✖ ${where}: ${errors.map(({ message }) => message).join('; ') || 'did not end'}`];
}

/** What failed once more, and one line with the figures at the end, for `test/run.ts` to read. */
const summary = {
  onTestRunFinished({ sessions }) {
    const all = [...sessions];
    const passed = all.flatMap(({ testResults }) => testsIn(testResults)).filter((test) => test.passed && !test.skipped).length;
    const failures = all.flatMap(failuresOf);
    for (const failure of failures) console.log(failure);
    console.log(`elements: ${passed} passed, ${failures.length} failed`);
  },
};

export default {
  rootDir: root,
  hostname: '127.0.0.1',
  files: ['test/elements/**/*.test.ts'],
  nodeResolve: { exportConditions: ['browser', 'development'] },
  // One page at a time: a second one would hide the first, and elements rest while their page is hidden.
  concurrency: 1,
  testFramework: { config: { timeout: 15_000 } },
  // A page that is slow on a full machine is no failure: only one that does not come at all.
  testsStartTimeout: 90_000,
  testsFinishTimeout: 300_000,
  browsers: [chromeLauncher({ launchOptions: { ...(executablePath && { executablePath }), args } })],
  plugins: [mswWorker, esbuildPlugin({ ts: true, target: 'es2022', tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) })],
  reporters: [defaultReporter({ reportTestProgress: false }), summary],
};
