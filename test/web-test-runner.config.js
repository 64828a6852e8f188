import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

/** One line with the figures at the end, for `test/run.ts` to read. */
const summary = {
  onTestRunFinished({ sessions }) {
    const count = (suite, passed) =>
      (suite?.tests ?? []).filter((test) => !test.skipped && test.passed === passed).length +
      (suite?.suites ?? []).reduce((sum, inner) => sum + count(inner, passed), 0);
    const total = (passed) => sessions.reduce((sum, { testResults }) => sum + count(testResults, passed), 0);
    // A file that did not load counts as one failure: it must not pass unseen.
    const broken = sessions.filter(({ passed, testResults }) => !passed && count(testResults, false) === 0).length;
    console.log(`elements: ${total(true)} passed, ${total(false) + broken} failed`);
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
  browsers: [chromeLauncher({ launchOptions: { ...(executablePath && { executablePath }), args } })],
  plugins: [mswWorker, esbuildPlugin({ ts: true, target: 'es2022', tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) })],
  reporters: [defaultReporter({ reportTestProgress: false }), summary],
};
