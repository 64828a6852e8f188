/**
 * What the typings for React 19 promise, React 19 does: the page of the type test, rendered in Chromium over a
 * backend of a few answers.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import type { Account, Balance, Order, Payment } from '../../packages/elements/src/contract.ts';
import { launchBrowser } from './support/shop.ts';

const amount = { value: '125000.00', currency: 'IDR' } as const;
const at = '2026-11-22T14:02:00+07:00';
const payment: Payment = { paymentId: 'p-7', orderId: 'INV-7', status: 'processing', amount, createdAt: at, updatedAt: at };
const paid: Payment = { ...payment, status: 'paid', updatedAt: '2026-11-22T14:03:00+07:00', receipt: { paidAt: at, reference: 'REF-7' } };

/** What the backend answers, by path. The payment is found paid when it is asked for. */
const answers: Record<string, Account | Balance | Order | Payment> = {
  '/allo/account': { status: 'linked', phone: '0812••••890', linkedAt: at },
  '/allo/balance': { instruments: [{ type: 'BALANCE', available: { value: '500000.00', currency: 'IDR' } }], asOf: at },
  '/allo/orders/INV-7': { orderId: 'INV-7', amount, lines: [], payment },
  '/allo/payments/p-7': paid,
};

const entry = `
  import '@allo-kit/elements/define';
  import { createElement } from 'react';
  import { createRoot } from 'react-dom/client';
  import { Checkout } from '/checkout.tsx';
  window.heard = [];
  const tell = (words) => window.heard.push(words);
  createRoot(document.querySelector('main')).render(createElement(Checkout, { tell, thank: ({ paymentId }) => tell(paymentId) }));
`;

/** One script file: the page of the type test with React and the elements as they are published. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../types/react-19', import.meta.url)),
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [{ name: 'entry', enforce: 'pre', resolveId: (id) => (id === 'entry' ? '\0entry' : undefined), load: (id) => (id === '\0entry' ? entry : undefined) }],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: 'entry', output: { format: 'es', codeSplitting: false } } },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
  return outputs.map((output) => (output.type === 'chunk' ? output.code : '')).join('');
}

async function openPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname in answers) return route.fulfill({ json: answers[pathname] });
    if (pathname === '/app.js') return route.fulfill({ contentType: 'text/javascript', body: script });
    return pathname === '/' ? route.fulfill({ contentType: 'text/html', body: '<main></main><script type="module" src="/app.js"></script>' }) : route.abort();
  });
  await page.goto('http://shop.test/');
  return page;
}

let browser: Browser;
let page: Page;
before(async () => {
  browser = await launchBrowser();
  page = await openPage(browser, await bundle());
});
after(() => browser.close());

/** Waits until React's listeners have heard it. */
async function heard(words: string): Promise<void> {
  await page.waitForFunction((wanted) => (window as unknown as { heard: string[] }).heard.includes(wanted), words);
}

test('React 19 sets what is no attribute as a property', async () => {
  await page.locator('allo-pay').first().waitFor();
  const given = await page.evaluate(() => {
    const [byProperty, byAttribute] = document.querySelectorAll<HTMLElement & { orderId?: string }>('allo-pay');
    const provider = document.querySelector<HTMLElement & { messages?: object }>('allo-provider');
    return [byProperty?.getAttribute('order-id'), byProperty?.orderId, byAttribute?.getAttribute('order-id'), provider?.messages];
  });
  assert.deepEqual(given, [null, 'INV-7', 'INV-7', { id: { pay: 'Bayar {amount}' } }]);
});

test('React 19 takes a boolean for what it is', async () => {
  const given = await page.evaluate(() => [
    document.querySelector<HTMLElement & { masked?: boolean }>('allo-balance')?.masked,
    document.querySelector<HTMLElement & { disabled?: boolean }>('allo-pay')?.disabled,
  ]);
  assert.deepEqual(given, [true, false]);
});

test('React 19 listens to the events by their own names', async () => {
  await heard('p-7');
  await page.locator('allo-balance').getByRole('button').click();
  await heard(at);
});
