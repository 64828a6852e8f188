import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { secretKey, startWithEndpoints } from './merchant.ts';
import type { Json } from './merchant.ts';

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
beforeEach(async () => {
  world = await startWithEndpoints({ clock: { frozen: true, startAtMs: Date.parse('2025-03-14T10:00:00+07:00') } });
});
afterEach(() => world.stop());

async function get(path: string): Promise<Json> {
  return (await (await fetch(world.simulator.url + path)).json()) as Json;
}

async function tell(name: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${world.simulator.url}/simulator/${name}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
  return { status: response.status, body: (await response.json()) as Json };
}

async function submit(name: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${world.simulator.url}/simulator/form/${name}`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

test('shows state, journal, requests and notifications, and no token, key or authCode of a finished page', async () => {
  const { token, authCode, refreshToken } = await world.merchant.bind();
  const reference = await world.merchant.paid(token);
  const state = await get('/simulator/state');
  const [payment] = state['payments'] as Json[];
  assert.deepEqual([payment?.['state'], payment?.['partnerReferenceNo'], payment?.['amount']], ['SUCCESS', reference, { value: '12000.00', currency: 'IDR' }]);
  const journal = (await get('/simulator/journal')) as unknown as Json[];
  assert.deepEqual(journal.map(({ kind, value }) => [kind, value]), [['debit', '12000.00']]);
  const all = JSON.stringify([state, journal, await get('/simulator/requests'), await get('/simulator/notifications')]);
  const page = await (await fetch(`${world.simulator.url}/`)).text();
  for (const secret of [token, authCode, refreshToken, secretKey, world.merchant.b2bToken, 'PRIVATE KEY', 'merchant-token']) {
    assert.ok(!all.includes(secret) && !page.includes(secret));
  }
});

test('sets faults, and clears them with an empty object', async () => {
  const fault = { on: 'status', effect: 'answer-before-commit', responseCode: '4295500', times: 1, when: { referencePrefix: 'INV' } };
  assert.deepEqual((await tell('faults', { operations: [fault] })).body['operations'], [fault]);
  assert.equal((await world.merchant.status('INV1')).code, '4295500');
  await tell('faults', { notifications: [{ on: 'any', effect: 'missing' }], down: 'unavailable' });
  assert.deepEqual(world.simulator.faults.current(), { operations: [], notifications: [{ on: 'any', effect: 'missing' }], down: 'unavailable' });
  await tell('faults');
  assert.deepEqual(world.simulator.faults.current(), { operations: [], notifications: [], down: 'no' });
});

for (const [name, body] of [
  ['faults', { operations: [{ on: 'lunch', effect: 'unlink' }] }],
  ['faults', { operations: [{ on: 'payment', effect: 'explode' }] }],
  ['faults', { operations: [{ on: 'payment', effect: 'unlink', times: 0 }] }],
  ['faults', { notifications: [{ on: 'payment', effect: 'unlink' }] }],
  ['faults', { down: 'maybe' }],
  ['configure', { autoConfirmation: 'off' }],
  ['advance', { ms: 'soon' }],
  ['advance', { ms: -1 }],
  ['speed', { factor: 0 }],
  ['balance', { phoneNo: '0812', value: '1.00' }],
  ['balance', { phoneNo: '6281234567890', value: '1' }],
  ['balance', { phoneNo: '6281234567890', value: '1.00', instrument: 'GOLD' }],
  ['approve', { pageUrl: 'http://127.0.0.1/nowhere' }],
  ['resend', { number: 7 }],
] as const) {
  test(`refuses ${name} ${JSON.stringify(body)} with a sentence`, async () => {
    const reply = await tell(name, body);
    assert.equal(reply.status, 400);
    assert.ok(String(reply.body['error']).length > 5);
  });
}

test('moves time, balances, links and pages', async () => {
  const { pageUrl } = await world.merchant.startBinding();
  assert.equal((await tell('approve', { pageUrl })).body['location'], 'https://merchant.example/bind/ok?state=abc&x=1');
  await tell('balance', { phoneNo: '6281234567890', instrument: 'POINT', value: '77.00' });
  assert.equal(world.simulator.accounts()[0]?.balance.POINT.value, '77.00');
  assert.deepEqual((await tell('unlink', { custIdMerchant: 'cust-001' })).body, { unlinked: true });
  assert.deepEqual((await tell('unlink', { phoneNo: '6281234567890' })).body, { unlinked: false });
  await tell('advance', { ms: 3_600_000 });
  assert.equal((await get('/simulator/state'))['now'], '2025-03-14T11:00:00+07:00');
});

test('does nothing for a page of another site', async () => {
  const reply = await tell('faults', { down: 'drop' }, { 'Sec-Fetch-Site': 'cross-site' });
  assert.equal(reply.status, 403);
  assert.equal(world.simulator.faults.current().down, 'no');
});

test('the page\'s forms add faults, flip switches and come back to the page', async () => {
  const added = await submit('fault', { on: 'payment', effect: 'drop-after-commit', times: '2', delayMs: '', responseCode: '' });
  assert.deepEqual([added.status, added.headers.get('Location')], [303, '/']);
  await submit('notification-fault', { on: 'any', effect: 'duplicate', times: '' });
  await submit('switch', { autoConfirm: 'before-answer' });
  await submit('switch', { bindingNotification: 'false' });
  await submit('down', { down: 'unavailable' });
  const { faults, switches } = world.simulator.state();
  assert.deepEqual(faults, {
    operations: [{ on: 'payment', effect: 'drop-after-commit', times: 2 }],
    notifications: [{ on: 'any', effect: 'duplicate' }],
    down: 'unavailable',
  });
  assert.deepEqual([switches.autoConfirm, switches.bindingNotification], ['before-answer', false]);
  await submit('clear-faults', {});
  assert.deepEqual(world.simulator.faults.current().operations, []);
});

test('the page says what was wrong with a form, and shows what happened', async () => {
  const { token } = await world.merchant.bind();
  const reference = await world.merchant.paid(token);
  const open = await world.merchant.pay(token);
  const refused = await submit('balance', { phoneNo: '6281234567890', instrument: 'BALANCE', value: 'much' });
  assert.equal(refused.status, 400);
  const html = await refused.text();
  assert.match(html, /role="alert">Invalid Field Format amount.value/);
  for (const part of [reference, String(open.body['webRedirectUrl']), 'Rp 2.488.000', '6281234567890', '00 SUCCESS', 'delivered']) assert.ok(html.includes(part), part);
});
