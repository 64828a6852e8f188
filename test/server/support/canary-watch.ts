/**
 * One life of the product with its ways out watched: what it says to the bank is learned from, what it answers and
 * logs is looked at.
 */
import type { Allo, AlloOptions } from '../../../packages/server/src/allo.ts';
import type { Logger } from '../../../packages/server/src/ledger/context.ts';
import { withoutAllowed } from './canaries.ts';
import type { Canaries } from './canaries.ts';
import type { KeptLog } from './kept-log.ts';
import { queryPostgres } from './postgres.ts';

/** The same options, with the way to the bank and the log watched. */
export function watchOptions(options: AlloOptions, canaries: Canaries, kept: KeptLog): AlloOptions {
  const { fetch: bank = fetch, log } = options;
  return { ...options, fetch: watchFetch(bank, canaries), ...(log && { log: watchLog(log, kept) }) };
}

const watchFetch = (bank: typeof fetch, canaries: Canaries): typeof fetch => async (input, init) => {
  const body: unknown = init?.body;
  const headers = Array.from(new Headers(init?.headers), (header) => header.join(': ')).join('\n');
  canaries.learn(`${headers}\n${body instanceof Uint8Array ? Buffer.from(body).toString() : ''}`);
  const response = await bank(input, init);
  // An answer without a length may never end.
  if (response.headers.has('content-length')) void response.clone().text().then(canaries.learn, () => undefined);
  return response;
};

function watchLog(log: Logger, kept: KeptLog): Logger {
  const watch = (write: Logger['info']): Logger['info'] => (message, fields) => {
    kept.write(`${JSON.stringify({ message, fields })}\n`);
    write(message, fields);
  };
  return { info: watch(log.info), warn: watch(log.warn), error: watch(log.error) };
}

export const watchHandler = (allo: Allo, canaries: Canaries): Allo => ({
  ...allo,
  async handler(request, connection) {
    const response = await allo.handler(request, connection);
    const headers = Array.from(response.headers, (header) => header.join(': ')).join('\n');
    canaries.look(`the answer to ${request.method} ${new URL(request.url).pathname}`, `${headers}\n${withoutAllowed(await response.clone().text())}`);
    return response;
  },
});

/** Every row of every table there, and every byte of an SQLite file. */
export async function lookAtDatabase(canaries: Canaries, database: string): Promise<void> {
  if (database.startsWith('file:')) {
    const path = database.slice('file:'.length);
    return canaries.lookAtFiles('the database', [path, `${path}-wal`]);
  }
  const tables = await queryPostgres(database, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
  for (const { tablename } of tables) {
    const table = String(tablename);
    canaries.look(`the database, ${table}`, JSON.stringify(await queryPostgres(database, `SELECT * FROM "${table}"`)));
  }
}
