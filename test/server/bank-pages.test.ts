/** To which pages shoppers are sent beside DOKU's, and what becomes of who would have been sent elsewhere. Every way to bend an address: `test/fuzz/redirects`. */
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { isBankPage } from '../../packages/server/src/assemble.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

const production = { environment: 'production', baseUrl: 'https://api.doku.com', pageHosts: ['pay.allobank.com'] } as const;

describe('a page on a host that the merchant named', () => {
  for (const page of ['https://pay.allobank.com/p/1', 'https://PAY.allobank.com/p/1', 'https://pay.allobank.com:443/p/1']) {
    it(`is one to go to: ${page}`, () => assert.equal(isBankPage(production, page), true));
  }
  for (const page of [
    'http://pay.allobank.com/', 'https://pay.allobank.com:8443/', 'https://user@pay.allobank.com/', 'https://allobank.com/', 'https://x.pay.allobank.com/', 'https://pay.allobank.com.evil.example/',
    'https://pay.allobank.com./', 'ftp://pay.allobank.com/', 'https://127.0.0.1/', 'https://localhost/',
  ]) it(`is none to go to: ${page}`, () => assert.equal(isBankPage(production, page), false));
});

describe('an answer that names a page of somebody else', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
  });
  after(() => world.close());

  /** From now on DOKU's answers to such a request lead elsewhere. */
  const mislead = (member: string): Promise<void> => world.restart({ fetch: async (input, init) => {
    const response = await fetch(input, init);
    const text = await response.text();
    return new Response(text.replace(new RegExp(`("${member}":")[^"]+`), '$1https://doku.com.evil.example/page'), { status: response.status, headers: response.headers });
  } });
  const toldOfHost = (): boolean => world.log.some(({ level, fields }) => level === 'error' && fields?.['host'] === 'doku.com.evil.example');

  test('links nobody, and says which host it was', async () => {
    await mislead('redirectUrl');
    const { status, body } = await world.shopper('siti').link();
    assert.deepEqual([status, body.code], [503, 'BANK_UNAVAILABLE']);
    assert.ok(toldOfHost());
    await world.restart();
  });

  test('sends nobody there to pay, and is no proof that nothing was taken', async () => {
    const budi = await linkedShopper(world, 'budi');
    world.log.splice(0);
    await mislead('webRedirectUrl');
    const orderId = placeOrder(world, 'order-1');
    const { status, body } = await budi.pay(orderId);
    assert.deepEqual([status, body.status, body.action], [202, 'processing', undefined]);
    assert.ok(toldOfHost());
    await world.restart();
    await world.pass(26 * 3_600_000, 3_600_000);
    assert.equal((await budi.payment(body.paymentId)).body.status, 'failed');
    await payInFull(world, budi, orderId);
  });
});
