/**
 * The whole loop with nothing but a keyboard: what has the focus is always to be seen, and the focus is never thrown
 * back to the top of the page.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { openShop } from './support/shop.ts';
import { assertBooksAgree, freshPhone, otp, pin, shownRupiah, state } from './support/steps.ts';

/** More than any page of the shop has. */
const mostStops = 60;

test('a shopper without a mouse orders, links, sees the balance, pays, gets the receipt and unlinks', async () => {
  const shop = await openShop();
  try {
    const page = await (await shop.shopper()).newPage();
    await page.goto(`${shop.url}/`);
    await order(page);
    await linkAccount(page);

    const balance = page.locator('allo-balance');
    await state(page, 'allo-balance', 'shown');
    const before = await shownRupiah(balance);
    await pressOn(page, balance.getByRole('button'), 'Enter');
    await state(page, 'allo-balance', 'shown');
    await assertFocusIn(balance);

    await pressOn(page, (await state(page, 'allo-pay', 'ready')).getByRole('button'), 'Space');
    await confirmAtBank(page);
    await page.waitForURL(/order\.html/);
    const receipt = await state(page, 'allo-pay', 'paid');
    const [payment] = await shop.payments();
    await receipt.getByText(payment?.reference ?? 'no payment').waitFor();

    await pressOn(page, page.locator('header a[href="/account.html"]'), 'Enter');
    await page.waitForURL(/account\.html/);
    await state(page, 'allo-balance', 'shown');
    assert.equal((before - await shownRupiah(balance)) * 100, payment?.amountMinor);
    await unlinkAccount(page);
    assert.deepEqual(shop.simulator.bindings().map(({ state: binding }) => binding), ['UNBOUND']);
    await assertBooksAgree(shop);
  } finally {
    await shop.close();
  }
});

async function order(page: Page): Promise<void> {
  await pressOn(page, page.getByTestId('add-to-cart').first(), 'Enter');
  await pressOn(page, page.getByTestId('cart-link'), 'Enter');
  await page.waitForURL(/cart\.html/);
  await pressOn(page, page.getByTestId('checkout'), 'Enter');
  await page.waitForURL(/checkout\.html/);
  await pressOn(page, page.getByTestId('place-order'), 'Space');
  await page.waitForURL(/checkout\.html\?order=/);
}

/** Escape leaves the question for the number, and the button that led there has the focus again. */
async function linkAccount(page: Page): Promise<void> {
  const element = page.locator('allo-link-button');
  await state(page, 'allo-link-button', 'unlinked');
  await pressOn(page, element.getByRole('button'), 'Enter');
  const field = element.getByRole('textbox');
  await assertFocused(field);
  await page.keyboard.press('Escape');
  await state(page, 'allo-link-button', 'unlinked');
  await assertFocused(element.getByRole('button'));
  await page.keyboard.press('Enter');
  await assertFocused(field);
  await page.keyboard.type(freshPhone());
  await page.keyboard.press('Enter');
  await confirmAtBank(page);
  await state(page, 'allo-link-button', 'linked');
}

/** The question begins at the way back, so that no key held too long answers it; Escape says no to it, too. */
async function unlinkAccount(page: Page): Promise<void> {
  await state(page, 'allo-link-button', 'linked');
  const button = page.locator('allo-link-button').getByRole('button').first();
  const cancel = page.locator('allo-link-button').getByRole('button').last();
  await pressOn(page, button, 'Enter');
  await state(page, 'allo-link-button', 'confirming');
  await assertFocused(cancel);
  await page.keyboard.press('Escape');
  await state(page, 'allo-link-button', 'linked');
  await assertFocused(button);
  await page.keyboard.press('Enter');
  await state(page, 'allo-link-button', 'confirming');
  await assertFocused(cancel);
  await page.keyboard.press('Shift+Tab');
  await assertFocused(button);
  await page.keyboard.press('Enter');
  await state(page, 'allo-link-button', 'unlinked');
  await assertFocused(button);
}

async function confirmAtBank(page: Page): Promise<void> {
  for (const [name, code] of [['otp', otp], ['pin', pin]] as const) {
    const field = page.locator(`input[name=${name}]`);
    await field.waitFor();
    await tabTo(page, field);
    await page.keyboard.type(code);
    await page.keyboard.press('Enter');
  }
}

async function pressOn(page: Page, control: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await control.waitFor();
  await tabTo(page, control);
  await page.keyboard.press(key);
}

/** Tab by Tab, as long as it takes; each stop on the way is to be seen. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let stop = 0; stop < mostStops; stop++) {
    if (await hasFocus(control)) return;
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(unseenFocus), undefined);
  }
  assert.fail(`no way to ${String(control)} by the Tab key`);
}

const hasFocus = (control: Locator): Promise<boolean> =>
  control.evaluate((one) => (one.getRootNode() as Document | ShadowRoot).activeElement === one);

/** Now, or as soon as what was pressed has been drawn. */
async function assertFocused(control: Locator): Promise<void> {
  await control.and(control.page().locator(':focus')).waitFor();
  assert.equal(await control.page().evaluate(unseenFocus), undefined);
}

async function assertFocusIn(element: Locator): Promise<void> {
  assert.ok(await element.evaluate((host) => document.activeElement === host), 'the focus is still in the element');
}

/** Runs in the page: what has the focus without a ring around it, or around the card it fills, if so; the page itself has none. */
function unseenFocus(): string | undefined {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (!focused || focused === document.body) return undefined;
  const ringed = [focused, focused.closest('li')].some((one) => {
    if (!one) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  const { width, height } = focused.getBoundingClientRect();
  return ringed && width > 0 && height > 0 ? undefined : focused.outerHTML;
}
