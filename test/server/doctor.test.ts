import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { examine } from '../../packages/server/src/doctor.ts';
import { openStore } from '../../packages/server/src/open-store.ts';
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
    assert.doesNotMatch(text, /PRIVATE KEY|SK-\w|eyJ/);
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

  test('says in words what it cannot check, and how that shows', async () => {
    const { text } = await lines();
    assert.match(text, /^note {2}DOKU_PUBLIC_KEY: whether it is DOKU's cannot be tried from here\. .* your server then logs "a token request was refused" with the check "signature"$/m);
  });

  test('tells all that is missing or malformed in one run, and tries nothing with it', async () => {
    const asked = world.simulator.requests().length;
    const { failed, text } = await lines({ DOKU_ENV: '', DOKU_CLIENT_ID: ' ', DOKU_SECRET_KEY: 'short', DOKU_PUBLIC_KEY: '', ALLO_PUBLIC_URL: '', ALLO_DATABASE_URL: 'allo.db' });
    const named = text.split('\n').map((line) => /^FAIL {2}configuration: \S+ \(or (\w+)\) (is missing|is not right): it should be /.exec(line)?.slice(1).join(' '));
    assert.deepEqual(named, [
      'DOKU_ENV is missing', 'ALLO_PUBLIC_URL is missing', 'DOKU_CLIENT_ID is missing', 'DOKU_SECRET_KEY is not right', 'DOKU_PUBLIC_KEY is missing', 'ALLO_DATABASE_URL is not right',
    ]);
    assert.equal(failed, named.length);
    assert.equal(world.simulator.requests().length, asked);
  });

  test('names the database that cannot be used', async () => {
    const { failed, text } = await lines({ ALLO_DATABASE_URL: 'file:/nowhere/at/all/allo.db' });
    assert.equal(failed, 1);
    assert.match(text, /FAIL {2}database: database \(or ALLO_DATABASE_URL\) names a file that cannot be used: \S+ \(its folder has to exist\)/);
  });

  test('says why the database cannot be reached', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const { failed, text } = await lines({ ALLO_DATABASE_URL: `postgres://user:canary@${host}:1/shop` });
      assert.equal(failed, 1);
      assert.match(text, /FAIL {2}database: the database could not do its work: connect ECONNREFUSED/);
      assert.doesNotMatch(text, /canary/);
    }
  });

  test('says nothing of the password, even where the driver does', async () => {
    const { text } = await lines({ ALLO_DATABASE_URL: 'postgres://user:127%2E0.0.1@127.0.0.1:1/shop' });
    assert.match(text, /FAIL {2}database: .*connect ECONNREFUSED …:1/);
  });

  test('says that the driver is not installed', async (t) => {
    const hooks = registerHooks({ resolve: (specifier, context, next) => {
      if (specifier === 'pg') throw new Error('Cannot find package');
      return next(specifier, context);
    } });
    t.after(() => hooks.deregister());
    const { text } = await lines({ ALLO_DATABASE_URL: 'postgres://user:canary@127.0.0.1:1/shop' });
    assert.match(text, /FAIL {2}database: the database could not do its work: a postgres:\/\/ database needs the package "pg": npm install pg/);
  });
});

describe('a database file that cannot be used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'allo-'));
  after(() => rmSync(folder, { recursive: true }));

  const refuses = (path: string, reason: string): void => {
    assert.throws(() => openStore({ kind: 'sqlite', path }, Date.now), { name: 'TypeError', message: `database (or ALLO_DATABASE_URL) names a file that cannot be used: ${path} (${reason})` });
  };

  test('is said to lack a folder only where it does', () => {
    refuses(join(folder, 'none', 'allo.db'), 'its folder has to exist');
    refuses(folder, 'it is a folder');
  });

  test('is told from one that is something else', () => {
    const path = join(folder, 'package.json');
    writeFileSync(path, '{ "name": "not a database" }'.repeat(50));
    refuses(path, 'it is there, and is no SQLite database');
  });

  test('is told from one that may only be read', (t) => {
    const path = join(folder, 'read-only.db');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE one (id)');
    database.close();
    chmodSync(path, 0o444);
    // Root may write everywhere, and stands back from that for this test.
    if (process.geteuid?.() === 0) {
      t.after(() => process.seteuid?.(0));
      chmodSync(folder, 0o755);
      process.seteuid?.(65_534);
    }
    refuses(path, 'this process has to be allowed to write to it, and to its folder');
  });
});
