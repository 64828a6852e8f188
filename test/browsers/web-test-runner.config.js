/**
 * The element tests once more, in Firefox and in WebKit at the same time; but for the many pages of a customer who signed
 * out, in which nothing is the browser's affair.
 */
import { chromeLauncher } from '@web/test-runner-chrome';
import inChromium from '../web-test-runner.config.js';
import { findFirefox, howToGet, missingPackages } from './places.mjs';
import { webKitLauncher } from './webkit.ts';

const missing = missingPackages();
if (missing.length > 0) throw new Error(`Firefox or WebKit is missing: ${howToGet(missing)}`);

/** Puppeteer, which is behind the launcher, speaks WebDriver BiDi to Firefox; that has no command for reduced motion. */
const firefox = chromeLauncher({
  launchOptions: { browser: 'firefox', executablePath: findFirefox(), headless: true, extraPrefsFirefox: { 'ui.prefersReducedMotion': 1 } },
});
firefox.name = 'Firefox';

export default { ...inChromium, files: [...inChromium.files, '!test/elements/signed-out*.test.ts'], browsers: [firefox, webKitLauncher()] };
