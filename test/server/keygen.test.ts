/**
 * From nothing to a server on the simulator: what `keygen --simulator` writes and prints is all that is needed.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { toNode } from '../../packages/server/src/adapters/node.ts';
import { createAllo } from '../../packages/server/src/allo.ts';

const cli = fileURLToPath(new URL('../../packages/server/src/cli.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'allo-keygen-'));
after(() => rmSync(root, { recursive: true, force: true }));

function emptyFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** Nothing of this process's own configuration is in the way. */
const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(DOKU|ALLO)_/.test(name)));

function start(cwd: string, args: string[], env: Record<string, string> = {}) {
  return spawn(process.execPath, [cli, ...args], { cwd, env: { ...plainEnv, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function run(cwd: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, env: { ...plainEnv, ...env }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The commands that were printed, as lists of arguments behind `allo-kit`. */
const commandsIn = (printed: string): string[][] =>
  [...printed.replaceAll('\\\n', ' ').matchAll(/^ {2}npx --no-install allo-kit (.*)$/gm)].map(([, args = '']) => args.trim().split(/ +/));

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

describe('keygen --simulator', () => {
  let folder: string;
  let printed: string;
  before(() => {
    folder = emptyFolder('road');
    printed = run(folder, ['keygen', '--simulator']).stdout;
  });

  test('writes files that nobody else may read, and whose secrets are printed only where a command needs one', () => {
    assert.deepEqual(readdirSync(folder).sort(), ['.env', 'simulator-doku.pem', 'simulator-merchant.pem']);
    if (process.platform !== 'win32') for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
    assert.doesNotMatch(printed, /PRIVATE KEY/);
  });

  test('the simulator as printed, a server with the .env, and doctor: all is well', async (t) => {
    const [simulatorArgs = [], doctorArgs = []] = commandsIn(printed);
    assert.deepEqual([simulatorArgs[0], doctorArgs], ['simulator', ['doctor']]);
    const shopPort = await freePort();
    // Ports 3000 and 3001 may be taken where this runs; that is all that is changed.
    const onFreePorts = simulatorArgs.map((argument, at) => (simulatorArgs[at - 1] === '--port' ? '0' : argument.replace('127.0.0.1:3000', `127.0.0.1:${shopPort}`)));
    const simulator = start(folder, onFreePorts);
    t.after(() => simulator.kill());
    const [line] = await once(createInterface({ input: simulator.stdout }), 'line') as [string];
    const { url, publicKey } = JSON.parse(line) as Record<string, string>;

    const written = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    assert.equal(written['DOKU_PUBLIC_KEY']?.replaceAll('\\n', '\n').trim(), publicKey?.trim());
    const ports = { DOKU_BASE_URL: url ?? '', ALLO_PUBLIC_URL: `http://127.0.0.1:${shopPort}` };
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const allo = createAllo({
      customer: () => null, order: () => null, onEvent: () => undefined, reconcileEveryMs: 0, log: quiet,
      env: { ...written, ...ports, ALLO_DATABASE_URL: `file:${join(folder, 'simulator.db')}` },
    });
    t.after(() => allo.close());
    const answer = toNode(allo);
    const server = createServer((request, response) => void answer(request, response)).listen(Number(shopPort), '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');

    const doctor = start(folder, doctorArgs, ports);
    const [out] = await Promise.all([text(doctor.stdout), once(doctor, 'exit')]);
    assert.deepEqual(out.trim().split('\n').map((said) => said.replace(/:.*/, '')), [
      '.env is read, for what the environment leaves out', 'ok    configuration', 'ok    database', 'ok    DOKU', 'ok    your server', 'note  DOKU_PUBLIC_KEY',
    ]);
    assert.equal(doctor.exitCode, 0);
  });

  for (const name of ['.env', 'simulator-merchant.pem', 'simulator-doku.pem']) {
    test(`writes nothing where there is a ${name}`, () => {
      const occupied = emptyFolder(`with-${name}`);
      writeFileSync(join(occupied, name), 'mine');
      const { status, stdout, stderr } = run(occupied, ['keygen', '--simulator']);
      assert.deepEqual([status, stdout, stderr], [2, '', `allo-kit: ${name} is there already, and nothing was written: move it away, or run this in another folder\n`]);
      assert.deepEqual(readdirSync(occupied), [name]);
      assert.equal(readFileSync(join(occupied, name), 'utf8'), 'mine');
    });
  }

  test('an option that there is not is refused, instead of printing secrets', () => {
    const { status, stdout, stderr } = run(folder, ['keygen', '--simulater']);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^allo-kit: Unknown option '--simulater'/);
  });
});

describe('.env', () => {
  const said = (...given: Parameters<typeof run>): string => {
    const { status, stdout, stderr } = run(...given);
    assert.notEqual(status, 0);
    return stdout + stderr;
  };

  for (const [command, says] of [['doctor', 'FAIL  configuration'], ['reseal', 'allo-kit']] as const) {
    test(`${command} reads it, and what the environment says comes first`, () => {
      const folder = emptyFolder(`env-${command}`);
      assert.ok(said(folder, [command]).startsWith(`${says}: doku.environment (or DOKU_ENV) is missing`));
      writeFileSync(join(folder, '.env'), 'DOKU_ENV=sandbox\n');
      assert.match(said(folder, [command]), new RegExp(`^${says}: publicUrl \\(or ALLO_PUBLIC_URL\\) is missing`, 'm'));
      assert.match(said(folder, [command], { DOKU_ENV: 'moon' }), new RegExp(`^${says}: doku\\.environment \\(or DOKU_ENV\\) is not right`, 'm'));
    });
  }

  test('a folder of that name is nobody\'s configuration', () => {
    const folder = emptyFolder('env-folder');
    mkdirSync(join(folder, '.env'));
    assert.match(said(folder, ['doctor']), /^FAIL {2}configuration: doku\.environment \(or DOKU_ENV\) is missing/);
  });

  test('that cannot be read is said in one line', () => {
    const folder = emptyFolder('env-unreadable');
    symlinkSync('.env', join(folder, '.env'));
    for (const command of ['doctor', 'reseal']) assert.match(run(folder, [command]).stderr, /^allo-kit: the file \.env cannot be read: .+\n$/);
  });
});

test('every command that help names is one that npx finds here, and looks for nowhere else', () => {
  for (const args of [['--help'], ['doctor', '--help'], ['keygen', '--help'], ['reseal', '--help']]) {
    const { stdout } = run(root, args);
    const commands = stdout.split('\n').filter((line) => /^ {2}\S.*allo-kit (?!COMMAND)/.test(line));
    assert.notEqual(commands.length, 0);
    for (const line of commands) assert.match(line, /^ {2}npx --no-install allo-kit [a-z]/);
  }
});
