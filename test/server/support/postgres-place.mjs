/**
 * Where PostgreSQL's server is on this machine, and whether the tests can start one of their own.
 *
 * Plain JavaScript without a dependency, since `demo/prepare.mjs` asks before anything is installed.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian and its kin put the server. */
const root = '/usr/lib/postgresql';

/** The folder of the newest server's programs. */
export function findPostgres() {
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .sort((one, other) => Number(one) - Number(other))
    .map((version) => join(root, version, 'bin'))
    .findLast((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** As whom it runs: as ourselves; or, for root, as whom the distribution has made for it. */
export function postgresAccount() {
  if (process.getuid?.() !== 0) return {};
  try {
    const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return undefined;
  }
}

/** The address of a server that somebody else keeps for the tests. They make databases of their own there, and touch no other. */
export function givenPostgres() {
  const { TEST_POSTGRES_URL = '', ALLO_DATABASE_URL = '' } = process.env;
  if (TEST_POSTGRES_URL !== '') return TEST_POSTGRES_URL;
  return /^postgres(ql)?:/.test(ALLO_DATABASE_URL) ? ALLO_DATABASE_URL : undefined;
}

/** Why the tests have no PostgreSQL, and what to do about it; undefined if they have. */
export function noPostgres() {
  if (givenPostgres() !== undefined) return undefined;
  if (findPostgres() === undefined) return 'no PostgreSQL: set TEST_POSTGRES_URL (or ALLO_DATABASE_URL), or install the server of your distribution';
  if (postgresAccount() === undefined) return 'PostgreSQL refuses to run as root, and there is no user postgres: set TEST_POSTGRES_URL';
  return undefined;
}
