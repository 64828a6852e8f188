/**
 * DOKU's own Node SDK against the simulator: proof by a client that we did not write. Its defects are worked
 * around here, never in the package: it has no option for the address, fires a token request in its
 * constructor, keeps one customer token per instance, and numbers calls by the millisecond.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { clientId, merchantKeys, referenceNo, secretKey, startWithEndpoints } from './merchant.ts';
import type { Json } from './merchant.ts';

type Answer = Record<string, unknown>;
type Construct = new (...values: unknown[]) => object;

interface Snap {
  tokenB2B: string;
  tokenB2b2c: string;
  getTokenB2B(): Promise<Answer>;
  getTokenB2B2c(authCode: string): Promise<Answer>;
  doAccountBinding(request: object, ipAddress: string, deviceId: string): Promise<Answer>;
  doBalanceInquiry(request: object, authCode: string, ipAddress: string): Promise<Answer>;
  doPayment(request: object, authCode: string, ipAddress: string, deviceId: string): Promise<Answer>;
  doRefund(request: object, authCode: string, ipAddress: string, deviceId: string): Promise<Answer>;
  doCheckStatus(request: object): Promise<Answer>;
  doAccountUnbinding(request: object, ipAddress: string): Promise<Answer>;
}

const require = createRequire(import.meta.url);
const load = (path: string): unknown => require(`doku-nodejs-library${path}`);
const config = load('/_commons/config.js') as { CORE_SANDBOX_BASE_URL: string };
const { Snap } = load('') as { Snap: new (options: object) => Snap };
const AccountBindingRequest = load('/_models/accountBindingRequestDTO.js') as Construct;
const AccountBindingInfo = load('/_models/accountBindingAdditionalInfoRequestDTO.js') as Construct;
const BalanceInquiryRequest = load('/_models/balanceInquiryRequestDTO.js') as Construct;
const { PaymentRequestDto, TotalAmountDto, PayOptionDetailsDto, PaymentAdditionalInfoRequestDto } = load(
  '/_models/paymentRequestDirectDebitDTO.js',
) as Record<'PaymentRequestDto' | 'TotalAmountDto' | 'PayOptionDetailsDto' | 'PaymentAdditionalInfoRequestDto', Construct>;
const RefundRequest = load('/_models/refundRequestDTO.js') as Construct;
const CheckStatusRequest = load('/_models/checkStatusDirectDebitRequestDTO.js') as Construct;
const { AccountUnbindingRequestDto } = load('/_models/accountUnbindingRequestDTO.js') as { AccountUnbindingRequestDto: Construct };

const channel = 'DIRECT_DEBIT_ALLO_SNAP';
const [ipAddress, deviceId] = ['103.10.20.30', 'd9b1c2a34e5f'];

let world: Awaited<ReturnType<typeof startWithEndpoints>>;
let snap: Snap;
const authCodes: string[] = [];
before(async () => {
  world = await startWithEndpoints();
  config.CORE_SANDBOX_BASE_URL = world.simulator.url;
  snap = new Snap({
    isProduction: false,
    privateKey: merchantKeys.privateKey,
    publicKey: merchantKeys.publicKey,
    dokuPublicKey: world.simulator.publicKey,
    clientID: clientId,
    issuer: 'MERCHANT-TEST',
    secretKey,
  });
  // the constructor's own token request is not awaited by the SDK
  while (!snap.tokenB2B) await new Promise((resolve) => setImmediate(resolve));
});
after(() => world.stop());

/** Waits for the clock to tick: the SDK's X-EXTERNAL-ID is the millisecond. */
async function nextMillisecond(): Promise<void> {
  const start = Date.now();
  while (Date.now() === start) await new Promise((resolve) => setImmediate(resolve));
}

/** Does at the bank's page what a customer does, by its forms. Resolves with where the browser ends. */
async function visitBank(pageUrl: unknown): Promise<string | null> {
  const submit = (fields: Record<string, string>): Promise<Response> =>
    fetch(String(pageUrl), { method: 'POST', body: new URLSearchParams({ action: 'continue', ...fields }), redirect: 'manual' });
  await submit({ otp: '123456' });
  return (await submit({ pin: '111111' })).headers.get('Location');
}

function bindingRequest(): object {
  const info = new AccountBindingInfo(
    channel,
    'cust-001',
    'Budi Santoso',
    'budi@example.co.id',
    '3175000000000001',
    'ID',
    'Jl. Sudirman No. 1, Jakarta',
    '19900131',
    'https://merchant.example/bind/ok?x=1&y=2',
    'https://merchant.example/bind/fail',
    'iPhone15,2',
    'ios',
    'app',
  );
  return new AccountBindingRequest('62813941306101', info);
}

function paymentRequest(reference: string): object {
  const amount = new TotalAmountDto('12000.00', 'IDR');
  const info = new PaymentAdditionalInfoRequestDto(channel, 'order 1', 'https://merchant.example/pay/ok', 'https://merchant.example/pay/fail', [
    { name: 'Kopi susu', price: '12000.00', quantity: 1 },
  ]);
  const option = new PayOptionDetailsDto('BALANCE', amount, new TotalAmountDto('0.00', 'IDR'));
  return new PaymentRequestDto(reference, amount, [option], info);
}

async function checkStatus(reference: string): Promise<Answer> {
  await nextMillisecond();
  return snap.doCheckStatus(
    new CheckStatusRequest(reference, '', '', '55', '', { value: '12000.00', currency: 'IDR' }, '', '', '', { deviceId, channel }),
  );
}

test('the SDK gets a B2B token', async () => {
  const answer = await snap.getTokenB2B();
  assert.deepEqual([answer['responseCode'], answer['expiresIn']], ['2007300', 900]);
});

test('the SDK binds an account, and exchanges the authCode once the customer has finished', async () => {
  await nextMillisecond();
  const answer = await snap.doAccountBinding(bindingRequest(), ipAddress, deviceId);
  assert.equal(answer['responseCode'], '2000700');
  const { authCode } = answer['additionalInfo'] as { authCode: string };
  authCodes.push(authCode);
  await assert.rejects(snap.getTokenB2B2c(authCode));
  assert.equal(await visitBank(answer['redirectUrl']), 'https://merchant.example/bind/ok?x=1&y=2');
  const exchanged = await snap.getTokenB2B2c(authCode);
  assert.equal(exchanged['responseCode'], '2007400');
});

test('the SDK inquires the balance', async () => {
  await nextMillisecond();
  const answer = await snap.doBalanceInquiry(new BalanceInquiryRequest({ channel }), authCodes[0] ?? '', ipAddress);
  assert.equal(answer['responseCode'], '2001100');
  const [balance] = answer['accountInfos'] as Json[];
  assert.deepEqual(balance?.['amount'], { value: '2500000.00', currency: 'IDR' });
});

test('the SDK pays, checks, refunds and checks again', async () => {
  const reference = referenceNo();
  await nextMillisecond();
  const paid = await snap.doPayment(paymentRequest(reference), authCodes[0] ?? '', ipAddress, deviceId);
  assert.equal(paid['responseCode'], '2005400');
  assert.equal((await checkStatus(reference))['latestTransactionStatus'], '03');
  assert.equal(await visitBank(paid['webRedirectUrl']), 'https://merchant.example/pay/ok');
  assert.equal((await checkStatus(reference))['latestTransactionStatus'], '00');
  await nextMillisecond();
  const request = new RefundRequest(reference, { value: '12000.00', currency: 'IDR' }, referenceNo('RFD'), '', 'wrong size', { channel });
  const refunded = await snap.doRefund(request, authCodes[0] ?? '', ipAddress, deviceId);
  assert.equal(refunded['responseCode'], '2005800');
  const status = await checkStatus(reference);
  assert.equal(status['latestTransactionStatus'], '04');
  assert.equal((status['refundHistory'] as Json[]).length, 1);
  assert.deepEqual(world.simulator.journal().map(({ kind, value }) => [kind, value]), [['debit', '12000.00'], ['refund', '12000.00']]);
});

test('the SDK unbinds, and the customer token is dead', async () => {
  await nextMillisecond();
  const answer = await snap.doAccountUnbinding(new AccountUnbindingRequestDto(snap.tokenB2b2c, { channel }), ipAddress);
  assert.equal(answer['responseCode'], '2000900');
  await nextMillisecond();
  await assert.rejects(
    snap.doBalanceInquiry(new BalanceInquiryRequest({ channel }), authCodes[0] ?? '', ipAddress),
    (error: { response?: { data?: Answer } }) => error.response?.data?.['responseCode'] === '4011102',
  );
});

test('not one of the SDK\'s calls was refused but the two that had to be', () => {
  const refused = world.simulator.requests().filter(({ verdict }) => verdict !== 'answered');
  assert.deepEqual(refused.map(({ responseCode }) => responseCode), ['4017400', '4011102']);
});
