/**
 * `allo-kit doctor`: tells whether a configuration would work, by trying it: one line a check, and what to do
 * about the ones that fail. Moves no money, writes nothing but a database file that would be made anyway, and
 * prints no value of a secret.
 *
 * @module
 */

import { unescape } from 'node:querystring';
import { findProblems, ownerName, publicPath, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { openStore } from './open-store.ts';
import { memoryAccessTokenStore } from './snap/access-token.ts';
import { judgeClock, watchClock } from './snap/clock-watch.ts';
import { createReference } from './snap/external-id.ts';
import { resolvePaths } from './snap/profiles.ts';
import { createSnap } from './snap/snap.ts';
import { createTokenRequests, readToken } from './snap/token-request.ts';
import type { CryptoKey, Fetch, SnapAnswer, TokenAnswer } from './snap/types.ts';
import { countSealed } from './store/reseal.ts';
import { createSeal } from './store/seal.ts';
import type { Seal } from './store/seal.ts';
import { reasonOf } from './store/store.ts';
import type { Store } from './store/store.ts';

export const usage = `allo-kit doctor: try the configuration in the environment and .env

  npx --no-install allo-kit doctor

  Reads the file .env of this folder, if there is one, for what the environment leaves out.

  Checks that every variable is there and well formed, that the database can be written to and what is sealed in it can
  be read, that DOKU gives this merchant a token (so that client id, private key and clock are right) and knows the secret key,
  and that the server answers at ALLO_PUBLIC_URL. Where several keys are given, it tells which of them are of use.
  It cannot check DOKU_PUBLIC_KEY, and says how a wrong one shows.
`;

interface Check {
  title: string;
  /** Resolves with what is well; throws an error whose message says what to do. */
  run(): Promise<string>;
}

const timeoutMs = 10_000;

/** What no check here can tell: DOKU alone can sign with the other half. */
const dokusKeyNote = 'note  DOKU_PUBLIC_KEY: whether it is DOKU\'s cannot be tried from here. If it is not, no notification is taken: your server then logs "a token request was refused" with the check "signature"';

/**
 * Runs every check and prints its line; answers how many failed. Of a configuration that is not whole every mistake is
 * told, and nothing else tried.
 */
export async function examine(env: Readonly<Record<string, string | undefined>>, print: (line: string) => void): Promise<number> {
  const problems = findProblems({ env });
  for (const problem of problems) print(`FAIL  configuration: ${problem}`);
  if (problems.length > 0) return problems.length;
  const config = readConfig({ env });
  print(`ok    configuration: ${config.environment}, ${config.profile}, mounted at ${config.publicUrl.origin}${config.basePath}`);
  let failed = 0;
  for (const { title, run } of checks(config)) {
    try {
      print(`ok    ${title}: ${await run()}`);
    } catch (error) {
      failed += 1;
      print(`FAIL  ${title}: ${withoutPassword(reasonOf(error), config)}`);
    }
  }
  print(dokusKeyNote);
  return failed;
}

/** A password that is shorter is none, and would make other words unreadable. */
const shortestPassword = 4;

/** A driver may quote the address it was given. */
function withoutPassword(text: string, { database }: Config): string {
  const { password } = new URL(database.kind === 'postgres' ? database.url : 'file:');
  const spellings = [password, unescape(password)].filter(({ length }) => length >= shortestPassword);
  return spellings.reduce((rest, spelling) => rest.replaceAll(spelling, '…'), text);
}

const checks = (config: Config): Check[] => [
  { title: 'database', run: () => checkDatabase(config) },
  { title: 'DOKU', run: () => checkDoku(config) },
  { title: 'your server', run: () => checkServer(config) },
];

async function checkDatabase(config: Config): Promise<string> {
  const { database, encryptionKeys } = config;
  const store = openStore(database, Date.now);
  try {
    const owner = (await store.owner()) ?? ownerName(config);
    if (owner !== ownerName(config)) throw new Error(`it holds the ledger of ${owner}, not of ${ownerName(config)}: give every Client ID and environment a database of its own`);
    await store.assertWritable();
    return `${database.kind === 'sqlite' ? database.path : 'PostgreSQL'}; ${await tellSealed(store, createSeal(encryptionKeys))}`;
  } finally {
    await store.close();
  }
}

/** Whether every sealed value can be opened, and which of several keys could be left out. */
async function tellSealed(store: Store, seal: Seal): Promise<string> {
  const { byKey, unknown } = await countSealed(store, seal);
  const told = `sealed values: ${byKey.map((count, place) => `${count} under ${nameOf('ALLO_ENCRYPTION_KEY', place, byKey.length)}`).join(', ')}`;
  if (unknown > 0) throw new Error(`${unknown} sealed values stand under a key that is not given, so that nobody can read them (${told}): put the previous key behind the new one`);
  if (byKey.length === 1) return told;
  const isNeeded = byKey.slice(1).some((count) => count > 0);
  return `${told}; ${isNeeded ? 'run `allo-kit reseal` before you leave an older key out' : 'the older keys are no longer needed'}`;
}

/** Which keys of a list DOKU takes: all is well if it takes one. */
interface KeyReport {
  name: string;
  isTaken: boolean;
}

const nameOf = (variable: string, place: number, count: number): string => (count === 1 ? variable : `${variable} ${place + 1} of ${count}`);

function tellKeys(reports: readonly KeyReport[]): string {
  return reports.map(({ name, isTaken }) => `DOKU ${isTaken ? 'knows' : 'does not know'} ${name}`).join('; ');
}

async function checkDoku(config: Config): Promise<string> {
  const { baseUrl, ownKeys } = config;
  const reports: KeyReport[] = [];
  let said = 'no readable answer';
  let skewMs = 0;
  const watched = watchClock(fetch, { now: Date.now, onSkew: (ms) => { skewMs = ms } });
  for (const [place, { privateKey, fingerprint }] of ownKeys.entries()) {
    const answer = await askForToken(config, privateKey, watched);
    if (answer.outcome === 'not-sent') throw new Error(`${baseUrl} cannot be reached from here`);
    if (answer.outcome !== 'success') said = answer.responseCode ?? said;
    reports.push({ name: `${nameOf('DOKU_PRIVATE_KEY', place, ownKeys.length)} (${fingerprint})`, isTaken: answer.outcome === 'success' });
  }
  if (judgeClock(skewMs) !== 'right') throw new Error(`this machine's clock is ${Math.round(skewMs / 1000)} seconds ahead of DOKU's (behind it, if negative): have it set by a time server`);
  if (reports.some(({ isTaken }) => isTaken)) return `${baseUrl} gave a token: client id, private key and clock are right; ${tellKeys([...reports, ...(await trySecrets(config))])}`;
  throw new Error(`${baseUrl} gave no token (${said}): the public half of DOKU_PRIVATE_KEY has to be in DOKU's dashboard, DOKU_CLIENT_ID has to be its owner's, and this machine's clock has to be right (it says ${new Date().toISOString()})`);
}

function askForToken({ clientId, baseUrl, profile, paths }: Config, privateKey: CryptoKey, watched: Fetch): Promise<TokenAnswer<string>> {
  const requestToken = createTokenRequests({ fetch: watched, now: Date.now, clientId, privateKeys: [privateKey], baseUrl, timeoutMs });
  return requestToken({
    operation: 'tokenB2b', path: resolvePaths(profile, paths).tokenB2b, body: { grantType: 'client_credentials' },
    read: (body) => readToken(body, 'accessToken'),
  });
}

/** Asks for a payment that there never was. Whatever DOKU says of it, it has checked the signature first. */
async function trySecrets(config: Config): Promise<KeyReport[]> {
  const reports: KeyReport[] = [];
  for (const [place, secretKey] of config.secretKeys.entries()) {
    const answer = await askWithSecret(config, secretKey);
    if (answer.outcome === 'not-sent' || !answer.responseCode) throw new Error('DOKU gave a token, but no readable answer to a status inquiry: whether it knows DOKU_SECRET_KEY cannot be told');
    reports.push({ name: nameOf('DOKU_SECRET_KEY', place, config.secretKeys.length), isTaken: !/^401\d\d00$/.test(answer.responseCode) });
  }
  if (reports[0]?.isTaken) return reports;
  throw new Error(`${tellKeys(reports)}: the first of DOKU_SECRET_KEY signs, and has to be the one in DOKU's dashboard`);
}

function askWithSecret({ clientId, ownKeys, baseUrl, profile, paths, statusServiceCode }: Config, secretKey: string): Promise<SnapAnswer<unknown>> {
  const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
  const snap = createSnap({
    clientId, secretKeys: [secretKey], privateKeys: ownKeys.map(({ privateKey }) => privateKey), baseUrl, profile, paths, statusServiceCode,
    fetch, now: Date.now, random, tokenStore: memoryAccessTokenStore(),
  });
  return snap.checkStatus({ originalPartnerReferenceNo: createReference(random) });
}

/** Our token endpoint refuses an unsigned request in its own words; anything else is another server, or none. */
async function checkServer(config: Config): Promise<string> {
  const url = `${config.publicUrl.origin}${publicPath(config)}/doku/authorization/v1/access-token/b2b`;
  const response = await fetch(url, { method: 'POST', body: '{}', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
  if (response === undefined) throw new Error(`nothing answers at ${url}: start your server, or correct ALLO_PUBLIC_URL`);
  const text = await response.text();
  if (response.status !== 401 || !text.includes('4017300')) throw new Error(`${url} answers ${response.status}, not as allo-kit does: is the handler mounted there, and does every proxy in front hand the whole path on?`);
  return `answers at ${url}, which is the token URL for DOKU's dashboard`;
}
