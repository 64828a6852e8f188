/**
 * The page with the whole checkout in one tag, against a real server and the bank's own pages.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { openShop } from './support/shop.ts';
import { assertBooksAgree, confirmAtBank, link, pay, placeOrder, state } from './support/steps.ts';

interface Shift extends PerformanceEntry {
  value: number;
  /** What moved; no node where it stands in a shadow tree. */
  sources: { node: Element | null }[];
}

/** How far things moved by themselves since the page began, by the browser's own measure; without the shop's header and footer. */
function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => {
    const observer = new PerformanceObserver(() => undefined);
    observer.observe({ type: 'layout-shift', buffered: true });
    const isFrame = ({ node }: Shift['sources'][number]): boolean => node !== null && node.closest('header, footer') !== null;
    return (observer.takeRecords() as Shift[]).filter(({ sources }) => !sources.every(isFrame)).reduce((sum, { value }) => sum + value, 0);
  });
}

test('an order that was left unpaid: from the account page through one tag to its receipt', async () => {
  const shop = await openShop();
  try {
    const page = await (await shop.shopper()).newPage();
    const refused: string[] = [];
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    const orderId = await placeOrder(page, shop);
    await page.goto(`${shop.url}/account.html`);
    await page.getByRole('link', { name: orderId }).click();
    await page.waitForURL(/\/pay\.html\?order=/);
    const checkout = await state(page, 'allo-checkout', 'unlinked');
    assert.equal(await checkout.locator('[part~=line]').count(), 2);
    assert.equal(await layoutShift(page), 0, 'nothing moved until the account was known');
    await link(page, shop);
    await state(page, 'allo-checkout', 'ready');
    assert.equal(await layoutShift(page), 0, 'nor when the shopper came back linked');
    await pay(page);
    await confirmAtBank(page, shop);
    await state(page, 'allo-checkout', 'paid');
    assert.equal(await layoutShift(page), 0, 'nor when it was paid');
    assert.deepEqual(refused, [], 'the strict policy of the page refused nothing');
    await assertBooksAgree(shop);
  } finally {
    await shop.close();
  }
});
