import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createAllo } from '../../packages/server/src/allo.ts';
import { defaultTimeouts, readTimeouts } from '../../packages/server/src/snap/timeouts.ts';
import { addressOf } from './support/network.ts';
import { createWorld, linkedShopper, payInFull, placeOrder, until } from './support/world.ts';
import type { World } from './support/world.ts';

const minuteMs = 60_000;

describe('time-outs', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  /** DOKU takes these requests and never answers; counts them. */
  function silent(address: RegExp): { fetch: typeof fetch; count: () => number } {
    let count = 0;
    return {
      count: () => count,
      fetch: (input, init) => {
        if (!address.test(addressOf(input))) return fetch(input, init);
        count += 1;
        return new Promise(() => undefined);
      },
    };
  }

  test('end a payment that is never answered: it is unknown, asked after, and not sent again', async () => {
    const budi = await linkedShopper(world, 'budi');
    const doku = silent(/payment-host-to-host$/);
    await world.restart({ fetch: doku.fetch, timeouts: { paymentMs: 1 }, timing: { browserWaitMs: minuteMs } });
    const { body } = await budi.pay(placeOrder(world, 'silent-1'));
    assert.equal(body.status, 'processing');
    assert.equal(world.ledger().payments.find(({ id }) => id === body.paymentId)?.state, 'unknown');
    await world.restart();
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal((await budi.payment(body.paymentId)).body.status, 'failed');
    assert.equal(doku.count(), 1);
  });

  test('end an inquiry, a refund and the beginning of a link, each by its own limit', async () => {
    const siti = await linkedShopper(world, 'siti');
    const paid = await payInFull(world, siti, placeOrder(world, 'silent-2'));
    await world.restart({ fetch: silent(/balance-inquiry$|refund$|account-binding$/).fetch, timeouts: { inquiryMs: 1, refundMs: 1, linkMs: 1 } });
    assert.equal((await siti.balance()).body.code, 'BANK_UNAVAILABLE');
    assert.equal((await world.shopper('rini').link()).body.code, 'BANK_UNAVAILABLE');
    assert.equal((await world.allo.refund(paid.paymentId)).refund?.status, 'processing');
    await world.restart();
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal((await siti.payment(paid.paymentId)).body.status, 'refunded');
  });

  test('of the token request end before anything of the payment is sent', async () => {
    const dewi = await linkedShopper(world, 'dewi');
    await world.pass(16 * minuteMs);
    const doku = silent(/access-token\/b2b$/);
    await world.restart({ fetch: doku.fetch, timeouts: { tokenMs: 1 } });
    assert.equal((await dewi.pay(placeOrder(world, 'silent-3'))).body.failure, 'BANK_UNAVAILABLE');
    assert.ok(doku.count() > 0);
    await world.restart();
  });

  test('of the bank are not waited for by the browser that comes back from linking: it is in the shop, and the account is linked behind it', async () => {
    const sari = world.shopper('sari');
    const { promise: answer, resolve: end } = Promise.withResolvers<boolean>();
    await world.restart({
      fetch: async (input, init) => {
        if (/access-token\/b2b2c$/.test(addressOf(input))) await answer;
        return fetch(input, init);
      },
      timing: { browserWaitMs: 1 },
    });
    world.simulator.faults.addToNotifications({ on: 'binding', effect: 'missing', times: 1 });
    const back = await world.simulator.approve((await sari.link()).body.url);
    assert.equal(await sari.comeBack(back), `${world.url}/shop`);
    assert.equal(world.ledger().links.find(({ customer_id }) => customer_id === 'sari')?.state, 'exchanging', 'the bank has said nothing yet');
    end(true);
    await until(async () => (await sari.account()).body.status === 'linked');
    await world.restart();
  });

  test('that are longer keep the row for its sender as long', async () => {
    const ayu = await linkedShopper(world, 'ayu');
    const { promise: answer, resolve: end } = Promise.withResolvers<Response>();
    await world.restart({
      fetch: (input, init) => (/payment-host-to-host$/.test(addressOf(input)) ? answer : fetch(input, init)),
      timeouts: { paymentMs: 120_000 }, timing: { browserWaitMs: 1 },
    });
    const { body } = await ayu.pay(placeOrder(world, 'slow'));
    const stateNow = () => world.ledger().payments.find(({ id }) => id === body.paymentId)?.state;
    await until(() => stateNow() === 'sending');
    await world.pass(5 * minuteMs - 30_000 - 1_000, minuteMs);
    assert.equal(stateNow(), 'sending', 'two tries and three tokens take 270 seconds');
    await world.pass(2_000);
    assert.equal(stateNow(), 'unknown');
    end(new Response(null, { status: 502 }));
    await world.restart();
    await world.pass(20 * minuteMs, minuteMs / 2);
    assert.equal((await ayu.payment(body.paymentId)).body.status, 'failed');
  });

  test('that are not right stop the start, by name, and leave no database behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'allo-timeouts-'));
    const path = join(folder, 'never.db');
    const start = (timeouts: object) => createAllo({ ...world.alloOptions, database: `file:${path}`, timeouts });
    for (const [name, value] of [['paymentMs', 0], ['paymentMs', -1], ['refundMs', 1.5], ['tokenMs', Infinity], ['inquiryMs', NaN], ['linkMs', '10'], ['linkMs', 120_001]] as const) {
      assert.throws(() => start({ [name]: value }), (error) => error instanceof TypeError && error.message.startsWith(`timeouts.${name} is not right`), `${name}: ${value}`);
    }
    assert.throws(() => start({ moneyMs: 1 }), /^TypeError: timeouts\.moneyMs is not known: there are tokenMs, /);
    assert.equal(existsSync(path), false);
    rmSync(folder, { recursive: true });
  });

  test('that are left out keep their defaults', () => {
    assert.deepEqual(readTimeouts({ paymentMs: 45_000, refundMs: undefined }), { ...defaultTimeouts, paymentMs: 45_000 });
  });
});
