/**
 * Notifications that are not DOKU's, each by a hair: none is accepted, and none leaves a trace in the database. And
 * DOKU's own in every spelling of their JSON (dossier 2.5): none is refused.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createWorld, linkedShopper, payInFull, placeOrder } from '../server/support/world.ts';
import type { World } from '../server/support/world.ts';
import { deliver, fetchToken, inParallel, write } from './support/doku-pen.ts';
import type { Letter } from './support/doku-pen.ts';
import { anyMembers, canonical, inAnyOrder, minified, spell, spellings } from './support/encodings.ts';
import type { Spelling, Value } from './support/encodings.ts';
import { forgeries } from './support/forgeries.ts';
import type { Desk, Draw, Forgery } from './support/forgeries.ts';
import { count, createDice, seed, tell } from './support/plan.ts';

const forged = count(20_000, 1_000_000);
const genuine = count(5_000, 100_000);
const atOnce = 16;
/** After so many forgeries an honest letter, so that it is not the door itself that is shut. */
const between = 500;

let world: World;
const refusals = new Map<string, number>();

before(async () => {
  const note = (message: string, fields?: Record<string, unknown>): void => {
    if (message === 'a notification was refused') refusals.set(String(fields?.['check']), (refusals.get(String(fields?.['check'])) ?? 0) + 1);
  };
  world = await createWorld({ simulator: { openingBalance: { BALANCE: 100_000_000_000 } }, allo: { log: { info: () => undefined, warn: note, error: note } } });
});
after(() => world.close());

/** Numbers that depend on the seed and the index alone, so that one case can be had again. */
function drawFor(index: number): Draw {
  const dice = createDice(seed + index * 7919);
  return (below) => Math.floor(dice() * below);
}

const bodyOf = (reference: string, status: string): string => JSON.stringify({
  originalPartnerReferenceNo: reference, originalReferenceNo: 'RN-1', latestTransactionStatus: status, transactionStatusDesc: 'Masih diproses oleh bank',
  amount: { value: '125000.00', currency: 'IDR' }, additionalInfo: { channel: 'DIRECT_DEBIT_ALLO_SNAP', lineItems: [{ name: 'Kopi susu', price: '125000.00', quantity: 1 }] },
});

async function openReference(customerId: string): Promise<string> {
  const shopper = await linkedShopper(world, customerId);
  const { paymentId } = (await shopper.pay(placeOrder(world, `order-of-${customerId}`))).body;
  return world.ledger().payments.find(({ id }) => id === paymentId)?.reference ?? assert.fail('there is no payment');
}

const token = (ageSeconds: number): Promise<string> => fetchToken(world.allo, world.url, world.simulator.now(), ageSeconds);

/** What a notification could change, but for how often an honest one made us look. */
function traces(): object {
  const { payments, links, events, notifications } = world.ledger();
  return {
    payments: payments.map(({ id, state, amount_minor }) => [id, state, amount_minor]), links: links.map(({ id, state, failure }) => [id, state, failure]),
    events: events.map(({ type }) => type), notifications: notifications.map(({ reference, status, matched }) => [reference, status, matched]),
  };
}

describe('a notification that is not DOKU’s', () => {
  const all: readonly [string, Forgery][] = Object.entries(forgeries);
  let desk: Desk;
  let before: object;

  const honest = (): Letter => write(desk.body, { token: desk.token, sentAt: desk.nowMs });

  // One open payment each; the honest letter has been there already, so that it changes nothing any more.
  test('is made from one that is', async () => {
    const [budi, siti] = [await openReference('budi'), await openReference('siti')];
    desk = { body: bodyOf(budi, '03'), othersBody: bodyOf(siti, '03'), token: await token(1), otherToken: await token(2), nowMs: world.simulator.now() };
    assert.equal((await deliver(world.allo, world.url, honest()))?.status, 200);
    before = traces();
  });

  test(`${forged.toLocaleString('en')} times of ${all.length} kinds: none is accepted, and none leaves a trace`, { timeout: 7_200_000 }, async (context) => {
    const figures = { forged: 0, 'the real thing after all': 0, 'not to be sent by any client': 0, honest: 0 };
    const made = new Map<string, number>();
    // Some flips of a bit give the real thing in another spelling, and do not count.
    await inParallel(Math.ceil(forged * 1.03), atOnce, async (index) => {
      const [name, forge] = all[index % all.length] ?? assert.fail();
      const letter = forge(desk, drawFor(index));
      if (letter === undefined) return void (figures['the real thing after all'] += 1);
      const answer = await deliver(world.allo, world.url, letter);
      if (answer === undefined) return void (figures['not to be sent by any client'] += 1);
      assert.equal(answer.status, 401, `${name}, number ${index} of seed ${seed}: ${answer.text}\n${JSON.stringify(letter.headers)}\n${Buffer.from(letter.body).toString()}`);
      figures.forged += 1;
      made.set(name, (made.get(name) ?? 0) + 1);
      if (index % between !== 0) return;
      assert.equal((await deliver(world.allo, world.url, honest()))?.status, 200);
      figures.honest += 1;
    });
    assert.ok(figures.forged >= forged);
    for (const [name] of all) assert.ok((made.get(name) ?? 0) > forged / all.length / 4, `${name}: ${made.get(name)}`);
    for (const check of ['token', 'signature', 'timestamp', 'partner-id', 'format']) assert.ok((refusals.get(check) ?? 0) > forged / 500, `refused for its ${check}: ${refusals.get(check)}`);
    assert.deepEqual(traces(), before);
    tell(context, figures);
  });
});

describe('a notification of DOKU’s', () => {
  /** Written from the value, never from what the product makes of it. */
  function compose(reference: string, draw: Draw): { value: Value; spelling: Spelling } {
    const members: [string, Value][] = [
      ['originalPartnerReferenceNo', { text: reference }], ['latestTransactionStatus', { text: '00' }], ['transactionStatusDesc', { text: 'Sukses / <✓> & "é"' }],
      ['amount', { members: inAnyOrder<[string, Value]>([['value', { text: '125000.00' }], ['currency', { text: 'IDR' }]], draw) }],
      ['additionalInfo', { members: anyMembers(draw) }], ...anyMembers(draw),
    ];
    const all = spellings(draw);
    return { value: { members: inAnyOrder(members, draw) }, spelling: all[draw(all.length)] ?? assert.fail() };
  }

  test(`${genuine.toLocaleString('en')} times in every spelling: none is refused, and each payment is one event`, { timeout: 3_600_000 }, async (context) => {
    const ayu = await linkedShopper(world, 'ayu');
    const paid = await Promise.all(Array.from({ length: 5 }, (_, index) => payInFull(world, ayu, placeOrder(world, `genuine-${index}`))));
    const references = paid.map(({ receipt }) => receipt?.reference ?? '');
    const tokens = [await token(11), await token(12)];
    // A token is good for a quarter of an hour, and a letter may be as old.
    await world.simulator.advance(10 * 60_000);
    const nowMs = world.simulator.now();
    const figures: Record<string, number> = { genuine: 0 };
    await inParallel(genuine, atOnce, async (index) => {
      const draw = drawFor(index);
      const { value, spelling } = compose(references[index % references.length] ?? '', draw);
      const body = spell(value, spelling);
      // What is free in its escapes is signed as sent, or in the canonical form: its minified form cannot be written a second time.
      const isFree = spelling.name.startsWith('any');
      const signed = [body, canonical(value), isFree ? body : minified(value, spelling)][draw(3)] ?? body;
      const letter = write(body, { token: tokens[draw(2)] ?? '', sentAt: nowMs - draw(14 * 60_000), ...(draw(4) === 0 && { timestamp: new Date(nowMs).toISOString() }), signed });
      const answer = await deliver(world.allo, world.url, letter);
      assert.equal(answer?.status, 200, `number ${index} of seed ${seed}, ${spelling.name}: ${answer?.text}\n${body}\n${signed}`);
      figures['genuine'] = (figures['genuine'] ?? 0) + 1;
      figures[spelling.name] = (figures[spelling.name] ?? 0) + 1;
    });
    await world.settled();
    assert.deepEqual(paid.map(({ paymentId }) => world.events.filter((event) => event.type === 'payment.paid' && event.paymentId === paymentId).length), paid.map(() => 1));
    tell(context, figures);
  });
});
