/**
 * Every sealed value of the database, page by page, and its replacement by the same value under another key. Must
 * never touch anything else of a row: what is sealed anew is no step of its life.
 *
 * @module
 */

import { linkPlace, sharedTokenPlace } from './places.ts';
import type { SealedField } from './places.ts';
import { atMost } from './sql.ts';
import type { Query, SqlRecord } from './sql.ts';
import type { SealedPage, SealedValue } from './store.ts';

const linksPerPage = 200;

const columns = { authCode: 'auth_code_sealed', token: 'token_sealed' } as const satisfies Record<SealedField, string>;
const fields = Object.keys(columns) as SealedField[];
const anySealed = Object.values(columns).map((column) => `${column} IS NOT NULL`).join(' OR ');

/** Links in the order of their ids, and behind the last of them the tokens that all share. */
export async function readSealedPage(query: Query, afterId: string): Promise<SealedPage> {
  const links = await query(
    `SELECT id, ${Object.values(columns).join(', ')} FROM links WHERE id > ? AND (${anySealed}) ORDER BY id ${atMost}`, [afterId, linksPerPage]);
  const values = links.flatMap(valuesOfLink);
  const last = links.at(-1);
  if (last !== undefined && links.length === linksPerPage) return { values, next: String(last['id']) };
  const shared = await query('SELECT name, sealed FROM shared_tokens ORDER BY name');
  return { values: [...values, ...shared.map(valueOfSharedToken)] };
}

function valuesOfLink(link: SqlRecord): SealedValue[] {
  const id = String(link['id']);
  return fields.flatMap((field) => {
    const sealed = link[columns[field]];
    return typeof sealed === 'string' ? [{ table: 'links', key: id, field, place: linkPlace(id, field), sealed }] : [];
  });
}

function valueOfSharedToken({ name, sealed }: SqlRecord): SealedValue {
  return { table: 'shared_tokens', key: String(name), place: sharedTokenPlace(String(name)), sealed: String(sealed) };
}

/** Writes `sealed` where `value` still stands; answers false if something else does by now. */
export async function replaceSealed(query: Query, value: SealedValue, sealed: string): Promise<boolean> {
  const [keyColumn, column] = value.table === 'links' ? ['id', columns[value.field]] : ['name', 'sealed'];
  const written = await query(
    `UPDATE ${value.table} SET ${column} = ? WHERE ${keyColumn} = ? AND ${column} = ? RETURNING ${keyColumn}`, [sealed, value.key, value.sealed]);
  return written.length === 1;
}
