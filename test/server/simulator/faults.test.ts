import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { OperationEffect, OperationFault } from '../../../packages/server/src/simulator/faults.ts';
import { externalId, paths, startWithEndpoints } from './merchant.ts';
import type { Reply } from './merchant.ts';

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
let token: string;
beforeEach(async () => {
  world = await startWithEndpoints();
  ({ token } = await world.merchant.bind());
  await world.simulator.settled();
});
afterEach(() => world.stop());

const next = (on: OperationFault['on'], effect: OperationEffect, more: Partial<OperationFault> = {}): void =>
  world.simulator.faults.add({ on, effect, times: 1, ...more });
const isDropped = async (call: Promise<Reply>): Promise<boolean> => call.then(() => false, (error: unknown) => error instanceof TypeError);
const statusOf = async (reference: unknown): Promise<unknown> => (await world.merchant.status(reference)).body['latestTransactionStatus'];

test('there are none until one is added, and none after they are used or cleared', async () => {
  const none = { operations: [], notifications: [], down: 'no' };
  assert.deepEqual(world.simulator.faults.current(), none);
  next('status', 'error-before-commit', { times: 2 });
  assert.deepEqual([(await world.merchant.status('A')).code, (await world.merchant.status('A')).code, (await world.merchant.status('A')).code], ['5005500', '5005500', '4045501']);
  assert.deepEqual(world.simulator.faults.current(), none);
  world.simulator.faults.set({ down: 'drop', operations: [{ on: 'any', effect: 'unlink' }] });
  world.simulator.faults.clear();
  assert.deepEqual(world.simulator.faults.current(), none);
});

test('one without a number of times lasts until it is cleared', async () => {
  world.simulator.faults.add({ on: 'any', effect: 'error-before-commit' });
  for (let round = 0; round < 3; round += 1) assert.equal((await world.merchant.balance(token)).code, '5001100');
  world.simulator.faults.clear();
  assert.equal((await world.merchant.balance(token)).code, '2001100');
});

test('several are used in their order', async () => {
  next('payment', 'error-before-commit');
  next('payment', 'drop-before-commit');
  assert.equal((await world.merchant.pay(token)).code, '5005400');
  assert.ok(await isDropped(world.merchant.pay(token)));
  assert.equal((await world.merchant.pay(token)).code, '2005400');
});

test('dropped before the commit: no payment, and its numbers are free', async () => {
  const body = world.merchant.paymentBody();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  next('payment', 'drop-before-commit');
  assert.ok(await isDropped(world.merchant.pay(token, body, { headers })));
  assert.equal((await world.merchant.status(body['partnerReferenceNo'])).code, '4045501');
  assert.equal((await world.merchant.pay(token, body, { headers })).code, '2005400');
});

test('dropped after the commit: the payment is there, and its numbers are taken', async () => {
  const body = world.merchant.paymentBody();
  const headers = { 'X-EXTERNAL-ID': externalId() };
  next('payment', 'drop-after-commit');
  assert.ok(await isDropped(world.merchant.pay(token, body, { headers })));
  assert.equal(await statusOf(body['partnerReferenceNo']), '03');
  assert.equal((await world.merchant.pay(token, body, { headers })).code, '4095400');
  assert.equal((await world.merchant.pay(token, body)).code, '4095401');
  assert.equal(world.simulator.requests().find(({ verdict }) => verdict === 'dropped')?.fault, 'drop-after-commit');
});

test('HTTP 500 before and after the commit answer the same and leave different things behind', async () => {
  const [nothing, something] = [world.merchant.paymentBody(), world.merchant.paymentBody()];
  next('payment', 'error-before-commit');
  next('payment', 'error-after-commit');
  const replies = [await world.merchant.pay(token, nothing), await world.merchant.pay(token, something)];
  assert.deepEqual(replies.map(({ status, code, message }) => [status, code, message]), Array(2).fill([500, '5005400', 'General Error']));
  assert.equal(await statusOf(nothing['partnerReferenceNo']), undefined);
  assert.equal(await statusOf(something['partnerReferenceNo']), '03');
});

test('a refund dropped after the commit has moved the money', async () => {
  const reference = await world.merchant.paid(token);
  next('refund', 'drop-after-commit');
  assert.ok(await isDropped(world.merchant.refund(token, world.merchant.refundBody(reference))));
  assert.deepEqual(world.simulator.journal().map(({ kind }) => kind), ['debit', 'refund']);
  assert.equal(await statusOf(reference), '04');
});

test('an unbinding dropped after the commit is done', async () => {
  next('unbinding', 'drop-after-commit');
  assert.ok(await isDropped(world.merchant.unbind(token)));
  assert.equal((await world.merchant.balance(token)).code, '4011102');
});

test('token requests can be dropped, fail, and be garbled', async () => {
  next('b2b', 'drop-before-commit');
  const grant = { grantType: 'client_credentials' };
  assert.ok(await isDropped(world.merchant.token(paths.b2b, grant)));
  next('b2b', 'error-before-commit');
  assert.equal((await world.merchant.token(paths.b2b, grant)).code, '5007300');
  next('b2b', 'garbled-after-commit');
  const garbled = await world.merchant.token(paths.b2b, grant);
  assert.deepEqual([garbled.status, garbled.body], [200, {}]);
  assert.match(String(garbled.headers.get('Content-Type')), /html/);
});

test('a delayed call goes on when its time is over', async () => {
  next('payment', 'delay-before-commit', { delayMs: 1 });
  next('payment', 'delay-after-commit', { delayMs: 1 });
  assert.deepEqual([(await world.merchant.pay(token)).code, (await world.merchant.pay(token)).code], ['2005400', '2005400']);
});

for (const [side, payments] of [['before', 0], ['after', 1]] as const) {
  test(`a call delayed ${side} the commit has made ${payments} payments while it waits, and close ends the wait`, async () => {
    const { merchant, simulator } = world;
    next('payment', `delay-${side}-commit`, { delayMs: 3_600_000 });
    const lost = isDropped(merchant.pay(token));
    while (simulator.faults.current().operations.length > 0) await merchant.status('INV404');
    assert.equal(simulator.payments().length, payments);
    await simulator.close();
    assert.ok(await lost);
    assert.equal(simulator.payments().length, payments);
  });
}

test('any code can be answered, before or after the commit', async () => {
  const [nothing, something] = [world.merchant.paymentBody(), world.merchant.paymentBody()];
  next('payment', 'answer-before-commit', { responseCode: '4295400', responseMessage: 'Too Many Requests' });
  next('payment', 'answer-after-commit', { responseCode: '2025400', responseMessage: 'Request In Progress' });
  const [refused, pending] = [await world.merchant.pay(token, nothing), await world.merchant.pay(token, something)];
  assert.deepEqual([refused.status, refused.code, refused.message], [429, '4295400', 'Too Many Requests']);
  assert.deepEqual([pending.status, pending.code], [202, '2025400']);
  assert.deepEqual([await statusOf(nothing['partnerReferenceNo']), await statusOf(something['partnerReferenceNo'])], [undefined, '03']);
  next('refund', 'answer-before-commit');
  assert.equal((await world.merchant.refund(token, world.merchant.refundBody('A'))).code, '5045800');
});

test('tokens can be refused although they are good', async () => {
  next('balance', 'b2b-token-invalid');
  next('balance', 'customer-token-invalid');
  assert.deepEqual([(await world.merchant.balance(token)).code, (await world.merchant.balance(token)).code, (await world.merchant.balance(token)).code], ['4011101', '4011102', '2001100']);
});

test('revoked tokens are refused and new ones are not', async () => {
  world.simulator.revokeTokens('b2b');
  assert.equal((await world.merchant.balance(token)).code, '4011101');
  await world.merchant.fetchB2b();
  world.simulator.revokeTokens('customer');
  assert.equal((await world.merchant.balance(token)).code, '4011102');
});

test('with latestTokenOnly an older B2B token is refused', async () => {
  world.simulator.configure({ latestTokenOnly: true });
  const older = world.merchant.b2bToken;
  const newer = await world.merchant.fetchB2b();
  world.merchant.b2bToken = older;
  assert.equal((await world.merchant.status('A')).code, '4015501');
  world.merchant.b2bToken = newer;
  assert.equal((await world.merchant.status('A')).code, '4045501');
});

for (const [effect, code] of [['insufficient-funds', '4035414'], ['limit-exceeded', '4035402']] as const) {
  test(`${effect} is refused in the answer and the payment has failed`, async () => {
    const body = world.merchant.paymentBody();
    next('payment', effect);
    const reply = await world.merchant.pay(token, body);
    assert.deepEqual([reply.status, reply.code], [403, code]);
    const { body: status } = await world.merchant.status(body['partnerReferenceNo']);
    assert.deepEqual([status['latestTransactionStatus'], status['originalResponseCode']], ['06', code]);
  });

  test(`${effect}-at-bank is found after the PIN`, async () => {
    next('payment', `${effect}-at-bank`);
    const reference = await world.merchant.paid(token);
    const { body: status } = await world.merchant.status(reference);
    assert.deepEqual([status['latestTransactionStatus'], status['originalResponseCode']], ['06', code]);
    assert.deepEqual(world.simulator.journal(), []);
  });
}

test('confirm-before-answer notifies while the answer is held back', async () => {
  next('payment', 'confirm-before-answer');
  let answered = false;
  let answeredAtNotification: boolean | undefined;
  world.endpoints.onNotification = () => void (answeredAtNotification = answered);
  const reply = await world.merchant.pay(token).finally(() => (answered = true));
  assert.equal(answeredAtNotification, false);
  assert.equal(await statusOf(reply.body['partnerReferenceNo']), '00');
});

test('unlink ends the link just before the call', async () => {
  next('payment', 'unlink');
  assert.equal((await world.merchant.pay(token)).code, '4015402');
  assert.equal(world.simulator.bindings()[0]?.reason, 'unlinked in the app');
});

test('a fault can wait for an amount, a phone or a reference', async () => {
  const other = await world.merchant.bind('cust-002', '6289876543210');
  next('any', 'error-before-commit', { when: { amount: '13013.00' } });
  next('balance', 'error-before-commit', { when: { phoneNo: '6289876543210' } });
  next('status', 'error-before-commit', { when: { referencePrefix: 'ERR' } });
  assert.equal((await world.merchant.pay(token)).code, '2005400');
  assert.equal((await world.merchant.pay(token, world.merchant.paymentBody({ amount: { value: '13013.00', currency: 'IDR' } }))).code, '5005400');
  assert.equal((await world.merchant.balance(token)).code, '2001100');
  assert.equal((await world.merchant.balance(other.token)).code, '5001100');
  assert.equal((await world.merchant.status('INV1')).code, '4045501');
  assert.equal((await world.merchant.status('ERR1')).code, '5005500');
});

test('a call that the gate refuses uses up no fault', async () => {
  next('status', 'error-before-commit');
  assert.equal((await world.merchant.call(paths.status, { serviceCode: '55' }, { signedBody: '{}' })).code, '4015500');
  assert.equal((await world.merchant.status('A')).code, '5005500');
});

test('all of DOKU can be away, and the control stays', async () => {
  world.simulator.faults.set({ down: 'drop' });
  assert.ok(await isDropped(world.merchant.balance(token)));
  assert.ok(await isDropped(world.merchant.token(paths.b2b, { grantType: 'client_credentials' })));
  world.simulator.faults.set({ down: 'unavailable' });
  const away = await world.merchant.balance(token);
  assert.deepEqual([away.status, away.body], [503, {}]);
  assert.equal((await fetch(`${world.simulator.url}/simulator/state`)).status, 200);
});

test('autoConfirm after-answer binds and pays without a browser', async () => {
  world.simulator.configure({ autoConfirm: 'after-answer' });
  const { authCode } = await world.merchant.startBinding({ custIdMerchant: 'cust-002' }, '6289876543210');
  await world.simulator.settled();
  const { body } = await world.merchant.exchange(authCode);
  const reply = await world.merchant.pay(String(body['accessToken']));
  assert.equal(reply.code, '2005400');
  await world.simulator.settled();
  assert.equal(await statusOf(reply.body['partnerReferenceNo']), '00');
  assert.deepEqual(world.endpoints.notifications.slice(-2).map(({ path }) => path), ['/bind', '/pay?x=1']);
});

test('autoConfirm goes on after a dropped answer: the merchant does not know, the money has moved', async () => {
  world.simulator.configure({ autoConfirm: 'after-answer' });
  next('payment', 'drop-after-commit');
  assert.ok(await isDropped(world.merchant.pay(token)));
  await world.simulator.settled();
  assert.equal(world.simulator.journal().length, 1);
});

test('autoConfirm before-answer has confirmed and notified when the answer arrives', async () => {
  world.simulator.configure({ autoConfirm: 'before-answer' });
  const before = world.endpoints.notifications.length;
  await world.merchant.pay(token);
  assert.equal(world.endpoints.notifications.length, before + 1);
  assert.equal(world.simulator.journal().length, 1);
});
