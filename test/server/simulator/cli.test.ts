import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createPublicKey, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../packages/server/src/cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'simulator-cli-'));
const keyFile = join(folder, 'merchant.pem');
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
writeFileSync(keyFile, publicKey.export({ type: 'spki', format: 'pem' }));
after(() => rmSync(folder, { recursive: true }));

const needed = ['simulator', '--client-id', 'BRN-1', '--secret-key', 'SK-12345678', '--merchant-public-key', keyFile];

function start(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ code: unknown; out: string; error: string }> {
  const child = start(...args);
  const [out, error, exit] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<unknown[]>]);
  return { code: exit[0], out, error };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`simulator prints one line of JSON once it listens, and ends cleanly on ${signal}`, async () => {
    const child = start(...needed);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await once(reader, 'line');
    const { url, baseUrl, publicKey: dokuKey } = JSON.parse(lines[0] ?? '') as Record<string, string>;
    assert.equal(baseUrl, url);
    assert.equal(createPublicKey(dokuKey ?? '').asymmetricKeyType, 'rsa');
    assert.equal((await fetch(`${url}/simulator/state`)).status, 200);
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(lines.length, 1);
  });
}

const privateKeyFile = join(folder, 'private.pem');
writeFileSync(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));

const taken = createServer().listen(0, '127.0.0.1');
await once(taken, 'listening');
const takenPort = String((taken.address() as AddressInfo).port);
after(() => taken.close());

for (const [args, sentence] of [
  [['simulator'], /--client-id is missing/],
  [['simulator', '--client-id', 'BRN-1'], /--secret-key is missing/],
  [[...needed.slice(0, -1), join(folder, 'none.pem')], /--merchant-public-key: the file .* cannot be read/],
  [[...needed, '--port', 'many'], /--port takes a number/],
  [[...needed, '--port', '65536'], /--port takes a whole number from 0 to 65535, not "65536"/],
  [[...needed, '--port', '80.5'], /--port takes a whole number from 0 to 65535/],
  [[...needed, '--port', takenPort], /--port: \d+ is taken by another process/],
  [[...needed, '--speed', '0'], /--speed: simulated seconds per real second, a number above 0/],
  [[...needed, '--secret-key', 'SK-1'], /--secret-key: expected 8 to 256 characters/],
  [[...needed, '--merchant-public-key', privateKeyFile], /--merchant-public-key: expected the public half of the pair, and this is the private one/],
  [[...needed, '--private-key', keyFile], /--private-key: expected an unencrypted RSA key/],
  [[...needed, '--journal', join(folder, 'none', 'journal')], /--journal: the file \S+ cannot be written \(its folder has to exist\)/],
  [[...needed, '--journal', folder], /--journal: the file \S+ cannot be written \(it is a folder\)/],
  [[...needed, '--state', join(folder, 'none', 'state.json')], /--state: the file \S+state\.json cannot be written \(its folder has to exist\)/],
  [[...needed, '--state', folder], /--state: the file \S+ cannot be read \(it is a folder\)/],
  [[...needed, '--state', keyFile], /--state: the file is not JSON/],
  [[...needed, '--token-url', 'nowhere'], /--token-url takes an http\(s\) address/],
  [[...needed, '--colour', 'red'], /Unknown option '--colour'/],
  [['dance'], /there is no command "dance"/],
  [['constructor'], /there is no command "constructor"/],
] as const) {
  test(`says what is wrong with "${args.join(' ').replaceAll(folder, '').replace(takenPort, 'taken')}" in one sentence and exits with 2`, async () => {
    const { code, out, error } = await run(...args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(error, sentence);
    assert.equal(error.trim().split('\n').length, 1);
  });
}

test('keygen prints a key pair that fits together and a 32-byte encryption key', async () => {
  const { code, out } = await run('keygen');
  assert.equal(code, 0);
  const valueOf = (name: string): string => new RegExp(`^${name}="(.*)"$`, 'm').exec(out)?.[1] ?? '';
  const printed = out.split('\n').filter((line) => line.startsWith('#   ')).map((line) => line.slice(4)).join('\n');
  const derived = createPublicKey(createPrivateKey(valueOf('DOKU_PRIVATE_KEY').replaceAll('\\n', '\n')));
  assert.equal(derived.export({ type: 'spki', format: 'pem' }).toString().trim(), printed);
  assert.equal(Buffer.from(valueOf('ALLO_ENCRYPTION_KEY'), 'base64').length, 32);
  assert.notEqual((await run('keygen')).out, out);
});

test('lists its commands and their options', async () => {
  assert.match((await run('--help')).out, /allo-kit simulator/);
  assert.match((await run('simulator', '--help')).out, /--merchant-public-key FILE/);
});
