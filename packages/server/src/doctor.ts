/**
 * `allo-kit doctor`: tells whether a configuration would work, by trying it: one line a check, and what to do
 * about the ones that fail. Moves no money, writes nothing but a database file that would be made anyway, and
 * prints no value of a secret.
 *
 * @module
 */

import { publicPath, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { openStore } from './open-store.ts';
import { createTokenRequests, readToken } from './snap/token-request.ts';
import { resolvePaths } from './snap/profiles.ts';

export const usage = `allo-kit doctor: try the configuration in the environment

  node --env-file=.env node_modules/.bin/allo-kit doctor

  Checks that every variable is there and well formed, that the database opens, that DOKU gives this merchant a
  token (so that client id, private key and clock are right), and that the server answers at ALLO_PUBLIC_URL.
`;

interface Check {
  title: string;
  /** Resolves with what is well; throws an error whose message says what to do. */
  run(): Promise<string>;
}

const timeoutMs = 10_000;

/** Runs every check and prints its line; answers how many failed. Throws the `TypeError` of a malformed configuration. */
export async function examine(env: Readonly<Record<string, string | undefined>>, print: (line: string) => void): Promise<number> {
  const config = readConfig({ env });
  print(`ok    configuration: ${config.environment}, ${config.profile}, mounted at ${config.publicUrl.origin}${config.basePath}`);
  let failed = 0;
  for (const { title, run } of checks(config)) {
    try {
      print(`ok    ${title}: ${await run()}`);
    } catch (error) {
      failed += 1;
      print(`FAIL  ${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed;
}

const checks = (config: Config): Check[] => [
  { title: 'database', run: () => checkDatabase(config) },
  { title: 'DOKU', run: () => checkDoku(config) },
  { title: 'your server', run: () => checkServer(config) },
];

async function checkDatabase({ database }: Config): Promise<string> {
  const store = openStore(database, Date.now);
  try {
    await store.latestLink('doctor');
    return database.kind === 'sqlite' ? database.path : 'PostgreSQL';
  } finally {
    await store.close();
  }
}

async function checkDoku({ clientId, privateKey, baseUrl, profile, paths }: Config): Promise<string> {
  const requestToken = createTokenRequests({ fetch, now: Date.now, clientId, privateKey, baseUrl, timeoutMs });
  const answer = await requestToken({
    operation: 'tokenB2b', path: resolvePaths(profile, paths).tokenB2b, body: { grantType: 'client_credentials' },
    read: (body) => readToken(body, 'accessToken'),
  });
  if (answer.outcome === 'success') return `${baseUrl} gave a token: client id, private key and clock are right`;
  if (answer.outcome === 'not-sent') throw new Error(`${baseUrl} cannot be reached from here`);
  throw new Error(`${baseUrl} gave no token (${answer.responseCode ?? 'no readable answer'}): the public half of DOKU_PRIVATE_KEY has to be in DOKU's dashboard, DOKU_CLIENT_ID has to be its owner's, and this machine's clock has to be right (it says ${new Date().toISOString()})`);
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
