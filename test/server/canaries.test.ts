import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanaries } from './support/canaries.ts';
import type { Canaries } from './support/canaries.ts';
import { tamper } from './support/books.ts';
import { secretKey } from './support/credentials.ts';
import { keepLog } from './support/kept-log.ts';
import type { KeptLog } from './support/kept-log.ts';
import { createWorld, linkedShopper, phoneOf, placeOrder } from './support/world.ts';
import type { World } from './support/world.ts';

const token = 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3OTAwMDAwMDAsImp0aSI6IjdmM2E5MSJ9.c2lnbmF0dXJlLW9mLWEtY2FuYXJ5LXRva2VuLXRoYXQtaXMtbG9uZw';

function watching(): Canaries {
  const canaries = createCanaries();
  canaries.learn(`Authorization-Customer: Bearer ${token}\n{"phoneNo":"6281299887766","additionalInfo":{"authCode":"2238123456789012345678901234567890123456"}}`);
  return canaries;
}

describe('the watch over secrets', () => {
  const forms: Record<string, (secret: string) => string> = {
    'as it is': (secret) => secret,
    'in an address': (secret) => `https://shop.example/?next=${encodeURIComponent(`a b/${secret}`)}`,
    'in hex': (secret) => Buffer.from(`..${secret}`).toString('hex'),
    'in base64': (secret) => Buffer.from(`"${secret}"`).toString('base64'),
    'in base64 for addresses': (secret) => Buffer.from(`->${secret}<-`).toString('base64url'),
    'among other bytes': (secret) => `\u0000\u0007${secret}\u0000`,
  };
  for (const [name, form] of Object.entries(forms)) {
    test(`finds a secret ${name}`, () => {
      for (const secret of [token, '081299887766', '+6281299887766', '2238123456789012345678901234567890123456']) {
        const canaries = watching();
        canaries.look('a place', form(secret));
        assert.notDeepEqual(canaries.found(), [], secret);
      }
    });
  }

  test('finds half of a token', () => {
    const canaries = watching();
    canaries.look('a place', token.slice(60, 120));
    assert.notDeepEqual(canaries.found(), []);
  });

  test('forgets the oldest of very many, and never our own keys', () => {
    const canaries = createCanaries();
    for (let index = 0; index < 10_005; index += 1) canaries.add('token', `token-${String(index).padStart(20, '0')}`);
    canaries.look('a place', `token-${'0'.repeat(20)} token-${'4'.padStart(20, '0')}`);
    assert.deepEqual(canaries.found(), []);
    canaries.look('a place', `token-${'5'.padStart(20, '0')}`);
    canaries.look('another place', secretKey);
    assert.equal(canaries.found().length, 2);
    assert.equal(canaries.figures().secrets, 10_005);
  });

  test('lets a masked number and other people’s numbers pass', () => {
    const canaries = watching();
    canaries.look('a place', '{"phone":"0812••••766"} 081299887767 41807553358950093184162180797837');
    assert.deepEqual(canaries.found(), []);
  });
});

describe('a log that is kept', () => {
  /** Whether anything is found in a log after this, before it is looked through for the last time. */
  function isFound(use: (log: KeptLog, canaries: Canaries) => void): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'allo-log-'));
    const canaries = createCanaries();
    const log = keepLog(join(folder, 'log.txt'), canaries);
    use(log, canaries);
    log.close();
    log.write('of somebody who does not know that all is over');
    rmSync(folder, { recursive: true });
    return canaries.found().length > 0;
  }

  test('shows what was no secret yet when it was written', () => {
    const logFirst = (log: KeptLog, canaries: Canaries): void => {
      log.write(`a line with ${token}\n`);
      canaries.add('token', token);
    };
    assert.equal(isFound(logFirst), false);
    assert.equal(isFound((log, canaries) => {
      logFirst(log, canaries);
      log.lookThrough();
    }), true);
  });

  test('shows it also if it was written long ago', () => {
    assert.ok(isFound((log, canaries) => {
      for (const text of ['.'.repeat(1_500_000), token, ...Array.from({ length: 30 }, () => '.'.repeat(100_000))]) log.write(text);
      canaries.add('token', token);
      log.lookThrough();
    }));
  });

  test('shows what lies across two pieces of a long one, and what was written in two', () => {
    const short = token.slice(0, 30);
    for (let before = 1_048_576 - 50; before <= 1_048_576; before += 5) {
      assert.ok(isFound((log, canaries) => {
        canaries.add('token', token);
        log.write('.'.repeat(before));
        log.write(short.slice(0, 10));
        log.write(short.slice(10));
        log.lookThrough();
      }), `after ${before} others`);
    }
  });

  test('is looked through again before the first of very many secrets is forgotten', () => {
    assert.ok(isFound((log, canaries) => {
      log.write(`a line with ${token}\n`);
      canaries.add('token', token);
      for (let index = 0; index < 10_005; index += 1) {
        canaries.add('token', `token-${String(index).padStart(20, '0')}`);
        log.write('.');
      }
    }));
  });
});

/** A world in which a customer is linked; then something lets a secret out. */
async function leak(how: (world: World) => Promise<void>): Promise<void> {
  const world = await createWorld();
  await linkedShopper(world, 'budi');
  await how(world);
  await assert.rejects(world.close(), /a secret came out/);
}

describe('a world that closes', () => {
  test('complains of a phone number in an answer', () => leak(async (world) => {
    placeOrder(world, 'order-1');
    await world.restart({ order: () => ({ orderId: 'order-1', amount: { value: '1.00', currency: 'IDR' }, lines: [{ name: phoneOf('budi'), price: { value: '1.00', currency: 'IDR' }, quantity: 1 }] }) });
    assert.equal((await world.shopper('budi').order('order-1')).status, 200);
  }));

  test('complains of a secret in the log', () => leak(async (world) => {
    await world.restart({ onEvent: () => { throw new Error(`no such customer: ${phoneOf('siti')}`); } });
    await linkedShopper(world, 'siti');
  }));

  test('complains of a secret that stood in the log before anybody knew it for one', () => leak(async (world) => {
    await world.restart({ onEvent: () => { throw new Error(`no such customer: ${phoneOf('siti')}`); } });
    await linkedShopper(world, 'ayu');
    world.shopper('siti');
  }));

  test('complains of a secret in the database', () => leak(async (world) => {
    tamper(world.databasePath, `UPDATE links SET failure = '${Buffer.from(phoneOf('budi')).toString('hex')}'`);
  }));
});

test('while the bank’s page is open, its address has a gap in the database where the authorisation code stands, and none for the shopper', async () => {
  const world = await createWorld();
  const budi = world.shopper('budi');
  const { body } = await budi.link();
  const code = body.url.split('/').at(-1) ?? '';
  assert.match(code, /^2238\d{30,}$/);
  const [row] = world.ledger().links as unknown as { page_url: string }[];
  assert.equal(row?.page_url, body.url.replace(code, '{authCode}'));
  assert.equal((await budi.account()).body.link?.url, body.url);
  assert.equal((await budi.link()).body.url, body.url, 'the same attempt, asked for again');
  await world.close();
});
