import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { examine } from '../../packages/server/src/doctor.ts';
import { encryptionKey } from './support/credentials.ts';
import { createWorld, linkedShopper } from './support/world.ts';
import type { World } from './support/world.ts';

/** An address at which nobody listens any more. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe('the doctor', () => {
  let world: World;
  before(async () => {
    world = await createWorld({ simulator: { clock: {} } });
  });
  after(() => world.close());

  const environment = (changes: Record<string, string> = {}): Record<string, string> => {
    const { environment: name, clientId, secretKey, privateKey, publicKey, baseUrl } = world.dokuOptions;
    return {
      DOKU_ENV: name ?? '', DOKU_CLIENT_ID: clientId ?? '', DOKU_SECRET_KEY: secretKey ?? '', DOKU_PRIVATE_KEY: privateKey ?? '', DOKU_PUBLIC_KEY: publicKey ?? '',
      DOKU_BASE_URL: baseUrl ?? '', ALLO_PUBLIC_URL: world.url, ALLO_ENCRYPTION_KEY: encryptionKey, ALLO_DATABASE_URL: `file:${world.databasePath}`, ...changes,
    };
  };

  async function lines(changes: Record<string, string> = {}): Promise<{ failed: number; text: string }> {
    const printed: string[] = [];
    const failed = await examine(environment(changes), (line) => printed.push(line));
    const text = printed.join('\n');
    assert.doesNotMatch(text, /PRIVATE KEY|SK-|eyJ/);
    return { failed, text };
  }

  test('finds nothing wrong where everything is right', async () => {
    const { failed, text } = await lines();
    assert.equal(failed, 0, text);
    assert.equal(text.match(/^ok /gm)?.length, 4);
  });

  test('says that DOKU does not know the merchant', async () => {
    const { failed, text } = await lines({ DOKU_CLIENT_ID: 'BRN-0000-0000000000000' });
    assert.equal(failed, 1);
    assert.match(text, /FAIL {2}DOKU: .* gave no token \(4017300\): the public half of DOKU_PRIVATE_KEY/);
  });

  test('tells which of several keys DOKU knows', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    const { privateKey = '', secretKey = '' } = world.dokuOptions;
    const { failed, text } = await lines({ DOKU_PRIVATE_KEY: `${other.privateKey},${privateKey}`, DOKU_SECRET_KEY: `${secretKey},SK-previous-0123456` });
    assert.equal(failed, 0, text);
    assert.match(text, /DOKU does not know DOKU_PRIVATE_KEY 1 of 2 \([0-9a-f]{8}\); DOKU knows DOKU_PRIVATE_KEY 2 of 2 \([0-9a-f]{8}\); DOKU knows DOKU_SECRET_KEY 1 of 2; DOKU does not know DOKU_SECRET_KEY 2 of 2$/m);
  });

  test('tells which encryption keys are still needed', async () => {
    const budi = await linkedShopper(world, 'budi');
    const newKey = Buffer.alloc(32, 8).toString('base64');
    const sealedUnder = async (ALLO_ENCRYPTION_KEY: string): Promise<string> => (await lines({ ALLO_ENCRYPTION_KEY })).text.split('\n').find((line) => line.includes('database: ')) ?? '';
    assert.match(await sealedUnder(encryptionKey), /^ok {4}database: .*; sealed values: 3 under ALLO_ENCRYPTION_KEY$/);
    assert.match(await sealedUnder(`${newKey},${encryptionKey}`), /^ok .* 0 under ALLO_ENCRYPTION_KEY 1 of 2, 3 under ALLO_ENCRYPTION_KEY 2 of 2; run `allo-kit reseal` before/);
    assert.match(await sealedUnder(`${encryptionKey},${newKey}`), /the older keys are no longer needed$/);
    assert.match(await sealedUnder(newKey), /^FAIL .* 3 sealed values stand under a key that is not given/);
    await budi.unlink();
  });

  test('says that the secret that signs is not the one DOKU knows', async () => {
    const { failed, text } = await lines({ DOKU_SECRET_KEY: `SK-newest-0123456,${world.dokuOptions.secretKey}` });
    assert.equal(failed, 1, text);
    assert.match(text, /FAIL {2}DOKU: DOKU does not know DOKU_SECRET_KEY 1 of 2; DOKU knows DOKU_SECRET_KEY 2 of 2: the first of DOKU_SECRET_KEY signs/);
  });

  test('says that DOKU cannot be reached, and that nothing answers at the public address', async () => {
    const nowhere = await closedAddress();
    const { failed, text } = await lines({ DOKU_BASE_URL: nowhere, ALLO_PUBLIC_URL: nowhere });
    assert.equal(failed, 2);
    assert.match(text, /FAIL {2}DOKU: http:\S+ cannot be reached/);
    assert.match(text, /FAIL {2}your server: nothing answers at/);
  });

  test('says that something else answers at the public address', async () => {
    const { failed, text } = await lines({ ALLO_PUBLIC_URL: world.dokuOptions.baseUrl ?? '' });
    assert.equal(failed, 1);
    assert.match(text, /FAIL {2}your server: .* answers 404, not as allo-kit does/);
  });

  test('names the database that cannot be used', async () => {
    const { failed, text } = await lines({ ALLO_DATABASE_URL: 'file:/nowhere/at/all/allo.db' });
    assert.equal(failed, 1);
    assert.match(text, /FAIL {2}database: database \(or ALLO_DATABASE_URL\) names a file that cannot be used/);
  });
});
