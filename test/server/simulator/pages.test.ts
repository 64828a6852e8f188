import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { startWithEndpoints } from './merchant.ts';

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
let token: string;
beforeEach(async () => {
  world = await startWithEndpoints({ merchantName: 'Kopi <Kita>', clock: { frozen: true, startAtMs: Date.parse('2025-03-14T10:00:00+07:00') } });
  ({ token } = await world.merchant.bind());
  await world.simulator.settled();
  world.endpoints.received.length = 0;
});
afterEach(() => world.stop());

const ok = 'https://merchant.example/pay/ok?state=def';
const fail = 'https://merchant.example/pay/fail';
const right = { otp: '123456', pin: '111111' };

async function post(pageUrl: string, fields: Record<string, string>): Promise<{ status: number; location: string | null }> {
  const response = await fetch(pageUrl, { method: 'POST', body: new URLSearchParams({ action: 'continue', ...fields }), redirect: 'manual' });
  await response.arrayBuffer();
  return { status: response.status, location: response.headers.get('Location') };
}

async function see(pageUrl: string, language = 'id'): Promise<{ status: number; html: string; headers: Headers }> {
  const response = await fetch(pageUrl, { headers: { 'Accept-Language': language } });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

async function newPayment(): Promise<{ pageUrl: string; reference: unknown }> {
  const { body } = await world.merchant.pay(token);
  return { pageUrl: String(body['webRedirectUrl']), reference: body['partnerReferenceNo'] };
}

async function outcome(reference: unknown): Promise<unknown[]> {
  const { body } = await world.merchant.status(reference);
  return [body['latestTransactionStatus'], body['originalResponseCode']];
}

test('leads from OTP over PIN to the merchant\'s address, unchanged, and tells the merchant', async () => {
  const { pageUrl, reference } = await newPayment();
  const path = new URL(pageUrl).pathname;
  assert.match((await see(pageUrl)).html, /name="otp"[^>]*autocomplete="one-time-code"/);
  assert.deepEqual(await post(pageUrl, { otp: right.otp }), { status: 303, location: path });
  assert.match((await see(pageUrl)).html, /name="pin" type="password"/);
  assert.deepEqual(await post(pageUrl, { pin: right.pin }), { status: 303, location: ok });
  assert.deepEqual(await outcome(reference), ['00', '2005400']);
  await world.simulator.settled();
  assert.deepEqual(world.endpoints.notifications.map(({ body }) => body['latestTransactionStatus']), ['00']);
});

test('asks for the OTP before it takes a PIN', async () => {
  const { pageUrl, reference } = await newPayment();
  await post(pageUrl, { pin: right.pin });
  assert.deepEqual(await outcome(reference), ['03', '2005400']);
});

test('counts wrong OTPs, says what is left, and fails at the third', async () => {
  const { pageUrl, reference } = await newPayment();
  await post(pageUrl, { otp: '000000' });
  const { html } = await see(pageUrl, 'en');
  assert.match(html, /role="alert">That OTP code is wrong. 2 attempts left./);
  assert.match(html, /<title>Error: /);
  assert.match(html, /aria-invalid="true"/);
  await post(pageUrl, { otp: '000000' });
  assert.match((await see(pageUrl, 'en')).html, /1 attempt left/);
  assert.deepEqual(await post(pageUrl, { otp: '000000' }), { status: 303, location: fail });
  assert.deepEqual(await outcome(reference), ['06', '4035411']);
  assert.deepEqual(await post(pageUrl, { otp: right.otp }), { status: 410, location: null });
});

test('counts wrong PINs apart from wrong OTPs, and fails at the third', async () => {
  const { pageUrl, reference } = await newPayment();
  await post(pageUrl, { otp: '000000' });
  await post(pageUrl, { otp: right.otp });
  await post(pageUrl, { pin: '000000' });
  await post(pageUrl, { pin: '000000' });
  assert.match((await see(pageUrl)).html, /PIN salah. Sisa 1 kali percobaan./);
  assert.deepEqual(await post(pageUrl, { pin: '000000' }), { status: 303, location: fail });
  assert.deepEqual(await outcome(reference), ['06', '4035405']);
  assert.deepEqual(world.simulator.journal(), []);
});

test('forgives what is no code at all', async () => {
  const { pageUrl, reference } = await newPayment();
  for (const otp of ['', '12345', 'abcdef', '1234567', '12345']) await post(pageUrl, { otp });
  assert.match((await see(pageUrl)).html, /terdiri dari 6 angka. Sisa 3 kali/);
  await post(pageUrl, { otp: '123 456' });
  await post(pageUrl, { pin: right.pin });
  assert.deepEqual(await outcome(reference), ['00', '2005400']);
});

test('cancels at either step', async () => {
  for (const before of [[], [{ otp: right.otp }]]) {
    const { pageUrl, reference } = await newPayment();
    for (const fields of before) await post(pageUrl, fields);
    assert.deepEqual(await post(pageUrl, { action: 'cancel', pin: right.pin }), { status: 303, location: fail });
    assert.deepEqual(await outcome(reference), ['05', '4045404']);
  }
});

test('can be used once: the second PIN moves nothing and finds the way back', async () => {
  const { pageUrl } = await newPayment();
  await post(pageUrl, { otp: right.otp });
  await Promise.all([post(pageUrl, { pin: right.pin }), post(pageUrl, { pin: right.pin })]);
  assert.equal(world.simulator.journal().length, 1);
  const { status, html } = await see(pageUrl, 'en');
  assert.equal(status, 410);
  assert.match(html, /data-end="done"/);
  assert.ok(html.includes(`href="${ok}"`));
});

test('is over after five minutes, without a notification unless that is switched on', async () => {
  const { pageUrl, reference } = await newPayment();
  await world.simulator.advance(5 * 60_000);
  assert.match((await see(pageUrl)).html, /data-end="expired"/);
  assert.deepEqual(await post(pageUrl, { otp: right.otp }), { status: 410, location: null });
  assert.deepEqual(await outcome(reference), ['06', '4035400']);
  assert.equal(world.endpoints.notifications.length, 0);
  world.simulator.configure({ expiryNotification: true });
  await newPayment();
  await world.simulator.advance(5 * 60_000);
  assert.deepEqual(world.endpoints.notifications.map(({ body }) => body['latestTransactionStatus']), ['06']);
});

test('finds missing money after the PIN and leads to the failure address', async () => {
  world.simulator.setBalance('6281234567890', 'BALANCE', '11999.99');
  const { pageUrl, reference } = await newPayment();
  await post(pageUrl, { otp: right.otp });
  assert.deepEqual(await post(pageUrl, { pin: right.pin }), { status: 303, location: fail });
  assert.deepEqual(await outcome(reference), ['06', '4035414']);
});

test('binds through the page; cancelling it binds nothing', async () => {
  const cancelled = await world.merchant.startBinding({ custIdMerchant: 'cust-002' }, '6289876543210');
  assert.equal((await post(cancelled.pageUrl, { action: 'cancel' })).location, 'https://merchant.example/bind/fail');
  assert.equal((await world.merchant.exchange(cancelled.authCode)).code, '4017400');
  const { pageUrl, authCode } = await world.merchant.startBinding({ custIdMerchant: 'cust-002' }, '6289876543210');
  await post(pageUrl, { otp: right.otp });
  assert.equal((await post(pageUrl, { pin: right.pin })).location, 'https://merchant.example/bind/ok?state=abc&x=1');
  assert.equal((await world.merchant.exchange(authCode)).code, '2007400');
});

test('says what it is, masks the phone, escapes the merchant and shows the amount', async () => {
  const { pageUrl } = await newPayment();
  const { html } = await see(pageUrl, 'en-GB,en;q=0.9');
  assert.match(html, /<html lang="en">/);
  for (const part of ['Simulator – not a bank', 'Kopi &lt;Kita&gt;', 'Rp 12.000', 'data-action="continue"', 'data-action="cancel"']) assert.ok(html.includes(part), part);
  assert.ok(!html.includes('6281234567890') && !html.includes('081234567890'));
  assert.match((await see(pageUrl, 'fr, id;q=0.5, en;q=0.1')).html, /<html lang="id">/);
});

test('answers 404 for a page that never was, and loads nothing from elsewhere', async () => {
  const { status, html, headers } = await see(`${world.simulator.url}/direct-debit/ui/payment/core/${'1'.repeat(40)}`);
  assert.equal(status, 404);
  assert.match(html, /data-end="unknown"/);
  assert.ok(!html.includes('data-action="back"'));
  assert.match(String(headers.get('Content-Security-Policy')), /default-src 'none'/);
  assert.deepEqual([headers.get('Cache-Control'), headers.get('Referrer-Policy')], ['no-store', 'no-referrer']);
  for (const asset of ['bank.css', 'bank.js']) assert.equal((await fetch(`${world.simulator.url}/simulator/assets/${asset}`)).status, 200);
});
