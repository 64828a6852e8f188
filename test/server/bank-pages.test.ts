/** To which pages shoppers are sent: DOKU's, and those of the bank's that the merchant named; whatever an answer says. */
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { isBankPage } from '../../packages/server/src/assemble.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

const production = { environment: 'production', baseUrl: 'https://api.doku.com', pageHosts: ['pay.allobank.com'] } as const;

describe('a page that DOKU names', () => {
  for (const page of [
    'https://doku.com/', 'https://sandbox.doku.com/direct-debit/ui/binding/core/1', 'https://a.b.doku.com/x?y=1#z', 'https://pay.allobank.com/p/1', 'https://DOKU.com/x',
    'https://doku.com:443/x',
  ]) it(`is one to go to: ${page}`, () => assert.equal(isBankPage(production, page), true));

  for (const page of [
    'http://doku.com/', 'http://pay.allobank.com/', 'https://doku.com:8443/', 'https://pay.allobank.com:8443/', 'https://doku.com.evil.example/', 'https://evil.example/doku.com', 'https://evildoku.com/',
    'https://doku.com@evil.example/', 'https://user:secret@doku.com/', 'https://user@pay.allobank.com/', 'https://evil.example#.doku.com', 'https://evil.example?.doku.com', 'https://evil.example\\.doku.com',
    'https://evil.example/.doku.com', 'https://doku.com./', 'https://.doku.com.evil.example/', 'https://xn--dku-5na.com/', 'https://d\u043Eku.com/', 'https://allobank.com/', 'https://x.pay.allobank.com/',
    'javascript:alert(1)//doku.com', 'data:text/html,doku.com', 'ftp://doku.com/', 'file://doku.com/', 'blob:https://doku.com/1', 'https://127.0.0.1/', 'https://localhost/', 'https://[::1]/', 'https://doku.com%2eevil.example/',
    'https://evil.example:443@doku.com:8443/', 'https:doku.com.evil.example', 'wss://doku.com/',
  ]) it(`is none to go to: ${page}`, () => assert.equal(URL.canParse(page) && isBankPage(production, page), false));
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
