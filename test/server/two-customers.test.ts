import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Payment } from '../../packages/server/src/contract.ts';
import { createWorld, linkedShopper, payInFull, phoneOf, placeOrder } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

let world: World;
let budi: Shopper;
let siti: Shopper;
/** Of Budi: one that is paid, one that waits at the bank. */
let paid: Payment;
let open: Payment;

before(async () => {
  world = await createWorld();
  [budi, siti] = await Promise.all([linkedShopper(world, 'budi'), linkedShopper(world, 'siti')]);
  world.simulator.setBalance(phoneOf('budi').replace(/^0/, '62'), 'BALANCE', '1234567.00');
  paid = await payInFull(world, budi, placeOrder(world, 'order-of-budi', '125000.00', 'budi'));
  open = (await budi.pay(placeOrder(world, 'open-order-of-budi', '76543.00', 'budi'))).body;
});
after(() => world.close());

/** What only Budi may see. */
const marksOfBudi = (): string[] => [
  'budi', phoneOf('budi'), phoneOf('budi').slice(-3).padStart(7, '•'), '1109567', '125000', '76543', paid.receipt?.reference ?? 'none', open.action?.url ?? 'none',
];

function assertNothingOfBudi(body: unknown, sent: string): void {
  const text = JSON.stringify(body).replaceAll(sent, '');
  for (const mark of marksOfBudi()) assert.ok(!text.includes(mark), `the answer shows ${mark}`);
}

describe('the ids of another customer', () => {
  const routes: readonly [string, (id: string) => Promise<{ status: number; body: unknown }>][] = [
    ['GET /payments/{id}', (id) => siti.payment(id)],
    ['GET /orders/{id}', (id) => siti.order(id)],
    ['POST /payments', (id) => siti.pay(id)],
    ['POST /payments/{id}/refund', (id) => siti.refund(id)],
  ];
  const ids: readonly [string, () => string][] = [
    ['a paid payment', () => paid.paymentId],
    ['an open payment', () => open.paymentId],
    ['the reference at the bank', () => paid.receipt?.reference ?? ''],
    ['a paid order', () => paid.orderId],
    ['an open order', () => open.orderId],
    ['the customer', () => 'budi'],
    ['nothing there is', () => 'no-such-thing'],
  ];

  for (const [route, ask] of routes) {
    for (const [name, idOf] of ids) {
      test(`${route} with the id of ${name}: as if it were not there`, async () => {
        const id = idOf();
        const { status, body } = await ask(id);
        assert.equal(status, route.endsWith('refund') ? 403 : 404);
        assertNothingOfBudi(body, id);
        const { status: absent, body: absentBody } = await ask('really-no-such-thing');
        assert.equal(status, absent, 'the same answer as for what does not exist');
        assert.equal((body as { code: string }).code, (absentBody as { code: string }).code);
      });
    }
  }

  test('nobody who is not signed in gets anything', async () => {
    const answers = await Promise.all(['/account', '/balance', `/orders/${paid.orderId}`, `/payments/${paid.paymentId}`].map((path) => fetch(`${world.url}/allo${path}`)));
    for (const response of answers) {
      assert.equal(response.status, 401);
      assertNothingOfBudi(await response.json(), '');
    }
  });

  test('a customer named in body, query or header is not looked at', async () => {
    const claims = { 'customer-id': 'budi', 'x-customer-id': 'budi', 'x-user': 'budi' };
    const balance = await siti.send('/balance?customerId=budi&customer=budi&id=budi', { headers: claims });
    assertNothingOfBudi(balance.body, '');
    const account = await siti.send('/account?customerId=budi', { headers: claims });
    assertNothingOfBudi(account.body, '');
    const { status, body } = await siti.post('/payments', { orderId: 'order-of-budi', customerId: 'budi', customer: { id: 'budi' } }, { 'idempotency-key': 'x'.repeat(20) });
    assert.equal(status, 404);
    assertNothingOfBudi(body, 'order-of-budi');
  });

  test('a merchant who answers anybody\'s order still shows and charges nothing of another\'s payment', async () => {
    const amount = { value: '125000.00', currency: 'IDR' } as const;
    await world.restart({ order: (orderId) => ({ orderId, amount, lines: [] }) });
    const order = (await siti.order(paid.orderId)).body;
    assert.equal(order.payment, undefined);
    const { status, body } = await siti.pay(paid.orderId);
    assert.deepEqual([status, body.code], [404, 'ORDER_NOT_FOUND']);
    await world.restart();
  });

  test('one customer\'s idempotency key means nothing for another', async () => {
    const key = 'the-same-key-by-chance';
    const [ofBudi, ofSiti] = [await budi.pay(placeOrder(world, 'key-of-budi', '10000.00', 'budi'), key), await siti.pay(placeOrder(world, 'key-of-siti', '20000.00', 'siti'), key)];
    assert.deepEqual([ofBudi.body.orderId, ofSiti.body.orderId], ['key-of-budi', 'key-of-siti']);
  });

  test('the way back of another\'s payment leads to the shop, and decides nothing', async () => {
    const { body } = await budi.pay(placeOrder(world, 'way-back', '10000.00', 'budi'));
    const back = await world.simulator.cancel(body.action?.url ?? '');
    assert.equal(await siti.comeBack(back.replace(/&failed=1/, '')), `${world.url}/orders/way-back`);
    await world.settled();
    assert.equal((await budi.payment(body.paymentId)).body.status, 'cancelled');
  });
});

describe('at the bank', () => {
  test('each debit is of the customer whose order it was', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 ? budi : siti)).map((shopper, index) =>
      payInFull(world, shopper, placeOrder(world, `mixed-${index}`, `${index + 1}000.00`, index % 2 ? 'budi' : 'siti'))));
    const byReference = new Map(world.ledger().payments.map((payment) => [payment.reference, payment]));
    const debits = world.simulator.journal().filter(({ kind }) => kind === 'debit');
    assert.equal(debits.length, 7);
    for (const { partnerReferenceNo, custIdMerchant } of debits) assert.equal(byReference.get(partnerReferenceNo)?.customer_id, custIdMerchant);
  });
});
