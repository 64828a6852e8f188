/**
 * What shoppers and the back office do, step by step, as people do it: by what they see.
 */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Shop } from './shop.ts';

export const otp = '123456';
export const pin = '111111';

/** Puts products into the cart and places the order; ends on the checkout. Answers the order's number. */
export async function placeOrder(page: Page, shop: Shop): Promise<string> {
  await page.goto(`${shop.url}/`);
  await page.getByTestId('add-to-cart').first().click();
  await page.getByTestId('add-to-cart').nth(1).click();
  await page.goto(`${shop.url}/cart.html`);
  await page.getByTestId('checkout').click();
  await page.getByTestId('place-order').click();
  await page.waitForURL(/checkout\.html\?order=/);
  return new URL(page.url()).searchParams.get('order') ?? '';
}

/** A phone number nobody else in this run has. */
let lastNumber = 0;
export function freshPhone(): string {
  lastNumber += 1;
  return `0812${String(Date.now() % 1_000_000).padStart(6, '0')}${String(lastNumber).padStart(2, '0')}`;
}

/** Presses link, gives the phone number, and goes to the bank's page. */
export async function goToLink(page: Page, phone: string): Promise<void> {
  const element = page.locator('allo-link-button');
  await element.getByRole('button').first().click();
  const field = element.getByRole('textbox');
  await field.fill(phone);
  await field.press('Enter');
  await page.waitForURL(/\/direct-debit\/ui\/binding\//);
}

export async function typeCode(page: Page, name: 'otp' | 'pin', code: string): Promise<void> {
  await page.locator(`input[name=${name}]`).fill(code);
  await page.locator('[data-action=continue]').click();
}

/** OTP and PIN on the bank's page, then back to the shop. */
export async function confirmAtBank(page: Page, shop: Shop): Promise<void> {
  await typeCode(page, 'otp', otp);
  await typeCode(page, 'pin', pin);
  await page.waitForURL(`${shop.url}/**`);
}

export async function link(page: Page, shop: Shop, phone = freshPhone()): Promise<void> {
  await goToLink(page, phone);
  await confirmAtBank(page, shop);
  await state(page, 'allo-link-button', 'linked');
}

/** Waits until the element shows one of these states. */
export async function state(page: Page, tag: string, ...states: string[]): Promise<Locator> {
  const element = page.locator(states.map((name) => `${tag}[state="${name}"]`).join(', ')).first();
  await element.waitFor();
  return element;
}

/** What an element shows, its shadow tree included. */
export function shownText(element: Locator): Promise<string> {
  return element.evaluate((host) => Array.from(host.shadowRoot?.children ?? [], (child) => (child as HTMLElement).innerText).join('\n'));
}

/** The rupiah an element shows first, as a number. */
export async function shownRupiah(element: Locator): Promise<number> {
  const text = (await element.locator('[part~=money]').first().innerText()).split('\n')[0] ?? '';
  const [rupiah = ''] = /\d[\d.]*/.exec(text) ?? [];
  return Number(rupiah.replaceAll('.', ''));
}

export async function pay(page: Page): Promise<void> {
  const element = await state(page, 'allo-pay', 'ready');
  await element.getByRole('button').first().click();
  await page.waitForURL(/\/direct-debit\/ui\/payment\//);
}

/** Money that left accounts in the simulator less what came back, in sen, by our reference. */
function journalByReference(shop: Shop): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { kind, partnerReferenceNo, amount } of shop.simulator.journal()) {
    sums.set(partnerReferenceNo, (sums.get(partnerReferenceNo) ?? 0) + (kind === 'debit' ? amount : -amount));
  }
  return sums;
}

const holdsMoney = ['succeeded', 'refunding', 'late_success', 'review'];

/** The bank's journal and our ledger say the same of every rupiah, and nobody paid an order twice. */
export async function assertBooksAgree(shop: Shop): Promise<void> {
  const payments = await shop.payments();
  const journal = journalByReference(shop);
  for (const { reference, state: row, amountMinor, byHand } of payments) {
    assert.equal(journal.get(reference) ?? 0, byHand || holdsMoney.includes(row) ? amountMinor : 0, `payment ${reference} is ${row}`);
  }
  assert.deepEqual([...journal.keys()].filter((reference) => !payments.some((payment) => payment.reference === reference)), []);
  const taken = payments.filter(({ state: row }) => holdsMoney.includes(row)).map(({ orderId }) => orderId);
  assert.equal(new Set(taken).size, taken.length);
}
