/**
 * Options from the object or, where it leaves them out, from the environment; checked in full before anything
 * starts. A `TypeError` names the option and says what it should look like; no value is ever printed.
 *
 * @module
 */

import { readOwnKeys, readPublicKeys } from './keys.ts';
import type { KeyList, OwnKey } from './keys.ts';
import { assertForms, assertNames } from './option-form.ts';
import type { OptionForm } from './option-form.ts';
import { setting, wrong } from './setting.ts';
import type { Setting } from './setting.ts';
import { isObject } from './snap/message.ts';
import { baseUrls, profiles, serviceCodes } from './snap/profiles.ts';
import type { Paths, ProfileName } from './snap/profiles.ts';
import type { CryptoKey } from './snap/types.ts';

/** How to reach DOKU. Each option falls back to the environment variable named with it. */
export interface DokuOptions {
  /** `DOKU_ENV`: `simulator`, `sandbox` or `production`. */
  environment?: Environment | undefined;
  /** `DOKU_CLIENT_ID`: from DOKU's dashboard, for example `BRN-0203-1699999999999`. */
  clientId?: string | undefined;
  /** `DOKU_SECRET_KEY`: from DOKU's dashboard. Several, separated by commas, while one is being replaced: the newest first. */
  secretKey?: string | undefined;
  /** `DOKU_PRIVATE_KEY`: your RSA key, PKCS#8 PEM without a passphrase, or `file:` and its path. Several while one is being replaced, as `secretKey`. */
  privateKey?: string | undefined;
  /** `DOKU_PUBLIC_KEY`: DOKU's RSA key from its dashboard, PEM, or `file:` and its path. Several while DOKU replaces its own. */
  publicKey?: string | undefined;
  /** `DOKU_PROFILE`: `merchant-allo-v1.0` (default) or `core-v1`. */
  profile?: ProfileName | undefined;
  /** `DOKU_BASE_URL`: where the simulator listens; only with the environment `simulator`. */
  baseUrl?: string | undefined;
  /** Paths in place of the profile's. */
  paths?: Partial<Paths> | undefined;
  /** Hosts of bank pages beside DOKU's own, for example `["pay.allobank.com"]`. */
  pageHosts?: readonly string[] | undefined;
  /** Service code in status inquiries. Default `55`. */
  statusServiceCode?: '54' | '55' | undefined;
}

export interface ConnectionOptions {
  doku?: DokuOptions | undefined;
  /** `ALLO_PUBLIC_URL`: where browsers and DOKU reach this server, for example `https://shop.example`. */
  publicUrl?: string | undefined;
  /** Where the handler is mounted. Default: the path of `publicUrl`, or `/allo` if it has none. */
  basePath?: string | undefined;
  /** `ALLO_ENCRYPTION_KEY`: 32 random bytes, base64 or hex. Several, separated by commas, while one is being replaced: the newest first. */
  encryptionKey?: string | undefined;
  /** `ALLO_DATABASE_URL`: `file:` and a path, or `postgres://…`. */
  database?: string | undefined;
  /** Where the rest is read from. Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

export type Environment = 'simulator' | keyof typeof baseUrls;

/** What is no setting: the text of those is looked at where it is read. */
const forms: Readonly<Record<string, OptionForm>> = {
  doku: { isRight: isObject, form: 'an object such as { environment: "sandbox" }' },
  basePath: { isRight: (value) => typeof value === 'string', form: 'a path such as "/allo"' },
  env: { isRight: isObject, form: 'an object such as process.env' },
};

const dokuForms: Readonly<Record<string, OptionForm>> = {
  paths: { isRight: isObject, form: 'an object of paths by operation' },
  pageHosts: { isRight: (value) => Array.isArray(value) && value.every(isHost), form: 'an array of host names such as ["pay.allobank.com"], without a scheme' },
  statusServiceCode: { isRight: (value) => value === '54' || value === '55', form: '"54" or "55"' },
};

/** As it stands in an address: in lower case, with its port if that is not the usual one. */
function isHost(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('*') && URL.canParse(`https://${value}`) && new URL(`https://${value}`).host === value;
}

/** Everything, checked. */
export interface Config {
  environment: Environment;
  clientId: string;
  secretKeys: readonly string[];
  ownKeys: KeyList<OwnKey>;
  dokuPublicKeys: KeyList<CryptoKey>;
  profile: ProfileName;
  baseUrl: string;
  paths: Partial<Paths> | undefined;
  pageHosts: readonly string[];
  statusServiceCode: '54' | '55' | undefined;
  publicUrl: URL;
  basePath: string;
  encryptionKeys: KeyList<Uint8Array<ArrayBuffer>>;
  database: { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string };
}

/** Reads and checks everything. Throws a `TypeError` for the first thing that is missing or malformed. */
export function readConfig(options: ConnectionOptions): Config {
  assertForms(options, forms);
  assertForms(options.doku ?? {}, dokuForms, 'doku.');
  assertNames('doku.paths', options.doku?.paths, Object.keys(serviceCodes));
  return Object.fromEntries(Object.entries(readersOf(options)).map(([name, read]) => [name, read()])) as unknown as Config;
}

/** A sentence for each setting that is missing or malformed: who sets a server up need not learn of one after the other. */
export function findProblems(options: ConnectionOptions): string[] {
  return [...new Set(Object.values(readersOf(options)).flatMap(problemOf))];
}

function problemOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof TypeError) return [error.message];
    throw error;
  }
}

/** How each part is read. What goes by another part reads that, too, after its own form: one mistake must not hide another. */
function readersOf(options: ConnectionOptions): { [Name in keyof Config]: () => Config[Name] } {
  const env = options.env ?? process.env;
  const doku = options.doku ?? {};
  const environment = (): Environment => readEnvironment(setting('doku.environment', 'DOKU_ENV', doku.environment, env));
  const ownKeys = (): KeyList<OwnKey> => readOwnKeys(setting('doku.privateKey', 'DOKU_PRIVATE_KEY', doku.privateKey, env));
  const publicUrl = (): URL => readPublicUrl(setting('publicUrl', 'ALLO_PUBLIC_URL', options.publicUrl, env), environment);
  return {
    environment,
    // In the order in which they are told: what is put right in a moment comes before the keys.
    publicUrl,
    clientId: () => readClientId(setting('doku.clientId', 'DOKU_CLIENT_ID', doku.clientId, env)),
    secretKeys: () => readSecretKeys(setting('doku.secretKey', 'DOKU_SECRET_KEY', doku.secretKey, env)),
    ownKeys,
    dokuPublicKeys: () => readPublicKeys(setting('doku.publicKey', 'DOKU_PUBLIC_KEY', doku.publicKey, env), ownKeys),
    profile: () => readProfile(setting('doku.profile', 'DOKU_PROFILE', doku.profile, env)),
    baseUrl: () => readBaseUrl(setting('doku.baseUrl', 'DOKU_BASE_URL', doku.baseUrl, env), environment(), env['NODE_ENV']),
    paths: () => doku.paths,
    pageHosts: () => doku.pageHosts ?? [],
    statusServiceCode: () => doku.statusServiceCode,
    basePath: () => readBasePath(options.basePath, publicUrl()),
    encryptionKeys: () => readEncryptionKeys(setting('encryptionKey', 'ALLO_ENCRYPTION_KEY', options.encryptionKey, env)),
    database: () => readDatabase(setting('database', 'ALLO_DATABASE_URL', options.database, env)),
  };
}

function readEnvironment(given: Setting): Environment {
  const known = (['simulator', 'sandbox', 'production'] as const).find((name) => name === given.value);
  if (known === undefined) throw wrong(given, 'it should be simulator, sandbox or production');
  return known;
}

function readClientId(given: Setting): string {
  if (given.value === undefined || !/^[\w.-]{1,36}$/.test(given.value)) throw wrong(given, 'it should be the Client ID of DOKU\'s dashboard, for example BRN-0203-1699999999999');
  return given.value;
}

function readSecretKeys(given: Setting): string[] {
  const keys = (given.value ?? '').split(',').map((key) => key.trim());
  if (keys.some((key) => !/^[\x21-\x7e]{8,256}$/.test(key))) throw wrong(given, 'it should be the Secret Key of DOKU\'s dashboard, for example SK-…');
  return keys;
}

function readProfile(given: Setting): ProfileName {
  const name = given.value ?? 'merchant-allo-v1.0';
  if (!Object.hasOwn(profiles, name)) throw wrong(given, `it should be ${Object.keys(profiles).join(' or ')}`);
  return name as ProfileName;
}

/** A simulated payment in a real shop would be a gift, so the simulator does not run where NODE_ENV says production. */
function readBaseUrl(given: Setting, environment: Environment, nodeEnv: string | undefined): string {
  if (environment !== 'simulator') {
    if (given.value !== undefined) throw wrong(given, `it is for the simulator only; with ${environment} DOKU's own address is used. Leave it out`);
    return baseUrls[environment];
  }
  if (nodeEnv === 'production') throw new TypeError('doku.environment (or DOKU_ENV) is not right: simulator must not run where NODE_ENV is production');
  const url = given.value !== undefined && URL.canParse(given.value) ? new URL(given.value) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!isOrigin) throw wrong(given, 'it should be where the simulator listens, for example http://127.0.0.1:3001');
  return url.origin;
}

/** The path of our base as the outside knows it: where browsers go, and part of each signature of DOKU's. */
export function publicPath({ publicUrl, basePath }: Pick<Config, 'publicUrl' | 'basePath'>): string {
  return pathOf(publicUrl) || basePath;
}

/** Without the slashes at its end, of which one may have been added to another; empty if there is nothing else. */
const pathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '');

/** As whom a database knows us: what one environment or Client ID did, DOKU does not tell another. */
export const ownerName = ({ environment, clientId }: Pick<Config, 'environment' | 'clientId'>): string => `${environment}/${clientId}`;

/** Whether the address is on this machine. */
export const isLoopback = ({ hostname }: URL): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

function readPublicUrl(given: Setting, environment: () => Environment): URL {
  const url = given.value !== undefined && URL.canParse(given.value) ? new URL(given.value) : undefined;
  const form = 'it should be the address at which browsers and DOKU reach this server, for example https://shop.example';
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') throw wrong(given, form);
  if (url.protocol === 'http:' && environment() !== 'simulator' && !isLoopback(url)) throw wrong(given, `${form}; without https only on this machine`);
  return url;
}

function readBasePath(given: string | undefined, publicUrl: URL): string {
  const path = given?.replace(/\/+$/, '') ?? (pathOf(publicUrl) || '/allo');
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw new TypeError('basePath is not right: it should be a path such as "/allo"');
  return path;
}

function readEncryptionKeys(given: Setting): Config['encryptionKeys'] {
  const [newest, ...older] = (given.value ?? '').split(',').map((text) => decodeKey(given, text.trim()));
  if (newest === undefined) throw wrong(given, 'it should be 32 random bytes');
  return [newest, ...older];
}

function decodeKey(given: Setting, text: string): Uint8Array<ArrayBuffer> {
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  if (!isBase64 && !/^[0-9a-fA-F]{64}$/.test(text)) {
    throw wrong(given, 'it should be 32 random bytes in base64 or hex; `allo-kit keygen` or `openssl rand -base64 32` makes them');
  }
  return new Uint8Array(Buffer.from(text, isBase64 ? 'base64' : 'hex'));
}

function readDatabase(given: Setting): Config['database'] {
  const { value = '' } = given;
  if (/^postgres(ql)?:\/\/./.test(value) && URL.canParse(value)) return { kind: 'postgres', url: value };
  const path = value.startsWith('file:') ? value.slice('file:'.length).replace(/^\/\/(?=\/)/, '') : '';
  if (path === '' || path === ':memory:') throw wrong(given, 'it should be file: and the path of an SQLite file, for example file:./allo.db, or postgres://user:password@host/name');
  return { kind: 'sqlite', path };
}
