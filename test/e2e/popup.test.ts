import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { openShop } from './support/shop.ts';
import type { Shop } from './support/shop.ts';
import { assertBooksAgree, freshPhone, otp, pin, placeOrder, state, typeCode } from './support/steps.ts';

/** What opens while `act` runs. The kit cuts the tie to its opener, so the browser reports a page, not a popup. */
async function opened(context: BrowserContext, act: () => Promise<void>): Promise<Page> {
  const opening = context.waitForEvent('page');
  await act();
  return opening;
}

/** Once the shop has put both elements into its page. */
async function dress(page: Page, attributes: Record<string, string>): Promise<void> {
  for (const tag of ['allo-link-button', 'allo-pay']) {
    await page.locator(tag).evaluate((element, given) => Object.entries(given).forEach(([name, value]) => element.setAttribute(name, value)), attributes);
  }
}

/** OTP and PIN in the popup, which then closes by itself. */
async function confirmIn(popup: Page): Promise<void> {
  const closed = popup.waitForEvent('close');
  await typeCode(popup, 'otp', otp);
  await typeCode(popup, 'pin', pin);
  await closed;
}

/** All pages of the shop with the header that cuts each window's tie to windows of another origin. */
async function underOpenerPolicy(context: BrowserContext, shop: Shop, policy: string): Promise<void> {
  const isPage = ({ origin, pathname }: URL): boolean => origin === shop.url && !/^\/(?:allo|api|assets)\//.test(pathname);
  await context.route(isPage, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    await route.fulfill({ response, headers: { ...response.headers(), 'cross-origin-opener-policy': policy } });
  });
}

for (const policy of ['unsafe-none', 'same-origin']) test(`linking and paying in a popup, under the opener policy ${policy}: closed early, opened again, and the page below never leaves`, async () => {
  const shop = await openShop();
  try {
    const context = await shop.shopper();
    await underOpenerPolicy(context, shop, policy);
    const page = await context.newPage();
    await placeOrder(page, shop);
    const address = page.url();
    await dress(page, { presentation: 'popup' });
    const button = page.locator('allo-link-button');
    await button.getByRole('button').first().click();
    await button.getByRole('textbox').fill(freshPhone());
    const first = await opened(context, () => button.getByRole('textbox').press('Enter'));
    await first.waitForURL(/\/direct-debit\/ui\/binding\//);
    assert.equal(await first.evaluate(() => window.opener as unknown), null);
    await first.close();
    await confirmIn(await opened(context, () => button.getByRole('link').first().click()));
    await state(page, 'allo-link-button', 'linked');
    assert.equal(page.url(), address);

    const pay = await state(page, 'allo-pay', 'ready');
    const bank = await opened(context, () => pay.getByRole('button').first().click());
    await bank.waitForURL(/\/direct-debit\/ui\/payment\//);
    const receipt = page.waitForURL(/order\.html/);
    await confirmIn(bank);
    await receipt;
    await state(page, 'allo-pay', 'paid');
    assert.equal((await shop.payments()).length, 1);
    await assertBooksAgree(shop);
  } finally {
    await shop.close();
  }
});

/** OTP and PIN in the popup, which then shows a page that says nothing to the one below: that asks sooner or later, or when told to. */
async function landIn(popup: Page, below: Locator): Promise<void> {
  const closed = popup.waitForEvent('close');
  await typeCode(popup, 'otp', otp);
  await typeCode(popup, 'pin', pin);
  const landed = await popup.waitForURL(/cart\.html/).then(() => true, () => false);
  if (landed) await below.evaluate((element) => (element as HTMLElement & { refresh(): void }).refresh());
  await closed;
}

test('a popup that comes back to a page without our elements closes once the page below it knows', async () => {
  const shop = await openShop();
  try {
    const context = await shop.shopper();
    const page = await context.newPage();
    await placeOrder(page, shop);
    await dress(page, { presentation: 'popup', 'return-to': '/cart.html' });
    const button = page.locator('allo-link-button');
    await button.getByRole('button').first().click();
    await button.getByRole('textbox').fill(freshPhone());
    await landIn(await opened(context, () => button.getByRole('textbox').press('Enter')), button);
    await state(page, 'allo-link-button', 'linked');
    const pay = await state(page, 'allo-pay', 'ready');
    await landIn(await opened(context, () => pay.getByRole('button').first().click()), page.locator('allo-pay'));
    await state(page, 'allo-pay', 'paid');
    await assertBooksAgree(shop);
  } finally {
    await shop.close();
  }
});
