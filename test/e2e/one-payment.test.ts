import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { openShop } from './support/shop.ts';
import type { Shop } from './support/shop.ts';
import { assertBooksAgree, confirmAtBank, link, pay, placeOrder, state } from './support/steps.ts';

describe('one order is paid once, whatever the shopper does', () => {
  let shop: Shop;
  let shopper: BrowserContext;
  let page: Page;
  let checkout: string;

  before(async () => {
    shop = await openShop();
    shopper = await shop.shopper();
    page = await shopper.newPage();
    await placeOrder(page, shop);
    await link(page, shop);
    checkout = page.url();
  });
  after(() => shop.close());
  afterEach(() => assertBooksAgree(shop));

  const debits = (): number => shop.simulator.journal().filter(({ kind }) => kind === 'debit').length;

  test('ten clicks, two tabs and a reload in the middle: one payment, one debit', async () => {
    const second = await shopper.newPage();
    await second.goto(checkout);
    await state(second, 'allo-pay', 'ready');
    await state(page, 'allo-pay', 'ready');
    shop.simulator.faults.add({ on: 'payment', effect: 'delay-after-commit', delayMs: 400, times: 1 });

    const clickTen = (tab: Page): Promise<void> => tab.locator('allo-pay').evaluate((element) => {
      const button = element.shadowRoot?.querySelector('button');
      for (let click = 0; click < 10; click += 1) button?.click();
    });
    // Not answered in this tab, so that it is still here when it is reloaded.
    await page.route('**/allo/payments', (route) => void route.fetch().catch(() => undefined));
    await Promise.all([clickTen(page), clickTen(second)]);
    await page.reload();
    await page.unroute('**/allo/payments');
    await page.locator('allo-pay[state="waiting"], allo-pay[state="processing"]').waitFor();
    await clickTen(page);
    await page.locator('allo-pay').getByRole('link').first().click();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');

    assert.equal(debits(), 1);
    assert.equal((await shop.payments()).length, 1);
    assert.equal(shop.simulator.requests().filter(({ operation }) => operation === 'payment').length, 1);
    // It goes to the receipt by itself if it is not at the bank, whenever it hears of the payment: a new tab is asked.
    await second.close();
    const later = await shopper.newPage();
    // The checkout of a paid order sends on to its receipt, perhaps before it has loaded.
    await later.goto(checkout, { waitUntil: 'commit' });
    await later.waitForURL(/order\.html/);
    await state(later, 'allo-pay', 'paid');
    await later.close();
  });

  test('a crash of the merchant’s server while the shopper is at the bank loses nothing', async () => {
    await placeOrder(page, shop);
    await pay(page);
    await shop.crash();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal(debits(), 2);
  });

  test('coming back without confirming offers the bank’s page again, and paying there is the same payment', async () => {
    await placeOrder(page, shop);
    await pay(page);
    await page.goBack({ waitUntil: 'commit' });
    const waiting = await state(page, 'allo-pay', 'waiting');
    await waiting.getByRole('link').first().click();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal(debits(), 3);
    assert.equal((await shop.payments()).length, 3);
  });
});
