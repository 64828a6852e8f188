import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import type { ListedMovement } from '../../packages/server/src/index.ts';
import { tamper } from './support/books.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { Shopper, World } from './support/world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: World;
let budi: Shopper;
let number = 0;

const newOrder = (): string => placeOrder(world, `order-${(number += 1)}`);
const rowOf = (paymentId: string) => world.ledger().payments.find(({ id }) => id === paymentId) ?? assert.fail('no such payment');
const settled = () => world.pass(3 * hourMs, hourMs);
const always = { from: new Date(0), to: new Date(8e15) };

/** Pays an order of which the ledger then knows that it was given up, as if the bank had taken the money long after; answers the payment. */
async function payUnnoticed(): Promise<string> {
  const { paymentId } = await payInFull(world, budi, newOrder());
  await settled();
  tamper(world.databasePath, `UPDATE payments SET state = 'expired', holds_order = 0, paid_at = NULL WHERE id = '${paymentId}'; DELETE FROM events WHERE subject_id = '${paymentId}';
    UPDATE audit SET to_state = 'expired' WHERE row_id = '${paymentId}' AND to_state = 'succeeded'; UPDATE audit SET from_state = 'requires_action' WHERE row_id = '${paymentId}' AND to_state = 'expired'`);
  world.events.splice(0);
  return paymentId;
}

/** Everything the bank moved, as its back office lists it. */
const listed = (): ListedMovement[] => world.simulator.journal().map(({ kind, partnerReferenceNo, value }) => ({
  kind: kind === 'debit' ? 'payment' : 'refund', reference: partnerReferenceNo, amount: { value, currency: 'IDR' },
}));

before(async () => {
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } } });
  budi = await linkedShopper(world, 'budi');
});
after(() => world.close());

describe('a sweep', () => {
  test('finds nothing where ledger and bank agree, and asks about each settled payment once', async () => {
    for (let count = 0; count < 3; count += 1) await payInFull(world, budi, newOrder());
    await world.allo.refund(world.ledger().payments[0]?.id ?? '');
    await settled();
    const asked = world.simulator.requests().length;
    assert.deepEqual(await world.allo.sweep(), { asked: 2, unanswered: 0, changed: [], denied: [] });
    assert.equal(world.simulator.requests().slice(asked).filter(({ operation }) => operation === 'status').length, 2, 'a refunded payment is done with');
  });

  test('finds a payment that was given up and that the bank took after all, without a word', async () => {
    const paymentId = await payUnnoticed();
    const { changed } = await world.allo.sweep();
    assert.deepEqual(changed, [paymentId]);
    assert.equal(rowOf(paymentId).state, 'succeeded');
    await world.settled();
    assert.deepEqual(world.told(), ['payment.paid']);
  });

  test('is made by itself, a day later, of what was given up: by one process, and once', async () => {
    const paymentId = await payUnnoticed();
    const other = createAllo({ ...world.alloOptions, fetch });
    const asked = (): number => world.simulator.requests().filter(({ operation, reference }) => operation === 'status' && reference === rowOf(paymentId).reference).length;
    const before = asked();
    for (let hours = 0; hours < 50; hours += 1) {
      await world.pass(hourMs);
      await other.reconcile();
    }
    await until(() => rowOf(paymentId).state === 'succeeded');
    await other.close();
    assert.equal(asked() - before, 1);
    await world.settled();
    assert.deepEqual(world.told(), ['payment.paid']);
  });

  test('comes to its end also where every look is a process of its own, as a scheduler starts them', async () => {
    const paymentIds: string[] = [];
    for (let count = 0; count < 5; count += 1) paymentIds.push(await payUnnoticed());
    for (let hours = 0; hours < 72; hours += 4) {
      await world.simulator.advance(4 * hourMs);
      const look = createAllo({ ...world.alloOptions, fetch });
      await look.reconcile();
      await look.close();
    }
    assert.deepEqual(paymentIds.map((paymentId) => rowOf(paymentId).state), Array(5).fill('succeeded'));
    await world.settled();
    assert.deepEqual(world.told(), Array(5).fill('payment.paid'));
  });

  test('names a payment that is paid here and not at the bank, and changes nothing of it', async () => {
    const { body: { paymentId } } = await budi.pay(newOrder());
    await world.pass(10 * minuteMs, minuteMs);
    assert.equal(rowOf(paymentId).state, 'expired');
    const asSucceeded = (state: string): void => tamper(world.databasePath, `UPDATE payments SET state = '${state}', holds_order = ${state === 'succeeded' ? 1 : 0} WHERE id = '${paymentId}'`);
    asSucceeded('succeeded');
    await settled();
    const { changed, denied } = await world.allo.sweep();
    assert.deepEqual({ changed, denied }, { changed: [], denied: [paymentId] });
    assert.equal(rowOf(paymentId).state, 'succeeded');
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.startsWith('the bank denies a payment')));
    asSucceeded('expired');
  });

  test('says of how many payments the bank did not answer', async () => {
    world.simulator.faults.set({ down: 'drop' });
    const { asked, unanswered } = await world.allo.sweep();
    world.simulator.faults.clear();
    assert.ok(asked > 0);
    assert.equal(unanswered, asked);
    await settled();
  });

  test('looks at the period alone that it is given', async () => {
    const { asked } = await world.allo.sweep({ from: new Date(0), to: new Date(1) });
    assert.equal(asked, 0);
  });
});

describe('a list of the back office', () => {
  test('that has every movement agrees with the ledger, in any order', async () => {
    await settled();
    assert.deepEqual(await world.allo.compare(listed().toReversed(), always), []);
  });

  test('that lacks a payment, has one twice, of another amount, or of nobody: each is named', async () => {
    const [first, second, third, ...rest] = await Promise.all([newOrder(), newOrder(), newOrder()].map(async (orderId) => (await payInFull(world, budi, orderId)).paymentId));
    assert.deepEqual(rest, []);
    const [lacking, doubled, other] = [first, second, third].map((paymentId = '') => rowOf(paymentId).reference);
    const movements = listed().flatMap((movement): ListedMovement[] => {
      if (movement.reference === lacking) return [];
      if (movement.reference === doubled) return [movement, movement];
      return [movement.reference === other ? { ...movement, amount: { value: '125000.01', currency: 'IDR' } } : movement];
    });
    const stranger = '0'.repeat(32);
    const differences = await world.allo.compare([...movements, { kind: 'payment', reference: stranger, amount: { value: '1.00', currency: 'IDR' } }], always);
    assert.deepEqual(new Set(differences.map((difference) => JSON.stringify(difference))), new Set([
      { reference: doubled, what: 'listed-twice' },
      { reference: other, what: 'other-amount', paymentId: third },
      { reference: stranger, what: 'not-in-ledger' },
      { what: 'not-listed', reference: lacking, paymentId: first },
    ].map((difference) => JSON.stringify(difference))));
    assert.ok(world.log.some(({ level, message }) => level === 'error' && message.startsWith('DOKU\'s list and the ledger do not agree')));
  });

  test('that says of a payment what the bank does not: named, and not believed', async () => {
    const { body: { paymentId } } = await budi.pay(newOrder());
    await world.pass(10 * minuteMs, minuteMs);
    const { reference } = rowOf(paymentId);
    const amount = { value: '125000.00', currency: 'IDR' } as const;
    const paid = await payInFull(world, budi, newOrder());
    const said: ListedMovement[] = [{ kind: 'payment', reference, amount }, { kind: 'refund', reference: paid.receipt?.reference ?? '', amount }];
    const differences = await world.allo.compare([...listed(), ...said], always);
    assert.deepEqual(differences.map(({ what, paymentId: id }) => [what, id]), [['not-paid', paymentId], ['not-refunded', paid.paymentId]]);
    assert.deepEqual([rowOf(paymentId).state, rowOf(paid.paymentId).state], ['expired', 'succeeded']);
  });

  test('that knows more than the ledger: the bank is asked, and then they agree', async () => {
    world.simulator.faults.addToNotifications({ on: 'payment', effect: 'missing', times: 1 });
    const { body } = await budi.pay(newOrder());
    await world.simulator.approve(body.action?.url ?? '');
    assert.equal(rowOf(body.paymentId).state, 'requires_action');
    assert.deepEqual(await world.allo.compare(listed(), always), []);
    assert.equal(rowOf(body.paymentId).state, 'succeeded');
  });
});
