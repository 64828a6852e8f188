import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { merchantKeys, secretKey } from './support/credentials.ts';
import { createDokuSender, paymentNotice } from './support/doku.ts';
import { createWorld, linkedShopper, payInFull, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

const minuteMs = 60_000;
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const otherSecret = 'SK-ANOTHERONE0123456789';

let world: World;
let number = 0;
/** Which keys were of use, for example `DOKU_SECRET_KEY 2`. */
const used = new Set<string>();

before(async () => {
  world = await createWorld({ allo: { onMetric: (name, _value, { key, place }) => {
    if (name === 'allo.keys.used') used.add(`${key} ${place}`);
  } } });
});
after(() => world.close());

/** The product with other keys, and a token of DOKU's that is asked for anew. */
async function restartWith(doku: Partial<World['dokuOptions']>): Promise<void> {
  await world.pass(16 * minuteMs);
  await world.restart({ doku: { ...world.dokuOptions, ...doku } });
  used.clear();
}

/** Everything that is signed, in both directions. */
async function wholeLoop(): Promise<void> {
  const shopper = await linkedShopper(world, `customer-${(number += 1)}`);
  assert.equal((await shopper.balance()).status, 200);
  const { paymentId } = await payInFull(world, shopper, placeOrder(world, `order-${number}`));
  assert.equal((await world.allo.refund(paymentId)).status, 'refunded');
  assert.equal((await shopper.unlink()).body.status, 'unlinked');
  const refused = world.simulator.notifications().filter(({ state }) => state !== 'delivered');
  assert.deepEqual(refused, []);
}

describe('while our private key is being replaced', () => {
  test('everything works before DOKU knows the new one', async () => {
    await restartWith({ privateKey: `${otherKeys.privateKey},${merchantKeys.privateKey}` });
    await wholeLoop();
    assert.ok(used.has('DOKU_PRIVATE_KEY 2') && !used.has('DOKU_PRIVATE_KEY 1'));
  });

  test('everything works once DOKU knows the new one', async () => {
    await restartWith({ privateKey: `${merchantKeys.privateKey},${otherKeys.privateKey}` });
    await wholeLoop();
    assert.ok(used.has('DOKU_PRIVATE_KEY 1') && !used.has('DOKU_PRIVATE_KEY 2'));
  });

  test('a token that we gave DOKU under the old one is still good, and is not once that key is gone', async () => {
    await restartWith({ privateKey: merchantKeys.privateKey });
    const { send, token } = createDokuSender(world.url, world.simulator.now);
    const given = await token();
    const statusNow = async (): Promise<number> => (await send({ body: JSON.stringify(paymentNotice('nobody')), token: given })).status;
    assert.equal(await statusNow(), 404);
    await world.restart({ doku: { ...world.dokuOptions, privateKey: `${otherKeys.privateKey},${merchantKeys.privateKey}` } });
    assert.equal(await statusNow(), 404);
    await world.restart({ doku: { ...world.dokuOptions, privateKey: otherKeys.privateKey } });
    assert.equal(await statusNow(), 401);
  });

  test('a key that DOKU has never known opens nothing', async () => {
    await restartWith({ privateKey: otherKeys.privateKey });
    assert.equal((await world.shopper('nobody').link()).body.code, 'BANK_UNAVAILABLE');
    assert.equal(used.size, 0);
  });
});

describe('while DOKU\'s key or the secret is being replaced', () => {
  test('DOKU may sign with either of its keys', async () => {
    const { publicKey } = world.dokuOptions;
    for (const [keys, place] of [[`${publicKey},${otherKeys.publicKey}`, 1], [`${otherKeys.publicKey}\n${publicKey}`, 2]] as const) {
      await restartWith({ publicKey: keys });
      await wholeLoop();
      assert.ok(used.has(`DOKU_PUBLIC_KEY ${place}`));
    }
    await restartWith({ publicKey: otherKeys.publicKey });
    await assert.rejects(createDokuSender(world.url, world.simulator.now).token().then((token) => assert.ok(token)));
  });

  test('DOKU may sign with either secret, and no longer with one that was left out', async () => {
    await restartWith({ secretKey: `${secretKey},${otherSecret}` });
    await wholeLoop();
    const { send } = createDokuSender(world.url, world.simulator.now);
    const body = JSON.stringify(paymentNotice('nobody'));
    assert.equal((await send({ body, secretKey: otherSecret })).status, 404);
    assert.deepEqual([...used].filter((key) => key.startsWith('DOKU_SECRET_KEY')).sort(), ['DOKU_SECRET_KEY 1', 'DOKU_SECRET_KEY 2']);
    await restartWith({ secretKey });
    assert.equal((await send({ body, secretKey: otherSecret })).status, 401);
  });
});
