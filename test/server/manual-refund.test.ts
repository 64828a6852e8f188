import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Payment } from '../../packages/server/src/contract.ts';
import type { PaymentEvent } from '../../packages/server/src/ledger/allo-event.ts';
import { openStore } from '../../packages/server/src/open-store.ts';
import { assertBooksAgree, assertNothingOpen } from './support/books.ts';
import { createWorld, linkAccount, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { Answer, Shopper, World } from './support/world.ts';

const dayMs = 24 * 60 * 60_000;

let world: World;
let office: Shopper;
let number = 0;

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  office = world.shopper('office');
  office.cookies.set('shop-office', 'yes');
});
afterEach(() => assertBooksAgree(world));
after(() => world.close());

const eventsOf = (paymentId: string): PaymentEvent[] => world.events.filter((event): event is PaymentEvent => 'paymentId' in event && event.paymentId === paymentId);
const transferred = async (paymentId: string, body: object = {}, shopper = office): Promise<Answer<Payment & { code?: string }>> =>
  (await shopper.post(`/payments/${paymentId}/refund/transferred`, body)) as unknown as Answer<Payment & { code?: string }>;

/** A payment whose refund waits for a person, since its customer has unlinked. */
async function waitingRefund(): Promise<{ paymentId: string; shopper: Shopper }> {
  const shopper = await linkedShopper(world, `customer-${(number += 1)}`);
  const { paymentId } = await payInFull(world, shopper, placeOrder(world, `order-${number}`));
  await shopper.unlink();
  assert.equal((await world.allo.refund(paymentId)).refund?.status, 'manual');
  return { paymentId, shopper };
}

describe('a refund that was transferred by hand', () => {
  test('is done, with who said so and where to find it in the books', async () => {
    const { paymentId, shopper } = await waitingRefund();
    const done = await world.allo.confirmManualRefund(paymentId, { reference: 'BCA 2025-03-14/77', by: 'Sari (office)' });
    assert.deepEqual([done.status, done.refund?.status, done.refund?.byHand, done.refund?.transferReference], ['refunded', 'done', true, 'BCA 2025-03-14/77']);
    assert.deepEqual((await shopper.payment(paymentId)).body, done, 'the shopper sees the same');
    await world.settled();
    assert.deepEqual(eventsOf(paymentId).map(({ type, byHand, transferReference }) => [type, byHand, transferReference]), [
      ['payment.paid', undefined, undefined], ['refund.manual', undefined, undefined], ['payment.refunded', true, 'BCA 2025-03-14/77'],
    ]);
    const store = openStore({ kind: 'sqlite', path: world.databasePath }, Date.now);
    const refund = await store.refundOfPayment(paymentId);
    for (const trail of [await store.audit('refunds', refund?.id ?? ''), await store.audit('payments', paymentId)]) assert.equal(trail.at(-1)?.cause, 'transferred by hand, says Sari (office)');
    assert.equal(refund?.confirmedBy, 'Sari (office)');
    await store.close();
    assertNothingOpen(world.databasePath);
  });

  test('said again, or by many at once, is done once and stays as it was said first', async () => {
    const { paymentId } = await waitingRefund();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 ? transferred(paymentId, { reference: `R-${index}` }).then(({ body }) => body) : world.allo.confirmManualRefund(paymentId, { reference: `R-${index}` }))));
    assert.equal(new Set(answers.map(({ refund }) => JSON.stringify(refund))).size, 1);
    const later = await transferred(paymentId, { reference: 'another' });
    assert.deepEqual([later.status, later.body.refund], [200, answers[0]?.refund]);
    await world.settled();
    assert.equal(eventsOf(paymentId).filter(({ type }) => type === 'payment.refunded').length, 1);
  });

  test('is given back by the bank no more, also when the customer links again', async () => {
    const { paymentId, shopper } = await waitingRefund();
    await transferred(paymentId);
    await linkAccount(world, shopper);
    const again = await world.allo.refund(paymentId);
    assert.deepEqual([again.status, again.refund?.byHand], ['refunded', true]);
    assert.equal(world.simulator.journal().filter(({ kind }) => kind === 'refund').length, 0);
  });

  test('or by the bank, whoever is first: never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { paymentId, shopper } = await waitingRefund();
      await linkAccount(world, shopper);
      const before = world.simulator.journal().filter(({ kind }) => kind === 'refund').length;
      const [byBank, byHand] = await Promise.all([world.allo.refund(paymentId), transferred(paymentId)]);
      await world.settled();
      const atBank = world.simulator.journal().filter(({ kind }) => kind === 'refund').length - before;
      assert.equal(byHand.status === 200 ? 1 : 0, 1 - atBank);
      assert.equal((await shopper.payment(paymentId)).body.status, 'refunded', byBank.status);
    }
  });

  test('is believed of no refund that does not wait for it', async () => {
    const shopper = await linkedShopper(world, `customer-${(number += 1)}`);
    const { paymentId } = await payInFull(world, shopper, placeOrder(world, `order-${number}`));
    const refused = async (code: string): Promise<void> => {
      await assert.rejects(world.allo.confirmManualRefund(paymentId), { name: 'AlloServerError', code });
      assert.equal((await transferred(paymentId)).body.code, code);
    };
    await refused('PAYMENT_NOT_REFUNDABLE');
    await world.allo.refund(paymentId);
    await refused('PAYMENT_NOT_REFUNDABLE');
    await assert.rejects(world.allo.confirmManualRefund('no-such-payment'), { code: 'NOT_FOUND' });
  });

  test('is only said by whom the merchant lets, in plain words', async () => {
    const { paymentId, shopper } = await waitingRefund();
    for (const who of [shopper, world.shopper('nobody')]) assert.deepEqual([(await transferred(paymentId, {}, who)).status, (await transferred('none', {}, who)).status], [403, 403]);
    for (const reference of ['x'.repeat(65), 'line\nbreak', 'bidi\u202e', 7]) assert.equal((await transferred(paymentId, { reference })).body.code, 'INVALID_REQUEST');
    await assert.rejects(world.allo.confirmManualRefund(paymentId, { by: 'x'.repeat(65) }), { code: 'INVALID_REQUEST' });
    assert.equal((await shopper.payment(paymentId)).body.refund?.status, 'manual');
    await world.restart({ authorizeRefund: undefined });
    assert.equal((await transferred(paymentId)).status, 404);
    await world.restart();
    assert.equal((await transferred(paymentId)).status, 200);
  });
});

describe('unlinking by the back office', () => {
  test('while a payment could still be refunded needs force; a shopper is not asked', async () => {
    const [budi, siti] = [await linkedShopper(world, 'budi'), await linkedShopper(world, 'siti')];
    for (const shopper of [budi, siti]) await payInFull(world, shopper, placeOrder(world, `order-${(number += 1)}`));
    await assert.rejects(world.allo.unlink('budi'), { name: 'AlloServerError', code: 'REFUNDS_POSSIBLE' });
    assert.equal((await budi.account()).body.status, 'linked');
    assert.equal((await world.allo.unlink('budi', { force: true })).status, 'unlinked');
    assert.equal((await siti.unlink()).body.status, 'unlinked');
  });

  test('needs none once nothing could be refunded: given back, handed to people, or long ago', async () => {
    const rini = await linkedShopper(world, 'rini');
    const [first, second] = [await payInFull(world, rini, placeOrder(world, 'rini-1')), await payInFull(world, rini, placeOrder(world, 'rini-2'))];
    await world.allo.refund(first.paymentId);
    await assert.rejects(world.allo.unlink('rini'), { code: 'REFUNDS_POSSIBLE' }, second.paymentId);
    await world.pass(31 * dayMs, dayMs);
    assert.equal((await world.allo.unlink('rini')).status, 'unlinked');
    const { shopper } = await waitingRefund();
    await linkAccount(world, shopper);
    assert.equal((await world.allo.unlink(`customer-${number}`)).status, 'unlinked');
  });

  test('counts what was paid through an earlier link, and nothing of other customers', async () => {
    const [dewi, ayu] = [await linkedShopper(world, 'dewi'), await linkedShopper(world, 'ayu')];
    await payInFull(world, dewi, placeOrder(world, 'dewi-1'));
    await dewi.unlink();
    await linkAccount(world, dewi);
    await assert.rejects(world.allo.unlink('dewi'), { code: 'REFUNDS_POSSIBLE' });
    assert.equal((await world.allo.unlink('ayu')).status, 'unlinked');
    assert.equal((await ayu.account()).body.status, 'unlinked');
  });

  test('by a page is the merchant\'s to refuse', async () => {
    const gita = await linkedShopper(world, 'gita');
    await world.restart({ authorizeUnlink: (request, { id }) => id !== 'gita' || (request.headers.get('cookie') ?? '').includes('fresh-login=yes') });
    assert.equal((await gita.unlink()).body.code, 'FORBIDDEN');
    assert.equal((await gita.account()).body.status, 'linked');
    gita.cookies.set('fresh-login', 'yes');
    assert.equal((await gita.unlink()).body.status, 'unlinked');
  });

  test('by a page is refused unless the merchant says true, and nothing but true', async () => {
    const wira = await linkedShopper(world, 'wira');
    for (const answer of [undefined, null, 0, '', Number.NaN, 1, 'true', {}, false]) {
      for (const given of [answer, Promise.resolve(answer)]) {
        await world.restart({ authorizeUnlink: () => given as boolean });
        const { status, body } = await wira.unlink();
        assert.deepEqual({ status, code: body.code }, { status: 403, code: 'FORBIDDEN' }, JSON.stringify(answer));
      }
    }
    assert.equal((await wira.account()).body.status, 'linked');
    for (const given of [true, Promise.resolve(true)]) {
      await world.restart({ authorizeUnlink: () => given });
      assert.equal((await wira.unlink()).body.status, 'unlinked');
      await world.settled();
      await linkAccount(world, wira);
    }
  });
});
