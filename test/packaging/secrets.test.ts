/**
 * What browsers are given is built on machines that may hold a merchant's keys: none of it may come along.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { scriptFiles } from '../../packages/elements/bundle/script-file.ts';
import { createCanaries, secretForms } from '../server/support/canaries.ts';
import { encryptionKey, merchantKeys, secretKey } from '../server/support/credentials.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As on a merchant's machine; the one of Vite would come along if anything asked for all there is. */
before(() => {
  Object.assign(process.env, { DOKU_SECRET_KEY: secretKey, DOKU_PRIVATE_KEY: merchantKeys.privateKey, ALLO_ENCRYPTION_KEY: encryptionKey, VITE_DOKU_SECRET_KEY: secretKey });
});
async function storefront(): Promise<string> {
  const result = await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { write: false } });
  const files = [result].flat().flatMap((one) => ('output' in one ? one.output : []));
  return files.map((file) => (file.type === 'chunk' ? file.code : Buffer.from(file.source).toString('latin1'))).join('\n');
}

/** Every file below the folder. */
const everything = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  .flatMap((entry) => (entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), 'latin1')] : []));

describe('what browsers are given', () => {
  test('holds no key of the machine that built it', async () => {
    const canaries = createCanaries();
    const built = `${await storefront()}\n${(await scriptFiles(`import '/src/allo-pay/define.ts';`)).map(({ code }) => code).join('\n')}`;
    canaries.look('what was built', built);
    assert.ok(built.length > 100_000, 'hardly anything was built');
    assert.deepEqual(canaries.found(), []);
  });

  for (const folder of ['demo/dist', 'packages/elements/dist']) {
    test(`holds nothing that looks like a secret: ${folder}`, () => {
      const files = everything(folder);
      assert.ok(files.length > 10);
      for (const [name, form] of Object.entries(secretForms)) assert.ok(!files.some((text) => form.test(text)), name);
    });
  }
});
