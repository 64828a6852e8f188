import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { publicPath, readConfig } from '../../packages/server/src/config.ts';
import type { Config, ConnectionOptions, DokuOptions } from '../../packages/server/src/config.ts';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', {
  modulusLength, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const keys = rsa(2048);
const doku = rsa(2048);
const short = rsa(1024);
const ellipticCurve = generateKeyPairSync('ec', {
  namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const pkcs1 = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'pkcs1', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const encrypted = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary-passphrase' },
});

const encryptionKey = randomBytes(32);

/** A whole environment, as a merchant writes it down for the sandbox. */
const whole = {
  DOKU_ENV: 'sandbox',
  DOKU_CLIENT_ID: 'BRN-0203-1699999999999',
  DOKU_SECRET_KEY: 'SK-canary0123456789',
  DOKU_PRIVATE_KEY: keys.privateKey,
  DOKU_PUBLIC_KEY: doku.publicKey,
  ALLO_PUBLIC_URL: 'https://shop.example',
  ALLO_ENCRYPTION_KEY: encryptionKey.toString('base64'),
  ALLO_DATABASE_URL: 'file:./allo.db',
} as const;

type Variable = keyof typeof whole | 'DOKU_PROFILE' | 'DOKU_BASE_URL' | 'NODE_ENV';
type Environment = Partial<Record<Variable, string | undefined>>;

/** The same in the simulator. */
const simulated: Environment = { ...whole, DOKU_ENV: 'simulator', DOKU_BASE_URL: 'http://127.0.0.1:3001', ALLO_PUBLIC_URL: 'http://127.0.0.1:3000' };

const readFrom = (change: Environment, rest: ConnectionOptions = {}): Config => readConfig({ ...rest, env: { ...whole, ...change } });

interface SettingCase {
  option: string;
  variable: Variable;
  /** How the option is given in code. */
  give: (value: string) => ConnectionOptions;
  optional?: boolean;
  malformed: readonly string[];
}

const inDoku = (name: keyof DokuOptions) => (value: string): ConnectionOptions => ({ doku: { [name]: value } });

const settings: readonly SettingCase[] = [
  { option: 'doku.environment', variable: 'DOKU_ENV', give: inDoku('environment'), malformed: ['Sandbox', 'prod', 'https://api.doku.com', 'canary-value'] },
  {
    option: 'doku.clientId', variable: 'DOKU_CLIENT_ID', give: inDoku('clientId'),
    malformed: ['BRN 0203', 'BRN-0203\r\nX-Evil: canary', 'canary/value', 'c'.repeat(37), 'é-canary'],
  },
  {
    option: 'doku.secretKey', variable: 'DOKU_SECRET_KEY', give: inDoku('secretKey'),
    malformed: ['canary', 'SK-canary with spaces', 'SK-canary-good-one,', 'SK-canary-good-one,,SK-canary-other', 'SK-canäry-0123', `SK-${'c'.repeat(300)}`],
  },
  {
    option: 'doku.privateKey', variable: 'DOKU_PRIVATE_KEY', give: inDoku('privateKey'),
    malformed: ['canary', keys.publicKey, short.privateKey, ellipticCurve.privateKey, encrypted.privateKey, keys.privateKey.slice(0, 400), keys.privateKey.replace(/[A-Za-z]{6}/, 'canary')],
  },
  {
    option: 'doku.publicKey', variable: 'DOKU_PUBLIC_KEY', give: inDoku('publicKey'),
    malformed: ['canary', short.publicKey, ellipticCurve.publicKey, doku.publicKey.slice(0, 100)],
  },
  { option: 'doku.profile', variable: 'DOKU_PROFILE', give: inDoku('profile'), optional: true, malformed: ['canary', 'core-v2', 'CORE-V1', 'toString', '__proto__'] },
  {
    option: 'publicUrl', variable: 'ALLO_PUBLIC_URL', give: (publicUrl) => ({ publicUrl }),
    malformed: ['shop.canary', '/allo', 'ftp://shop.canary', 'javascript:canary()', 'https://shop.canary/?a=1', 'https://shop.canary/#a', 'https://canary:secret@shop.example'],
  },
  {
    option: 'encryptionKey', variable: 'ALLO_ENCRYPTION_KEY', give: (key) => ({ encryptionKey: key }),
    malformed: [
      'canary', randomBytes(31).toString('base64'), randomBytes(33).toString('base64'), randomBytes(16).toString('hex'), randomBytes(31).toString('hex'),
      `${whole.ALLO_ENCRYPTION_KEY},canary`, `${whole.ALLO_ENCRYPTION_KEY},`, `${encryptionKey.toString('hex')}00`,
    ],
  },
  {
    option: 'database', variable: 'ALLO_DATABASE_URL', give: (database) => ({ database }),
    malformed: ['canary.db', 'file:', 'mysql://canary:secret@host/name', 'postgres://', 'postgresql:canary', '/srv/canary.db'],
  },
];

/** True if `error` is the kind that a person at the console can act on: it names the setting and shows no value. */
function names(option: string, variable: string, value?: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof TypeError, String(error));
    assert.ok(error.message.startsWith(`${option} (or ${variable}) `), error.message);
    const shown = inspect(error);
    if (value !== undefined) {
      // A shorter one may be part of the form that is asked for.
      assert.ok(value.length < 12 || !shown.includes(value.trim()), 'the value is shown');
      for (const line of value.split(/\\n|\n/).filter((part) => part.length > 20 && !part.startsWith('-'))) assert.ok(!shown.includes(line), 'a line of the value is shown');
      assert.ok(!/canary/i.test(shown), 'a part of the value is shown');
    }
    return true;
  };
}

describe('readConfig', () => {
  it('reads everything from the environment', () => {
    const config = readFrom({});
    assert.equal(config.environment, 'sandbox');
    assert.equal(config.clientId, whole.DOKU_CLIENT_ID);
    assert.deepEqual(config.secretKeys, [whole.DOKU_SECRET_KEY]);
    assert.equal(config.profile, 'merchant-allo-v1.0');
    assert.equal(new URL(config.baseUrl).protocol, 'https:');
    assert.match(new URL(config.baseUrl).hostname, /(^|[-.])sandbox\..*doku\.com$|sandbox.*doku\.com$/);
    assert.equal(config.publicUrl.href, 'https://shop.example/');
    assert.equal(config.basePath, '/allo');
    assert.deepEqual(config.encryptionKeys.map((key) => Buffer.from(key)), [encryptionKey]);
    assert.deepEqual(config.database, { kind: 'sqlite', path: './allo.db' });
    assert.deepEqual(config.pageHosts, []);
  });

  it('reads the real environment if it is given none', () => {
    const before = process.env['DOKU_ENV'];
    process.env['DOKU_ENV'] = 'nowhere';
    try {
      assert.throws(() => readConfig({}), names('doku.environment', 'DOKU_ENV', 'nowhere'));
    } finally {
      if (before === undefined) delete process.env['DOKU_ENV'];
      else process.env['DOKU_ENV'] = before;
    }
  });

  it('prefers the option to the variable', () => {
    const config = readFrom({ DOKU_CLIENT_ID: 'from-the-variable' }, { doku: { clientId: 'from-the-option' }, database: 'file:option.db' });
    assert.equal(config.clientId, 'from-the-option');
    assert.deepEqual(config.database, { kind: 'sqlite', path: 'option.db' });
  });

  for (const { option, variable, give, optional, malformed } of settings) {
    if (optional !== true) {
      it(`names ${option} and ${variable} when it is missing or empty`, () => {
        for (const empty of [undefined, '', '  ']) {
          assert.throws(() => readFrom({ [variable]: empty }), (error) => names(option, variable)(error) && /is missing/.test(String(error)));
        }
      });
    }

    it(`names ${option} and ${variable} when it is malformed, and does not show it`, () => {
      for (const value of malformed) {
        assert.throws(() => readFrom({ [variable]: value }), names(option, variable, value), value);
        assert.throws(() => readFrom({}, give(value)), names(option, variable, value), value);
      }
    });

    it(`takes ${variable} with space around it`, () => {
      const value = variable === 'DOKU_PROFILE' ? 'core-v1' : whole[variable as keyof typeof whole];
      assert.doesNotThrow(() => readFrom({ [variable]: `  ${value}\n` }));
    });
  }
});

describe('the environment', () => {
  it('decides where DOKU is, over https', () => {
    const hosts = (['sandbox', 'production'] as const).map((environment) => readFrom({ DOKU_ENV: environment }).baseUrl);
    assert.equal(new Set(hosts).size, 2);
    for (const host of hosts) assert.match(host, /^https:\/\/[\w.-]+\.doku\.com$/);
  });

  it('lets only the simulator say where it listens', () => {
    for (const environment of ['sandbox', 'production']) {
      assert.throws(() => readFrom({ DOKU_ENV: environment, DOKU_BASE_URL: 'https://canary.example' }), names('doku.baseUrl', 'DOKU_BASE_URL', 'https://canary.example'));
    }
    assert.equal(readFrom(simulated).baseUrl, 'http://127.0.0.1:3001');
    assert.equal(readFrom({ ...simulated, DOKU_BASE_URL: 'http://127.0.0.1:3001/' }).baseUrl, 'http://127.0.0.1:3001');
  });

  it('needs the simulator’s origin, and nothing behind it', () => {
    for (const url of ['', 'canary', 'ftp://canary', 'http://127.0.0.1:3001/canary', 'http://127.0.0.1:3001/?canary=1', 'http://127.0.0.1:3001/#canary']) {
      assert.throws(() => readFrom({ ...simulated, DOKU_BASE_URL: url }), names('doku.baseUrl', 'DOKU_BASE_URL', url === '' ? undefined : url));
    }
  });

  it('refuses the simulator where NODE_ENV is production', () => {
    assert.throws(() => readFrom({ ...simulated, NODE_ENV: 'production' }), names('doku.environment', 'DOKU_ENV'));
    assert.doesNotThrow(() => readFrom({ ...simulated, NODE_ENV: 'development' }));
    assert.doesNotThrow(() => readFrom({ NODE_ENV: 'production' }));
  });

  it('is served without https on this machine only, unless it is the simulator', () => {
    for (const DOKU_ENV of ['sandbox', 'production']) {
      for (const ALLO_PUBLIC_URL of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'https://shop.example']) assert.doesNotThrow(() => readFrom({ DOKU_ENV, ALLO_PUBLIC_URL }));
      for (const ALLO_PUBLIC_URL of ['http://shop.example', 'http://192.168.1.2:3000', 'http://localhost.example']) {
        assert.throws(() => readFrom({ DOKU_ENV, ALLO_PUBLIC_URL }), names('publicUrl', 'ALLO_PUBLIC_URL', ALLO_PUBLIC_URL));
      }
    }
    assert.doesNotThrow(() => readFrom({ ...simulated, ALLO_PUBLIC_URL: 'http://192.168.1.2:3000' }));
  });
});

describe('a key', () => {
  const made: { folder: string } = { folder: '' };
  before(() => { made.folder = mkdtempSync(join(tmpdir(), 'allo-keys-')); });
  after(() => rmSync(made.folder, { recursive: true, force: true }));
  const file = (name: string, text: string): string => {
    const path = join(made.folder, name);
    writeFileSync(path, text);
    return `file:${path}`;
  };

  /** True if what the one key signs, the other verifies. */
  async function belongTogether({ ownKeys: [{ privateKey }] }: Config, { ownKeys: [{ publicKey }] }: Config): Promise<boolean> {
    const data = new TextEncoder().encode('signed');
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, data);
    return crypto.subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, data);
  }

  it('may stand on many lines, on one with \\n written out, or in a file', async () => {
    const plain = readFrom({});
    const forms = [
      { DOKU_PRIVATE_KEY: keys.privateKey.replaceAll('\n', '\\n'), DOKU_PUBLIC_KEY: doku.publicKey.replaceAll('\n', '\\n') },
      { DOKU_PRIVATE_KEY: keys.privateKey.replaceAll('\n', '\r\n'), DOKU_PUBLIC_KEY: doku.publicKey.replaceAll('\n', '\r\n') },
      { DOKU_PRIVATE_KEY: file('private.pem', keys.privateKey), DOKU_PUBLIC_KEY: file('public.pem', doku.publicKey) },
    ];
    for (const form of forms) {
      const config = readFrom(form);
      assert.ok(await belongTogether(config, plain));
      assert.ok(await belongTogether(plain, config));
    }
  });

  it('may be PKCS#1 as well as PKCS#8', async () => {
    const config = readFrom({ DOKU_PRIVATE_KEY: pkcs1.privateKey });
    assert.doesNotThrow(() => readFrom({ DOKU_PUBLIC_KEY: pkcs1.publicKey }));
    assert.ok(await belongTogether(config, config));
    assert.equal(await belongTogether(config, readFrom({})), false);
  });

  it('signs, or verifies, and can be read out by nobody', () => {
    const { ownKeys: [{ privateKey, publicKey }], dokuPublicKeys: [dokuPublicKey] } = readFrom({});
    assert.deepEqual([privateKey, publicKey, dokuPublicKey].map(({ usages }) => usages), [['sign'], ['verify'], ['verify']]);
    assert.equal(privateKey.extractable, false);
  });

  it('of DOKU\'s is never our own: whoever copied that one would believe nothing that DOKU says', () => {
    const isRefused = (change: Environment): void => assert.throws(() => readFrom(change), (error) => {
      assert.ok(names('doku.publicKey', 'DOKU_PUBLIC_KEY', keys.publicKey)(error));
      return /is the public half of your own private key, and should be DOKU's/.test(String(error));
    });
    isRefused({ DOKU_PUBLIC_KEY: keys.publicKey });
    isRefused({ DOKU_PUBLIC_KEY: `${doku.publicKey},${keys.publicKey}` });
    isRefused({ DOKU_PRIVATE_KEY: `${rsa(2048).privateKey},${keys.privateKey}`, DOKU_PUBLIC_KEY: file('own.pem', keys.publicKey) });
    isRefused({ DOKU_PUBLIC_KEY: createPublicKey(keys.publicKey).export({ type: 'pkcs1', format: 'pem' }).toString() });
  });

  it('in a file that is not there is named by its setting', () => {
    for (const [variable, option] of [['DOKU_PRIVATE_KEY', 'doku.privateKey'], ['DOKU_PUBLIC_KEY', 'doku.publicKey']] as const) {
      assert.throws(() => readFrom({ [variable]: `file:${join(made.folder, 'missing.pem')}` }), names(option, variable));
    }
  });

  it('in a file that holds something else is not shown', () => {
    const value = file('other.pem', 'canary');
    assert.throws(() => readFrom({ DOKU_PRIVATE_KEY: value }), names('doku.privateKey', 'DOKU_PRIVATE_KEY', 'canary'));
    assert.throws(() => readFrom({ DOKU_PRIVATE_KEY: file('short.pem', short.privateKey) }), names('doku.privateKey', 'DOKU_PRIVATE_KEY', short.privateKey));
  });
});

describe('keys that are being replaced', () => {
  it('are several, the newest first', () => {
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const config = readFrom({ DOKU_SECRET_KEY: 'SK-newest-0123, SK-previous-4567', ALLO_ENCRYPTION_KEY: `${one.toString('base64')}, ${two.toString('hex')}` });
    assert.deepEqual(config.secretKeys, ['SK-newest-0123', 'SK-previous-4567']);
    assert.deepEqual(config.encryptionKeys.map((key) => Buffer.from(key)), [one, two]);
  });

  it('may be RSA keys: with a comma between them or none, in one file or in several', () => {
    const other = rsa(2048);
    const folder = mkdtempSync(join(tmpdir(), 'allo-keys-'));
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return `file:${join(folder, name)}`;
    };
    const idsOf = (DOKU_PRIVATE_KEY: string): string[] => readFrom({ DOKU_PRIVATE_KEY }).ownKeys.map(({ fingerprint }) => fingerprint);
    const both = [...idsOf(other.privateKey), ...idsOf(keys.privateKey)];
    assert.equal(new Set(both).size, 2);
    for (const text of [
      `${other.privateKey}${keys.privateKey}`, `${other.privateKey},${keys.privateKey}`, `${other.privateKey} , ${keys.privateKey}`.replaceAll('\n', '\\n'),
      file('both.pem', `# the newest first\n${other.privateKey}\n${keys.privateKey}`), `${file('one.pem', other.privateKey)}, ${file('two.pem', keys.privateKey)}`,
      `${file('one.pem', other.privateKey)},${keys.privateKey}`,
    ]) assert.deepEqual(idsOf(text), both);
    assert.equal(readFrom({ DOKU_PUBLIC_KEY: `${other.publicKey},${doku.publicKey}` }).dokuPublicKeys.length, 2);
    rmSync(folder, { recursive: true });
  });

  it('are all looked at: one that is wrong, cut off or of the other half is not overlooked', () => {
    for (const second of ['canary', '', 'file:', keys.privateKey.slice(0, 400), short.privateKey, encrypted.privateKey, keys.publicKey]) {
      for (const between of [',', '\n']) {
        if (between === '\n' && !second.includes('BEGIN')) continue;
        const value = `${keys.privateKey.trim()}${between}${second}`;
        assert.throws(() => readFrom({ DOKU_PRIVATE_KEY: value }), names('doku.privateKey', 'DOKU_PRIVATE_KEY', value), `${between}${second}`);
      }
    }
    for (const second of ['canary', doku.publicKey.slice(0, 100), doku.privateKey, short.publicKey]) {
      const value = `${doku.publicKey.trim()},${second}`;
      assert.throws(() => readFrom({ DOKU_PUBLIC_KEY: value }), names('doku.publicKey', 'DOKU_PUBLIC_KEY', value), second);
    }
  });

  it('may be base64, base64url or hex', () => {
    const key = Buffer.alloc(32, 0xfb);
    for (const text of [key.toString('base64'), key.toString('base64url'), key.toString('base64').replace('=', ''), key.toString('hex'), key.toString('hex').toUpperCase()]) {
      assert.deepEqual(Buffer.from(readFrom({ ALLO_ENCRYPTION_KEY: text }).encryptionKeys[0]), key, text);
    }
  });
});

describe('the base path', () => {
  it('is the path of the public URL, or /allo', () => {
    const pathOf = (ALLO_PUBLIC_URL: string): string => readFrom({ ALLO_PUBLIC_URL }).basePath;
    assert.equal(pathOf('https://shop.example'), '/allo');
    assert.equal(pathOf('https://shop.example/'), '/allo');
    assert.equal(pathOf('https://shop.example//'), '/allo');
    assert.equal(pathOf('https://shop.example/pay/allo'), '/pay/allo');
    assert.equal(pathOf('https://shop.example/pay/allo/'), '/pay/allo');
  });

  it('can be another one behind a proxy that rewrites paths', () => {
    const config = readFrom({ ALLO_PUBLIC_URL: 'https://shop.example/api/pay' }, { basePath: '/internal' });
    assert.equal(config.basePath, '/internal');
    assert.equal(config.publicUrl.pathname, '/api/pay');
    assert.equal(readFrom({}, { basePath: '/allo/' }).basePath, '/allo');
  });

  it('is the path outside, too, where the public URL has none, however it ends', () => {
    for (const end of ['', '/', '//']) assert.equal(publicPath(readFrom({ ALLO_PUBLIC_URL: `https://shop.example${end}` }, { basePath: '/pay' })), '/pay', end);
    for (const end of ['', '/', '//']) assert.equal(publicPath(readFrom({ ALLO_PUBLIC_URL: `https://shop.example/api${end}` }, { basePath: '/pay' })), '/api', end);
  });

  it('is a plain path', () => {
    for (const basePath of ['', '/', 'allo', '//canary', '/a//b', '/a?b', '/a b', 'https://canary.example/allo', '/a/:id', '/*']) {
      assert.throws(() => readFrom({}, { basePath }), (error) => error instanceof TypeError && error.message.startsWith('basePath '), basePath);
    }
  });
});

describe('the database', () => {
  it('is a file or PostgreSQL', () => {
    const databaseOf = (ALLO_DATABASE_URL: string): Config['database'] => readFrom({ ALLO_DATABASE_URL }).database;
    assert.deepEqual(databaseOf('file:allo.db'), { kind: 'sqlite', path: 'allo.db' });
    assert.deepEqual(databaseOf('file:/srv/shop/allo.db'), { kind: 'sqlite', path: '/srv/shop/allo.db' });
    assert.deepEqual(databaseOf('file:///srv/shop/allo.db'), { kind: 'sqlite', path: '/srv/shop/allo.db' });
    for (const url of ['postgres://user:password@host/name', 'postgresql://host:5433/name?sslmode=verify-full']) assert.deepEqual(databaseOf(url), { kind: 'postgres', url });
  });
});

describe('what no type would let through', () => {
  const refuses = (given: unknown, message: RegExp): void => {
    assert.throws(() => readFrom({}, given as ConnectionOptions), (error) => error instanceof TypeError && message.test(error.message) && !/canary/.test(inspect(error)), inspect(given));
  };

  for (const { option, variable, give } of settings) {
    it(`is refused in ${option} by its name: an object, a number, bytes`, () => {
      const values: readonly unknown[] = [new URL('https://canary.example'), Buffer.from('canary'.repeat(8)), 5, true, ['canary'], { canary: 1 }];
      for (const value of values) {
        refuses(give(value as string), new RegExp(`^${option} \\(or ${variable}\\) is not right: it should be a text$`));
      }
      assert.throws(() => readFrom({ [variable]: 5 as unknown as string }), names(option, variable));
    });
  }

  it('is refused in what is no setting', () => {
    for (const doku of ['sandbox', null, []]) refuses({ doku }, /^doku is not right: it should be an object such as \{ environment: "sandbox" \}$/);
    for (const paths of ['/canary', null, []]) refuses({ doku: { paths } }, /^doku\.paths is not right: it should be an object/);
    refuses({ doku: { paths: { payment: '/canary' } } }, /^doku\.paths\.payment is not known: there are tokenB2b, /);
    for (const pageHosts of ['pay.allobank.com', null, {}, ['https://canary.example'], ['canary.example/x'], ['Canary.example'], ['*.canary.example'], ['canary.example:443'], ['me@canary.example'], [5], ['']]) {
      refuses({ doku: { pageHosts } }, /^doku\.pageHosts is not right: it should be an array of host names such as \["pay\.allobank\.com"\], without a scheme$/);
    }
    for (const statusServiceCode of ['56', 55, null]) refuses({ doku: { statusServiceCode } }, /^doku\.statusServiceCode is not right: it should be "54" or "55"$/);
    for (const basePath of [5, null, {}]) refuses({ basePath }, /^basePath is not right: it should be a path such as "\/allo"$/);
    for (const env of ['canary', null, 5]) assert.throws(() => readConfig({ env: env as unknown as ConnectionOptions['env'] }), { name: 'TypeError', message: /^env is not right: it should be an object/ });
  });

  it('is not what is right, or left out', () => {
    const config = readFrom({}, { doku: { pageHosts: ['pay.allobank.com', '127.0.0.1:3001', '[::1]:3001'], statusServiceCode: '54', paths: {}, profile: undefined }, basePath: undefined });
    assert.deepEqual([config.pageHosts.length, config.statusServiceCode], [3, '54']);
    assert.doesNotThrow(() => readFrom({}, { doku: undefined }));
  });
});
