import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Locator, Page, Route } from 'playwright-core';
import { openShop } from './support/shop.ts';
import type { Shop } from './support/shop.ts';
import { assertBooksAgree, confirmAtBank, freshPhone, goToLink, link, otp, pay, pin, placeOrder, shownText, state, typeCode } from './support/steps.ts';

const minutes = 60_000;

describe('what goes wrong at the bank', () => {
  let shop: Shop;
  let page: Page;

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.close());
  afterEach(async () => {
    shop.simulator.faults.clear();
    await assertBooksAgree(shop);
    await page.context().close();
  });

  const open = async (): Promise<void> => {
    page = await (await shop.shopper()).newPage();
  };

  /** What the shopper reads is in their language and says nothing of DOKU or codes; and there is something to press. */
  async function assertUnderstandable(element: Locator, sentence: RegExp): Promise<void> {
    const text = await shownText(element);
    assert.match(text, sentence);
    assert.doesNotMatch(text, /DOKU|SNAP|\d{7}|undefined|Error/);
    assert.ok((await element.getByRole('button').count()) + (await element.getByRole('link').count()) > 0);
  }

  const back = (): Promise<void> => page.waitForURL(`${shop.url}/**`);

  test('three wrong OTPs while linking: nothing is linked, and linking can be tried again', async () => {
    await open();
    await placeOrder(page, shop);
    await goToLink(page, freshPhone());
    for (let attempt = 0; attempt < 3; attempt += 1) await typeCode(page, 'otp', '000000');
    await back();
    const element = await state(page, 'allo-link-button', 'unlinked');
    await assertUnderstandable(element, /belum selesai|coba lagi/i);
    await link(page, shop);
  });

  test('a cancelled payment: no money moves, and the order can be paid again', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    await pay(page);
    await page.locator('[data-action=cancel]').click();
    await back();
    const element = await state(page, 'allo-pay', 'cancelled');
    await assertUnderstandable(element, /dibatalkan/i);
    await element.getByRole('button').first().click();
    await page.waitForURL(/\/direct-debit\/ui\/payment\//);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
  });

  test('three wrong PINs: the payment fails with a sentence and a way on', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    await pay(page);
    await typeCode(page, 'otp', otp);
    for (let attempt = 0; attempt < 3; attempt += 1) await typeCode(page, 'pin', '000000');
    await back();
    await assertUnderstandable(await state(page, 'allo-pay', 'failed'), /tidak/i);
  });

  test('insufficient funds found after the PIN: the shopper is told so', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    shop.simulator.faults.add({ on: 'payment', effect: 'insufficient-funds-at-bank', times: 1 });
    await pay(page);
    await typeCode(page, 'otp', otp);
    await typeCode(page, 'pin', pin);
    await back();
    await assertUnderstandable(await state(page, 'allo-pay', 'failed'), /saldo.*tidak cukup/i);
  });

  test('an expired page: nothing was taken, and the shopper can pay anew', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    const checkout = page.url();
    await pay(page);
    await shop.advance(5 * minutes + 2000);
    await page.goto(checkout);
    const element = await state(page, 'allo-pay', 'expired');
    await assertUnderstandable(element, /waktu.*habis|habis/i);
  });

  test('a lost notification and a lost way back: the payment is found paid without anybody’s doing', async () => {
    await open();
    const order = await placeOrder(page, shop);
    await link(page, shop);
    shop.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    await pay(page);
    await typeCode(page, 'otp', otp);
    await page.route(`${shop.url}/**`, (route) => route.abort());
    await page.locator('input[name=pin]').fill(pin);
    await page.locator('[data-action=continue]').click();
    await page.waitForEvent('requestfailed', () => true).catch(() => undefined);
    const references = (await shop.payments()).filter(({ orderId }) => orderId === order).map(({ reference }) => reference);
    assert.ok(shop.simulator.journal().some(({ partnerReferenceNo }) => references.includes(partnerReferenceNo)));
    await page.unroute(`${shop.url}/**`);
    await shop.advance(61_000);
    await page.goto(`${shop.url}/order.html?order=${order}`);
    await state(page, 'allo-pay', 'paid');
  });

  test('an answer that never came: processing, no second payment offered, and nothing taken in the end', async () => {
    await open();
    const order = await placeOrder(page, shop);
    await link(page, shop);
    shop.simulator.faults.add({ on: 'payment', effect: 'drop-before-commit', times: 1 });
    await (await state(page, 'allo-pay', 'ready')).getByRole('button').first().click();
    const element = await state(page, 'allo-pay', 'processing');
    assert.match(await shownText(element), /diproses/i);
    assert.equal(await element.getByRole('button', { name: /bayar/i }).count(), 0);
    for (let step = 0; step < 6; step += 1) {
      const looked = shop.simulator.requests().filter(({ operation }) => operation === 'status').length;
      await shop.advance(3 * minutes);
      await waitFor(async () => (await isFinal(order)) || shop.simulator.requests().filter(({ operation }) => operation === 'status').length > looked);
      if (await isFinal(order)) break;
    }
    await page.reload();
    await assertUnderstandable(await state(page, 'allo-pay', 'failed'), /coba/i);
  });

  const isFinal = async (order: string): Promise<boolean> => (await shop.payments()).some(({ orderId, state: row }) => orderId === order && row === 'not_executed');

  test('DOKU is away: a sentence and a retry that works when it is back', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    shop.simulator.faults.set({ down: 'drop' });
    await page.reload();
    await assertUnderstandable(await state(page, 'allo-balance', 'error', 'stale'), /tidak dapat|belum|coba/i);
    shop.simulator.faults.set({ down: 'no' });
    await (await state(page, 'allo-balance', 'error', 'stale')).getByRole('button').first().click();
    await state(page, 'allo-balance', 'shown');
  });

  test('a file of the shop’s that does not arrive: no money moves without it, and it is fetched again', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    await page.route('**/pay-views-*', (route) => route.abort());
    await page.reload();
    const element = await state(page, 'allo-pay', 'error');
    await assertUnderstandable(element, /koneksi/i);
    await page.unroute('**/pay-views-*');
    await element.getByRole('button').first().click();
    await state(page, 'allo-pay', 'ready');
    await pay(page);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
  });

  test('pressed while a file of the shop’s is on its way, and switched off before it is there: nothing is paid', async () => {
    await open();
    await placeOrder(page, shop);
    await link(page, shop);
    const held = Promise.withResolvers<Route>();
    await page.route('**/pay-views-*', (route) => held.resolve(route));
    await page.reload();
    await (await state(page, 'allo-pay', 'ready')).getByRole('button').first().click();
    const switchOff = (off: boolean): Promise<void> => page.locator('allo-pay').evaluate((element, disabled) => void Object.assign(element, { disabled }), off);
    await switchOff(true);
    await (await held.promise).continue();
    await state(page, 'allo-pay', 'disabled');
    await switchOff(false);
    await state(page, 'allo-pay', 'ready');
    await pay(page);
    await confirmAtBank(page, shop);
  });

  test('unlinked inside the bank’s app: the shop notices and asks to link again', async () => {
    await open();
    await placeOrder(page, shop);
    const phone = freshPhone();
    await link(page, shop, phone);
    assert.ok(shop.simulator.unlinkInApp(`62${phone.slice(1)}`));
    await page.reload();
    await state(page, 'allo-link-button', 'relink-required');
    await link(page, shop, phone);
  });

  test('a refund that the bank can no longer do: the office transfers the money, says so, and the shopper reads it', async () => {
    await open();
    const order = await placeOrder(page, shop);
    const phone = freshPhone();
    await link(page, shop, phone);
    await pay(page);
    await confirmAtBank(page, shop);
    await state(page, 'allo-pay', 'paid');
    assert.ok(shop.simulator.unlinkInApp(`62${phone.slice(1)}`));

    const office = await page.context().newPage();
    await office.goto(`${shop.url}/office/`);
    const refund = office.locator(`[data-order="${order}"] allo-refund`);
    const inState = (name: string): Locator => office.locator(`[data-order="${order}"] allo-refund[state="${name}"]`);
    await refund.getByRole('button').first().click();
    await inState('confirming').getByRole('button').first().click();
    await inState('manual').waitFor();
    assert.match(await shownText(refund), /transfer/i);
    await office.locator(`[data-order="${order}"] [data-status="refund-by-hand"]`).waitFor();
    await refund.getByRole('button').first().click();
    assert.match(await shownText(inState('confirming')), /sudah ditransfer/i);
    await inState('confirming').getByRole('button').first().click();
    await inState('refunded').waitFor();
    await office.locator(`[data-order="${order}"] [data-status="refunded"]`).waitFor();

    await page.reload();
    await state(page, 'allo-pay', 'refunded');
    assert.deepEqual((await shop.payments()).filter(({ orderId }) => orderId === order).map(({ state: row, byHand }) => [row, byHand]), [['refunded', true]]);
  });

  test('nothing secret was printed in all of that', () => {
    const output = shop.output();
    assert.doesNotMatch(output, /eyJ[\w-]+\.|Bearer|SK-|PRIVATE KEY|\b628\d{8,}|\b08\d{9,}/);
    page = { context: () => ({ close: () => Promise.resolve() }) } as unknown as Page;
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
