/**
 * Shoppers who go back, reload, lose the network, have two tabs or use the bank's app in between. Whatever they do, an
 * order is paid once, and the page tells the truth when they are back.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openShop } from './support/shop.ts';
import type { Shop } from './support/shop.ts';
import { assertBooksAgree, confirmAtBank, freshPhone, link, pay, placeOrder, shownText, state } from './support/steps.ts';

describe('a shopper who comes and goes', () => {
  let shop: Shop;
  let page: Page;
  let phone: string;
  let orderId: string;
  let checkout: string;

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.close());
  beforeEach(async () => {
    const context = await shop.shopper();
    await context.addInitScript(() => addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted })));
    page = await context.newPage();
    phone = freshPhone();
    orderId = await placeOrder(page, shop);
    checkout = page.url();
    await link(page, shop, phone);
  });
  afterEach(async () => {
    shop.simulator.faults.clear();
    await assertBooksAgree(shop);
    await page.context().close();
  });

  const payments = async (): Promise<string[]> => (await shop.payments()).filter((payment) => payment.orderId === orderId).map((payment) => payment.state);
  const asked = (operation: string): number => shop.simulator.requests().filter((request) => request.operation === operation).length;
  const cameFromCache = (): Promise<boolean> => page.evaluate(() => (globalThis as unknown as { persisted: boolean }).persisted);
  const atBank = (tab = page): Promise<void> => tab.waitForURL(/\/direct-debit\/ui\/payment\//);

  /** From the browser's cache of pages left the page comes without being loaded. */
  const goBack = (): Promise<unknown> => page.goBack({ waitUntil: 'commit' });
  const pagesSoFar = (): Promise<number> => page.evaluate(() => history.length);

  test('by the Back button, to the page as it was left, is offered the way on and not a second payment', async () => {
    await pay(page);
    await goBack();
    assert.equal(await cameFromCache(), true);
    const waiting = await state(page, 'allo-pay', 'waiting');
    await waiting.getByRole('link').first().click();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('by the Back button, to a page from before the payment, finds the receipt', async () => {
    const before = await pagesSoFar();
    await pay(page);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    // Over the bank's page at once, as by the list under the button: by itself that page sends forward again.
    const steps = before - (await pagesSoFar());
    // A moment later, so that the page that is left has answered this by then.
    await Promise.all([page.waitForURL(checkout, { waitUntil: 'commit' }), page.evaluate((by) => void setTimeout(() => history.go(by)), steps)]);
    await state(page, 'allo-pay', 'paid');
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('and reloads while nobody knows how the payment ended is offered no second one, and then finds it paid', async () => {
    shop.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    shop.simulator.faults.add({ on: 'status', effect: 'drop-before-commit' });
    await pay(page);
    await confirmAtBank(page, shop);
    for (const reload of [() => page.reload(), () => page.goto(checkout), () => page.reload()]) {
      const element = await state(page, 'allo-pay', 'processing');
      assert.match(await shownText(element), /tidak perlu membayar lagi/i);
      assert.equal(await element.getByRole('button', { name: /bayar/i }).count(), 0);
      await reload();
    }
    shop.simulator.faults.clear();
    await shop.advance(61_000);
    await page.reload({ waitUntil: 'commit' });
    await state(page, 'allo-pay', 'paid');
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('without a network is told so, goes on when it is back, and the press that was lost costs nothing', async () => {
    const before = asked('payment');
    const button = (await state(page, 'allo-pay', 'ready')).getByRole('button').first();
    await page.context().setOffline(true);
    await button.click();
    assert.match(await shownText(await state(page, 'allo-pay', 'offline')), /offline/i);
    await page.context().setOffline(false);
    await pay(page);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal(asked('payment') - before, 1);
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('and loses the network while the payment is being begun goes on with that payment', async () => {
    const before = asked('payment');
    await page.route('**/allo/payments', async (route) => {
      await route.fetch();
      await page.context().setOffline(true);
      await route.abort('internetdisconnected');
    });
    await (await state(page, 'allo-pay', 'ready')).getByRole('button').first().click();
    await state(page, 'allo-pay', 'offline');
    await page.unroute('**/allo/payments');
    await page.context().setOffline(false);
    const waiting = await state(page, 'allo-pay', 'waiting');
    await waiting.getByRole('link').first().click();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal(asked('payment') - before, 1);
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('and paid in one tab finds the receipt in the other, without touching it', async () => {
    const other = await page.context().newPage();
    await other.goto(checkout);
    await state(other, 'allo-pay', 'ready');
    await pay(page);
    await state(other, 'allo-pay', 'waiting');
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    await other.waitForURL(/order\.html/);
    await state(other, 'allo-pay', 'paid');
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('and goes to the bank in both tabs pays once', async () => {
    const other = await page.context().newPage();
    await other.goto(checkout);
    await state(other, 'allo-pay', 'ready');
    await pay(page);
    await (await state(other, 'allo-pay', 'waiting')).getByRole('link').first().click();
    await atBank(other);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    await other.reload();
    await other.goto(checkout, { waitUntil: 'commit' });
    await state(other, 'allo-pay', 'paid');
    assert.deepEqual(await payments(), ['succeeded']);
  });

  test('and unlinked in the bank’s app, with the page open, is asked to link again when paying', async () => {
    // A balance that is still on its way would meet the refused token before the press does.
    await state(page, 'allo-balance', 'shown');
    await state(page, 'allo-pay', 'ready');
    assert.ok(shop.simulator.unlinkInApp(`62${phone.slice(1)}`));
    await page.locator('allo-pay').getByRole('button').first().click();
    await state(page, 'allo-link-button', 'relink-required');
    assert.equal(await page.locator('allo-pay').getByRole('button', { name: /bayar/i }).count(), 0);
    assert.ok(!(await payments()).includes('succeeded'));
    await link(page, shop, phone);
    // The bank may have told of the unlinking before the press, or refused the payment for it.
    await (await state(page, 'allo-pay', 'ready', 'failed')).getByRole('button').first().click();
    await atBank();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal((await payments()).filter((one) => one === 'succeeded').length, 1);
  });

  test('and unlinked in the bank’s app, with the page open, is asked to link again when looking at the balance', async () => {
    await state(page, 'allo-balance', 'shown');
    assert.ok(shop.simulator.unlinkInApp(`62${phone.slice(1)}`));
    await page.locator('allo-balance').getByRole('button').first().click();
    await state(page, 'allo-link-button', 'relink-required');
    await state(page, 'allo-balance', 'relink-required');
    assert.doesNotMatch(await shownText(page.locator('allo-balance')), /Rp/);
  });

  test('where popups are blocked goes to the bank in the same window', async () => {
    await state(page, 'allo-pay', 'ready');
    const context = page.context();
    const devtools = await context.newCDPSession(page);
    // Begun by the shop's page and not by a press, and the press before was used up: the browser opens no window.
    const usedUp = context.waitForEvent('page');
    await devtools.send('Runtime.evaluate', { expression: `open('')?.close()`, userGesture: true });
    await usedUp;
    const opened: Page[] = [];
    context.on('page', (popup) => opened.push(popup));
    await devtools.send('Runtime.evaluate', { expression: `Object.assign(document.querySelector('allo-pay'), { presentation: 'popup' }).pay()`, userGesture: false });
    await atBank();
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.equal(opened.length, 0);
    assert.deepEqual(await payments(), ['succeeded']);
  });
});
