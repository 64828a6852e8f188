import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPostgres } from '../server/support/postgres.ts';
import { openShop } from './support/shop.ts';
import type { Shop, ShopOptions } from './support/shop.ts';
import { assertBooksAgree, confirmAtBank, link, pay, placeOrder, shownRupiah, state } from './support/steps.ts';

const postgres = await startPostgres();
const inPostgres = 'reason' in postgres ? { skip: postgres.reason } : { postgres };
const kinds: Record<string, ShopOptions & { skip?: string }> = {
  'merchant-allo-v1.0': { profile: 'merchant-allo-v1.0' },
  'core-v1': { profile: 'core-v1' },
  'merchant-allo-v1.0, its ledger in PostgreSQL': inPostgres,
};

for (const [name, { skip = false, ...kind }] of Object.entries(kinds)) {
  describe(`the whole loop in a browser over ${name}`, { skip }, () => {
    let shop: Shop;
    before(async () => {
      shop = await openShop(kind);
    });
    after(() => shop.close());

    test('a new customer links, sees the balance, pays, gets a receipt; the office refunds; the customer unlinks', async () => {
      const shopper = await shop.shopper();
      const page = await shopper.newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(`${message.location().url}: ${message.text()}`));
      page.on('pageerror', (error) => problems.push(error.message));

      const orderId = await placeOrder(page, shop);
      await link(page, shop);
      const before = await shownRupiah(await state(page, 'allo-balance', 'shown'));
      assert.equal(before, 2_500_000);

      await pay(page);
      await confirmAtBank(page, shop);
      assert.match(page.url(), /order\.html/);
      await state(page, 'allo-pay', 'paid');
      const [payment] = await shop.payments();
      assert.equal(payment?.state, 'succeeded');
      assert.equal(payment.orderId, orderId);
      const receipt = page.locator('allo-pay');
      await receipt.getByText(payment.reference).waitFor();

      const [notification] = shop.simulator.notifications().filter(({ kind }) => kind === 'payment');
      assert.equal(notification?.attempts.at(-1)?.responseCode, '2005600');
      await page.goto(`${shop.url}/account.html`);
      const between = await shownRupiah(await state(page, 'allo-balance', 'shown'));
      assert.equal((before - between) * 100, payment.amountMinor);
      await assertBooksAgree(shop);

      const office = await (await shop.shopper()).newPage();
      await office.goto(`${shop.url}/office/`);
      const refund = office.locator(`[data-order="${orderId}"] allo-refund`);
      await refund.getByRole('button').first().click();
      await office.locator('allo-refund[state="confirming"]').getByRole('button').first().click();
      await state(office, 'allo-refund', 'refunded');
      await office.context().close();

      await page.reload();
      assert.equal(await shownRupiah(await state(page, 'allo-balance', 'shown')), before);
      await page.goto(`${shop.url}/order.html?order=${orderId}`);
      await state(page, 'allo-pay', 'refunded');

      await page.goto(`${shop.url}/account.html`);
      const button = await state(page, 'allo-link-button', 'linked');
      await button.getByRole('button').first().click();
      await (await state(page, 'allo-link-button', 'confirming')).getByRole('button').first().click();
      await state(page, 'allo-link-button', 'unlinked');
      assert.deepEqual(shop.simulator.bindings().map(({ state: binding }) => binding), ['UNBOUND']);
      await assertBooksAgree(shop);
      assert.deepEqual(problems, []);
    });

    test('the back office unlinks a customer, and the shop says so', async () => {
      const page = await (await shop.shopper()).newPage();
      await placeOrder(page, shop);
      await link(page, shop);
      const office = await (await shop.shopper()).newPage();
      await office.goto(`${shop.url}/office/`);
      await office.getByTestId('unlink').first().click();
      await office.getByTestId('unlink').first().click();
      await office.locator('[data-event="account.unlinked"]').nth(1).waitFor();
      await page.reload();
      await state(page, 'allo-link-button', 'unlinked');
      await assertBooksAgree(shop);
    });
  });
}

if (!('reason' in postgres)) after(() => postgres.close());
